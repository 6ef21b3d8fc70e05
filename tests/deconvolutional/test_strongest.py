"""The strongest activations by hand, and what a unit reaches by an impulse."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from vizreport.deconvolutional.learning import random_filters
from vizreport.deconvolutional.operator import pool, project
from vizreport.deconvolutional.strongest import (
    corner,
    cut,
    extremes,
    joined,
    projections,
    strongest,
    window,
)


def test_the_nine_have_the_sign_of_the_strongest_and_one_picture_each():
    maps = np.zeros((3, 4, 5, 2), np.float32)
    maps[0, 1, 2, 0], maps[1, 3, 4, 0], maps[1, 0, 0, 0] = 2, -5, -4
    maps[2, 2, 2, 0], maps[0, 0, 3, 0] = -1, -3
    found = joined([extremes(maps[:2]), extremes(maps[2:])])
    signs, values, pictures, places = strongest(found)
    assert signs.tolist() == [-1, 1]
    assert values[0].tolist() == [5, 3, 1, 0, 0, 0, 0, 0, 0]
    assert pictures[0, :3].tolist() == [1, 0, 2]
    assert places[0, :3].tolist() == [[3, 4], [0, 3], [2, 2]]
    assert not values[1].any()


def test_a_unit_of_layer_2_reaches_its_window_and_nothing_else():
    filters = [tf.constant(random_filters(s, 0)) for s in ((3, 3, 1, 2), (3, 3, 2, 2))]
    full = np.zeros((20, 20), bool)
    place = np.array([4, 5])
    maps = np.zeros((1, 12, 12, 2), np.float32)
    maps[0, 4, 5, 0] = 1
    assert window([3, 3]) == 8
    top, left = corner(place, [3, 3])
    for seed in range(12):  # other switches, other pixels within the window
        noise = np.random.default_rng(seed).normal(size=(1, 20, 20, 2)).astype(np.float32)
        _, switches = pool(tf.constant(noise))
        below = project(tf.constant(maps), filters, (switches,)).numpy()[0, :, :, 0]
        full[: below.shape[0], : below.shape[1]] |= below != 0
    rows, cols = np.flatnonzero(full.any(1)), np.flatnonzero(full.any(0))
    assert (rows[0], rows[-1], cols[0], cols[-1]) == (top, top + 7, left, left + 7)
    found = projections(
        filters,
        np.repeat(switches.numpy().astype(bool), 1, 0),
        (12, 12),
        np.zeros((2, 9), np.int32),
        np.tile(place, (2, 9, 1)),
        np.array([1, -1]),
    )
    assert found.shape == (2, 9, 8, 8, 1)
    tile = below[top : top + 8, left : left + 8]
    np.testing.assert_array_equal(found[0, 0, :, :, 0], np.round(127 * tile / abs(tile).max()))


def test_cuts_are_filled_beyond_the_edge():
    picture = np.arange(12).reshape(3, 4, 1)
    assert cut(picture, np.array([-1, 2]), 3, -7)[:, :, 0].tolist() == [
        [-7, -7, -7],
        [2, 3, -7],
        [6, 7, -7],
    ]
