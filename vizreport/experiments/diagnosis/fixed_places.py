"""Which place of the picture a class depends on, whatever the object."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypedDict

import numpy as np

from vizreport.experiments.diagnosis.regions import (
    BORDER,
    EDGES,
    PLACES,
    SQUARE,
    Region,
    grid,
    mask,
)

MOST_CLASSES, COVERED_CLASSES = 12, 6
"""Classes that are looked at; those of them in which places are covered, and one is tested."""
CHOOSING, COVERED = 4, 3
"""Images of a class by which a place is chosen; those of them in which each place is covered."""
TESTING, FEWEST = 24, 6
"""Other images in which it is tested, at most and least."""
_LEAST = 1e-6  # probability, and its distance from 1, that log-odds are made of
_AS_GOOD = 0.9  # share of the best region's effect from which on a smaller one is taken
_NO_RISE = 0.05  # of a probability


class FixedPlaces(TypedDict):
    """The fields ``side``, ``tops``, ``lefts`` and ``place_...`` of :class:`DiagnosisResult`."""

    side: int
    tops: np.ndarray
    lefts: np.ndarray
    place_classes: np.ndarray
    place_falls: np.ndarray
    place_energy: np.ndarray
    place_kinds: list[str]
    place_chosen: np.ndarray
    place_images: np.ndarray
    place_covered: np.ndarray
    place_turned: np.ndarray
    place_pictures: np.ndarray


class _TestedPlace(TypedDict):
    """Those of them that are of one class."""

    place_images: np.ndarray
    place_covered: np.ndarray
    place_turned: np.ndarray
    place_pictures: np.ndarray


Pictures = Callable[[np.ndarray], np.ndarray]
"""From numbers of images [n] to their pictures [n, h, w, C]."""
Predict = Callable[[np.ndarray], np.ndarray]
"""From pictures [n, h, w, C] to probabilities [n, classes]."""
Project = Callable[[np.ndarray, int], np.ndarray]
"""From pictures [n, h, w, C] and a class to the energy of its unit's projections [n, h, w]."""


def log_odds(p: np.ndarray) -> np.ndarray:
    """Return log(p / (1 - p)), kept finite."""
    kept = np.clip(np.asarray(p, np.float64), _LEAST, 1 - _LEAST)
    return np.asarray(np.log(kept / (1 - kept)))


def cover(pictures: np.ndarray, where: np.ndarray) -> np.ndarray:
    """Cover a part, bool [h, w], with each picture's mean colour: uint8 [n, h, w, C]."""
    mean = np.rint(pictures.mean(axis=(1, 2), keepdims=True)).astype(np.uint8)
    return np.where(where[..., None], mean, pictures)


def paste(pictures: np.ndarray, other: np.ndarray, where: np.ndarray) -> np.ndarray:
    """Put a part, bool [h, w], of some pictures into others: uint8 [n, h, w, C]."""
    return np.where(where[..., None], pictures, other)


def falls_of(pictures: np.ndarray, predict: Predict, c: int) -> np.ndarray:
    """Return by how much covering each square lowers the log-odds of a class: [n, R, C]."""
    n, height, width = pictures.shape[:3]
    squares = [Region(SQUARE, row, col) for row in range(PLACES) for col in range(PLACES)]
    hidden = [cover(pictures, mask(square, height, width)) for square in squares]
    p = log_odds(predict(np.concatenate([pictures, *hidden]))[:, c])
    return np.asarray(p[:n, None, None] - p[n:].reshape(PLACES, PLACES, n).transpose(2, 0, 1))


def shares_of(energy: np.ndarray) -> np.ndarray:
    """Return the share of each picture's energy, [n, h, w], that lies in each square: [n, R, C]."""
    side, tops, lefts = grid(*energy.shape[1:])
    total = energy.sum(axis=(1, 2))
    parts = [
        [energy[:, top : top + side, left : left + side].sum(axis=(1, 2)) for left in lefts]
        for top in tops
    ]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.nan_to_num(np.array(parts).transpose(2, 0, 1) / total[:, None, None])


