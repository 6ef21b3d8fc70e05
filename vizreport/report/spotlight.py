"""The spotlight: what in a patch a projection lies on, in colour; the rest pale and grey."""

from __future__ import annotations

import numpy as np

WIDTH = 1 / 20
"""Standard deviation of the smoothing, as a share of the tile's side."""
FULL = 90.0
"""Percentile of the smoothed energy from which a pixel has all its colour."""

CAPTION = (
    "the patch in colour where the projection's energy lies (sum of squares, smoothed by a "
    "twentieth of the tile; its square root, full from the 90th percentile), else pale and grey"
)
_WEIGHTS = np.array([0.299, 0.587, 0.114])  # of red, green and blue in lightness
_PALE, _LEFT = 224.0, 0.3  # the pale grey, and the share of the patch's lightness left in it


def spotlight(patch: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Light a patch by a projection.

    Parameters
    ----------
    patch : uint8 array [h, w, 3]
    values : float array [h, w, 3]
        The projection of the same pixels, on any scale.

    Returns
    -------
    uint8 array [h, w, 3]
        Pale throughout where the projection is zero.
    """
    share = light(values)[..., None]
    grey = (patch @ _WEIGHTS)[..., None]
    pale = (1 - _LEFT) * _PALE + _LEFT * grey
    mixed = share * patch + (1 - share) * pale
    return np.rint(mixed).astype(np.uint8)


def light(values: np.ndarray) -> np.ndarray:
    """Return how much colour each pixel keeps, 0 to 1: float [h, w]."""
    energy = np.square(values, dtype=np.float64).sum(axis=2)
    width = WIDTH * max(energy.shape)
    height, across = energy.shape
    energy = _blur(height, width) @ energy @ _blur(across, width).T
    full = np.percentile(energy, FULL) or energy.max()
    if not full:
        return np.zeros(energy.shape)
    lit: np.ndarray = np.sqrt(np.minimum(energy / full, 1))
    return lit


def _blur(length: int, width: float) -> np.ndarray:
    """Return the matrix [n, n] of a Gaussian blur whose weights beyond the edge are left out."""
    places = np.arange(length)
    weights = np.exp(-0.5 * ((places[:, None] - places[None]) / width) ** 2)
    return weights / weights.sum(axis=1, keepdims=True)
