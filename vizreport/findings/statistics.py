"""The tests that findings rest on, by SciPy. What is missing (NaN) is left out, in pairs."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypedDict

import numpy as np

from vizreport.findings.decisions import LEVEL
from vizreport.findings.quantity import CONFIDENCE, Quantity

RESAMPLES = 9_999
"""Of a bootstrap interval, and the fewest draws of a permutation test that is not exact."""
EXACT = 1_000_000
"""Arrangements up to which a permutation test enumerates all of them."""
DRAWS = 99_999
"""Draws of a permutation test that is not exact."""
_SURE = 0.999  # confidence with which the p of drawn permutations is bounded from above
_DRAWN = 30  # pairs up to which a correlation's permutations are drawn
_MOST = 10_000  # units that a bootstrap draws from
_SIGNS = 14  # differences up to which SciPy enumerates all signs


class TestedFields(TypedDict):
    """Those fields of a finding that a test fills."""

    effect: Quantity
    n: int
    test: str
    p: float | None
    fewest: int


@dataclass(frozen=True)
class Tested:
    """An effect and its test.

    Attributes
    ----------
    value, low, high : float
        Estimate and 95 % interval; NaN where there is none.
    n : int
        Units that counted.
    test : str
        Its name, as the table of tests shows it; "" for none.
    p : float or None
        None without a test.
    fewest : int
        Units that the test needs to reach the level at all.
    """

    value: float
    low: float
    high: float
    n: int
    test: str
    p: float | None
    fewest: int

    def quantity(self, unit: str = "", digits: int | None = None) -> Quantity:
        """Return the effect as a finding's quantity."""
        known = math.isfinite(self.low) and math.isfinite(self.high)
        low, high = (self.low, self.high) if known else (None, None)
        return Quantity(self.value, unit, low, high, digits)

    def fields(self, unit: str = "", digits: int | None = None) -> TestedFields:
        """Return the fields of a finding that the test fills."""
        return {
            "effect": self.quantity(unit, digits),
            "n": self.n,
            "test": self.test,
            "p": self.p,
            "fewest": self.fewest,
        }


def paired(first: np.ndarray, second: np.ndarray | float = 0.0) -> Tested:
    """Test whether one of two values of the same units is the larger one.

    The effect is the median difference with a bootstrap interval (BCa) over units; the test
    Wilcoxon's of signed ranks, exact up to 50 units (14 where differences are tied).

    Parameters
    ----------
    first, second : float [n], or one number in place of the second
        The two values of each unit; pairs with a NaN are left out.
    """
    from scipy import stats  # slow to import

    found = np.asarray(first, np.float64) - second
    found = found[np.isfinite(found)]
    name, fewest = "Wilcoxon signed-rank test, exact", 6
    if not len(found):
        return Tested(math.nan, math.nan, math.nan, 0, name, 1.0, fewest)
    low, high = interval(found, np.median)
    moved = found[found != 0]
    tied = len(np.unique(np.abs(moved))) < len(moved)
    method: Any = "exact"
    if tied and len(moved) <= _SIGNS:
        method = stats.PermutationMethod(n_resamples=2**_SIGNS)
    elif tied or len(moved) > 50:
        method, name = "asymptotic", "Wilcoxon signed-rank test, normal approximation"
    p = float(stats.wilcoxon(moved, method=method).pvalue) if len(moved) else 1.0
    return Tested(float(np.median(found)), low, high, len(found), name, p, fewest)


def mean(values: np.ndarray, expected: float) -> Tested:
    """Test whether the mean of few values is another than expected (Student's t, its interval).

    Parameters
    ----------
    values : float [n]
        Few, such as one a draw.
    expected : float
        Mean under the null hypothesis.
    """
    from scipy import stats

    found = np.asarray(values, np.float64)
    found = found[np.isfinite(found)]
    if len(found) < 3:
        value = float(found.mean()) if len(found) else math.nan
        return Tested(value, math.nan, math.nan, len(found), "t test", 1.0, 3)
    if not np.ptp(found):  # no spread at all: nothing that a t could be made of
        value = float(found[0])
        return Tested(value, value, value, len(found), "t test", float(value == expected), 3)
    tested = stats.ttest_1samp(found, expected)
    low, high = tested.confidence_interval(CONFIDENCE)
    return Tested(
        float(found.mean()), float(low), float(high), len(found), "t test", float(tested.pvalue), 3
    )


