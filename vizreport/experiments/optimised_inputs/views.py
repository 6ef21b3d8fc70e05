"""Views of a picture, a little moved, scaled and turned: what an optimum must please in all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

JITTER = 1 / 24
"""Shift at most, as a share of the shorter side."""
SCALES = (0.92, 1.08)
TURN = 6.0
"""Degrees at most."""
VIEWS = 24
"""Different ones; they are taken in turn."""


@dataclass(frozen=True, eq=False)
class View:
    """A linear map from a picture to what is seen of it.

    Attributes
    ----------
    matrix : scipy.sparse.csr_array [h w, H W]
    seen : (int, int)
        h and w.
    whole : (int, int)
        H and W.
    """

    matrix: Any
    seen: tuple[int, int]
    whole: tuple[int, int]

    def of(self, pictures: np.ndarray) -> np.ndarray:
        """Return what is seen of pictures: [U, H, W, C] to [U, h, w, C]."""
        return _applied(self.matrix, pictures, self.seen)

    def back(self, signals: np.ndarray) -> np.ndarray:
        """Carry derivatives back: [U, h, w, C] to [U, H, W, C]."""
        return _applied(self.matrix.T, signals, self.whole)


def _applied(matrix: Any, pictures: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    units, _, _, channels = pictures.shape
    flat = pictures.reshape(units, -1, channels).transpose(1, 0, 2).reshape(-1, units * channels)
    found = (matrix @ flat).reshape(-1, units, channels).transpose(1, 0, 2)
    return np.ascontiguousarray(found).reshape(units, *shape, channels)


def margin(size: tuple[int, int]) -> int:
    """Return the px around what is seen at rest: jitter moves them into view, if there is any."""
    return round(min(size) * JITTER)


def views(size: tuple[int, int], random: np.random.Generator) -> list[View]:
    """Draw views of a picture with :func:`margin` px around what is seen at rest.

    Small pictures (below 12 px) are seen as they are: there a shift by a pixel is another pattern.

    Parameters
    ----------
    size : (int, int)
        Height and width of what is seen, px.
    random : Generator
    """
    around = margin(size)
    if not around:
        return [view(size, around, (0.0, 0.0), 1.0, 0.0)]
    found = []
    for _ in range(VIEWS):
        shift = random.uniform(-around, around, 2)
        scale = random.uniform(*SCALES)
        found.append(view(size, around, (shift[0], shift[1]), scale, random.uniform(-TURN, TURN)))
    return found


def view(
    size: tuple[int, int], around: int, shift: tuple[float, float], scale: float, turn: float
) -> View:
    """Return one view: bilinear, the picture going on at its edges as it is there.

    Parameters
    ----------
    size : (int, int)
        Of what is seen, px.
    around : int
        Px of the picture around it, on each side.
    shift : (float, float)
        Down and to the right, px.
    scale : float
    turn : float
        Degrees.
    """
    from scipy import sparse  # slow to import

    whole = size[0] + 2 * around, size[1] + 2 * around
    rows, cols = np.indices(size).reshape(2, -1).astype(np.float64)
    rows, cols = rows - (size[0] - 1) / 2, cols - (size[1] - 1) / 2
    sine, cosine = np.sin(np.radians(turn)) / scale, np.cos(np.radians(turn)) / scale
    y = cosine * rows - sine * cols + shift[0] + (whole[0] - 1) / 2
    x = sine * rows + cosine * cols + shift[1] + (whole[1] - 1) / 2
    y, x = np.clip(y, 0, whole[0] - 1), np.clip(x, 0, whole[1] - 1)
    low_y = np.minimum(np.floor(y).astype(int), max(whole[0] - 2, 0))
    low_x = np.minimum(np.floor(x).astype(int), max(whole[1] - 2, 0))
    at = np.arange(rows.size)
    entries = []
    for down in (0, 1):
        for across in (0, 1):
            share = np.abs(1 - down - (y - low_y)) * np.abs(1 - across - (x - low_x))
            near = np.minimum(low_y + down, whole[0] - 1) * whole[1]
            entries.append((share, near + np.minimum(low_x + across, whole[1] - 1)))
    shares = np.concatenate([share for share, _ in entries]).astype(np.float32)
    places = np.concatenate([place for _, place in entries])
    matrix = sparse.csr_array(
        (shares, (np.tile(at, 4), places)), shape=(rows.size, whole[0] * whole[1])
    )
    return View(matrix, size, whole)
