"""Deletion and insertion (Petsiuk et al. 2018), cell by cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

FRACTIONS = np.array([0, 0.05, 0.1, 0.2, 0.4, 0.7, 1])
"""Of the cells, deleted or inserted."""
_MOST = 14
"""Rows and columns of cells at most: no method gains from single pixels, which break a picture
wherever they lie."""


def cell_grid(shape: tuple[int, int]) -> tuple[np.ndarray, tuple[int, int]]:
    """Part a picture into cells of nearly one size.

    Parameters
    ----------
    shape : (int, int)
        Height and width, px.

    Returns
    -------
    cells : int [h, w]
        Number of each pixel's cell.
    grid : (int, int)
        Rows and columns of cells.
    """
    rows, cols = (min(_MOST, length) for length in shape)
    down = np.arange(shape[0]) * rows // shape[0]
    across = np.arange(shape[1]) * cols // shape[1]
    return down[:, None] * cols + across, (rows, cols)


def cell_means(values: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """Return the mean of a map [h, w] over each cell."""
    sums = np.bincount(cells.ravel(), values.ravel())
    means: np.ndarray = sums / np.bincount(cells.ravel())
    return means


def ranked(means: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Return each cell's place in the order of falling means, equal ones in random order."""
    mixed = random.permutation(len(means))
    order = mixed[np.argsort(-means[mixed], kind="stable")]
    ranks = np.empty(len(means), np.int64)
    ranks[order] = np.arange(len(means))
    return ranks


def centrality(grid: tuple[int, int]) -> np.ndarray:
    """Return how near each cell of a grid is to the centre: minus the distance, in cells."""
    rows, cols = (np.arange(length) - (length - 1) / 2 for length in grid)
    distances: np.ndarray = -np.hypot(rows[:, None], cols[None]).ravel()
    return distances


def curves(
    probability: Callable[[np.ndarray], np.ndarray],
    image: np.ndarray,
    grey: np.ndarray,
    cells: np.ndarray,
    ranks: Mapping[str, np.ndarray],
    ends: tuple[float, float],
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Delete cells from an image, and insert them into a grey one, in several orders.

    Parameters
    ----------
    probability : callable
        From network inputs [n, H, W, C] to the probability of the class [n].
    image, grey : float array [H, W, C]
        Preprocessed.
    cells : int [H, W]
        As :func:`cell_grid` returns them.
    ranks : mapping of int [cells]
        By order: each cell's place in it.
    ends : (float, float)
        Probabilities of the class for the image and for the grey one.

    Returns
    -------
    deletion, insertion : dict of float [F]
        By order: probabilities at each of :data:`FRACTIONS`.
    """
    counts = np.rint(FRACTIONS * (cells.max() + 1)).astype(int)
    inner = counts[1:-1]
    made: list[np.ndarray] = []
    for order in ranks.values():
        taken = order[cells] < inner[:, None, None]
        made += [np.where(part[..., None], grey, image) for part in taken]
        made += [np.where(part[..., None], image, grey) for part in taken]
    clean, none = ends
    parts = probability(np.stack(made)).reshape(len(ranks), 2, len(inner))
    deletion = {n: np.array([clean, *part[0], none]) for n, part in zip(ranks, parts, strict=True)}
    insertion = {n: np.array([none, *part[1], clean]) for n, part in zip(ranks, parts, strict=True)}
    return deletion, insertion


def area(curve: np.ndarray) -> np.ndarray:
    """Return the mean probability over all fractions, by trapezia: float [...] of [..., F]."""
    widths = np.diff(FRACTIONS)
    found: np.ndarray = ((curve[..., 1:] + curve[..., :-1]) / 2 * widths).sum(axis=-1)
    return found
