"""The spotlight: what in a patch a projection lies on, in colour; the rest pale and grey.

Random weights, too, send a signal back along the edges of a patch. So the projection's energy is
seen beside the contrast of the patch: what follows it alone lights nothing.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

WIDTH = 1 / 20
"""Standard deviation of the smoothing, as a share of the tile's side."""
FROM, FULL = 0.5, 3.0
"""Energy for its contrast, in units of the tile's mean, from which a pixel has colour, and all.

Spread evenly it lights nothing fully; a percentile would.
"""
EVEN = 0.5
"""Share of the tile's mean in the contrast beside which energy is seen: flat places have none."""

CAPTION = (
    "the patch, in colour where the projection is strong relative to the patch's contrast and pale "
    "grey elsewhere (strength: the projection's energy divided by the average of the local "
    "contrast and the tile's mean contrast, all smoothed over a twentieth of the tile; colour "
    f"fades in from {FROM} to {FULL:.0f} times the tile's mean strength)"
)
_WEIGHTS = np.array([0.299, 0.587, 0.114])  # of red, green and blue in lightness
_PALE, _LEFT = 224.0, 0.3  # the pale grey, and the share of the patch's lightness left in it


def spotlight(
    patch: np.ndarray, values: np.ndarray, inside: np.ndarray | None = None
) -> np.ndarray:
    """Light a patch by a projection.

    Parameters
    ----------
    patch : uint8 array [h, w, 3]
        In its own colours.
    values : float array [h, w, 3]
        The projection of the same pixels, on any scale.
    inside : int array [4], optional
        The part that is image: left, top, right, bottom.

    Returns
    -------
    uint8 array [h, w, 3]
        Pale throughout where the projection is zero.
    """
    share = light(patch, values, inside)[..., None]
    grey = (patch @ _WEIGHTS)[..., None]
    pale = (1 - _LEFT) * _PALE + _LEFT * grey
    mixed = share * patch + (1 - share) * pale
    return np.rint(mixed).astype(np.uint8)


def light(patch: np.ndarray, values: np.ndarray, inside: np.ndarray | None = None) -> np.ndarray:
    """Return how much colour each pixel keeps, 0 to 1: float [h, w].

    Parameters are those of :func:`spotlight`.
    """
    height, across = values.shape[:2]
    left, top, right, bottom = (0, 0, across, height) if inside is None else inside
    part = slice(top, bottom), slice(left, right)
    energy = np.einsum("hwc,hwc->hw", values, values, dtype=np.float64)
    lightness, contrast = patch @ _WEIGHTS, np.zeros((height, across))
    if min(lightness[part].shape) > 1:  # what lies beyond the image is not an edge
        contrast[part] = np.square(np.gradient(lightness[part])).sum(axis=0)
    width = WIDTH * max(height, across)
    rows, cols = _blur(height, width), _blur(across, width)
    energy, contrast = rows @ energy @ cols.T, rows @ contrast @ cols.T
    usual = contrast[part].mean() if contrast[part].size else 0
    if usual:
        energy /= EVEN + (1 - EVEN) * contrast / usual
    mean = energy[part].mean() if energy[part].size else 0
    if not mean:
        return np.zeros(energy.shape)
    lit: np.ndarray = np.clip((energy / mean - FROM) / (FULL - FROM), 0, 1)
    return lit


@lru_cache(8)
def _blur(length: int, width: float) -> np.ndarray:
    """Return the matrix [n, n] of a Gaussian blur whose weights beyond the edge are left out."""
    places = np.arange(length)
    weights = np.exp(-0.5 * ((places[:, None] - places[None]) / width) ** 2)
    return weights / weights.sum(axis=1, keepdims=True)
