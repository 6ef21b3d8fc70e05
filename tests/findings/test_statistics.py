"""Against scipy's slower ways, brute force and hand-worked cases."""

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from vizreport.findings import groups, sample_size, statistics


def signed_rank_p(found):
    """Enumerate all signs; ranks by hand."""
    size = np.abs(found)
    ranks = np.array([(size < s).sum() + ((size == s).sum() + 1) / 2 for s in size])
    true = abs((ranks * np.sign(found)).sum())
    signs = itertools.product((-1, 1), repeat=len(found))
    return np.mean([abs((ranks * s).sum()) >= true - 1e-9 for s in signs])


@pytest.mark.parametrize("tied", [False, True])
def test_paired_is_exact(tied):
    found = np.random.default_rng(3).normal(0.5, 1, 9)
    found = np.round(found * 2) / 2 + 0.25 if tied else found
    tested = statistics.paired(np.append(found, np.nan))
    assert tested.p == pytest.approx(signed_rank_p(found))
    assert tested.n == 9
    assert tested.value == np.median(found)
    assert tested.low <= tested.value <= tested.high


def test_paired_needs_six():
    fewest = statistics.paired(np.ones(3)).fewest
    assert statistics.paired(np.arange(1.0, fewest + 1)).p < 0.05
    assert statistics.paired(np.arange(1.0, fewest)).p >= 0.05
    assert statistics.paired(np.zeros(20)).p == 1
    assert statistics.paired(np.full(4, np.nan)).n == 0


def test_shares_by_hand():
    tested = statistics.share(9, 10, 0.5)
    assert tested.p == pytest.approx(2 * 11 / 1024)
    # Wilson's interval of 9 of 10 (Brown, Cai & DasGupta 2001).
    assert (tested.low, tested.high) == pytest.approx((0.596, 0.982), abs=1e-3)
    assert tested.fewest == 6
    assert statistics.share(3, 10).p is None


def test_mcnemar_by_hand():
    first = np.array([True] * 8 + [False] + [True] * 5)
    second = np.array([False] * 8 + [True] + [True] * 5)
    assert statistics.paired_shares(first, second).p == pytest.approx(2 * 10 / 512)
    assert statistics.paired_shares(first, first).p == 1


def test_correlation_is_exact_for_few():
    a, b = np.arange(6.0), np.array([1.0, 0, 2, 3, 5, 4])
    true = np.corrcoef(a, b)[0, 1]
    every = [abs(np.corrcoef(a, b[list(o)])[0, 1]) for o in itertools.permutations(range(6))]
    tested = statistics.correlation(a * 10, np.exp(b))
    assert tested.value == pytest.approx(true)
    assert tested.p == pytest.approx(np.mean(np.array(every) >= true - 1e-9))
    assert math.isnan(statistics.correlation(np.ones(6), b).value)


def test_the_p_of_drawn_permutations_is_bounded():
    # 4,999 of 99,999 as extreme: 0.05 drawn, which a little luck makes of 0.0505.
    assert 0.05 < statistics.bounded(5000 / 100_000, 99_999) < 0.053
    assert statistics.bounded(1 / 100_000, 99_999) < 1e-4


def test_advised_numbers_have_the_power_they_promise():
    random = np.random.default_rng(5)
    needed = sample_size.needed_pairs(random.normal(0, 2, 400), 1.0)
    shown = [statistics.paired(random.normal(1, 2, needed)).p < 0.05 for _ in range(100)]
    assert 0.7 <= np.mean(shown) <= 0.9
    assert 180 < sample_size.needed_share(0.5, 0.6) < 210  # 194 by the usual formula
    assert sample_size.needed_pairs(np.ones(2), 1.0) is None


def test_intervals_cover():
    random = np.random.default_rng(6)
    ends = [statistics.interval(random.exponential(1, 30), np.mean) for _ in range(60)]
    assert np.mean([low <= 1 <= high for low, high in ends]) >= 0.85
    assert statistics.interval(np.ones(5), np.median) == (1, 1)
    many = random.exponential(1, (2, 40_000))
    low, high = statistics.interval(many[0], np.mean)
    half = 1.96 * many[0].std() / 200  # by the central limit theorem
    assert (low, high) == pytest.approx(
        (many[0].mean() - half, many[0].mean() + half), abs=half / 10
    )
    pairs = statistics.interval(tuple(many), lambda a, b, axis: (a - b).mean(axis), together=True)
    half = 1.96 * (many[0] - many[1]).std() / 200
    assert pairs[1] - pairs[0] == pytest.approx(2 * half, rel=0.05)
    assert math.isnan(statistics.interval(np.ones(2), np.mean)[0])


def test_two_groups():
    a, b = np.arange(10.0) + 8, np.arange(10.0)
    tested = groups.independent(a, b)
    assert tested.value == 8
    assert tested.p < 0.01
    assert tested.low < 8 < tested.high


def test_two_groups_of_few_values():
    a, b = np.array([0.54, 0.48, 0.44]), np.array([0.9, 0.5])
    tested = groups.means(a, b)
    expected = stats.ttest_ind(a, b)
    low, high = expected.confidence_interval(0.95)
    assert (tested.p, tested.low, tested.high) == pytest.approx((expected.pvalue, low, high))
    # Dunnett's statistic has the spread of all groups too, here with 2 + 1 + 1 + 2 of freedom.
    others = [np.array([0.7, 0.72]), np.array([0.6, 0.65, 0.61])]
    pooled = stats.dunnett(a, *others, control=b, random_state=0).statistic[0]
    assert groups.means(a, b, others).p == pytest.approx(2 * stats.t.sf(abs(pooled), 6))
    assert groups.means(a, b[:1]).fewest > groups.means(a, b[:1]).n  # one value has no spread
    assert groups.means(np.full(3, 0.5), np.full(3, 0.5)).p == 1


def test_two_counts_of_as_many_units():
    tested = groups.shares(30, 200, 60, 200)
    table = [[sum(stats.hypergeom.pmf(k, 400, 90, 200) for k in range(31))]]
    assert tested.p == pytest.approx(2 * table[0][0])  # of equal margins both tails are alike
    spread = math.sqrt(0.15 * 0.85 / 200 + 0.3 * 0.7 / 200)
    assert tested.value == pytest.approx(-0.15)
    assert tested.low == pytest.approx(-0.15 - 1.96 * spread, abs=0.01)
    assert tested.high == pytest.approx(-0.15 + 1.96 * spread, abs=0.01)


def test_labels_drawn_for_the_chosen_images_are_those_of_all_exchanged():
    random = np.random.default_rng(5)
    labels = np.r_[random.integers(0, 3, 40), -1, -1]
    chosen, own = random.integers(0, 40, (3, 5)), np.arange(3)
    tested = statistics.permuted_labels(labels, chosen, own, 40)
    found = (labels[chosen] == own[:, None]).mean()
    exchanged = np.array([random.permutation(labels[:40]) for _ in range(20_000)])
    shares = (exchanged[:, chosen] == own[:, None]).mean(axis=(1, 2))
    expected = 2 * min((shares >= found - 1e-9).mean(), (shares <= found + 1e-9).mean())
    assert tested.value == found
    assert 0.05 < expected < 0.9
    assert expected - 0.02 < tested.p < expected + 0.04  # its bound is an upper one
