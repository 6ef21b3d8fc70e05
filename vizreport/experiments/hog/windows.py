"""Windows of pixels, normalised for contrast, and pictures averaged from windows that overlap."""

from __future__ import annotations

import numpy as np

from vizreport.experiments.hog.descriptors import CELL

# Standard deviation, of 1 from black to white: windows of much less than it stay nearly flat.
_FLOOR = 0.03


def pixel_windows(
    pictures: np.ndarray, side: int, places: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None
) -> np.ndarray:
    """Cut windows one cell apart out of pictures, and normalise them.

    Parameters
    ----------
    pictures : float [N, H, W]
        Grey, 0 to 1.
    side : int
        Of a window, cells.
    places : three int arrays [n], optional
        Number, row and column (in cells) of the windows wanted; all where not given.

    Returns
    -------
    float32 [N, r, c, p] or [n, p]
        Pixels of each window in the order of reading, mean 0, divided by their standard
        deviation (nearly: a window without contrast stays flat).
    """
    size = side * CELL
    every = np.lib.stride_tricks.sliding_window_view(pictures, (size, size), (1, 2))
    every = every[:, ::CELL, ::CELL]
    cut = (every if places is None else every[places]).astype(np.float32)
    flat = cut.reshape(*cut.shape[:-2], -1)
    flat -= flat.mean(axis=-1, keepdims=True)
    flat /= np.sqrt(np.square(flat).mean(axis=-1, keepdims=True) + _FLOOR**2)
    return flat


def averaged(windows: np.ndarray, side: int) -> np.ndarray:
    """Lay windows one cell apart over one another and average them at each pixel.

    Pixels near the middle of a window weigh more, by a Gaussian whose standard deviation is a
    quarter of the window: without it the windows' borders show as a grid.

    Parameters
    ----------
    windows : float [N, r, c, p]
        As from :func:`pixel_windows`.
    side : int
        Of a window, cells.

    Returns
    -------
    float32 [N, H, W]
    """
    count, rows, cols, _ = windows.shape
    parts = windows.reshape(count, rows, cols, side, CELL, side, CELL)
    shape = (rows + side - 1, CELL, cols + side - 1, CELL)
    total, covers = np.zeros((count, *shape), np.float32), np.zeros(shape, np.float32)
    place = np.arange(side * CELL) - (side * CELL - 1) / 2
    bell = np.exp(-np.square(place / (side * CELL / 4)) / 2).astype(np.float32)
    bell = bell.reshape(side, CELL)
    for i in range(side):  # each cell of a window at once for all windows
        for j in range(side):
            weight = bell[i][:, None, None] * bell[j]
            part = parts[:, :, :, i, :, j].transpose(0, 1, 3, 2, 4)
            total[:, i : i + rows, :, j : j + cols] += part * weight
            covers[i : i + rows, :, j : j + cols] += weight
    return (total / covers).reshape(count, shape[0] * CELL, shape[2] * CELL)


def correlations(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return Pearson's correlation over the pixels of each pair of pictures.

    Parameters
    ----------
    a, b : float [N, H, W]
        Grey pictures, compared one by one.

    Returns
    -------
    float64 [N]
        0 where one of the two is flat.
    """
    a, b = (x.reshape(len(x), -1).astype(np.float64) for x in (a, b))
    a, b = (x - x.mean(axis=1, keepdims=True) for x in (a, b))
    scale = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    return (a * b).sum(axis=1) / np.where(scale > 0, scale, 1)
