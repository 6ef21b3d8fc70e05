"""What a sample of images says of each method."""

from __future__ import annotations

import numpy as np

from vizreport.experiments.class_evidence.cells import area
from vizreport.experiments.class_evidence.result import BASELINES, ClassEvidenceResult
from vizreport.findings.statistics import Tested, paired

NAMES = {
    "grad-cam": "Grad-CAM",
    "integrated-gradients": "integrated gradients",
    "random": "random cells",
    "centre": "cells nearest to the centre",
}


def areas(result: ClassEvidenceResult, curve: str, order: str) -> np.ndarray:
    """Return each image's area under a curve, the mean probability: float64 [N].

    Parameters
    ----------
    result : ClassEvidenceResult
        Has the curves of every image.
    curve : {"deletion", "insertion"}
        Cells deleted, or inserted.
    order : str
        A method or a baseline.
    """
    return area(getattr(result, curve)[order].astype(np.float64))


def gain(result: ClassEvidenceResult, curve: str, method: str) -> tuple[Tested, str]:
    """Compare a method's areas with those of the baseline that it is least surely better than.

    A method is better where its deletion is lower and its insertion higher than either
    baseline's: the larger of the two p counts, which needs no correction.

    Returns
    -------
    Tested
        The median gain over images; p is 1 where it is none.
    str
        The baseline.
    """
    sign = -1 if curve == "deletion" else 1
    own = sign * areas(result, curve, method)
    found = []
    for baseline in BASELINES:
        tested = paired(own, sign * areas(result, curve, baseline))
        found.append((1.0 if not tested.value > 0 else tested.p or 0.0, tested, baseline))
    p, tested, baseline = max(found, key=lambda each: (each[0], -each[1].value))
    return Tested(
        tested.value, tested.low, tested.high, tested.n, tested.test, p, tested.fewest
    ), baseline


def left(result: ClassEvidenceResult, method: str, state: int) -> np.ndarray:
    """Return what is left of each map's similarity beyond chance with random weights: float64 [S].

    Parameters
    ----------
    result : ClassEvidenceResult
        Has the similarities of every draw.
    method : str
        As the result names it.
    state : int
        0 with the topmost layer's weights random, 1 with all layers'.

    Returns
    -------
    float64 [S]
        NaN where a map was blank in every draw.
    """
    similarity = result.similarity[method][state].astype(np.float64)
    known = np.isfinite(similarity)
    sums = np.where(known, similarity, 0).sum(axis=0)
    with np.errstate(invalid="ignore"):
        means = sums / known.sum(axis=0)
    chance = result.chance[method]
    found: np.ndarray = (means - chance) / (1 - chance)
    return found
