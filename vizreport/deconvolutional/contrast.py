"""Local contrast normalisation of pictures."""

from __future__ import annotations

import numpy as np

RADIUS = 6
SIGMA = 3.0
"""Neighbourhood: a Gaussian of this standard deviation, px, cut at the radius."""

FLAT = 1e-3
"""Spread, of pixels from 0 to 1, up to which a picture counts as flat and becomes zero."""


def normalise_contrast(pictures: np.ndarray) -> np.ndarray:
    """Subtract the local mean and divide by the local spread (Jarrett et al. 2009).

    The mean is of each channel, the spread of all channels together, so that colours keep their
    proportions; where the spread is below its mean over the picture, that mean divides.

    Parameters
    ----------
    pictures : float [B, H, W, C]
        From 0 to 1; H and W above ``RADIUS``.

    Returns
    -------
    float32 [B, H, W, C]
    """
    centred = pictures - _smooth(pictures)
    spread = np.sqrt(_smooth((centred**2).mean(-1, keepdims=True)))
    least = np.maximum(spread.mean((1, 2, 3), keepdims=True), FLAT)
    return (centred / np.maximum(spread, least)).astype(np.float32)


def _smooth(pictures: np.ndarray) -> np.ndarray:
    places = np.arange(-RADIUS, RADIUS + 1)
    kernel = np.exp(-(places**2) / (2 * SIGMA**2))
    kernel /= kernel.sum()
    for axis in (1, 2):
        margin = [(RADIUS, RADIUS) if a == axis else (0, 0) for a in range(4)]
        padded = np.pad(pictures, margin, mode="reflect")
        windows = np.lib.stride_tricks.sliding_window_view(padded, len(kernel), axis)
        pictures = windows @ kernel.astype(pictures.dtype)
    return pictures
