"""Tests of two groups of different units, by SciPy. What is missing (NaN) is left out."""

from __future__ import annotations

import math

import numpy as np

from vizreport.findings.quantity import CONFIDENCE
from vizreport.findings.statistics import Tested, interval


def independent(first: np.ndarray, second: np.ndarray) -> Tested:
    """Test whether the values of one group are larger than those of another.

    The effect is the difference of the medians with a bootstrap interval over both groups; the
    test that of Mann and Whitney.

    Parameters
    ----------
    first : float [n]
        Values of one group; the effect is above 0 where they are larger.
    second : float [m]
        Values of the other.
    """
    from scipy import stats

    groups = [np.asarray(group, np.float64) for group in (first, second)]
    a, b = (group[np.isfinite(group)] for group in groups)
    name, fewest = "Mann-Whitney test", 8
    if not len(a) or not len(b):
        return Tested(math.nan, math.nan, math.nan, len(a) + len(b), name, 1.0, fewest)
    p = float(stats.mannwhitneyu(a, b).pvalue)
    low, high = interval((a, b), lambda x, y, axis: np.median(x, axis) - np.median(y, axis))
    value = float(np.median(a) - np.median(b))
    return Tested(value, low, high, len(a) + len(b), name, p, fewest)


def means(first: np.ndarray, second: np.ndarray) -> Tested:
    """Test whether the means of two groups differ, which may spread differently (Welch's t).

    The effect is the difference of the means with its interval, which rests on the spread of few
    values.

    Parameters
    ----------
    first : float [n]
        Values of one group; the effect is above 0 where they are larger.
    second : float [m]
        Values of the other.
    """
    from scipy import stats

    a, b = np.asarray(first, np.float64), np.asarray(second, np.float64)
    count, value, name = len(a) + len(b), float(a.mean() - b.mean()), "Welch's t test"
    if min(len(a), len(b)) < 2:
        return Tested(value, math.nan, math.nan, count, name, 1.0, count + 1)
    if not np.ptp(a) and not np.ptp(b):  # no spread at all: nothing that a t could be made of
        return Tested(value, value, value, count, name, float(not value), 4)
    tested = stats.ttest_ind(a, b, equal_var=False)
    low, high = tested.confidence_interval(CONFIDENCE)
    return Tested(value, float(low), float(high), count, name, float(tested.pvalue), 4)


def shares(first: int, of_first: int, second: int, of_second: int) -> Tested:
    """Test whether the shares of two groups differ, of which only the counts are known (Fisher).

    The effect is the difference of the shares with a bootstrap interval. Where the units are the
    same twice and agree, the test claims less than it could.

    Parameters
    ----------
    first, of_first, second, of_second : int
        Counts, and the units of each group.
    """
    from scipy import stats

    counts = ((first, of_first), (second, of_second))
    p = float(stats.fisher_exact([[count, n - count] for count, n in counts]).pvalue)
    a, b = ((np.arange(n) < count).astype(np.float64) for count, n in counts)
    low, high = interval((a, b), lambda x, y, axis: x.mean(axis) - y.mean(axis))
    value = float(a.mean() - b.mean())
    return Tested(value, low, high, of_first + of_second, "Fisher's exact test", p, 8)
