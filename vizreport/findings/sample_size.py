"""How many units would show an effect, as advised where nothing is shown."""

from __future__ import annotations

import math

import numpy as np

from vizreport.findings.decisions import LEVEL

POWER = 0.8
"""Of the sample sizes that are advised."""


def needed_pairs(differences: np.ndarray, reference: float) -> int | None:
    """Return how many units would show a median difference in four of five samples.

    By the normal approximation, with the asymptotic efficiency 3 / pi of Wilcoxon's test.

    Parameters
    ----------
    differences : float [n]
        What was measured: its spread is used, not its mean.
    reference : float
        The difference that would be shown.

    Returns
    -------
    int or None
        None where the spread is not known or the reference is 0.
    """
    found = np.asarray(differences, np.float64)
    found = found[np.isfinite(found)]
    if len(found) < 3 or not reference:
        return None
    sizes = (_quantiles() * found.std(ddof=1) / reference) ** 2 * math.pi / 3
    return max(6, math.ceil(float(sizes)))


def needed_share(expected: float, reference: float) -> int | None:
    """Return how many units distinguish two shares in four of five samples."""
    if expected == reference:
        return None
    from scipy import stats

    level, power = stats.norm.ppf([1 - LEVEL / 2, POWER])
    spread = level * math.sqrt(expected * (1 - expected))
    spread += power * math.sqrt(reference * (1 - reference))
    return math.ceil(float(spread / (reference - expected)) ** 2)


def _quantiles() -> float:
    from scipy import stats

    return float(stats.norm.ppf([1 - LEVEL / 2, POWER]).sum())
