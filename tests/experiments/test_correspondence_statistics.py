"""Distances of signs against hand-worked ones, and the permutation test under the null."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats
from scipy.spatial.distance import pdist, squareform

from vizreport.experiments.correspondence.compute import measure
from vizreport.experiments.correspondence.statistics import (
    hamming,
    holm,
    pair_values,
    permutation_p,
    sign_changes,
)


def test_signs_have_three_values():
    clean = np.array([[4.0, 2.0, 0.0, 1.0, 0.0]], np.float32)
    hidden = np.array([[3.0, 5.0, 0.0, 1.00003, 1e-3]], np.float32)
    # 1 falls (+), 2 rises (-), silent twice, rounding, a rise from 0.
    assert sign_changes(clean, hidden).tolist() == [[1, -1, 0, 0, -1]]


def test_distances_of_hand_made_signs():
    signs = np.array([[1, -1, 0, 0], [1, 1, 0, 1], [0, -1, 0, -1]], np.int8)
    # 0 and 1 differ in places 1 and 3; 0 and 2 in 0 and 3; 1 and 2 in 0, 1 and 3.
    assert hamming(signs) == pytest.approx(
        np.array([[0, 0.5, 0.5], [0.5, 0, 0.75], [0.5, 0.75, 0]])
    )
    assert pair_values(hamming(signs)).tolist() == [0.5, 0.5, 0.75]


def test_distances_agree_with_scipy_over_several_blocks():
    signs = np.random.default_rng(3).integers(-1, 2, (7, 20_000)).astype(np.int8)
    assert hamming(signs) == pytest.approx(squareform(pdist(signs, "hamming")), abs=1e-12)


def test_measure_gives_the_numbers_of_the_table():
    """Three pictures; the part makes equal changes, random and shared places known ones."""
    part = np.tile(np.array([1, -1, 0, 0, 0], np.int8), (3, 1))
    draws = np.array([[1, 0, 0, 0, 0], [0, 1, 0, 0, 0], [0, 0, -1, 0, 0]], np.int8)
    shared = np.array([[1, 1, 1, 1, 0], [1, 1, 1, 1, 0], [1, 1, 1, -1, 0]], np.int8)
    signs = np.stack([part, draws, draws[[1, 2, 0]], shared], axis=1)
    found = measure(signs, 1, 2, np.random.default_rng(0))
    assert found["part_distances"].tolist() == [[0, 0, 0]]
    assert found["random_distances"] == pytest.approx(np.full((2, 3), 0.4))
    assert found["shared_distances"] == pytest.approx(np.array([[0, 0.2, 0.2]]))
    assert found["part_changed"] == pytest.approx([0.4])
    assert found["random_changed"] == pytest.approx(0.2)
    assert found["shared_changed"] == pytest.approx(0.8)
    # Of the 27 assignments the true one alone gives 0.
    assert found["p_values"][0] == pytest.approx(1 / 27, abs=0.01)


def test_permutation_counts_all_assignments():
    """Against every assignment, one after the other."""
    random = np.random.default_rng(5)
    images, alternatives = 4, 3
    signs = random.integers(-1, 2, (images * alternatives, 40)).astype(np.int8)
    distances = hamming(signs).reshape(images, alternatives, images, alternatives)
    means = [
        np.mean([distances[i, c[i], j, c[j]] for i, j in itertools.combinations(range(4), 2)])
        for c in itertools.product(range(alternatives), repeat=images)
    ]
    exact = np.mean(np.array(means) <= means[0] + 1e-12)
    assert permutation_p(distances, random) == pytest.approx(exact, abs=0.02)


def simulated(random, alike: float) -> float:
    """Return p where the part's changes copy one pattern in a share of the features."""
    signs = random.integers(-1, 2, (6, 4, 120)).astype(np.int8)
    copied = random.random((6, 120)) < alike
    signs[:, 0] = np.where(copied, random.integers(-1, 2, 120), signs[:, 0])
    distances = hamming(signs.reshape(24, 120)).reshape(6, 4, 6, 4)
    return permutation_p(distances, random, 199)


def test_p_is_uniform_under_the_null():
    random = np.random.default_rng(11)
    values = [simulated(random, 0) for _ in range(400)]
    # p comes in steps of 1/200: a uniform number below the step makes it continuous.
    spread = np.array(values) - random.random(400) / 200
    assert stats.kstest(spread, "uniform").pvalue > 0.05
    assert np.mean(np.array(values) <= 0.05) == pytest.approx(0.05, abs=0.03)


def test_p_is_small_where_the_part_is_known():
    random = np.random.default_rng(12)
    assert np.median([simulated(random, 0.4) for _ in range(20)]) < 0.01


def test_test_is_one_sided():
    """A part whose changes differ more than random ones is no evidence."""
    signs = np.ones((5, 6, 30), np.int8)
    signs[:, 0] = np.random.default_rng(1).integers(-1, 2, (5, 30))
    distances = hamming(signs.reshape(30, 30)).reshape(5, 6, 5, 6)
    assert permutation_p(distances, np.random.default_rng(0)) > 0.9


def test_holm():
    # 0.01 x 4, 0.02 x 3, 0.03 x 2, and the largest not below the one before it.
    assert holm(np.array([0.03, 0.01, 0.02, 0.04])) == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert holm(np.array([0.6, 0.9])) == pytest.approx([1, 1])
