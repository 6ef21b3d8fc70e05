"""Average precision of feature maps as detectors of a part, and what chance would give."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Ranking:
    """Images in the order of each map's strongest activation.

    Attributes
    ----------
    order : int [M, N]
        Images, strongest first.
    last : int [M, N]
        For each rank, the last rank with the same activation: ties are retrieved together.
    active : bool [M, N]
        For each rank, whether the activation is above 0: else nothing is detected.
    """

    order: np.ndarray
    last: np.ndarray
    active: np.ndarray


def ranked(values: np.ndarray) -> Ranking:
    """Rank images by each map's strongest activation, float [M, N]."""
    order = np.argsort(-values, axis=1, kind="stable")
    falling = np.take_along_axis(values, order, axis=1)
    count = values.shape[1]
    ends = np.ones(values.shape, bool)
    ends[:, :-1] = falling[:, 1:] != falling[:, :-1]
    candidates = np.where(ends, np.arange(count), count)
    last = np.minimum.accumulate(candidates[:, ::-1], axis=1)[:, ::-1]
    return Ranking(order, last, falling > 0)


def average_precision(ranking: Ranking, hits: np.ndarray, shown: np.ndarray | int) -> np.ndarray:
    """Return the average precision of detections, one an image.

    As in detection benchmarks (Everingham et al., 2010, without interpolation): the sum over
    hits of the precision at their rank, divided by the number of images that show the part. So a
    part that is missed counts as much as a false alarm.

    Parameters
    ----------
    ranking : Ranking
        Order of the images for each map.
    hits : bool [M, N]
        Whether the place of the strongest activation is at the part.
    shown : int or int [M]
        Images that show the part.

    Returns
    -------
    float [M]
        0 to 1; scikit-learn's ``average_precision_score`` of the hits, times the share of the
        part's images that are hit.
    """
    return expected_average_precision(ranking, hits, shown)


def expected_average_precision(
    ranking: Ranking, probabilities: np.ndarray, shown: np.ndarray | int
) -> np.ndarray:
    """Return the expected average precision where hits are independent of each other.

    Parameters
    ----------
    ranking : Ranking
        Order of the images for each map.
    probabilities : float [M, N]
        That an image is a hit.
    shown : int or int [M]
        Images that show the part.

    Returns
    -------
    float [M]
        A hit at rank r has itself and, of the others up to its rank, the expected number of hits
        before it: exact, by the linearity of expectations.
    """
    p = np.take_along_axis(probabilities, ranking.order, axis=1).astype(np.float64)
    p = np.where(ranking.active, p, 0)
    before = np.take_along_axis(np.cumsum(p, axis=1), ranking.last, axis=1) - p
    return np.asarray((p * (1 + before) / (ranking.last + 1)).sum(axis=1) / shown)


def at_part(places: np.ndarray, points: np.ndarray, reach: np.ndarray) -> np.ndarray:
    """State whether places lie at a part.

    Parameters
    ----------
    places : float [M, N, 2]
        x and y, px.
    points : float [N, 2]
        NaN where the part is not seen.
    reach : float [N]
        Greatest distance, px.

    Returns
    -------
    bool [M, N]
    """
    x, y = (places[..., axis] - points[:, axis] for axis in (0, 1))
    return np.asarray(x * x + y * y <= reach**2)


def exchanged(
    places: np.ndarray, active: np.ndarray, points: np.ndarray, reach: np.ndarray
) -> np.ndarray:
    """Return how often a part would be hit with the place of another image of the class.

    Parameters
    ----------
    places : float [M, N, 2]
        Of the images of one class.
    active : bool [M, N]
        Images whose place may be taken.
    points : float [P, N, 2]
        Points of which one has to be hit.
    reach : float [N]
        How far from a point a place may lie to hit it, px.

    Returns
    -------
    float [M, N]
        Share of the other images of the class whose place lies at the part in this one. An image
        without such others counts as it is, lest chance be said to be less than it is.
    """
    # [M, image whose place is taken, image whose points are meant]
    hit = np.zeros((*active.shape, active.shape[1]), bool)
    for point in points:
        x, y = (places[:, :, None, axis] - point[None, None, :, axis] for axis in (0, 1))
        hit |= x * x + y * y <= reach**2
    itself = np.einsum("mii->mi", hit)
    others = active.sum(axis=1, keepdims=True) - active
    count = (hit & active[:, :, None]).sum(axis=1) - (itself & active)
    return np.where(others > 0, count / np.maximum(others, 1), itself)
