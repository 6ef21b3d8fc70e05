"""Filter banks whose spectra are known."""

from __future__ import annotations

import numpy as np


def gabors(side: int, frequency: float, sigma: float, count: int = 8) -> np.ndarray:
    """Return a bank of one frequency in several directions and phases, without mean."""
    place = np.arange(side) - (side - 1) / 2
    y, x = place[:, None], place[None]
    envelope = np.exp(-(x**2 + y**2) / (2 * sigma**2))
    bank = []
    for k in range(count):
        angle, phase = np.pi * k / count, np.pi * k / 3
        wave = np.cos(2 * np.pi * frequency * (x * np.cos(angle) + y * np.sin(angle)) + phase)
        wave = envelope * wave
        bank.append(wave - envelope * wave.sum() / envelope.sum())
    colours = np.array([0.2, 0.5, 0.3])
    return np.stack(bank)[..., None] * colours


def deltas(count: int, side: int) -> np.ndarray:
    bank = np.zeros((count, side, side, 3))
    random = np.random.default_rng(0)
    rows, cols = random.integers(0, side, (2, count))
    bank[np.arange(count), rows, cols] = random.normal(size=(count, 3))
    return bank


def windowed(side: int, frequency: float) -> np.ndarray:
    """Return gratings of one frequency in a window, in several directions and phases.

    With their mean, as trained filters have it: without, a slow wave of 7 px is another wave.
    """
    place = np.arange(side) - (side - 1) / 2
    y, x = place[:, None], place[None]
    envelope = np.exp(-(x**2 + y**2) / (2 * (side / 3.5) ** 2))
    bank = [
        envelope * np.cos(2 * np.pi * frequency * (x * np.cos(a) + y * np.sin(a)) + phase)
        for a in np.linspace(0, np.pi, 5, endpoint=False)
        for phase in np.linspace(0, np.pi, 4, endpoint=False)
    ]
    return np.stack(bank)[..., None] * np.array([0.2, 0.5, 0.3])