def share(count: int, n: int, expected: float | None = None) -> Tested:
    """Estimate a share (Wilson's interval), and test it against an expected one (exact).

    Parameters
    ----------
    count, n : int
        Units that have the property, and units in all.
    expected : float, optional
        Without one nothing is tested.
    """
    from scipy import stats

    if not n:
        return Tested(math.nan, math.nan, math.nan, 0, "", None, 1)
    found = stats.binomtest(count, n, 0.5 if expected is None else expected)
    low, high = found.proportion_ci(CONFIDENCE, "wilson")
    if expected is None:
        return Tested(count / n, float(low), float(high), n, "", None, 1)
    return Tested(
        count / n,
        float(low),
        float(high),
        n,
        "binomial test, exact",
        float(found.pvalue),
        fewest_of_share(expected),
    )


def paired_shares(first: np.ndarray, second: np.ndarray) -> Tested:
    """Test whether more of the same units have one property than another (McNemar, exact).

    The effect is the difference of the shares, with a bootstrap interval over units.

    Parameters
    ----------
    first, second : bool [n]
        Whether each unit has the one property, and the other.
    """
    from scipy import stats

    a, b = np.asarray(first, bool), np.asarray(second, bool)
    only, other = int((a & ~b).sum()), int((b & ~a).sum())
    name = "McNemar's test, exact"
    if not len(a):
        return Tested(math.nan, math.nan, math.nan, 0, name, 1.0, 6)
    p = float(stats.binomtest(only, only + other, 0.5).pvalue) if only + other else 1.0
    difference = a.astype(np.float64) - b
    low, high = interval(difference, np.mean)
    return Tested(float(difference.mean()), low, high, len(a), name, p, 6)


