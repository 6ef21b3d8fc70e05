"""Where the square goes, and maps of places laid over the image."""

from __future__ import annotations

import numpy as np

_PLACES = 28  # a row, where the stride is left to choose


def places(length: int, size: int, stride: int) -> np.ndarray:
    """Return the first pixels of a square's places along one axis.

    Parameters
    ----------
    length : int
        Of the axis, px.
    size, stride : int
        Of the square, px; ``size <= length``.

    Returns
    -------
    int32 [R]
        0, s, 2s, ... and the last place, flush with the edge. Where the stride is not larger than
        the square, every pixel is covered.
    """
    last = length - size
    found = np.arange(0, last + 1, stride, dtype=np.int32)
    return found if found[-1] == last else np.append(found, np.int32(last))


def default_stride(length: int, size: int) -> int:
    """Return the stride that gives about 28 places, never more than the square's side."""
    return max(1, min(size, round((length - size) / (_PLACES - 1))))


def pixel_average(
    values: np.ndarray, tops: np.ndarray, lefts: np.ndarray, size: int, shape: tuple[int, int]
) -> np.ndarray:
    """Return, for each pixel, the mean over all squares that cover it.

    Parameters
    ----------
    values : float [R, C]
        One for each square: R rows and C columns of places.
    tops, lefts : int [R], int [C]
        Row and column of the squares' upper left corners, px.
    size : int
        Side of the square, px.
    shape : (int, int)
        Height and width of the image.

    Returns
    -------
    float64 [h, w]
        NaN where no square goes.
    """
    down, across = _covers(tops, size, shape[0]), _covers(lefts, size, shape[1])
    count = down.sum(axis=1)[:, None] * across.sum(axis=1)[None]
    total = down @ values.astype(np.float64) @ across.T
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _covers(starts: np.ndarray, size: int, length: int) -> np.ndarray:
    """Return whether each pixel is covered from each place: float64 [length, places]."""
    pixels = np.arange(length)[:, None]
    return ((pixels >= starts) & (pixels < starts + size)).astype(np.float64)


def nearest(starts: np.ndarray, size: int, length: int) -> np.ndarray:
    """Return the place whose square's centre is nearest to each pixel along one axis.

    Returns
    -------
    int [length]
        -1 farther than half a stride beyond the first and the last centre.
    """
    centres = starts + (size - 1) / 2
    pixels = np.arange(length)
    found = np.abs(pixels[:, None] - centres).argmin(axis=1)
    margin = max(0.5, np.diff(centres).max() / 2) if len(starts) > 1 else max(0.5, size / 2)
    inside = (pixels >= centres[0] - margin) & (pixels < centres[-1] + margin)
    return np.where(inside, found, -1)


def at_centres(
    values: np.ndarray, tops: np.ndarray, lefts: np.ndarray, size: int, shape: tuple[int, int]
) -> np.ndarray:
    """Spread a map of places over the image: each pixel has the value of the nearest centre.

    Parameters
    ----------
    values : [R, C]
        One for each square.
    tops, lefts, size, shape
        As in :func:`pixel_average`.

    Returns
    -------
    float64 [h, w]
        NaN in the border that no square's centre reaches.
    """
    rows, cols = nearest(tops, size, shape[0]), nearest(lefts, size, shape[1])
    spread = values[np.maximum(rows, 0)][:, np.maximum(cols, 0)].astype(np.float64)
    spread[(rows < 0)[:, None] | (cols < 0)[None]] = np.nan
    return spread
