"""One number for a curve, so that two networks can be compared."""

from __future__ import annotations

import numpy as np

REPEATS = 0.5
"""Strength from which a curve is said to repeat."""
_OWN = 30.0  # degrees


def area(values: np.ndarray, curves: np.ndarray) -> np.ndarray:
    """Return the area under curves, by the trapezoidal rule, over the width of their range.

    That is the mean height, in the unit of the curve, whatever the unit of the values.

    Parameters
    ----------
    values : float [S]
        In rising order, any steps.
    curves : float [..., S]
        Height at each of ``values``.

    Returns
    -------
    float64 [...]
    """
    heights = np.asarray(curves, np.float64)
    if len(values) == 1:
        return heights[..., 0]
    return np.trapezoid(heights, values, axis=-1) / (values[-1] - values[0])


def period(angles: np.ndarray, curve: np.ndarray) -> tuple[float, float]:
    """Return the period of a curve over a full turn, and how strongly it repeats.

    The strength of the period 360 / n degrees is the mean, over its multiples below 360, of the
    correlation between the curve and the curve turned by that much. It is 1 for a curve that
    repeats n times a turn, 0 on average for noise. Angles up to 30 degrees from 0 are left out:
    there every curve is that of the untouched image, whatever its symmetry.

    Parameters
    ----------
    angles : float [S]
        Degrees from 0 at equal steps; 360 would be the next.
    curve : float [S]
        Height at each angle.

    Returns
    -------
    degrees : float
        The shortest period of a strength of 0.5 or more, else the one of the greatest strength.
    strength : float
        From -1 to 1; NaN where the curve is flat or not known.
    """
    heights, count = np.asarray(curve, np.float64), len(curve)
    away = np.abs((angles + 180) % 360 - 180) > _OWN
    # Rounding alone makes a flat curve's deviations about 1e-16 of its height.
    if not np.ptp(heights[away]) > 1e-9 * np.max(np.abs(heights)):
        return 360.0, np.nan
    found = {}
    for n in range(2, count // 2 + 1):
        if count % n == 0:
            lags = range(count // n, count, count // n)
            found[n] = float(np.mean([_correlation(heights, away, lag) for lag in lags]))
    repeating = [n for n, strength in found.items() if strength >= REPEATS]
    best = max(repeating) if repeating else max(found, key=lambda n: found[n])
    return 360.0 / best, found[best]


def _correlation(heights: np.ndarray, known: np.ndarray, lag: int) -> float:
    """Correlate a curve with itself turned, where both are known."""
    both = known & np.roll(known, lag)
    first, second = heights[both], np.roll(heights, lag)[both]
    first, second = first - first.mean(), second - second.mean()
    size = np.sqrt((first**2).sum() * (second**2).sum())
    return float((first * second).sum() / size) if size else 0.0
