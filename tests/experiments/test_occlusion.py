"""Occlusion against the plain way: every occluded picture through the model."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from tests.experiments import tiny
from tests.experiments.test_mining import activations
from vizreport.engine import Deconvnet
from vizreport.errors import NotApplicable, RequestError
from vizreport.experiments.occlusion.compute import square_sizes
from vizreport.experiments.occlusion.fills import fill_picture
from vizreport.experiments.settings import Settings
from vizreport.graph.layers import occluded_layer
from vizreport.models.output_decision import decide_output

compute = tiny.computing("occlusion")


def changed(subject, **settings):
    """Return a subject with other settings, which shares what was compiled."""
    other = tiny.changed(subject, **settings)
    other.traced = subject.traced
    return other


@pytest.fixture(scope="module")
def subject(tiny_subject):
    return changed(tiny_subject, occlusion_sizes=(0.25, 0.5), occlusion_stride=3)


@pytest.fixture(scope="module")
def found(subject, mined):
    return compute(subject, {"mining": mined})


def plain(subject, picture, filled, top, left, size):
    """Return the scores and the watched layer's maps of one occluded picture."""
    import keras

    hidden = picture.copy()
    hidden[top : top + size, left : left + size] = filled[top : top + size, left : left + size]
    watch = keras.Model(
        subject.model.inputs, [subject.model.outputs[0], subject.model.get_layer("conv2").output]
    )
    scores, maps = watch(subject.preprocessing.tensor(hidden[None]))
    return np.asarray(scores)[0], np.asarray(maps)[0]


def test_maps_are_those_of_occluded_pictures(subject, found):
    assert [*found.squares] == [6, 12]
    assert found.squares[6].tops.tolist() == [0, 3, 6, 9, 12, 15, 18]
    assert found.squares[6].lefts.tolist() == [0, 3, 6, 9, 12, 15, 18, 21, 22]
    assert found.layer == "conv2"
    for size, r, c in ((6, 0, 0), (6, 3, 8), (6, 6, 4), (12, 2, 2)):
        square = found.squares[size]
        top, left = square.tops[r], square.lefts[c]
        for i in range(len(found.clean.paths)):
            picture, filled = found.clean.pictures[i], np.full_like(found.clean.pictures[i], 128)
            scores, maps = plain(subject, picture, filled, top, left, size)
            assert square.best[i, r, c] == scores.argmax()
            assert square.best_probabilities[i, r, c] == pytest.approx(scores.max(), abs=1e-4)
            wanted = scores[found.clean.classes[i]]
            assert square.probabilities[i, r, c] == pytest.approx(wanted, abs=1e-4)
            total = maps[..., found.clean.maps[i]].sum()
            assert square.activations[i, r, c] == pytest.approx(total, rel=1e-3)
    np.testing.assert_array_equal(found.squares[6].fills, np.full_like(found.clean.pictures, 128))


def numbers(mined, found):
    return np.array([mined.paths.index(path) for path in found.clean.paths])


def test_the_strongest_map_by_brute_force(subject, mined, found):
    images = numbers(mined, found)
    sums = activations(subject, "conv2")[images].sum(axis=(1, 2))
    np.testing.assert_array_equal(found.clean.maps, sums.argmax(axis=1))
    np.testing.assert_allclose(found.clean.activations, sums.max(axis=1), rtol=1e-4)
    assert found.units == np.prod(subject.model.get_layer("conv2").output.shape[1:3])
    np.testing.assert_allclose(
        found.clean.probabilities, mined.true_probabilities[images], atol=1e-5
    )
    assert found.clean.known.all()
    right = mined.labels == mined.top_classes[:, 0]
    assert found.choice.sure == (right & (mined.top_probabilities[:, 0] > 0.5)).mean()
    assert found.choice.telling <= found.choice.tried <= 16
    assert (found.clean.best == found.clean.classes).all()


def test_projections_of_the_map_here_and_in_its_top_images(subject, mined, found):
    deconvnet = Deconvnet(subject.model, preprocessing=subject.preprocessing)
    images = numbers(mined, found)
    for i, image in enumerate(images):
        m = int(found.clean.maps[i])
        hashes = [digest.tobytes() for digest in mined.sha256]
        ranked = [k for k in mined.layers["conv2"].images[m] if hashes[k] != hashes[image]]
        assert found.projections.others[i].tolist() == ranked[:3]
        shown = np.concatenate([found.clean.pictures[i][None], found.projections.other_pictures[i]])
        np.testing.assert_array_equal(
            found.projections.other_pictures[i],
            subject.pictures(mined.records[found.projections.others[i]]),
        )
        wanted = deconvnet.project(subject.preprocessing.tensor(shown), "conv2", m)
        quantised = 128 + 127 * np.clip(wanted / found.projections.scales[i], -1, 1)
        assert np.abs(found.projections.projected[i] - quantised).max() <= 1
        strongest = activations(subject, "conv2")[[image, *found.projections.others[i]]].max(
            axis=(1, 2)
        )
        np.testing.assert_allclose(found.projections.values[i], strongest[:, m], rtol=1e-4)


def test_other_fills(subject, mined):
    for fill in ("mean", "blur"):
        other = changed(subject, occlusion_fill=fill, occlusion_images=1,
                             occlusion_stride=9, occlusion_sizes=(0.25,))  # fmt: skip
        result = compute(other, {"mining": mined})
        filled = fill_picture(result.clean.pictures[0], fill, 6, np.random.default_rng(0))
        scores, _ = plain(other, result.clean.pictures[0], filled, 9, 9, 6)
        here = result.squares[6].probabilities[0, 1, 1]
        assert here == pytest.approx(scores[result.clean.classes[0]], abs=1e-4)


