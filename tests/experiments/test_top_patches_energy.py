"""Shares of energy on the object, against a loop over pixels."""

from __future__ import annotations

import numpy as np
import pytest

from vizreport.experiments.top_patches.energy import Shares, energy_shares

SHAPE = (14, 18)


def test_against_a_loop_over_pixels():
    random = np.random.default_rng(0)
    units, height, width = 6, 6, 7
    tops = np.array([0, -3, 8, 4, 11, -2])
    lefts = np.array([5, 15, 11, 2, -4, 3])
    wholes = random.normal(size=(units, *SHAPE, 3)).astype(np.float32)
    wholes[3] = 0
    # Crops may leave the input; beyond it there is nothing.
    padded = np.pad(wholes, ((0, 0), (9, 9), (9, 9), (0, 0)))
    projections = np.stack(
        [padded[u, tops[u] + 9 :, lefts[u] + 9 :][:height, :width] for u in range(units)]
    )
    fields = np.stack([lefts + 1, tops, lefts + width, tops + height - 2], axis=1)
    fields = fields.clip(0, [SHAPE[1], SHAPE[0]] * 2)
    masks = random.random((units, *SHAPE)) < 0.4
    mean = random.random(SHAPE)
    found = energy_shares(projections, tops, lefts, fields, masks, mean)
    for u in range(units):
        whole = np.zeros((*SHAPE, 3))
        cut = slice(max(tops[u], 0), tops[u] + height), slice(max(lefts[u], 0), lefts[u] + width)
        whole[cut] = wholes[u][cut]
        total = inside = elsewhere = 0.0
        for row in range(SHAPE[0]):
            for col in range(SHAPE[1]):
                energy = float((whole[row, col] ** 2).sum())
                total += energy
                inside += energy * masks[u, row, col]
                elsewhere += energy * mean[row, col]
        if u == 3:
            assert np.isnan([found.inside[u], found.elsewhere[u]]).all()
        else:
            assert found.inside[u] == pytest.approx(inside / total)
            assert found.elsewhere[u] == pytest.approx(elsewhere / total)
        left, top, right, bottom = fields[u]
        assert found.area[u] == pytest.approx(masks[u, top:bottom, left:right].mean())


def test_by_hand():
    """All energy on the object; a third of the field is object; half of the others' objects."""
    projection = np.zeros((1, 3, 3, 1))
    projection[0, 1] = 2
    mask = np.zeros((1, *SHAPE), bool)
    mask[0, 5] = True
    mean = np.zeros(SHAPE)
    mean[5] = 0.5
    one = np.array([4])
    found = energy_shares(projection, one, one, np.array([[4, 4, 7, 7]]), mask, mean)
    assert (found.inside[0], found.area[0], found.elsewhere[0]) == pytest.approx((1, 1 / 3, 0.5))


def test_what_is_found_is_put_in_its_place():
    shares = Shares(*(np.full((2, 3), np.nan) for _ in range(3)))
    shares.put(np.array([[1, 2], [0, 0]]), Shares(*(np.array([i, i + 0.5]) for i in range(3))))
    assert shares.inside[1, 2] == 0
    assert shares.area[0, 0] == 1.5
    assert shares.elsewhere[1, 2] == 2
    assert np.isnan(shares.inside).sum() == 4
