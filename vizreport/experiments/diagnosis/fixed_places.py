"""Which place of the picture a class depends on, whatever the object."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

MOST_CLASSES = 8
CHOOSING, TESTING, FEWEST = 4, 12, 6
"""Images of a class in which each place is covered; others in which one is, at most and least."""
PLACES = 5
"""A row and a column."""
_LEAST = 1e-6  # probability, and its distance from 1, that log-odds are made of

Predict = Callable[[np.ndarray], np.ndarray]
"""From pictures [n, h, w, C] to probabilities [n, classes]."""


def grid(height: int, width: int) -> tuple[int, np.ndarray, np.ndarray]:
    """Return side, tops and lefts of squares of a quarter of the shorter side."""
    side = max(1, min(height, width) // 4)
    tops = np.rint(np.linspace(0, height - side, PLACES)).astype(np.int32)
    lefts = np.rint(np.linspace(0, width - side, PLACES)).astype(np.int32)
    return side, tops, lefts


def log_odds(p: np.ndarray) -> np.ndarray:
    """Return log(p / (1 - p)), kept finite."""
    kept = np.clip(np.asarray(p, np.float64), _LEAST, 1 - _LEAST)
    return np.asarray(np.log(kept / (1 - kept)))


def cover(pictures: np.ndarray, side: int, top: int, left: int) -> np.ndarray:
    """Cover a square with each picture's mean colour: uint8 [n, h, w, C]."""
    out = pictures.copy()
    mean = np.rint(pictures.mean(axis=(1, 2))).astype(np.uint8)
    out[:, top : top + side, left : left + side] = mean[:, None, None]
    return out


def paste(pictures: np.ndarray, other: np.ndarray, side: int, top: int, left: int) -> np.ndarray:
    """Put what is at a place in some pictures into others: uint8 [n, h, w, C]."""
    out = other.copy()
    part = np.s_[:, top : top + side, left : left + side]
    out[part] = pictures[part]
    return out


def look(
    by_class: dict[int, np.ndarray],
    pictures: Callable[[np.ndarray], np.ndarray],
    predict: Predict,
    seed: int,
) -> dict[str, Any]:
    """Cover each place in some images of each class; then the most telling one in others.

    Parameters
    ----------
    by_class : dict of int [n]
        Images of each class that is looked at, classified correctly; at least
        ``CHOOSING + FEWEST`` each.
    pictures : callable
        Returns the pictures of images.
    predict : callable
        From pictures to probabilities.
    seed : int
        Of the choice of images.

    Returns
    -------
    dict
        The fields ``side``, ``tops``, ``lefts`` and ``place_...`` of the result.
    """
    random = np.random.default_rng([seed, 19])
    classes = sorted(by_class)
    drawn = {c: random.permutation(by_class[c]) for c in classes}
    sample = pictures(drawn[classes[0]][:1])
    side, tops, lefts = grid(*sample.shape[1:3])
    falls = np.zeros((len(classes), CHOOSING, PLACES, PLACES))
    for z, c in enumerate(classes):
        own = pictures(drawn[c][:CHOOSING])
        clean = log_odds(predict(own)[:, c])
        hidden = np.concatenate([cover(own, side, t, x) for t in tops for x in lefts])
        p = log_odds(predict(hidden)[:, c]).reshape(PLACES, PLACES, CHOOSING)
        falls[z] = clean[:, None, None] - p.transpose(2, 0, 1)
    means = falls.mean(axis=1)
    blind = (means.sum(axis=0) - means) / max(len(classes) - 1, 1)
    within = falls.var(axis=1, ddof=1).mean(axis=0)
    stands_out = (means - blind) / np.sqrt(within / CHOOSING + 0.05)
    chosen = np.stack(
        [np.unravel_index(int(each.argmax()), each.shape) for each in stands_out]
    ).astype(np.int32)
    tested: dict[str, list[np.ndarray]] = {
        name: [] for name in ("clean", "covered", "control", "pasted", "pasted_before")
    }
    images, means_shown = [], []
    every = np.concatenate([drawn[c] for c in classes])
    of = np.concatenate([np.full(len(drawn[c]), c) for c in classes])
    for z, c in enumerate(classes):
        mine = drawn[c][CHOOSING : CHOOSING + TESTING]
        others = random.permutation(every[of != c])
        others = others[np.arange(len(mine)) % len(others)] if len(others) else mine[:0]
        row, col = chosen[z]
        own = pictures(mine)
        place = side, int(tops[row]), int(lefts[col])
        opposite = side, int(tops[PLACES - 1 - row]), int(lefts[PLACES - 1 - col])
        if row == col == PLACES // 2:
            opposite = side, int(tops[0]), int(lefts[0])
        other = pictures(others) if len(others) else own[:0]
        versions = {
            "clean": own,
            "covered": cover(own, *place),
            "control": cover(own, *opposite),
            "pasted": paste(own, other, *place) if len(other) else other,
            "pasted_before": other,
        }
        for name, changed in versions.items():
            values = predict(changed)[:, c] if len(changed) else np.zeros(0)
            tested[name].append(_padded(values, np.nan))
        images.append(_padded(mine, -1))
        means_shown.append(np.rint(own.mean(axis=0)).astype(np.uint8))
    return {
        "side": side,
        "tops": tops,
        "lefts": lefts,
        "place_classes": np.array(classes, np.int32),
        "place_falls": means.astype(np.float32),
        "place_spread": np.broadcast_to(np.sqrt(within), means.shape).astype(np.float32),
        "place_chosen": chosen,
        "place_images": np.stack(images).astype(np.int32),
        "place_pictures": np.stack(means_shown),
        **{f"place_{name}": np.stack(found).astype(np.float32) for name, found in tested.items()},
    }


def none(height: int, width: int) -> dict[str, Any]:
    """Return the same fields of no class."""
    side, tops, lefts = grid(height, width)
    names = ("clean", "covered", "control", "pasted", "pasted_before")
    return {
        "side": side,
        "tops": tops,
        "lefts": lefts,
        "place_classes": np.zeros(0, np.int32),
        "place_falls": np.zeros((0, PLACES, PLACES), np.float32),
        "place_spread": np.zeros((0, PLACES, PLACES), np.float32),
        "place_chosen": np.zeros((0, 2), np.int32),
        "place_images": np.zeros((0, TESTING), np.int32),
        "place_pictures": np.zeros((0, height, width, 3), np.uint8),
        **{f"place_{name}": np.zeros((0, TESTING), np.float32) for name in names},
    }


def _padded(values: np.ndarray, fill: float) -> np.ndarray:
    return np.pad(np.asarray(values, np.float64), (0, TESTING - len(values)), constant_values=fill)
