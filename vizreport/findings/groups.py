"""Tests of two groups of different units, by SciPy. What is missing (NaN) is left out."""

from __future__ import annotations

import math
from collections.abc import Sequence

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


def means(first: np.ndarray, second: np.ndarray, others: Sequence[np.ndarray] = ()) -> Tested:
    """Test whether the means of two groups of few values differ (t, with a pooled spread).

    The spread is that within all groups, as in an analysis of variance: two values alone say
    little about it. The effect is the difference of the means with its interval.

    Parameters
    ----------
    first : float [n]
        Values of one group; the effect is above 0 where they are larger.
    second : float [m]
        Values of the other.
    others : sequence of float [k]
        Further groups, whose values spread by the same causes.
    """
    from scipy import stats

    groups = [np.asarray(group, np.float64) for group in (first, second, *others)]
    a, b = groups[:2]
    count, value, name = len(a) + len(b), float(a.mean() - b.mean()), "t test with pooled spread"
    if min(len(a), len(b)) < 2:
        return Tested(value, math.nan, math.nan, count, name, 1.0, count + 1)
    freedom = sum(len(group) - 1 for group in groups)
    variance = sum(float(np.sum((group - group.mean()) ** 2)) for group in groups) / freedom
    error = math.sqrt(variance * (1 / len(a) + 1 / len(b)))
    if not error:  # no spread at all: nothing that a t could be made of
        return Tested(value, value, value, count, name, float(not value), 4)
    p = 2 * float(stats.t.sf(abs(value) / error, freedom))
    half = error * float(stats.t.isf((1 - CONFIDENCE) / 2, freedom))
    return Tested(value, value - half, value + half, count, name, p, 4)


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
