"""Histograms of oriented gradients (Dalal & Triggs 2005), for many pictures at once."""

from __future__ import annotations

import numpy as np

CELL = 8
ORIENTATIONS = 18
_CLIP = 0.2
_SMALL = 1e-5


def cells(pictures: np.ndarray) -> np.ndarray:
    """Return the mean gradient strength of each cell by direction.

    Directions are signed (contrast sensitive, Felzenszwalb et al. 2010): an edge from dark to
    light differs from one from light to dark, which the 9 unsigned ones of Dalal & Triggs do not
    tell apart.

    Parameters
    ----------
    pictures : float [N, H, W]
        Grey, H and W multiples of 8.

    Returns
    -------
    float32 [N, H/8, W/8, 18]
        Orientation k holds the directions from 20 k to 20 (k + 1) degrees. Summed over opposite
        directions, scikit-image's cells of 9 orientations.
    """
    count, height, width = pictures.shape
    down, across = np.zeros((2, *pictures.shape), np.float32)
    down[:, 1:-1] = pictures[:, 2:] - pictures[:, :-2]
    across[:, :, 1:-1] = pictures[:, :, 2:] - pictures[:, :, :-2]
    turn = np.rad2deg(np.arctan2(down, across)) % 360
    bins = np.minimum((turn * (ORIENTATIONS / 360)).astype(np.int64), ORIENTATIONS - 1)
    rows, cols = height // CELL, width // CELL
    row, col = np.arange(height) // CELL, np.arange(width) // CELL
    place = (np.arange(count)[:, None, None] * rows + row[:, None]) * cols + col
    total = np.bincount(
        (place * ORIENTATIONS + bins).ravel(),
        np.hypot(down, across).ravel(),
        count * rows * cols * ORIENTATIONS,
    )
    shape = (count, rows, cols, ORIENTATIONS)
    return (total / CELL**2).astype(np.float32).reshape(shape)


def blocks(found: np.ndarray) -> np.ndarray:
    """Normalise each 2 x 2 cells together: L2, clipped at 0.2, L2 again (L2-Hys).

    Parameters
    ----------
    found : float [N, h, w, B]
        Histogram of B directions of each cell.

    Returns
    -------
    float32 [N, h-1, w-1, 4 B]
        Cells of a block in the order of reading.
    """
    corners = (found[:, :-1, :-1], found[:, :-1, 1:], found[:, 1:, :-1], found[:, 1:, 1:])
    block = np.concatenate(corners, axis=-1)
    block = np.minimum(_unit(block), _CLIP)
    return _unit(block).astype(np.float32)


def _unit(block: np.ndarray) -> np.ndarray:
    return block / np.sqrt(np.square(block).sum(axis=-1, keepdims=True) + _SMALL**2)


def hog_windows(pictures: np.ndarray, side: int) -> np.ndarray:
    """Return the descriptor of every window, one cell apart.

    Parameters
    ----------
    pictures : float [N, H, W]
        Grey, 0 to 1.
    side : int
        Of a window, cells.

    Returns
    -------
    float32 [N, r, c, (side-1)^2 * 72]
        The blocks inside each window, in the order of reading.
    """
    block = blocks(cells(pictures))
    inside = np.lib.stride_tricks.sliding_window_view(block, (side - 1, side - 1), (1, 2))
    return np.moveaxis(inside, 3, 5).reshape(*inside.shape[:3], -1)
