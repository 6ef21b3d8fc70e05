"""Occlusion on a coarse grid first, finer only where the map changes: an approximation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from vizreport.engine.occlusion.scores import Scores

_STEP = 2
# Of all places, how many are computed at the most; the rest is interpolated.
SHARE = 0.4


def refine(
    shape: tuple[int, int],
    evaluate: Callable[[np.ndarray, np.ndarray], Scores],
    watched: int,
    share: float = SHARE,
) -> tuple[Scores, np.ndarray]:
    """Fill a map of places, most of it by interpolation.

    Every second place of every second row is computed. Of the cells between them, those whose
    corners differ the most are computed whole until the share is used up; the others are
    interpolated bilinearly. Corners differ by the larger of the watched output's and the
    activation's difference, each relative to its range over the map; cells whose corners
    disagree on the largest output, the most probable class, come first.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns of places.
    evaluate : callable
        Takes rows and columns of places, int [P] each; returns their scores.
    watched : int
        Output that is watched, such as a class's probability; -1 for none.
    share : float
        Of the places that may be computed, 0 to 1; the coarse grid is computed in any case.

    Returns
    -------
    scores : Scores
        Of all places, row by row.
    computed : bool [rows, columns]
        Which of them were computed rather than interpolated.
    """
    down, across = (_marks(count) for count in shape)
    computed = np.zeros(shape, bool)
    computed[np.ix_(down, across)] = True
    coarse = _values(evaluate, np.argwhere(computed)).reshape(len(down), len(across), -1)
    values = _interpolated(coarse, down, across, shape)
    order = np.argsort(-_change(coarse, watched), axis=None, kind="stable")
    wanted = computed.copy()
    for cell in order:
        i, j = np.unravel_index(cell, (len(down) - 1, len(across) - 1))
        inside = np.ix_(
            range(down[i], down[i + 1] + 1),
            range(across[j], across[j + 1] + 1),
        )
        more = wanted.copy()
        more[inside] = True
        if more.sum() > share * more.size:
            break
        wanted = more
    new = np.argwhere(wanted & ~computed)
    if len(new):
        values[new[:, 0], new[:, 1]] = _values(evaluate, new)
    flat = values.reshape(shape[0] * shape[1], -1).astype(np.float32)
    return Scores(flat[:, 1:], flat[:, 0]), wanted


def _marks(count: int) -> np.ndarray:
    """Return every second place and the last."""
    return np.unique(np.append(np.arange(0, count, _STEP), count - 1))


def _values(evaluate: Callable[[np.ndarray, np.ndarray], Scores], places: np.ndarray) -> np.ndarray:
    """Return [P, 1 + outputs]: the activation, then the outputs."""
    found = evaluate(places[:, 0], places[:, 1])
    return np.concatenate([found.activations[:, None], found.outputs], axis=1)


def _interpolated(
    coarse: np.ndarray, down: np.ndarray, across: np.ndarray, shape: tuple[int, int]
) -> np.ndarray:
    """Interpolate bilinearly between the marks."""
    for axis, (marks, count) in enumerate(zip((down, across), shape, strict=True)):
        places = np.arange(count)
        above = np.clip(np.searchsorted(marks, places, side="right"), 1, max(len(marks) - 1, 1))
        if len(marks) == 1:
            continue
        low, high = marks[above - 1], marks[above]
        weight = (places - low) / (high - low)
        weight = weight.reshape(-1, *[1] * (coarse.ndim - 1 - axis))
        coarse = (1 - weight) * coarse.take(above - 1, axis) + weight * coarse.take(above, axis)
    return coarse


def _change(coarse: np.ndarray, watched: int) -> np.ndarray:
    """Return how much each cell's corners differ: [rows - 1, columns - 1]."""
    corners = np.stack([coarse[:-1, :-1], coarse[:-1, 1:], coarse[1:, :-1], coarse[1:, 1:]])
    spread = np.ptp(coarse, axis=(0, 1))
    columns = [0, *([1 + watched] if watched >= 0 else [])]
    change = np.ptp(corners[..., columns], axis=0) / np.where(spread > 0, spread, 1)[columns]
    change = change.max(axis=-1)
    if coarse.shape[-1] > 1:
        best = corners[..., 1:].argmax(axis=-1)
        change += (best != best[0]).any(axis=0)
    return change
