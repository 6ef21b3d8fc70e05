"""One number for a curve, so that two networks can be compared."""

from __future__ import annotations

import numpy as np

REPEATS = 0.5
"""Strength from which a curve is said to repeat."""


def area(values: np.ndarray, curves: np.ndarray) -> np.ndarray:
    """Return the area under curves, by the trapezoidal rule, over the width of their range.

    That is the mean height, in the unit of the curve, whatever the unit of the values.

    Parameters
    ----------
    values : float [S]
        In rising order, any steps.
    curves : float [..., S]

    Returns
    -------
    float64 [...]
    """
    heights = np.asarray(curves, np.float64)
    if len(values) == 1:
        return heights[..., 0]
    return np.trapezoid(heights, values, axis=-1) / (values[-1] - values[0])


def period(curve: np.ndarray) -> tuple[float, float]:
    """Return the period of a curve over a full turn, and how strongly it repeats.

    With r the curve's circular autocorrelation (1 at lag 0), the strength of the period 360 / n
    degrees is the mean of r at its multiples below 360. It is 1 for a curve that repeats n times
    a turn, 0 on average for noise; (1 + (n - 1) strength) / n is the share of the curve's
    variance in its n-th, 2n-th, 3n-th ... Fourier harmonics.

    Parameters
    ----------
    curve : float [S]
        At equal steps, the first again behind the last.

    Returns
    -------
    degrees : float
        The shortest period of a strength of 0.5 or more, else the one of the greatest strength.
    strength : float
        From -1 to 1; NaN where the curve is flat or not known.
    """
    centred = np.asarray(curve, np.float64) - np.mean(curve)
    count = len(centred)
    spectrum = np.abs(np.fft.fft(centred)) ** 2
    folds = [n for n in range(count // 2, 1, -1) if count % n == 0]
    # Rounding alone makes a flat curve's deviations about 1e-16 of its height.
    flat = not np.ptp(centred) > 1e-9 * np.max(np.abs(curve))
    if flat or not folds:
        return 360.0, np.nan
    correlation = np.fft.ifft(spectrum).real
    strengths = [float(correlation[count // n :: count // n].mean()) for n in folds]
    strengths = [strength / float(correlation[0]) for strength in strengths]
    for n, strength in zip(folds, strengths, strict=True):
        if strength >= REPEATS:
            return 360.0 / n, strength
    best = int(np.argmax(strengths))
    return 360.0 / folds[best], strengths[best]
