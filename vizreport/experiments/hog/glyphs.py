"""Strokes for atoms of HOG windows, in scikit-image's manner."""

from __future__ import annotations

import numpy as np

from vizreport.experiments.hog.descriptors import ORIENTATIONS


def window_cells(descriptors: np.ndarray, side: int) -> np.ndarray:
    """Sum the blocks of windows back into their cells.

    Parameters
    ----------
    descriptors : float [n, (side-1)^2 * 72]
        Of windows of ``side`` x ``side`` cells.
    side : int
        Of a window, cells.

    Returns
    -------
    float [n, side, side, 9]
        Mean over the blocks that hold a cell, opposite directions together.
    """
    across = side - 1
    blocks = descriptors.reshape(-1, across, across, 2, 2, 2, ORIENTATIONS // 2).sum(axis=5)
    total = np.zeros((len(descriptors), side, side, ORIENTATIONS // 2), np.float32)
    covers = np.zeros((side, side, 1), np.float32)
    for i in range(2):
        for j in range(2):
            total[:, i : i + across, j : j + across] += blocks[:, :, :, i, j]
            covers[i : i + across, j : j + across] += 1
    return total / covers


def atom_glyphs(atoms: np.ndarray, side: int, size: int) -> np.ndarray:
    """Draw strokes along the edges that atoms stand for.

    Parameters
    ----------
    atoms : float [n, (side-1)^2 * 72]
        Descriptors, one an atom.
    side : int
        Of a window, cells.
    size : int
        Of a drawing, px; a multiple of ``side``.

    Returns
    -------
    uint8 [n, size, size]
        White the strongest stroke of the atom.
    """
    found = np.maximum(window_cells(atoms, side), 0)
    strokes = _strokes(size // side, found.shape[-1])
    # Strongest of the strokes at a pixel: sums would whiten every cell's centre.
    drawn = (found[..., None, None] * strokes).max(axis=3)
    picture = drawn.transpose(0, 1, 3, 2, 4).reshape(len(atoms), size, size)
    top = picture.max(axis=(1, 2), keepdims=True)
    return np.rint(255 * picture / np.where(top > 0, top, 1)).astype(np.uint8)


def _strokes(size: int, orientations: int) -> np.ndarray:
    """Return a stroke through a cell's centre for each direction: float32 [B, size, size].

    A stroke runs along the edge, which is across the gradient.
    """
    angle = (np.arange(orientations) + 0.5) * np.pi / orientations
    place = np.arange(size) - (size - 1) / 2
    rows, cols = np.meshgrid(place, place, indexing="ij")
    off = np.abs(
        rows * np.sin(angle)[:, None, None] + cols * np.cos(angle)[:, None, None]
    )  # distance from the line through the centre, along the gradient
    inside = rows**2 + cols**2 <= (size / 2) ** 2
    return (np.clip(1.5 - off, 0, 1) * inside).astype(np.float32)
