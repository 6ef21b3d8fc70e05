"""How filters and projections spread over spatial frequencies. No TensorFlow here."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

BANDS = ("low", "middle", "high")
EDGES = (1 / 16, 1 / 8, 1 / 4, 1 / 2)
"""Borders of the three octaves, cycles a pixel: periods of 16, 8, 4 and 2 px."""

STEPS = 12  # frequencies an octave
DIRECTIONS = 24  # over half a turn; the other half is the same for real filters


def radii() -> np.ndarray:
    """Return the frequencies at which spectra are sampled: float64 [3 STEPS], cycles/px.

    The middles of equal steps of log frequency.
    """
    octaves = (np.arange(len(BANDS) * STEPS) + 0.5) / STEPS
    return EDGES[0] * 2.0**octaves


def radial_spectra(filters: np.ndarray) -> np.ndarray:
    """Return how each filter's energy spreads over frequencies, per octave.

    The filter's Fourier transform is evaluated at :func:`radii` in 24 directions; squares are
    summed over the channels and averaged over the directions. On a scale of octaves a single
    pixel (and white noise on average) is flat.

    Parameters
    ----------
    filters : float array [M, h, w, C]

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


def band_shares(spectra: np.ndarray) -> np.ndarray:
    """Sum spectra over the low, middle and high octave: float64 [M, 3]; rows sum to 1."""
    return spectra.reshape(len(spectra), len(BANDS), STEPS).sum(axis=2)


def padded_size(shape: Sequence[int], stride: Sequence[int]) -> int:
    """Return the side of a square that holds a picture and has bins at the folding frequencies.

    A multiple of twice each stride.
    """
    step = int(np.lcm(2 * stride[0], 2 * stride[1]))
    return -(-max(shape) // step) * step


def power_spectrum(pictures: np.ndarray, side: int) -> np.ndarray:
    """Return the mean power spectrum of pictures, each scaled to unit energy.

    Parameters
    ----------
    pictures : float array [U, h, w, C]
        Padded with zeros to ``side``; none of them all zero.
    side : int

    Returns
    -------
    float64 array [side, side]
        Sums to 1; frequency (0, 0) is at ``side // 2``.
    """
    total = np.zeros((side, side))
    for picture in pictures:
        spectrum = np.fft.fft2(picture.astype(np.float64), (side, side), axes=(0, 1))
        power = np.square(np.abs(spectrum)).sum(axis=2)
        total += power / power.sum()
    return np.fft.fftshift(total) / len(pictures)


def share_beyond(power: np.ndarray, stride: Sequence[int]) -> float:
    """Return the share of a power spectrum beyond the folding frequency of a grid.

    Parameters
    ----------
    power : float array [side, side]
        See :func:`power_spectrum`; the side is a multiple of twice each stride.
    stride : sequence of int
        Of the grid, px: rows, columns. It tells frequencies in [-1/(2s), 1/(2s)) apart; every
        other one looks to it like one of these.
    """
    side = len(power)
    middle = side // 2
    rows, cols = (slice(middle - side // (2 * s), middle + side // (2 * s)) for s in stride)
    return float(1 - power[rows, cols].sum() / power.sum())


def grid_phases(
    pictures: np.ndarray, tops: np.ndarray, lefts: np.ndarray, stride: Sequence[int]
) -> tuple[np.ndarray, float]:
    """Sort the energy of pictures by its place in a grid.

    Parameters
    ----------
    pictures : float array [U, h, w, C]
        None of them all zero; each counts the same.
    tops, lefts : int array [U]
        Where each lies in the input.
    stride : sequence of int
        Of the grid, px: rows, columns.

    Returns
    -------
    phases : float64 array [s, s]
        Mean energy of the pixels at each row and column modulo the stride, mean 1.
    chance : float
        Root mean square, over random shifts of each picture, of the phases' standard deviation.
    """
    energy = np.square(pictures, dtype=np.float64).sum(axis=3)
    energy /= energy.sum(axis=(1, 2), keepdims=True)
    height, width = energy.shape[1:]
    down = _members(tops, height, stride[0])
    across = _members(lefts, width, stride[1])
    folded = np.einsum("uip,uij,ujq->upq", down, energy, across) * (stride[0] * stride[1])
    chance = np.sqrt(folded.var(axis=(1, 2)).sum()) / len(folded)
    return folded.mean(axis=0), float(chance)


def _members(starts: np.ndarray, count: int, stride: int) -> np.ndarray:
    """Return which phase each row (or column) belongs to, as float64 [U, count, stride]."""
    phase = (starts[:, None] + np.arange(count)[None]) % stride
    return (phase[..., None] == np.arange(stride)).astype(np.float64)
