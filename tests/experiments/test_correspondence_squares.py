"""Squares on parts and beside them, against squares worked out by hand and by brute force."""

from __future__ import annotations

import numpy as np
import pytest

from vizreport.experiments.correspondence.squares import (
    corners,
    covers,
    masked,
    random_squares,
    shared_squares,
    square_side,
)


@pytest.mark.parametrize(
    ("point", "side", "corner"),
    [
        ((5.5, 4.5), 3, (4, 3)),  # in the middle: one pixel to each side
        ((5.0, 4.0), 4, (3, 2)),  # between pixels: two to each side
        ((5.5, 4.5), 4, (4, 3)),  # an even square around a pixel: one more behind it
        ((0.0, 0.0), 3, (0, 0)),  # moved inward
        ((1.4, 7.9), 3, (0, 5)),
        ((9.9, 7.99), 5, (5, 3)),
        ((9.9, 0.2), 8, (2, 0)),
    ],
)
def test_corners_at_borders(point, side, corner):
    """In a picture 10 px wide and 8 px high."""
    assert corners(np.array(point), side, (8, 10)).tolist() == list(corner)


def test_masked_hides_the_square_and_nothing_else():
    pictures = np.arange(2 * 6 * 7 * 3, dtype=np.uint8).reshape(2, 6, 7, 3)
    hidden = masked(pictures, np.array([[0, 4], [4, 1]]), 2)
    expected = pictures.copy()
    expected[0, 4:6, 0:2] = 128
    expected[1, 1:3, 4:6] = 128
    assert np.array_equal(hidden, expected)
    assert hidden.dtype == np.uint8


def test_side_spares_the_next_part():
    # The two nearest of each picture are 5, 6 and 7 px apart: the median doubled.
    points = np.array(
        [
            [[10, 10], [15, 12], [40, 40]],
            [[10, 10], [13, 16], [40, 40]],
            [[10, 10], [30, 12], [37, 10]],
        ],
        np.float32,
    )
    assert square_side(points, (100, 140)) == 12
    start = corners(points[1, 0], 12, (100, 140))
    assert not covers(start[None], 12, points[1, 1:])[0]


def test_side_is_bounded():
    near, far = np.array([[[10, 10], [10, 11]]]), np.array([[[10, 10], [90, 90]]])
    assert square_side(near, (100, 140)) == 8
    assert square_side(far, (100, 140)) == 20
    assert square_side(far[:, :1], (100, 140)) == 20


def test_covers_is_half_open():
    starts = np.array([[2, 3]])
    for point, inside in (((2, 3), True), ((4.9, 5.9), True), ((5, 4), False), ((3, 2.9), False)):
        assert covers(starts, 3, np.array([point]))[0] == inside


def test_random_squares_lie_on_the_object_and_hide_no_part():
    rows, cols = np.indices((40, 50))
    region = (rows - 18) ** 2 + (cols - 25) ** 2 < 15**2
    points = np.array([[20.0, 14.0], [30.0, 14.0], [25.5, 20.2]])
    random = np.random.default_rng(0)
    starts = random_squares(region, points, 7, 60, random)
    assert len(np.unique(starts, axis=0)) == 60
    for left, top in starts:
        assert region[top + 3, left + 3]
        inside = (points[:, 0] >= left) & (points[:, 0] < left + 7)
        inside &= (points[:, 1] >= top) & (points[:, 1] < top + 7)
        assert not inside.any()
    # All places that qualify are drawn sooner or later.
    every = {
        (left, top)
        for top in range(34)
        for left in range(44)
        if region[top + 3, left + 3] and not covers(np.array([[left, top]]), 7, points)[0]
    }
    assert {tuple(start) for start in random_squares(region, points, 7, 5000, random)} == every


def test_random_squares_where_every_place_hides_a_part():
    region = np.zeros((20, 20), bool)
    region[9:12, 9:12] = True
    starts = random_squares(region, np.array([[10.5, 10.5]]), 7, 4, np.random.default_rng(0))
    assert starts.shape == (4, 2)
    assert ((starts >= 6) & (starts <= 8)).all()


def test_shared_squares_are_at_one_place_of_the_box():
    boxes = np.array([[10, 10, 52, 73], [20, 5, 83, 47]], float)
    regions = np.zeros((2, 100, 120), bool)
    for region, (left, top, right, bottom) in zip(regions, boxes.astype(int), strict=True):
        region[top:bottom, left:right] = True
    regions[1, :, 60:] = False  # a third of the second object cannot be seen
    points = np.array([[[15.0, 15.0]], [[30.0, 10.0]]])
    starts = shared_squares(regions, boxes, points, 6, 12, np.random.default_rng(0))
    assert starts.shape == (2, 12, 2)
    centres = starts + 3.0
    relative = (centres - boxes[:, None, :2]) / (boxes[:, None, 2:] - boxes[:, None, :2])
    # Squares begin at whole pixels: the centres are off by half a pixel at most.
    assert np.abs(relative[0] - relative[1]).max() <= 0.5 / 42 + 0.5 / 63 + 1e-9
    assert len(np.unique(starts[0], axis=0)) == 12
    for i in range(2):
        assert not covers(starts[i], 6, points[i]).any()
        rows, cols = (starts[i] + 3).T[::-1]
        assert regions[i, rows, np.minimum(cols, 119)].mean() > 0.9