def permuted_labels(
    labels: np.ndarray, chosen: np.ndarray, own: np.ndarray, known: int, seed: int = 0
) -> Tested:
    """Test whether chosen images have a label more often than with the labels exchanged.

    The effect is the share of chosen images with their row's own label, with a bootstrap interval
    over rows; the test exchanges the labels among all images, so that rows may share images.

    Parameters
    ----------
    labels : int array [N]
        Of each image; -1 where it is not known.
    chosen : int array [U, K]
        Numbers of images whose labels are known.
    own : int array [U]
        Label of each row.
    known : int
        Images whose label is known, the number of units.
    seed : int
        Of the random choice.
    """
    from scipy import stats

    random = np.random.default_rng(seed)
    distinct, rows = np.unique(chosen, return_inverse=True)
    there = np.bincount(labels[labels >= 0])

    def shares(given: np.ndarray, axis: int = -1) -> Any:
        given = np.moveaxis(given, axis, -1)
        return (given[..., rows.reshape(chosen.shape)] == own[:, None]).mean(axis=(-2, -1))

    def drawn(size: tuple[int, int]) -> np.ndarray:
        # What the chosen images get when all exchange theirs; the others are not looked at.
        counts = random.multivariate_hypergeometric(there, size[1], size[0])
        given = np.repeat(np.tile(np.arange(len(there)), size[0]), counts.ravel())
        return np.asarray(random.permuted(given.reshape(size), axis=1))

    tested = stats.monte_carlo_test(
        labels[distinct],
        drawn,
        shares,
        vectorized=True,
        n_resamples=RESAMPLES,
        batch=max(1, 2_000_000 // rows.size),
    )
    low, high = interval((labels[chosen] == own[:, None]).mean(axis=1), np.mean)
    return Tested(
        float(tested.statistic),
        low,
        high,
        known,
        "permutation test of the labels",
        bounded(float(tested.pvalue), RESAMPLES),
        5,
    )


def correlation(first: np.ndarray, second: np.ndarray, seed: int = 0) -> Tested:
    """Test a rank correlation (Spearman), with a bootstrap interval.

    By all permutations up to 8 pairs, by drawn ones up to 30, then by the t approximation.

    Parameters
    ----------
    first, second : float [n]
        Values whose ranks are compared.
    seed : int
        Of the random choice.
    """
    from scipy import stats

    pairs = np.stack([np.asarray(first, np.float64), np.asarray(second, np.float64)])
    a, b = pairs[:, np.isfinite(pairs).all(axis=0)]
    n = len(a)
    if n < 3 or not np.ptp(a) or not np.ptp(b):
        return Tested(math.nan, math.nan, math.nan, n, "Spearman's rank correlation", 1.0, 5)
    ranks = stats.rankdata(a), stats.rankdata(b)

    def found(x: np.ndarray, y: np.ndarray, axis: int = -1) -> Any:
        x, y = x - x.mean(axis, keepdims=True), y - y.mean(axis, keepdims=True)
        scale = np.sqrt((x**2).sum(axis) * (y**2).sum(axis))
        return np.divide((x * y).sum(axis), scale, out=np.full_like(scale, np.nan), where=scale > 0)

    how = "exact" if n <= 8 else "permutation test" if n <= _DRAWN else "t approximation"
    if n > _DRAWN:
        tested = stats.spearmanr(a, b)
    else:
        tested = stats.permutation_test(
            ranks,
            found,
            permutation_type="pairings",
            vectorized=True,
            n_resamples=np.inf if n <= 8 else DRAWS,
            batch=10_000,
            rng=np.random.default_rng(seed),
        )
    p = float(tested.pvalue)
    p = bounded(p, DRAWS) if 8 < n <= _DRAWN else p

    def ranked(x: np.ndarray, y: np.ndarray, axis: int = -1) -> Any:
        return found(stats.rankdata(x, axis=axis), stats.rankdata(y, axis=axis), axis)

    low, high = interval((a, b), ranked, together=True)
    return Tested(
        float(tested.statistic), low, high, n, f"Spearman's rank correlation, {how}", p, 5
    )


def interval(
    sample: np.ndarray | tuple[np.ndarray, ...],
    statistic: Callable[..., Any],
    together: bool = False,
    seed: int = 0,
) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of a statistic over units (BCa).

    Parameters
    ----------
    sample : float [n], or several
        Several are drawn from apart.
    statistic : callable
        Called with the samples and ``axis``.
    together : bool
        Whether several samples are of the same units, and drawn together. The interval of over
        10,000 units is that of 10,000 of them, drawn at random, narrowed by the root of the ratio.
    seed : int
        Of the random choice.

    Returns
    -------
    low, high : float
        NaN for fewer than three units. Where the correction of BCa is not defined (all values
        the same, or nearly), the percentiles.
    """
    from scipy import stats

    samples = sample if isinstance(sample, tuple) else (sample,)
    if min(map(len, samples)) < 3:
        return math.nan, math.nan
    count = len(samples[0])
    if count > _MOST and (together or len(samples) == 1):
        # The jackknife of BCa takes each unit out in turn, which is the square of their number.
        some = np.random.default_rng(seed).choice(count, _MOST, replace=False)
        fewer = tuple(each[some] for each in samples)
        ends = np.array(interval(fewer, statistic, together, seed))
        all_of, of_some = (float(statistic(*each, axis=-1)) for each in (samples, fewer))
        low, high = all_of + (ends - of_some) * math.sqrt(_MOST / count)
        return float(low), float(high)
    for method in ("BCa", "percentile"):
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # degenerate samples: the percentiles are taken then
            found = stats.bootstrap(
                samples,
                statistic,
                n_resamples=RESAMPLES,
                batch=max(1, 2_000_000 // max(map(len, samples))),
                confidence_level=CONFIDENCE,
                method=method,
                paired=together,
                vectorized=True,
                rng=np.random.default_rng(seed),
            ).confidence_interval
        if math.isfinite(found.low) and math.isfinite(found.high):
            break
    return float(found.low), float(found.high)


def bounded(p: float, draws: int) -> float:
    """Bound the p of drawn permutations from above, so that no claim hangs on the draws.

    Parameters
    ----------
    p : float
        Share of the draws and the true arrangement that are at least as extreme.
    draws : int
        Number of permutations drawn.

    Returns
    -------
    float
        The upper end of its 99.9 % interval (Clopper and Pearson).
    """
    from scipy import stats

    found = stats.binomtest(min(round(p * (draws + 1)), draws + 1), draws + 1)
    return min(1.0, float(found.proportion_ci(2 * _SURE - 1, "exact").high))


def fewest_of_share(expected: float) -> int:
    """Return from how many units on a binomial test against a share can reach the level."""
    from scipy import stats

    for n in range(1, 1000):
        ends = (stats.binomtest(k, n, expected).pvalue for k in (0, n))
        if min(ends) < LEVEL:
            return n
    return 1000
