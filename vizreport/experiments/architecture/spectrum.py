"""How filters spread over spatial frequencies. No TensorFlow here."""

from __future__ import annotations

import numpy as np

EDGES = (1 / 16, 1 / 8, 1 / 4, 1 / 2)
"""Borders of the octaves, cycles a pixel: periods of 16, 8, 4 and 2 px."""

STEPS = 12  # frequencies an octave
DIRECTIONS = 24  # over half a turn; the other half is the same for real filters


def radii() -> np.ndarray:
    """Return the frequencies at which spectra are sampled: float64 [R], cycles/px.

    The middles of equal steps of log frequency.
    """
    octaves = (np.arange((len(EDGES) - 1) * STEPS) + 0.5) / STEPS
    return EDGES[0] * 2.0**octaves


def radial_spectra(filters: np.ndarray) -> np.ndarray:
    """Return how each filter's energy spreads over frequencies, per octave.

    The filter's Fourier transform is evaluated at :func:`radii` in 24 directions; squares are
    summed over the channels and averaged over the directions. On a scale of octaves a single
    pixel (and white noise on average) is flat.

    Parameters
    ----------
    filters : float array [M, h, w, C]
        Of the first layer, as they act on RGB.

    Returns
    -------
    float64 array [M, R]
        Each row sums to 1; NaN for a filter of zeros.
    """
    count, height, width, channels = filters.shape
    angles = np.arange(DIRECTIONS) * np.pi / DIRECTIONS
    steps = radii()
    down = np.outer(steps, np.sin(angles)).ravel()
    across = np.outer(steps, np.cos(angles)).ravel()
    rows, cols = np.divmod(np.arange(height * width), width)
    waves = np.exp(-2j * np.pi * (np.outer(down, rows) + np.outer(across, cols)))
    values = filters.astype(np.float64).transpose(1, 2, 0, 3).reshape(height * width, -1)
    power = np.square(np.abs(waves @ values)).reshape(len(steps), DIRECTIONS, count, channels)
    density = power.sum(axis=3).mean(axis=1).T
    total = density.sum(axis=1, keepdims=True)
    return np.divide(density, total, out=np.full_like(density, np.nan), where=total > 0)
