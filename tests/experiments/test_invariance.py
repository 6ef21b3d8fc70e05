"""Invariance against the model asked picture by picture."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import pytest
from keras import layers
from PIL import Image
from scipy import ndimage

from tests.engine.float64 import randomise
from tests.experiments import tiny
from vizreport.errors import NotApplicable, RequestError
from vizreport.experiments.invariance import figures, sample, summary
from vizreport.experiments.invariance.findings import findings

compute = tiny.computing("invariance")


@pytest.fixture(scope="module")
def found(tiny_subject, mined):
    return compute(tiny.changed(tiny_subject, invariance_images=4), {"mining": mined})


def plain(subject, picture):
    """Features of both layers and the probabilities, of one picture, by Keras."""
    model = subject.model
    outputs = [model.get_layer(name).output for name in ("pool1", "conv2", "classes")]
    return [
        np.asarray(y[0], np.float64).ravel()
        for y in keras.Model(model.input, outputs)(subject.preprocessing.tensor(picture[None]))
    ]


def test_numbers_are_those_of_keras(found, tiny_subject, mined):
    assert found.layers == ["conv1", "conv2"]
    shifts = found.values["vertical"]
    for i in (0, len(found.images) - 1):
        picture = tiny_subject.pictures(mined.records[found.images[i : i + 1]])[0]
        clean = plain(tiny_subject, picture)
        assert found.lengths == [len(clean[0]), len(clean[1])]
        np.testing.assert_allclose(
            found.norms[i], [np.linalg.norm(clean[0]), np.linalg.norm(clean[1])], rtol=1e-4
        )
        assert found.classes[i] == mined.labels[found.images[i]]
        for step in (0, 2, len(shifts) - 1):
            moved = ndimage.shift(picture, (shifts[step], 0, 0), order=0, mode="nearest")
            seen = plain(tiny_subject, moved)
            distances = [np.linalg.norm(a - b) for a, b in zip(clean[:2], seen[:2], strict=True)]
            np.testing.assert_allclose(
                found.distances["vertical"][i, :, step], distances, rtol=1e-3, atol=1e-4
            )
            probability = found.probabilities["vertical"][i, step]
            assert probability == pytest.approx(seen[2][found.classes[i]], abs=1e-5)


def test_nothing_changed_is_no_distance(found):
    identity = {"vertical": 0, "horizontal": 0, "scale": 1, "rotation": 0}
    for name, values in found.values.items():
        here = values == identity[name]
        assert here.sum() == 1
        assert (found.distances[name][..., here] == 0).all()
        assert (found.distances[name][..., ~here].max(axis=1) > 0).all()


def test_images(found, mined, tiny_subject):
    shown = len(found.paths)
    assert 1 <= shown <= 3
    chosen = found.images[:shown]
    assert (mined.labels[chosen] == mined.top_classes[chosen, 0]).all()
    assert [mined.paths[i] for i in chosen] == found.paths
    assert found.sampled.sum() == 4
    assert found.sampled[shown:].all()
    tells = sample.telling(found.probabilities, found.values)
    clean = found.probabilities["vertical"][:, found.values["vertical"] == 0][:, 0]
    lowest = np.min([p.min(axis=1) for p in found.probabilities.values()], axis=0)
    assert tells.tolist() == [p > 0.5 and p - q > 0.2 for p, q in zip(clean, lowest, strict=True)]
    assert len(set(found.images.tolist())) == len(found.images)
    # The sample is drawn whatever images are shown.
    other = compute(tiny.changed(tiny_subject, invariance_images=4, seed=1), {"mining": mined})
    assert set(other.images[other.sampled]) != set(found.images[found.sampled])


def test_shown_are_those_in_which_something_happens():
    tells = np.array([False, True, True, True, False, False, False])
    right = np.array([True, True, True, True, True, True, False])
    fall = np.array([0.1, 0.3, 0.5, 0.4, 0.15, 0.05, 0.9])
    classes = np.array([0, 1, 1, 2, 3, 4, 5])
    for seed in range(6):
        chosen = sample.choose_shown(tells, fall, right, classes, 3, seed).tolist()
        # Of two of one class one; then the right one that loses most.
        assert chosen in ([1, 3, 4], [2, 3, 4])
    assert sample.choose_shown(tells, fall, right, classes, 9, 0)[-3:].tolist() == [3, 4, 5]
    both = {tuple(sample.choose_shown(tells, fall, right, classes, 2, s)) for s in range(9)}
    assert both == {(1, 3), (2, 3)}


def test_batches_change_nothing(found, tiny_subject, mined):
    smaller = tiny.changed(tiny_subject, invariance_images=4, batch_size=2)
    again = compute(smaller, {"mining": mined})
    for name in found.values:
        np.testing.assert_allclose(
            again.distances[name], found.distances[name], rtol=1e-4, atol=1e-4
        )
    np.testing.assert_allclose(again.apart, found.apart, rtol=1e-4)


def test_other_images_lie_apart(found, tiny_subject, mined):
    features = [plain(tiny_subject, picture)[0] for picture in tiny_subject.pictures(mined.records)]
    for i, image in enumerate(found.images):
        away = [np.linalg.norm(features[image] - other) for other in features]
        assert np.isclose(found.apart[i, 0], [d for d in away if d > 1e-3], rtol=1e-4).any()


def test_files_layers_and_options(tiny_subject, mined, tmp_path):
    path = tmp_path / "mine.png"
    Image.fromarray(np.random.default_rng(2).integers(0, 256, (40, 50, 3), np.uint8)).save(path)
    asked = tiny.changed(
        tiny_subject,
        invariance=(str(path),),
        invariance_images=2,
        invariance_layers=("conv2",),
        invariance_interpolation="nearest",
        invariance_fill="grey",
    )
    result = compute(asked, {"mining": mined})
    assert result.given
    assert result.paths == ["mine.png"]
    assert result.layers == ["conv2"]
    assert result.images[0] == -1
    assert not result.known[0]
    assert not result.sampled[0]
    clean = plain(tiny_subject, result.pictures[0])[2]
    assert result.classes[0] == clean.argmax()
    moved = ndimage.shift(result.pictures[0], (0, 3, 0), order=0, mode="constant", cval=128)
    step = int(np.flatnonzero(result.values["horizontal"] == 3)[0])
    seen = plain(tiny_subject, moved)[2]
    assert abs(seen - clean).max() > 1e-3
    probability = result.probabilities["horizontal"][0, step]
    assert probability == pytest.approx(seen[clean.argmax()], abs=1e-5)


def test_wrong_requests(tiny_subject, mined):
    for settings, said in (
        ({"invariance": ("a.png",) * 6}, "at most 5"),
        ({"invariance": ("absent.png",)}, "absent.png"),
        ({"invariance_layers": ("absent",)}, "conv1, conv2"),
    ):
        with pytest.raises(RequestError, match=said):
            compute(tiny.changed(tiny_subject, **settings), {"mining": mined})
    wrong = replace(mined, labels=((mined.top_classes[:, 0] + 1) % 3).astype(np.int32))
    with pytest.raises(NotApplicable, match="--invariance"):
        compute(tiny_subject, {"mining": wrong})


def test_networks_without_scores_or_hidden_layers(tiny_subject, mined):
    image = keras.Input((*tiny.SIZE, 3))
    maps = layers.Conv2D(4, 3, activation="relu", name="only")(image)
    headless = tiny.changed(tiny_subject, invariance_images=2)
    headless.model = randomise(keras.Model(image, maps))
    none = replace(mined, top_classes=np.zeros((len(mined.paths), 0), np.int32), class_names=[])
    result = compute(headless, {"mining": none})
    assert result.layers == ["only"]
    assert result.class_names == []
    assert (result.classes == -1).all()
    assert np.isnan(result.probabilities["scale"]).all()
    assert (result.distances["scale"][:, 0, -1] > 0).all()
    assert [len(curves) for curves in (figures._all(result, "scale"),)] == [1]
    assert not findings({"invariance": result})
    figures.drawing.draw(result, ("scale",), result.paths)
    scores = layers.Dense(3, activation="softmax")(layers.Flatten()(image))
    headless = tiny.changed(tiny_subject)
    headless.model = keras.Model(image, scores)
    with pytest.raises(NotApplicable, match="hidden layer"):
        compute(headless, {"mining": mined})


def test_scores_without_softmax(tiny_subject, mined, found):
    model = tiny_subject.model
    last = model.get_layer("classes")
    scores = layers.Dense(3, name="scores")
    bare = keras.Model(model.input, scores(last.input))
    scores.set_weights(last.get_weights())
    asked = tiny.changed(tiny_subject, invariance_images=4)
    asked.model = bare
    result = compute(asked, {"mining": mined})
    for name, probabilities in found.probabilities.items():
        np.testing.assert_allclose(result.probabilities[name], probabilities, atol=1e-5)


def test_means_spread_and_silent_images(found):
    sample = found.sampled
    expected = found.distances["rotation"][sample, 1] / found.norms[sample, 1, None]
    curves = summary.distance_curves(found, "rotation", 1)
    np.testing.assert_allclose(curves.mean, expected.mean(axis=0), rtol=1e-5)
    heights = (expected[:, 1:] + expected[:, :-1]).mean(axis=1) / 2  # equal steps
    assert curves.mean_area == pytest.approx(heights.mean(), rel=1e-5)
    assert curves.spread == pytest.approx(heights.std(), rel=1e-4)
    # An image without features has no relative distance, and the mean is of the others.
    norms = found.norms.copy()
    quiet = int(np.flatnonzero(sample)[0])
    norms[quiet, 1] = 0
    curves = summary.distance_curves(replace(found, norms=norms), "rotation", 1)
    np.testing.assert_allclose(
        curves.mean, expected[np.flatnonzero(sample) != quiet].mean(axis=0), rtol=1e-5
    )
