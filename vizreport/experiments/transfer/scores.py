"""Means, spreads and winners among a transfer's scores."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from vizreport.experiments.transfer.result import TransferResult

NAMES = {"svm": "SVM", "softmax": "Softmax", "scratch": "from scratch"}


@dataclass(frozen=True)
class Scored:
    """One layer, classifier and number of images, over the splits.

    Attributes
    ----------
    layer, classifier : str
        As in ``kinds`` of the result.
    per_class, features : int
        Images of a class that trained, 0 for all; numbers in a feature vector.
    size, seeds : list of int
        Rows, columns and maps of the features; what each split was drawn with.
    by_split : float64 array [splits]
        Mean over the classes.
    by_class : float64 array [C]
        Mean over the splits; NaN where no split tested the class.
    """

    layer: str
    classifier: str
    per_class: int
    features: int
    size: list[int]
    seeds: list[int]
    by_split: np.ndarray
    by_class: np.ndarray

    @property
    def mean(self) -> float:
        """Mean over the splits of the mean over the classes."""
        return float(self.by_split.mean())

    @property
    def spread(self) -> float | None:
        """Standard deviation of a sample over the splits; None of one split."""
        return float(self.by_split.std(ddof=1)) if len(self.by_split) > 1 else None


def scored(result: TransferResult) -> list[Scored]:
    """Average the scores, from the input on; networks from scratch last."""
    found = []
    for i, kind in enumerate(result.kinds):
        scores = result.scores[str(i)]
        tested = ~np.isnan(scores)
        counts = tested.sum(0)
        with np.errstate(invalid="ignore"):
            by_class = np.where(tested, scores, 0).sum(0) / counts
        by_split = np.where(tested, scores, 0).sum(1) / tested.sum(1)
        found.append(Scored(by_split=by_split, by_class=by_class, **kind))
    return found


def features_only(all_scored: list[Scored]) -> list[Scored]:
    """Leave out the networks from scratch."""
    return [one for one in all_scored if one.classifier != "scratch"]


def best(all_scored: list[Scored]) -> Scored:
    """Return the best of the features at the largest number of images a class."""
    found = features_only(all_scored)
    most = max(one.per_class for one in found)
    return max((one for one in found if one.per_class == most), key=lambda one: one.mean)


def control_of(one: Scored, all_scored: list[Scored]) -> Scored | None:
    """Return the network from scratch of as many images a class; the best of several."""
    controls = [
        other
        for other in all_scored
        if other.classifier == "scratch" and other.per_class == one.per_class
    ]
    return max(controls, key=lambda other: other.mean, default=None)


def lines(all_scored: list[Scored]) -> Iterator[tuple[str, int, list[Scored]]]:
    """Yield classifier, images a class, and the layers' scores from the input on."""
    found = features_only(all_scored)
    kinds = {(one.classifier, one.per_class) for one in found}
    for kind in sorted(kinds, key=lambda kind: (kind[0] != "svm", kind[1])):
        yield *kind, [one for one in found if (one.classifier, one.per_class) == kind]


def classes_won(scores: np.ndarray) -> np.ndarray:
    """Count in how many classes each method is the best.

    Parameters
    ----------
    scores : float array [methods, C]
        Classes with a NaN do not count; of equal ones the first wins.

    Returns
    -------
    int array [methods]
    """
    whole = scores[:, ~np.isnan(scores).any(0)]
    return (
        np.bincount(whole.argmax(0), minlength=len(scores))
        if whole.size
        else np.zeros(len(scores), int)
    )
