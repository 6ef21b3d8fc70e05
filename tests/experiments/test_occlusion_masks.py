"""Maps against masks: hand-worked."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from vizreport.data.presets import preset
from vizreport.data.scenes import open_scenes
from vizreport.experiments.occlusion import sample
from vizreport.experiments.occlusion.masks import agreement, object_masks, outline
from vizreport.parallel.pieces import Pieces


def test_agreement_by_hand():
    mask = np.zeros((2, 4), bool)
    mask[:, 0] = True
    pixels = np.array([[0.1, 0.7, 0.9, 0.9], [0.5, 0.9, 1.0, np.nan]])
    found = agreement(pixels, 0.9, mask)
    # Falls of 0.8, 0.2, 0, 0 and 0.4, 0, 0 (a rise counts nothing), none.
    assert found.share == pytest.approx(1.2 / 1.4)
    assert found.hit
    assert found.area == pytest.approx(2 / 7)
    assert not agreement(pixels, 0.9, ~mask).hit


def test_nothing_falls():
    found = agreement(np.ones((2, 2)), 0.5, np.eye(2, dtype=bool))
    assert not found.hit
    assert np.isnan(found.share)
    assert found.area == 0.5


def test_outline_by_hand():
    mask = np.zeros((5, 5), bool)
    mask[1:4, 1:4] = True
    wanted = mask.copy()
    wanted[2, 2] = False
    np.testing.assert_array_equal(outline(mask), wanted)
    # At the image's edge there is nothing beside the object.
    np.testing.assert_array_equal(outline(np.ones((3, 3), bool)), np.zeros((3, 3), bool))


def context_of(dataset, size=(64, 64)):
    preprocessing = preset("unit", size, 3, {"resize": "squash", "resize_to": None, "crop": "none"})
    return SimpleNamespace(dataset=dataset, preprocessing=preprocessing)


def test_masks_of_scenes_are_those_the_network_sees():
    dataset = open_scenes("test", 4)
    mining = SimpleNamespace(records=np.array([2, 0, 3]))
    masks, masked = object_masks(context_of(dataset), mining, np.array([0, -1, 2]))
    assert masked.tolist() == [True, False, True]
    assert masks.shape == (3, 64, 64)
    for i, record in ((0, 2), (2, 3)):
        whole = dataset.truth(record).mask
        small = whole.reshape(64, 2, 64, 2).mean(axis=(1, 3))
        assert (masks[i] == (small > 0.5))[np.abs(small - 0.5) > 0.3].mean() > 0.97


def test_other_data_have_no_masks():
    dataset = SimpleNamespace(truth=None)
    masks, masked = object_masks(context_of(dataset), SimpleNamespace(), np.array([0, 1]))
    assert not masks.any()
    assert not masked.any()


@pytest.mark.parametrize(("every", "drawn"), [(1, 30), (2, 59), (5, 60)])
def test_images_are_drawn_until_enough_of_them_fall(monkeypatch, every, drawn):
    """In every so many images the probability falls; none twice, and no wrong one."""
    count, side = 80, 16
    looked = []

    def occlude(traced, inputs, fills, squares, layer, feature_map, running):
        rows = squares.tops
        assert running.maps == 30
        looked.append(int(inputs[0, 0, 0]))
        falls = (len(looked) - 1) % every == 0
        outputs = np.full((len(rows), 2), 0.9, np.float32)
        outputs[0] = 0.1 if falls else 0.9
        return SimpleNamespace(outputs=outputs)

    monkeypatch.setattr("vizreport.engine.occlusion.occlude", occlude)

    def masks(_context, _mining, images):
        return np.ones((len(images), side, side), bool), np.ones(len(images), bool)

    monkeypatch.setattr(sample, "object_masks", masks)
    pictures = np.arange(count)[:, None, None, None] * np.ones((1, side, side, 3))
    subject = SimpleNamespace(
        dataset=SimpleNamespace(truth=True),
        preprocessing=SimpleNamespace(input_size=(side, side), tensor=lambda each: each),
        pictures=lambda records: pictures[records],
        output=SimpleNamespace(probabilities=lambda outputs: outputs),
        traced=None,
    )
    labels = np.arange(count) % 4 == 0  # three of four are classified correctly
    mining = SimpleNamespace(
        labels=labels.astype(int),
        top_classes=np.zeros((count, 1), int),
        top_probabilities=np.full((count, 1), 0.9),
        records=np.arange(count),
    )
    found = sample.on_objects(subject, Pieces(), mining, None, 4, 0, 1)
    assert len(found.images) == len(set(found.images)) == drawn
    assert found.images.tolist() == looked
    assert not labels[found.images].any()
    assert np.isfinite(found.shares).sum() == -(-drawn // every)
    assert found.lowest.tolist() == pytest.approx(
        [0.1 if i % every == 0 else 0.9 for i in range(drawn)]
    )
