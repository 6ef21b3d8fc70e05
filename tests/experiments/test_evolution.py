"""Evolution: against fresh deconvnets of each checkpoint, whole images and float64."""

from __future__ import annotations

import dataclasses
import io

import numpy as np
import pytest
from PIL import Image

from tests.experiments import tiny
from vizreport.errors import NotApplicable
from vizreport.experiments.evolution import similarity
from vizreport.experiments.evolution.compute import choose_epochs
from vizreport.models.epochs import EpochCheckpoint
from vizreport.models.history import Epoch, write_history
from vizreport.models.load import load_checkpoint

compute = tiny.computing("evolution")
compute_top = tiny.computing("top_patches")

EPOCHS = (1, 4, 9)


@pytest.fixture(scope="module")
def evolved(tiny_files, mined, tmp_path_factory):
    """Subject, requirements and result of three epochs."""
    folder = tiny.write_epochs(tmp_path_factory.mktemp("epochs"), tiny_files[0], EPOCHS)
    line = Epoch(1, 0.01, 2.0, 0.9, 1.5, 0.8, None, 1.0, 10.0)
    write_history(folder, {}, [line, dataclasses.replace(line, epoch=2, training_loss=1.0)])
    subject = tiny.subject(folder, tiny_files[1], maps=4)
    required = {
        "mining": mined,
        "top_patches": compute_top(subject, {"mining": mined, "parts": None}),
    }
    before = [weights.copy() for weights in subject.model.get_weights()]
    result = compute(subject, required)
    for old, new in zip(before, subject.model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    return subject, required, result


@pytest.fixture(scope="module")
def deconvnets(evolved):
    """One for each epoch, of its own checkpoint."""
    from vizreport.engine import Deconvnet

    subject = evolved[0]
    return [
        Deconvnet(load_checkpoint(each.path), "deconvnet", subject.preprocessing)
        for each in subject.network.epochs
    ]


def whole_tiles(subject, deconvnet, layer: str, maps, images, rows, cols, side: int):
    """Project units on whole images; cut tiles about their centres."""
    from vizreport.graph.fields import unit_fields

    found = deconvnet.layer(layer)
    inputs = subject.preprocessing.tensor(subject.pictures(np.asarray(images)))
    tiles = []
    for i, m in enumerate(maps):
        unit = (int(rows[i]), int(cols[i]), int(m))
        whole = deconvnet.project(inputs[i : i + 1], layer, unit)[0].astype(np.float64)
        fields = unit_fields(deconvnet.graph, found.node, rows[i : i + 1], cols[i : i + 1])
        padded = np.pad(whole, ((60, 60), (60, 60), (0, 0)))
        top, left = (fields.low[0] + fields.high[0] + 1 - side) // 2 + 60
        tiles.append(padded[top : top + side, left : left + side])
    return np.stack(tiles)


def activations(subject, epoch: int, layer: str) -> np.ndarray:
    """Return all activations of a layer, by Keras itself: [N, places, maps]."""
    import keras

    path = next(e.path for e in subject.network.epochs if e.epoch == epoch)
    model = load_checkpoint(path)
    if layer == "classes":  # before the softmax
        model.get_layer(layer).activation = keras.activations.linear
    part = keras.Model(model.inputs, model.get_layer(layer).output)
    count = len(subject.dataset.records)
    output = part.predict(
        subject.preprocessing.tensor(subject.pictures(np.arange(count))), verbose=0
    )
    return output.reshape(count, -1, output.shape[-1])


@pytest.mark.parametrize("layer", ["conv1", "conv2", "classes"])
def test_strongest_units_are_those_of_each_epoch(evolved, layer):
    subject, required, result = evolved
    assert result.epochs == list(EPOCHS)
    followed = result.followed[layer]
    assert (followed.maps == required["top_patches"].layers[layer].maps).all()
    for e, epoch in enumerate(EPOCHS):
        found = activations(subject, epoch, layer)[..., followed.maps]
        by_image = found.max(axis=1)
        np.testing.assert_allclose(followed.values[e], by_image.max(axis=0), rtol=1e-4)
        np.testing.assert_array_equal(followed.images[e], by_image.argmax(axis=0))
    mining = required["mining"]
    for field in ("values", "images", "rows", "cols"):
        mined_last = getattr(mining.layers[layer], field)[followed.maps, 0]
        np.testing.assert_allclose(getattr(followed, field)[-1], mined_last, rtol=1e-5)


@pytest.mark.parametrize("layer", ["conv1", "conv2"])
def test_similarity_and_tiles_against_whole_images(evolved, deconvnets, layer):
    subject, _, result = evolved
    followed = result.followed[layer]
    maps, side = followed.maps, followed.window

    def at(e: int, units: int) -> np.ndarray:
        places = (getattr(followed, field)[units] for field in ("images", "rows", "cols"))
        return whole_tiles(subject, deconvnets[e], layer, maps, *places, side)

    last = at(-1, -1)
    for e in range(len(EPOCHS)):
        for stored, tiles in (
            (followed.similarity, at(e, -1)),
            (followed.own_similarity, at(e, e)),
        ):
            for m in range(len(maps)):
                a, b = tiles[m].ravel(), last[m].ravel()
                if not b.any():
                    assert np.isnan(stored[e, m])
                    continue
                expected = a @ b / np.sqrt((a @ a) * (b @ b)) if a.any() else np.nan
                assert stored[e, m] == pytest.approx(expected, abs=1e-4, nan_ok=True)
        shown = at(e, e)
        offsets = followed.projection_offsets
        for m in range(len(maps)):
            content = followed.projections[offsets[m] : offsets[m + 1]].tobytes()
            strip = np.asarray(Image.open(io.BytesIO(content)).convert("RGB")).astype(float)
            assert strip.shape == (side, side * len(EPOCHS), 3)
            tile = strip[:, e * side : (e + 1) * side] - 128
            scale = followed.scales[e, m] or 1.0
            expected = 127 * np.clip(shown[m] / scale, -1, 1)
            np.testing.assert_allclose(tile, expected, atol=0.6)
    last_similarity = followed.similarity[-1]
    assert (last_similarity[~np.isnan(last_similarity)] > 0.999).all()


def test_a_dead_map_has_no_similarity(tiny_files, evolved):
    _, _, result = evolved
    dead = (
        list(result.followed["conv1"].maps).index(2) if 2 in result.followed["conv1"].maps else None
    )
    for layer in result.layers:
        alive = result.followed[layer].values[-1] > 0
        # A map that is above 0 may still project nothing, never the reverse.
        assert not np.isfinite(result.followed[layer].similarity[-1][~alive]).any()
    if dead is not None:
        assert np.isnan(result.followed["conv1"].similarity[:, dead]).all()


def test_history_and_settings(evolved):
    _, _, result = evolved
    assert result.history_epochs.tolist() == [1, 2]
    assert result.training_loss.tolist() == [2.0, 1.0]
    assert result.validation_error.tolist() == pytest.approx([0.8, 0.8])
    assert result.found == 3


def test_one_checkpoint_is_not_applicable(tiny_subject, mined):
    with pytest.raises(NotApplicable, match="only one checkpoint"):
        compute(tiny_subject, {"mining": mined, "top_patches": None})


def test_choice_of_epochs():
    def chosen(*epochs):
        found = [EpochCheckpoint(epoch, None) for epoch in epochs]
        return [each.epoch for each in choose_epochs(found)]

    assert chosen(*range(1, 71)) == [1, 2, 3, 6, 11, 21, 38, 70]
    assert chosen(3, 5) == [3, 5]
    assert chosen(*range(9)) == [0, 1, 2, 3, 4, 5, 6, 8]
    assert chosen(*range(100, 120))[0] == 100
    assert len(set(chosen(*range(100, 120)))) == 8


def test_settled_by_hand():
    def when(*means):
        return similarity.settled(range(1, len(means) + 1), np.array(means)[:, None])

    assert when(0.9, 0.9, 1) == 1
    assert when(0.1, 0.85, 1) == 2
    assert when(0.9, 0.5, 0.85, 1) == 3  # what it left again does not count
    assert when(0.1, 0.79, 1) == 0
    assert when(np.nan, np.nan, np.nan) == 0
    blank = np.array([[0.7, np.nan, 0.9, 0.95], [0.95, np.nan, np.nan, 0.93], [1, np.nan, 1, 1]])
    assert similarity.median_similarity(blank) == pytest.approx([0.9, 0.94, 1.0])
    assert similarity.settled([5, 6, 7], blank) == 5


def test_mean_between_is_that_of_all_pairs():
    random = np.random.default_rng(1)
    tiles = random.normal(size=(5, 3, 3, 3)) + 0.5
    tiles[2] = 0
    shown = [tile.ravel() for tile in tiles if tile.any()]
    pairs = [
        a @ b / np.linalg.norm(a) / np.linalg.norm(b)
        for i, a in enumerate(shown)
        for b in shown[:i]
    ]
    assert similarity.mean_between(tiles) == pytest.approx(np.mean(pairs))
    assert similarity.mean_between(tiles[:1]) is None