def test_noise_is_averaged_over_draws(subject, mined):
    other = changed(subject, occlusion_fill="noise", occlusion_images=1,
                         occlusion_stride=9, occlusion_sizes=(0.25,), seed=5)  # fmt: skip
    result = compute(other, {"mining": mined})
    assert result.draws == 4
    random = np.random.default_rng([5, 0, 6])
    draws = [fill_picture(result.clean.pictures[0], "noise", 6, random) for _ in range(4)]
    np.testing.assert_array_equal(result.squares[6].fills[0], draws[0])
    scores = np.mean([plain(other, result.clean.pictures[0], d, 9, 9, 6)[0] for d in draws], axis=0)
    assert result.squares[6].probabilities[0, 1, 1] == pytest.approx(
        scores[result.clean.classes[0]], abs=1e-4
    )
    assert result.squares[6].best[0, 1, 1] == scores.argmax()


def test_refined_maps_say_how_far_off_they_are(subject, mined):
    asked = {"occlusion_images": 1, "occlusion_sizes": (0.25,), "occlusion_stride": 2}
    exact = compute(changed(subject, **asked), {"mining": mined})
    rough = compute(changed(subject, refine=True, **asked), {"mining": mined})
    assert not exact.refined
    assert exact.squares[6].computed.all()
    assert exact.squares[6].errors.tolist() == [0]
    assert rough.refined
    computed = rough.squares[6].computed
    off = np.abs(rough.squares[6].probabilities - exact.squares[6].probabilities)
    assert off[computed].max() < 1e-5
    # Some places are drawn twice, so up to 24 + 59 of the interpolated ones are computed now.
    drawn = rough.squares[6].errors_drawn[0]
    assert rough.squares[6].errors[0] > 0
    assert np.isfinite(drawn).sum() == min(59, round(0.6 * computed.size)) or computed.mean() > 0.6


def test_files_in_place_of_the_choice(subject, mined, tmp_path):
    picture = subject.pictures(mined.records[:1])[0]
    file = tmp_path / "mine.png"
    Image.fromarray(picture).save(file)
    few = {"occlude": (str(file),), "occlusion_stride": 12, "occlusion_sizes": (0.5,)}
    result = compute(changed(subject, **few), {"mining": mined})
    assert result.clean.paths == ["mine.png"]
    assert result.choice.given
    assert not result.clean.known[0]
    assert result.clean.classes[0] == mined.top_classes[0, 0]
    # The same file in the data has the class it has there, right or wrong.
    import hashlib

    sha256 = mined.sha256.copy()
    sha256[0] = list(hashlib.sha256(file.read_bytes()).digest())
    wrong = (int(mined.top_classes[0, 0]) + 1) % 3
    labels = np.array([wrong, *mined.labels[1:]], np.int32)
    known = replace(mined, sha256=sha256, labels=labels)
    result = compute(changed(subject, **few), {"mining": known})
    assert result.clean.known[0]
    assert result.clean.classes[0] == wrong
    assert 0 not in result.projections.others[0]
    with pytest.raises(RequestError, match="absent.png"):
        compute(changed(subject, occlude=("absent.png",)), {"mining": mined})


def test_nothing_right(subject, mined):
    wrong = replace(mined, labels=((mined.top_classes[:, 0] + 1) % 3).astype(np.int32))
    with pytest.raises(NotApplicable, match="--occlude"):
        compute(subject, {"mining": wrong})


def test_no_rule_below_the_layer(subject, mined, monkeypatch):
    from vizreport.engine import presets

    monkeypatch.setattr(presets, "rule_problem", lambda *_: "no rule for silu")
    few = changed(subject, occlusion_stride=12, occlusion_sizes=(0.5,))
    result = compute(few, {"mining": mined})
    assert result.projections.problem == "no rule for silu"
    assert (result.projections.projected == 128).all()
    assert (result.squares[12].activations != 0).any()


def test_the_layer_is_mined(tiny_subject):
    from vizreport.experiments.mining.compute import mined_layers

    names = [layer.name for layer in mined_layers(tiny_subject, Settings(layers=("conv1",)))]
    assert names == ["conv1", "conv2"]
    assert occluded_layer(tiny_subject.graph, "conv1").name == "conv1"
    with pytest.raises(RequestError, match="conv9"):
        occluded_layer(tiny_subject.graph, "conv9")


def ending(*layers_):
    """A network of two convolutions with some end, and its graph."""
    import keras
    from keras import layers

    from vizreport.graph.trace import trace

    image = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, activation="relu", name="features")(image)
    x = layers.Conv2D(3, 1, activation="relu", name="scores")(x)
    for layer in layers_:
        x = layer(x)
    return trace(keras.Model(image, x), None)


def test_a_convolution_that_gives_the_scores_is_the_classifier():
    from keras import layers

    pooled = ending(layers.GlobalAveragePooling2D(), layers.Softmax())
    assert occluded_layer(pooled).name == "features"
    dense = ending(layers.Flatten(), layers.Dense(3, activation="softmax"))
    assert occluded_layer(dense).name == "scores"
    assert occluded_layer(ending()) is None


def test_no_classes(mined):
    asked = SimpleNamespace(graph=ending(), output=decide_output((4,), ""))
    with pytest.raises(NotApplicable, match="4 values"):
        compute(tiny.asking(asked), {"mining": mined})


def test_sizes_in_pixels():
    assert square_sizes((0.2,), (227, 300)) == [45]
    assert square_sizes((0.5, 0.1, 0.1001, 0.99), (20, 30)) == [2, 10, 20]
    assert square_sizes((0.001,), (20, 30)) == [1]
