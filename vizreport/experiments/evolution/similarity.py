"""How alike projections are, and when a layer has settled. No TensorFlow here."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

THRESHOLD = 0.8
"""Median similarity from which on a layer counts as settled."""


def cosines(tiles: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Compare each tile with the last epoch's of the same map.

    Parameters
    ----------
    tiles, last : float array [m, s, s, 3]
        Projections at some epoch and at the last one, signed.

    Returns
    -------
    float32 [m]
        Cosine of the angle between them as vectors, -1 to 1; NaN where either has nothing.
    """
    similarity = np.einsum("mi,mi->m", _directions(tiles), _directions(last))
    shown = [pictures.reshape(len(pictures), -1).any(axis=1) for pictures in (tiles, last)]
    return np.where(~(shown[0] & shown[1]), np.nan, similarity).astype(np.float32)


def mean_between(tiles: np.ndarray) -> float | None:
    """Return the mean cosine of different maps' tiles; None with fewer than two that show any."""
    directions = _directions(tiles)
    directions = directions[directions.any(axis=1)]
    count = len(directions)
    if count < 2:
        return None
    total = np.square(directions.sum(axis=0)).sum()  # of all pairs, each map's with itself too
    return float((total - count) / (count * (count - 1)))


def settled(epochs: Sequence[int], similarity: np.ndarray) -> int:
    """Return the first epoch from which on the median similarity stays at the threshold or above.

    Parameters
    ----------
    epochs : sequence of int [E]
        Numbers of the epochs, rising.
    similarity : float array [E, m]
        Cosine with the last epoch, -1 to 1; NaN counts for nothing.

    Returns
    -------
    int
        0 where only the last epoch, which is compared with itself, does; or without any map.
    """
    below = np.flatnonzero(~(median_similarity(similarity) >= THRESHOLD))
    first = int(below[-1]) + 1 if len(below) else 0
    return int(epochs[first]) if first < len(epochs) - 1 else 0


def median_similarity(similarity: np.ndarray) -> np.ndarray:
    """Return the median over the maps that project something: float64 [E] from [E, m].

    Maps that project nothing at the last epoch, or nothing yet, are missing, not 0.
    """
    found = np.full(len(similarity), np.nan)
    for epoch, values in enumerate(similarity.astype(np.float64)):
        known = values[np.isfinite(values)]
        if len(known):
            found[epoch] = np.median(known)
    return found


def _directions(tiles: np.ndarray) -> np.ndarray:
    """Return unit vectors, float64 [m, n]; zeros where there is nothing."""
    flat = tiles.reshape(len(tiles), -1).astype(np.float64)
    lengths = np.linalg.norm(flat, axis=1, keepdims=True)
    return np.divide(flat, lengths, out=np.zeros_like(flat), where=lengths > 0)
