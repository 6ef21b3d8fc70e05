"""What is drawn and tabled of an invariance result."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vizreport.experiments.invariance.curves import area
from vizreport.experiments.invariance.result import InvarianceResult

NAMES = {
    "vertical": "Vertical translation",
    "horizontal": "Horizontal translation",
    "scale": "Scale",
    "rotation": "Rotation",
}
_BAND = 10, 90  # percentiles of the images between which the spread is drawn


@dataclass(frozen=True)
class Curves:
    """One quantity along one transformation.

    Attributes
    ----------
    shown : float [P, S]
        Of the images shown; NaN where it is not defined.
    mean, low, high : float [S]
        Mean, 10th and 90th percentile over the sample.
    areas : float [P]
        Area under each curve over the width of its range.
    mean_area, spread : float
        Mean and standard deviation of the sample's areas.
    """

    shown: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    areas: np.ndarray
    mean_area: float
    spread: float


def distance_curves(result: InvarianceResult, name: str, layer: int) -> Curves:
    """Return |f(x) - f(Tx)| / |f(x)|; not defined where an image's features are all 0."""
    return _curves(result, name, _relative(result, result.distances[name][:, layer].T, layer).T)


def probability_curves(result: InvarianceResult, name: str) -> Curves:
    """Return the probability of each image's class."""
    return _curves(result, name, result.probabilities[name].astype(np.float64))


def apart(result: InvarianceResult, layer: int) -> float:
    """Return how far another image lies by the same measure: the median; NaN for one image."""
    found = _relative(result, result.apart[:, layer], layer)[result.sampled]
    return float(np.median(found[np.isfinite(found)])) if np.isfinite(found).any() else float("nan")


def _relative(result: InvarianceResult, distances: np.ndarray, layer: int) -> np.ndarray:
    norms = result.norms[:, layer].astype(np.float64)
    return distances / np.where(norms > 0, norms, np.nan)


def _curves(result: InvarianceResult, name: str, curves: np.ndarray) -> Curves:
    values, count = result.values[name], len(result.paths)
    sample = curves[result.sampled]
    sample = sample[np.isfinite(sample).all(axis=1)]
    if not len(sample):
        sample = np.full((1, len(values)), np.nan)
    areas = area(values, sample)
    low, high = np.percentile(sample, _BAND, axis=0)
    return Curves(
        curves[:count],
        sample.mean(axis=0),
        low,
        high,
        area(values, curves[:count]),
        float(areas.mean()),
        float(areas.std()),
    )