def standing_out(values: np.ndarray, least: float) -> np.ndarray:
    """Return how far each square of a class is above the other classes, in standard errors.

    Parameters
    ----------
    values : float [Z, n, R, C]
        By class and image.
    least : float
        Standard error below which differences are taken for chance.

    Returns
    -------
    float [Z, R, C]
    """
    means = values.mean(axis=1)
    blind = (means.sum(axis=0) - means) / max(len(values) - 1, 1)
    within = values.var(axis=1, ddof=1).mean(axis=0)
    return np.asarray((means - blind) / np.sqrt(within / values.shape[1] + least**2))


def _square(scores: np.ndarray) -> Region:
    row, col = np.unravel_index(int(scores.argmax()), scores.shape)
    return Region(SQUARE, int(row), int(col))


class _Search:
    """The search for the place of a class: its images, and how far regions raise it elsewhere."""

    def __init__(
        self, c: int, images: np.ndarray, others: np.ndarray, pictures: Pictures, predict: Predict
    ) -> None:
        self.c, self.images, self.others = c, images, others
        self.own, self.other = pictures(images[:CHOOSING]), pictures(others[:CHOOSING])
        self.predict = predict
        self.before = float(predict(self.other)[:, c].mean())
        self.rises: dict[Region, float] = {}
        self.shares = np.zeros((CHOOSING, PLACES, PLACES))
        self.falls = np.zeros((COVERED, PLACES, PLACES))

    def try_regions(self, regions: list[Region]) -> None:
        """Paste regions into images of other classes."""
        new = [region for region in regions if region not in self.rises]
        if not new:
            return
        size, own = self.own.shape[1:3], self.own[: len(self.other)]
        pasted = np.concatenate([paste(own, self.other, mask(region, *size)) for region in new])
        p = self.predict(pasted)[:, self.c].reshape(len(new), -1).mean(axis=1)
        self.rises.update(zip(new, (p - self.before).tolist(), strict=True))

    @property
    def rise(self) -> float:
        """The largest rise; 0 where there is hardly any."""
        most = max(self.rises.values())
        return most if most >= _NO_RISE else 0.0

    def best(self) -> Region:
        """Return the region that raises the class most; of about equal ones the smallest."""
        most, size = max(self.rises.values()), self.own.shape[1:3]
        least = min(_AS_GOOD * most, most - 0.02)
        near = [region for region, rise in self.rises.items() if rise >= least]
        return min(near, key=lambda region: (int(mask(region, *size).sum()), -self.rises[region]))


