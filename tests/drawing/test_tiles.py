"""Tiles: centred on the unit, windows by energy, eight bits and back."""

from __future__ import annotations

import numpy as np
import pytest

from vizreport.drawing.tiles import cut_tiles, energy_by_side, mosaic, quantised, window_side
from vizreport.graph.fields import Fields


def fields_at(low, size):
    low = np.array(low)
    return Fields(low, low + np.array(size) - 1, tuple(size), False)


def inside_square(energy, top, left, field_low, field_high, side):
    """Energy of the pixels in the centred square, by looking at every pixel."""
    total = 0.0
    for row in range(energy.shape[0]):
        for col in range(energy.shape[1]):
            near = all(
                abs(position - (low + high) / 2) <= (side - 1) / 2
                for position, low, high in (
                    (top + row, field_low[0], field_high[0]),
                    (left + col, field_low[1], field_high[1]),
                )
            )
            total += energy[row, col] if near else 0.0
    return total


@pytest.mark.parametrize("size", [(9, 9), (10, 10), (9, 7)])
def test_the_window_is_the_smallest_square_that_holds_the_energy(size):
    random = np.random.default_rng(0)
    fields = fields_at([[0, 0], [5, 3], [-2, 6]], size)
    tops, lefts = np.array([0, 4, 0]), np.array([0, 2, 5])
    distance = np.abs(np.arange(14) - 7)
    fade = 3.0 ** -(distance[:, None] + distance[None])
    projections = random.normal(size=(3, 14, 14, 3)) * fade[None, :, :, None]
    # Outside the receptive field there is nothing.
    for i in range(3):
        rows, cols = tops[i] + np.arange(14), lefts[i] + np.arange(14)
        out = (rows < fields.low[i, 0]) | (rows > fields.high[i, 0])
        projections[i, out] = 0
        out = (cols < fields.low[i, 1]) | (cols > fields.high[i, 1])
        projections[i, :, out] = 0
    full = max(size)
    side, share = window_side(energy_by_side(projections, tops, lefts, fields), full)
    energy = (projections**2).sum(-1)

    def held(side):
        parts = [
            inside_square(energy[i], tops[i], lefts[i], fields.low[i], fields.high[i], side)
            for i in range(3)
        ]
        return sum(parts) / energy.sum()

    smallest = next(s for s in range(full % 2 or 2, full + 1, 2) if held(s) >= 0.98)
    assert side == smallest
    assert share == pytest.approx(held(side))
    assert (full - side) % 2 == 0


def test_no_energy_shows_the_whole_field():
    assert window_side(np.zeros(8), 7) == (7, 1.0)


@pytest.mark.parametrize("side", [5, 3])
def test_tiles_are_centred_on_the_unit(side):
    """The field's middle pixel is the tile's middle pixel, also where the tile leaves the image."""
    pictures = np.arange(2 * 8 * 9 * 3).reshape(2, 8, 9, 3).astype(float)
    fields = fields_at([[-2, 3], [4, 6]], (5, 5))
    tiles = cut_tiles(pictures, np.array([0, 0]), np.array([0, 0]), fields, side, -1.0)
    assert tiles.shape == (2, side, side, 3)
    middle = side // 2
    np.testing.assert_array_equal(tiles[0, middle, middle], pictures[0, 0, 5])
    np.testing.assert_array_equal(tiles[1, middle, middle], pictures[1, 6, 8])
    for n, (row, col) in enumerate([(0, 5), (6, 8)]):
        for i in range(side):
            for j in range(side):
                y, x = row + i - middle, col + j - middle
                inside = 0 <= y < 8 and 0 <= x < 9
                wanted = pictures[n, y, x] if inside else -1.0
                np.testing.assert_array_equal(tiles[n, i, j], wanted)


def test_tiles_of_crops_equal_tiles_of_whole_images():
    random = np.random.default_rng(0)
    whole = np.zeros((3, 20, 22, 3))
    fields = fields_at([[-1, -1], [6, 9], [16, 17]], (6, 6))
    tops, lefts = np.array([0, 4, 12]), np.array([0, 8, 12])
    crops = np.zeros((3, 8, 10, 3))
    for i in range(3):
        rows = slice(max(fields.low[i, 0], 0), min(fields.high[i, 0] + 1, 20))
        cols = slice(max(fields.low[i, 1], 0), min(fields.high[i, 1] + 1, 22))
        shape = whole[i, rows, cols].shape
        whole[i, rows, cols] = random.normal(size=shape)
        crops[i] = whole[i, tops[i] : tops[i] + 8, lefts[i] : lefts[i] + 10]
    none = np.zeros(3, int)
    np.testing.assert_array_equal(
        cut_tiles(crops, tops, lefts, fields, 6, 0.0),
        cut_tiles(whole, none, none, fields, 6, 0.0),
    )


def test_eight_bits_keep_sign_and_scale():
    random = np.random.default_rng(0)
    projections = random.normal(size=(4, 6, 6, 3))
    scales = np.array([1.0, 2.5, 0.1, 0.0])
    stored = quantised(projections, scales)
    back = (stored.astype(float) - 128) / 127 * scales[:, None, None, None]
    clipped = np.clip(projections, -scales[:, None, None, None], scales[:, None, None, None])
    np.testing.assert_allclose(back, clipped, atol=scales.max() / 127)
    assert (quantised(np.zeros((1, 2, 2, 3)), np.array([0.0])) == 128).all()
    assert quantised(np.full((1, 1, 1, 3), 9.0), np.array([1.0])).max() == 255
    assert quantised(np.full((1, 1, 1, 3), -9.0), np.array([1.0])).min() == 1


def test_a_mosaic_lies_row_by_row():
    tiles = np.arange(7)[:, None, None, None].repeat(2, 1).repeat(2, 2).repeat(3, 3)
    found = mosaic(tiles.astype(np.uint8))
    assert found.shape == (6, 6, 3)
    for i in range(9):
        row, col = divmod(i, 3)
        block = found[2 * row : 2 * row + 2, 2 * col : 2 * col + 2]
        assert (block == (i if i < 7 else 128)).all()
