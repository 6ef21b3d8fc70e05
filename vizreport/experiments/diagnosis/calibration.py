"""Whether probabilities are as often right as they say."""

from __future__ import annotations

import math

import numpy as np

from vizreport.experiments.mining.predictions import LabelledPredictions
from vizreport.findings.quantity import POINTS, SHARE, Quantity
from vizreport.findings.record import LOOK, NOTE, Finding
from vizreport.findings.statistics import bounded, interval

FEWEST = 50
BINS = 10
"""Of about equally many images each."""
LARGE = 0.1
"""Calibration error from which on it is worth a look."""
_DRAWS = 9_999


def bins_of(confidence: np.ndarray) -> np.ndarray:
    """Return the bin of each image, by quantiles of the confidence: int [n]."""
    edges = np.unique(np.quantile(confidence, np.linspace(0, 1, BINS + 1)[1:-1]))
    return np.asarray(np.digitize(confidence, edges))


def error_of(gaps: np.ndarray, bins: np.ndarray, axis: int = -1) -> np.ndarray:
    """Return the expected calibration error of gaps (confidence less correctness).

    Parameters
    ----------
    gaps, bins : float [..., n], int [..., n]
        Images along ``axis``.
    axis : int
        Along which images lie.
    """
    gaps, bins = (np.moveaxis(each, axis, -1) for each in (gaps, bins))
    *rows, count = gaps.shape
    most = int(bins.max()) + 1
    # A bin of its own for each row and bin, so that one pass adds up all.
    numbers = bins.reshape(-1, count) + most * np.arange(math.prod(rows))[:, None]
    sums = np.bincount(numbers.ravel(), gaps.ravel(), most * math.prod(rows))
    return np.asarray(np.abs(sums).reshape(*rows, most).sum(axis=-1) / count)


def calibration(predictions: LabelledPredictions, seed: int = 0) -> Finding:
    """Test whether the calibration error is more than that of a calibrated network.

    The null draws whether each image is right by its confidence.
    """
    confidence = np.clip(predictions.confidence, 0.0, 1.0)
    gaps, bins = confidence - predictions.right, bins_of(confidence)
    found = float(error_of(gaps, bins))
    enough = len(gaps) >= FEWEST
    p, low, high = 1.0, None, None
    if enough:
        p = _chance(confidence, bins, found, seed)
        low, high = interval((gaps, bins), error_of, together=True)
    over = gaps.mean() > 0
    word = "over-confident" if over else "under-confident"
    large = found >= LARGE
    return Finding(
        kind="calibration-error",
        compared="confidence and accuracy in {bins} bins of confidence, against a calibrated "
        "network",
        claim="confidence differs from accuracy",
        shown=f"The network is {word}: its calibration error is {{effect:interval}} (mean "
        "confidence {confidence}, accuracy {accuracy})."
        if large
        else "The calibration error is {effect:interval}.",
        effect=Quantity(found, POINTS, low, high, 1),
        n=len(gaps),
        unit="images",
        test="calibrated predictions drawn from the confidences",
        p=p,
        fewest=FEWEST,
        evidence="diagnosis-reliability" if enough else "",
        severity=LOOK if large else NOTE,
        advice="Do not take its probabilities at face value: rescale its scores (temperature "
        "scaling) on images not used for training."
        if large
        else "",
        leading=large,
        values={
            "bins": Quantity(len(np.unique(bins)), "count"),
            "confidence": Quantity(float(confidence.mean()), SHARE, digits=1),
            "accuracy": Quantity(float(predictions.right.mean()), SHARE, digits=1),
        },
    )


def _chance(confidence: np.ndarray, bins: np.ndarray, found: float, seed: int) -> float:
    """Return how often a calibrated network would have as large an error."""
    random = np.random.default_rng(seed)
    members = [confidence[bins == each] for each in np.unique(bins)]
    as_large, part = 0, max(1, 4_000_000 // len(confidence))
    for start in range(0, _DRAWS, part):
        draws = min(part, _DRAWS - start)
        total = np.zeros(draws)
        for each in members:
            right = random.random((draws, len(each))) < each
            total += np.abs(each.sum() - right.sum(axis=1))
        as_large += int((total / len(confidence) >= found - 1e-12).sum())
    return bounded((as_large + 1) / (_DRAWS + 1), _DRAWS)