def look(
    by_class: dict[int, np.ndarray],
    pictures: Pictures,
    predict: Predict,
    project: Project | None,
    seed: int,
) -> FixedPlaces:
    """Find the place that is most informative of each class; then test it on other images.

    Candidates are the square where the projections of a class's unit have most energy beside the
    other classes, a strip along each edge, and the border; and, of the classes that they raise
    most, the square whose covering costs the class most beside the others. The one is taken that,
    pasted into images of other classes, raises the class most; of about equal ones the smallest.

    Parameters
    ----------
    by_class : dict of int [n]
        Images of each class that is looked at, classified correctly; at least
        ``CHOOSING + FEWEST`` each.
    pictures : callable
        Returns the pictures of images.
    predict : callable
        From pictures to probabilities.
    project : callable or None
        From pictures and a class to energies; None where the network cannot be projected.
    seed : int
        Of the choice of images.
    """
    random = np.random.default_rng([seed, 19])
    drawn = {c: random.permutation(by_class[c]) for c in sorted(by_class)}
    every = np.concatenate(list(drawn.values()))
    of = np.concatenate([np.full(len(images), c) for c, images in drawn.items()])
    classes = [
        _Search(c, images, random.permutation(every[of != c]), pictures, predict)
        for c, images in drawn.items()
    ]
    strips = [*map(Region, EDGES), Region(BORDER)]
    energies = np.zeros((len(classes), PLACES, PLACES))
    if project is not None:
        for each in classes:
            each.shares = shares_of(project(each.own, each.c))
        energies = standing_out(np.stack([each.shares for each in classes]), 0.01)
    for each, scores in zip(classes, energies, strict=True):
        each.try_regions([*([_square(scores)] if project is not None else []), *strips])
    order = sorted(range(len(classes)), key=lambda i: (-classes[i].rise, -energies[i].max()))
    chosen = [classes[i] for i in sorted(order[:COVERED_CLASSES])]
    for each in chosen:
        each.falls = falls_of(each.own[:COVERED], predict, each.c)
    for each, scores in zip(chosen, standing_out(_falls(chosen), 0.2), strict=True):
        each.try_regions([_square(scores)])
    height, width = chosen[0].own.shape[1:3]
    side, tops, lefts = grid(height, width)
    regions = [each.best() for each in chosen]
    tested = [
        _tested(each, mask(region, height, width), pictures, predict)
        for each, region in zip(chosen, regions, strict=True)
    ]
    return {
        "side": side,
        "tops": tops,
        "lefts": lefts,
        "place_classes": np.array([each.c for each in chosen], np.int32),
        "place_falls": _falls(chosen).mean(axis=1).astype(np.float32),
        "place_energy": np.stack([each.shares.mean(axis=0) for each in chosen]).astype(np.float32),
        "place_kinds": [region.kind for region in regions],
        "place_chosen": np.array([region[1:] for region in regions], np.int32),
        "place_images": np.stack([each["place_images"] for each in tested]),
        "place_covered": np.stack([each["place_covered"] for each in tested]),
        "place_turned": np.stack([each["place_turned"] for each in tested]),
        "place_pictures": np.stack([each["place_pictures"] for each in tested]),
    }


def _falls(classes: list[_Search]) -> np.ndarray:
    return np.stack([each.falls for each in classes])


def _tested(each: _Search, where: np.ndarray, pictures: Pictures, predict: Predict) -> _TestedPlace:
    """Cover a place in further images of a class, and paste it into those of others."""
    mine = each.images[CHOOSING : CHOOSING + TESTING]
    into = np.roll(each.others, -CHOOSING)[np.arange(len(mine)) % len(each.others)]
    seen = pictures(mine)
    covered = predict(cover(seen, where))[:, each.c]
    turned = predict(paste(seen, pictures(into), where)).argmax(axis=1) == each.c
    return {
        "place_images": _padded(mine, -1).astype(np.int32),
        "place_covered": _padded(covered, np.nan).astype(np.float32),
        "place_turned": _padded(turned, -1).astype(np.int8),
        "place_pictures": np.rint(seen.mean(axis=0)).astype(np.uint8),
    }


def none(height: int, width: int) -> FixedPlaces:
    """Return the same fields of no class."""
    side, tops, lefts = grid(height, width)
    return {
        "side": side,
        "tops": tops,
        "lefts": lefts,
        "place_classes": np.zeros(0, np.int32),
        "place_falls": np.zeros((0, PLACES, PLACES), np.float32),
        "place_energy": np.zeros((0, PLACES, PLACES), np.float32),
        "place_kinds": [],
        "place_chosen": np.zeros((0, 2), np.int32),
        "place_images": np.zeros((0, TESTING), np.int32),
        "place_covered": np.zeros((0, TESTING), np.float32),
        "place_turned": np.zeros((0, TESTING), np.int8),
        "place_pictures": np.zeros((0, height, width, 3), np.uint8),
    }


def _padded(values: np.ndarray, fill: float) -> np.ndarray:
    return np.pad(np.asarray(values, np.float64), (0, TESTING - len(values)), constant_values=fill)
