"""Distances of signs against hand-worked ones, and the permutation test under the null."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats
from scipy.spatial.distance import pdist, squareform

from vizreport.experiments.correspondence.compute import measure
from vizreport.experiments.correspondence.statistics import (
    agreement,
    hamming,
    pair_values,
    permutation_p,
    pseudovalues,
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
    found = measure(signs, 1, 2, 0)
    assert found.part_distances.tolist() == [[0, 0, 0]]
    assert found.random_distances == pytest.approx(np.full((2, 3), 0.4))
    assert found.shared_distances == pytest.approx(np.array([[0, 0.2, 0.2]]))
    assert found.part_changed == pytest.approx([0.4])
    assert found.random_changed == pytest.approx(0.2)
    assert found.shared_changed == pytest.approx(0.8)
    # Of the 27 assignments the true one alone has equal signs everywhere.
    assert found.p_values[0] == found.p_all == pytest.approx(1 / 27)
    assert pair_values(found.agreements[:, 0, :, 0]).tolist() == [1, 1, 1]


def test_agreement_by_hand():
    signs = np.array([[1, -1, 0, 0], [1, 1, 0, 0], [0, 0, 0, 0]], np.int8)
    # 0 and 1: distance 1/4; chance 1 - (1/4 * 1/2 + 1/2 * 1/2). 0 and 2: 1/2, chance 1/2.
    found = agreement(signs)
    assert found[0, 1] == pytest.approx(1 - 0.25 / 0.625)
    assert found[0, 2] == pytest.approx(0)
    assert found[2, 2] == 0  # nothing changed in either: nothing is known


def tables(signs):
    images, alternatives, length = signs.shape
    found = agreement(signs.reshape(-1, length))
    return found.reshape(1, images, alternatives, images, alternatives)


def test_permutation_counts_all_assignments():
    """Against every assignment, one after the other."""
    random = np.random.default_rng(5)
    agreements = tables(random.integers(-1, 2, (4, 3, 40)).astype(np.int8))
    means = [
        np.mean([agreements[0, i, c[i], j, c[j]] for i, j in itertools.combinations(range(4), 2)])
        for c in itertools.product(range(3), repeat=4)
    ]
    assert permutation_p(agreements, 0) == pytest.approx(np.mean(means >= means[0] - 1e-6))


def test_drawn_permutations_do_not_hang_on_the_seed(monkeypatch):
    random = np.random.default_rng(7)
    agreements = tables(random.integers(-1, 2, (4, 3, 40)).astype(np.int8))
    exact = permutation_p(agreements, 0)
    monkeypatch.setattr("vizreport.experiments.correspondence.statistics.EXACT", 1)
    drawn = [permutation_p(agreements, seed) for seed in range(3)]
    assert all(exact <= p <= 1.1 * exact + 0.01 for p in drawn)


def simulated(random, alike: float, fewer: float = 0.0) -> float:
    """Return p where the part's changes copy one pattern in a share of the features."""
    rates = random.uniform(0.2, 1, 120)  # some features change more easily than others
    changed = random.random((6, 4, 120)) < rates
    signs = np.where(changed, random.choice([-1, 1], (6, 4, 120)), 0).astype(np.int8)
    copied = random.random((6, 120)) < alike
    signs[:, 0] = np.where(copied, random.integers(-1, 2, 120), signs[:, 0])
    signs[:, 0][random.random((6, 120)) < fewer] = 0
    return permutation_p(tables(signs), 0)


def test_a_square_that_merely_changes_fewer_features_is_no_more_alike():
    """Their distances are smaller all the same."""
    random = np.random.default_rng(13)
    p = np.array([simulated(random, 0, 0.4) for _ in range(40)])
    assert (p < 0.05).sum() <= 5  # 2 expected


def test_p_is_uniform_under_the_null():
    random = np.random.default_rng(11)
    values = [simulated(random, 0) for _ in range(100)]
    assert stats.kstest(values, "uniform").pvalue > 0.05
    assert np.mean(np.array(values) <= 0.05) <= 0.1


def test_p_is_small_where_the_part_is_known():
    random = np.random.default_rng(12)
    assert np.median([simulated(random, 0.4) for _ in range(20)]) < 0.01


def test_test_is_one_sided():
    """A part whose changes differ more than random ones is no evidence."""
    signs = np.ones((5, 6, 30), np.int8)
    signs[..., :10] = -1
    signs[:, 0] = np.random.default_rng(1).integers(-1, 2, (5, 30))
    assert permutation_p(tables(signs), 0) > 0.9


def test_pseudovalues_have_the_mean_over_pairs_and_its_error():
    random = np.random.default_rng(2)

    def drawn():
        values = random.normal(0, 1, 40)
        return values[:, None] + values[None] + 0.1  # the error of its mean is 2 / sqrt(40)

    found = drawn()
    assert pseudovalues(found).mean() == pytest.approx(pair_values(found).mean())
    errors = [pseudovalues(drawn()).std(ddof=1) / np.sqrt(40) for _ in range(50)]
    assert np.mean(errors) == pytest.approx(2 / np.sqrt(40), rel=0.1)
