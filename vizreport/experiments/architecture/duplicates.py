"""Duplicate filters and maps. No TensorFlow here."""

from __future__ import annotations

import numpy as np

ALIKE = 0.9
"""Cosine of two filters, or correlation of two maps, above which they count as duplicates."""


def cosines(filters: np.ndarray) -> np.ndarray:
    """Return the cosine of every two filters [M, ...]: float64 [M, M], NaN where one is zero."""
    flat = filters.reshape(len(filters), -1).astype(np.float64)
    length = np.linalg.norm(flat, axis=1, keepdims=True)
    unit = np.divide(flat, length, out=np.full_like(flat, np.nan), where=length > 0)
    return unit @ unit.T


class Moments:
    """Sums from which the correlation of every two maps follows; grows with no image.

    Parameters
    ----------
    maps : int
        How many are compared.
    """

    def __init__(self, maps: int) -> None:
        self._count = 0
        self._sum = np.zeros(maps)
        self._products = np.zeros((maps, maps))

    def add(self, activations: np.ndarray) -> None:
        """Add activations [..., maps]: every leading axis is one of samples."""
        flat = activations.reshape(-1, activations.shape[-1]).astype(np.float64)
        self._count += len(flat)
        self._sum += flat.sum(axis=0)
        self._products += flat.T @ flat

    def correlations(self) -> np.ndarray:
        """Return Pearson's correlations: float64 [maps, maps], NaN where a map is constant."""
        mean = self._sum / self._count
        covariance = self._products / self._count - np.outer(mean, mean)
        variance = np.diag(covariance).copy()
        # What is left of a constant map is rounding.
        variance[variance <= 1e-12 * np.diag(self._products) / self._count] = np.nan
        return covariance / np.sqrt(np.outer(variance, variance))


def earlier_twins(alike: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Find for each map the earlier one that is most like it.

    Parameters
    ----------
    alike : float array [M, M]
        Symmetric; NaN where nothing can be said.

    Returns
    -------
    twins : int32 array [M]
        -1 where there is none.
    similarity : float32 array [M]
        NaN where there is none.
    """
    count = len(alike)
    earlier = np.tril(np.ones((count, count), bool), -1) & np.isfinite(alike)
    values = np.where(earlier, alike, -np.inf)
    there = earlier.any(axis=1)
    twins = np.where(there, values.argmax(axis=1), -1).astype(np.int32)
    return twins, np.where(there, values.max(axis=1), np.nan).astype(np.float32)
