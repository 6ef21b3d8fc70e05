"""Each map's part: chosen on one half of the images, measured on the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from vizreport.experiments.parts.concepts import Concept, Point, concepts
from vizreport.experiments.parts.precision import (
    at_part,
    average_precision,
    exchanged,
    expected_average_precision,
    ranked,
)
from vizreport.experiments.parts.result import NamedMaps

# A part counts that is seen in as many images of each half.
LEAST_SHOWN = 4
_CHUNK = 128  # maps at once: bounds memory


@dataclass(frozen=True)
class Scenes:
    """What is known of N images, all in pixels of the network's input.

    Attributes
    ----------
    classes : str [N]
        True class of each image.
    longer : float [N]
        Longer side of the object's box.
    points : dict of (class, part) to float [N, 2]
        x and y; NaN where the part is not seen.
    first : bool [N]
        The half on which parts are chosen.
    """

    classes: np.ndarray
    longer: np.ndarray
    points: dict[Point, np.ndarray]
    first: np.ndarray


def halves(classes: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Draw half of the images of each class, rounded up: bool [N]."""
    first = np.zeros(len(classes), bool)
    for name in np.unique(classes):
        members = random.permutation(np.flatnonzero(classes == name))
        first[members[: (len(members) + 1) // 2]] = True
    return first


def shown_concepts(scenes: Scenes) -> tuple[list[Concept], np.ndarray]:
    """List the names whose part is seen often enough in both halves.

    Returns
    -------
    list of Concept
    int32 [Q, 2]
        In how many images of each half.
    """
    kept, counts = [], []
    for concept in concepts(scenes.points):
        there = _any(~np.isnan(scenes.points[point][:, 0]) for point in concept.points)
        count = [int((there & half).sum()) for half in (scenes.first, ~scenes.first)]
        if min(count) >= LEAST_SHOWN:
            kept.append(concept)
            counts.append(count)
    return kept, np.array(counts, np.int32).reshape(-1, 2)


def name_maps(
    values: np.ndarray,
    places: np.ndarray,
    scenes: Scenes,
    reach: np.ndarray,
    names: list[Concept],
    shown: np.ndarray,
) -> NamedMaps:
    """Find the part that each map responds to.

    Parameters
    ----------
    values : float [M, N]
        Strongest activation of each map in each image.
    places : float [M, N, 2]
        Where it is: x and y.
    scenes : Scenes
        Classes and parts of the images.
    reach : float [N]
        How far from a part a place may lie to be at it.
    names : list of Concept
        At least one.
    shown : int [Q, 2]
        Images of each half that show each of the Q concepts.
    """
    parts = [
        _chunk(values[rows], places[rows], scenes, reach, names, shown)
        for rows in (slice(start, start + _CHUNK) for start in range(0, len(values), _CHUNK))
    ]
    return NamedMaps(
        part=np.concatenate([each.part for each in parts]),
        chosen=np.concatenate([each.chosen for each in parts]),
        precision=np.concatenate([each.precision for each in parts]),
        chance=np.concatenate([each.chance for each in parts]),
    )


def _chunk(
    values: np.ndarray,
    places: np.ndarray,
    scenes: Scenes,
    reach: np.ndarray,
    names: list[Concept],
    shown: np.ndarray,
) -> NamedMaps:
    first, other = scenes.first, ~scenes.first
    hits = {point: at_part(places, where, reach) for point, where in scenes.points.items()}
    ranking = ranked(values[:, first])
    scores = np.stack(
        [
            average_precision(
                ranking, _any(hits[point][:, first] for point in concept.points), count
            )
            for concept, count in zip(names, shown[:, 0], strict=True)
        ]
    )
    part, chosen = scores.argmax(axis=0), scores.max(axis=0)
    hit = np.zeros(values.shape, bool)
    probabilities = np.zeros(values.shape)
    for number in np.unique(part):
        maps = np.flatnonzero(part == number)
        points = sorted(names[number].points)
        hit[maps] = _any(hits[point][maps] for point in points)
        for name in sorted({class_name for class_name, _ in points}):
            images = np.flatnonzero(other & (scenes.classes == name))
            cell = np.ix_(maps, images)
            where = np.stack([scenes.points[point][images] for point in points if point[0] == name])
            probabilities[cell] = exchanged(places[cell], values[cell] > 0, where, reach[images])
    ranking = ranked(values[:, other])
    precision = average_precision(ranking, hit[:, other], shown[part, 1])
    chance = expected_average_precision(ranking, probabilities[:, other], shown[part, 1])
    none = chosen == 0
    return NamedMaps(
        part=np.where(none, -1, part).astype(np.int32),
        chosen=np.where(none, np.nan, chosen).astype(np.float32),
        precision=np.where(none, np.nan, precision).astype(np.float32),
        chance=np.where(none, np.nan, chance).astype(np.float32),
    )


def _any(arrays: Iterable[np.ndarray]) -> np.ndarray:
    return np.any(list(arrays), axis=0)
