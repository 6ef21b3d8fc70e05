"""Masks and parts carried into the network's view, against pictures of them carried there."""

from __future__ import annotations

import numpy as np
import pytest

from vizreport.data.presets import preset
from vizreport.data.scenes import open_scenes
from vizreport.data.shapes import draw, open_shapes
from vizreport.data.truth import Part, Truth, bounds, in_view

VIEWS = {
    "shortest and crop": ((40, 40), {"resize": "shortest", "resize_to": 50, "crop": "center"}),
    "squash and crop": ((40, 32), {"resize": "squash", "resize_to": 48, "crop": "center"}),
    "crop": ((60, 50), {"resize": "none", "resize_to": None, "crop": "center"}),
    "squash": ((90, 80), {"resize": "squash", "resize_to": None, "crop": "none"}),
}


@pytest.fixture(params=list(VIEWS))
def view(request):
    size, parts = VIEWS[request.param]
    return preset("unit", size, 3, parts)


def centre(picture):
    """Centre of brightness, px from the left and the top edge, and its largest value."""
    weights = picture[..., 0].astype(float)
    rows, cols = np.indices(weights.shape) + 0.5
    total = weights.sum()
    return (cols * weights).sum() / total, (rows * weights).sum() / total


@pytest.mark.parametrize("shape", [(100, 140), (130, 90)])
def test_points_fall_where_the_picture_shows_them(view, shape):
    for x, y in ((shape[1] / 2, shape[0] / 2), (shape[1] / 2 - 12, shape[0] / 2 + 15)):
        picture = np.zeros((*shape, 3), np.uint8)
        picture[round(y) - 3 : round(y) + 3, round(x) - 3 : round(x) + 3] = 255
        known = Truth(picture[..., 0] > 0, (0, 0, 0, 0), {"dot": Part(round(x), round(y), True)})
        seen = in_view(known, view)
        shown = view.picture(picture)
        assert seen.parts["dot"].visible
        found = centre(shown)
        assert (seen.parts["dot"].x, seen.parts["dot"].y) == pytest.approx(found, abs=0.05)
        np.testing.assert_array_equal(seen.mask, shown[..., 0] > 127)
        assert seen.box == bounds(seen.mask)


def test_a_crop_by_hand():
    view = preset("unit", (60, 50), 3, VIEWS["crop"][1])
    mask = np.zeros((100, 150), bool)
    mask[30:50, 40:70] = True
    parts = {
        "in": Part(60.5, 40.25, True),
        "hidden": Part(60, 40, False),
        "left": Part(49.9, 40, True),
        "below": Part(60, 80, True),
    }
    seen = in_view(Truth(mask, bounds(mask), parts, "oak", "meadow", True), view)
    # The crop's upper left pixel is 20 down and 50 to the right.
    np.testing.assert_array_equal(seen.mask, mask[20:80, 50:100])
    assert seen.box == (0, 10, 20, 30)
    assert seen.parts == {
        "in": Part(10.5, 20.25, True),
        "hidden": Part(10, 20, False),
        "left": Part(pytest.approx(-0.1), 20, False),
        "below": Part(10, 60, False),
    }
    assert (seen.design, seen.stage, seen.covered) == ("oak", "meadow", True)


def test_an_object_that_the_crop_leaves_out():
    view = preset("unit", (60, 50), 3, VIEWS["crop"][1])
    mask = np.zeros((100, 150), bool)
    mask[:, :30] = True
    seen = in_view(Truth(mask, bounds(mask)), view)
    assert not seen.mask.any()
    assert seen.box == (0, 0, 0, 0)


def test_bounds_by_brute_force():
    random = np.random.default_rng(0)
    for _ in range(20):
        mask = random.random((9, 11)) > 0.95
        rows, cols = np.nonzero(mask)
        wanted = (cols.min(), rows.min(), cols.max() + 1, rows.max() + 1) if len(rows) else (0,) * 4
        assert bounds(mask) == wanted


def test_scenes_know_their_parts():
    dataset = open_scenes("val", 12)
    assert dataset.truth is not None
    for record in dataset.records:
        truth = dataset.truth(record.index)
        assert truth.box == bounds(truth.mask)
        assert truth.parts


def test_shapes_are_where_the_mask_says():
    """Grey values step across the outline, more than across the same outline 8 px beside it."""
    dataset = open_shapes()
    assert dataset.truth is not None
    edges, beside = [], []
    for i in (2, 3, 4, 5, 6, 7, 14, 15):
        truth = dataset.truth(i)
        assert truth.mask.shape == (96, 96)
        assert 0.02 < truth.mask.mean() < 0.7
        assert truth.box == bounds(truth.mask)
        picture = draw("test", i).astype(float).mean(axis=2)
        steps = np.abs(np.diff(picture, axis=1))
        across = truth.mask[:, 1:] != truth.mask[:, :-1]
        edges.append(np.median(steps[across]))
        beside.append(np.median(steps[np.roll(across, 8, axis=(0, 1))]))
    assert np.mean(edges) > 2.5 * np.mean(beside)
