"""Occlusion on a coarse grid first, finer only where the map changes: an approximation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from vizreport.incremental.occlude import Scores

# Coarse steps, in places; every place is reached where the map keeps changing.
_STEPS = (4, 2, 1)
TOLERANCE = 0.08


def refine(
    shape: tuple[int, int],
    evaluate: Callable[[np.ndarray, np.ndarray], Scores],
    watched: int,
    tolerance: float = TOLERANCE,
) -> tuple[Scores, np.ndarray]:
    """Fill a map of places, interpolating where its corners agree.

    A cell between four computed places is halved while, among its corners, the watched
    probability or the activation differs by more than ``tolerance`` of its range over the map
    so far, or the most probable class differs; else it is interpolated bilinearly.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns of places.
    evaluate : callable
        Takes rows and columns of places, int [P] each; returns their scores.
    watched : int
        Class whose probability is watched; -1 for none.
    tolerance : float

    Returns
    -------
    scores : Scores
        Of all places, row by row.
    computed : bool [rows, columns]
        Which of them were computed rather than interpolated.
    """
    rows, cols = shape
    computed = np.zeros(shape, bool)
    values: np.ndarray | None = None
    wanted = np.zeros(shape, bool)
    wanted[np.ix_(_marks(rows, _STEPS[0]), _marks(cols, _STEPS[0]))] = True
    for step, finer in zip(_STEPS, (*_STEPS[1:], 0), strict=True):
        new = np.argwhere(wanted & ~computed)
        if len(new):
            found = evaluate(new[:, 0], new[:, 1])
            if values is None:
                values = np.zeros((*shape, 1 + found.probabilities.shape[1]), np.float32)
            values[new[:, 0], new[:, 1], 0] = found.activations
            values[new[:, 0], new[:, 1], 1:] = found.probabilities
            computed[new[:, 0], new[:, 1]] = True
        assert values is not None
        wanted = _visit(values, computed, step, finer, watched, tolerance)
    assert values is not None
    flat = values.reshape(rows * cols, -1)
    return Scores(flat[:, 1:], flat[:, 0]), computed


def _marks(count: int, step: int) -> np.ndarray:
    """Return every ``step``-th place and the last."""
    return np.unique(np.append(np.arange(0, count, step), count - 1))


def _visit(
    values: np.ndarray,
    computed: np.ndarray,
    step: int,
    finer: int,
    watched: int,
    tolerance: float,
) -> np.ndarray:
    """Interpolate the cells that are even; return the places to compute in the others."""
    rows, cols = computed.shape
    known = values[computed]
    spread = np.ptp(known, axis=0)
    wanted = np.zeros_like(computed)
    down, across = _marks(rows, step), _marks(cols, step)
    for top, bottom in zip(down[:-1], down[1:], strict=True):
        for left, right in zip(across[:-1], across[1:], strict=True):
            corners = values[[top, top, bottom, bottom], [left, right, left, right]]
            if not computed[[top, top, bottom, bottom], [left, right, left, right]].all():
                continue  # inside a cell that was interpolated
            if finer and not _even(corners, spread, watched, tolerance):
                marks = (
                    top + _marks(bottom - top + 1, finer),
                    left + _marks(right - left + 1, finer),
                )
                wanted[np.ix_(*marks)] = True
                continue
            u = np.linspace(0, 1, bottom - top + 1)[:, None, None]
            v = np.linspace(0, 1, right - left + 1)[None, :, None]
            blend = (1 - u) * ((1 - v) * corners[0] + v * corners[1]) + u * (
                (1 - v) * corners[2] + v * corners[3]
            )
            cell = (slice(top, bottom + 1), slice(left, right + 1))
            values[cell] = np.where(computed[cell][..., None], values[cell], blend)
    return wanted


def _even(corners: np.ndarray, spread: np.ndarray, watched: int, tolerance: float) -> bool:
    change = np.ptp(corners, axis=0)
    if change[0] > tolerance * spread[0]:
        return False
    if corners.shape[1] == 1:
        return True
    if watched >= 0 and change[1 + watched] > tolerance * spread[1 + watched]:
        return False
    return len(np.unique(corners[:, 1:].argmax(axis=1))) == 1
