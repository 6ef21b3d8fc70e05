"""Feature maps: similarity against NumPy, the order by hand, rules against themselves."""

from __future__ import annotations

import numpy as np
import pytest

from tests.experiments.test_mining import activations
from vizreport.engine.strongest import MOST_COMPARED, from_batch, merge
from vizreport.experiments.feature_maps import neighbours


def test_similarity_is_the_correlation_over_images(tiny_subject, mined):
    for layer in ("conv1", "conv2"):
        maxima = activations(tiny_subject, layer).max((1, 2)).astype(np.float64)
        with np.errstate(invalid="ignore"):
            wanted = np.nan_to_num(np.corrcoef(maxima.T))
        assert np.abs(mined.layers[layer].similarity / 100 - wanted).max() <= 0.0051
    assert (mined.layers["conv1"].similarity[2] == 0).all()  # dead: the same in every image


def test_similarity_of_parts_is_that_of_the_whole():
    values = np.random.default_rng(0).normal(size=(11, 4)) + 30
    places = np.zeros((11, 4), int)

    def part(start, stop):
        cut = slice(start, stop)
        return from_batch(values[cut], places[cut], values[cut], start, 3)

    joined = merge(part(0, 4), part(4, 11), 3)
    wanted = np.rint(100 * np.corrcoef(values.T))
    np.testing.assert_array_equal(joined.similarity(), wanted)


def test_very_many_maps_are_not_compared():
    many = np.zeros((2, MOST_COMPARED + 1))
    assert from_batch(many, many.astype(int), many, 0, 3).similarity().shape == (0, 0)


SIMILARITY = np.array(
    [[100, 10, 90, 0], [10, 100, 20, 80], [90, 20, 100, 30], [0, 80, 30, 100]], np.int8
)


def test_neighbours_by_hand():
    near, how = neighbours.neighbours(SIMILARITY, np.arange(4))
    np.testing.assert_array_equal(near, [[2, 1, 3], [3, 2, 0], [0, 3, 1], [1, 2, 0]])
    np.testing.assert_allclose(how[0], [0.9, 0.1, 0.0])
    near, how = neighbours.neighbours(SIMILARITY, np.array([1, 3]))
    np.testing.assert_array_equal(near, [[3], [1]])
    none, _ = neighbours.neighbours(np.zeros((0, 0), np.int8), np.arange(5))
    assert none.shape == (5, 0)


def test_like_maps_stand_side_by_side():
    # From 0 to 2 (90), from there to 3 (30 beats 20), then 1.
    np.testing.assert_array_equal(neighbours.side_by_side(SIMILARITY, np.arange(4)), [0, 3, 1, 2])
    apart = neighbours.side_by_side(np.zeros((0, 0), np.int8), np.arange(3))
    np.testing.assert_array_equal(apart, [0, 1, 2])


def test_the_chance_that_one_class_is_most_of_the_nine():
    from itertools import combinations

    from vizreport.experiments.feature_maps.findings import by_chance

    classes = np.array([0] * 6 + [1] * 4 + [-1] * 3)
    for drawn in (3, 4, 7):
        draws = list(combinations(classes[:10], drawn))
        most = [max(np.bincount(draw)) > drawn / 2 for draw in draws]
        assert by_chance(classes, drawn) == pytest.approx(np.mean(most))
    # Of twelve images, eight of one class, any nine have five of it.
    assert by_chance(np.array([0] * 4 + [1] * 8), 9) == 1
    assert by_chance(np.zeros(40, int), 9) == 1
