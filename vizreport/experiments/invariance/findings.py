"""What invariance claims: which layer shifts change less, and what they cost in probability."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from vizreport.experiments.invariance.curves import area
from vizreport.experiments.invariance.result import InvarianceResult
from vizreport.findings.quantity import POINTS, SHARE, Quantity
from vizreport.findings.record import Finding, Published
from vizreport.findings.sample_size import needed_pairs
from vizreport.findings.statistics import paired
from vizreport.wording.text import quoted

SHIFTS = ("vertical", "horizontal")
REFERENCE = 0.1
"""Difference whose sample size is given: of the distance to another image, or of the norm."""
EVIDENCE = "invariance-translation"


def findings(results: Mapping[str, Any]) -> list[Finding]:
    """Compare the last layer with the first under shifts, image by image."""
    result: InvarianceResult = results["invariance"]
    found = []
    if len(result.layers) > 1:
        found += [_depth(result, "another image"), _depth(result, "norm")]
    if result.class_names and (result.classes[result.sampled] >= 0).any():
        found.append(_probability(result))
    return found


def changes(result: InvarianceResult, layer: int, against: str) -> np.ndarray:
    """Return how much shifts change each image's features of a layer.

    Parameters
    ----------
    result : InvarianceResult
        Distances, and what they are divided by.
    layer : int
        Its place among the result's layers.
    against : {"another image", "norm"}
        What a change is divided by: the distance to another image's features, or the norm.

    Returns
    -------
    float64 [n]
        Mean height of the curves of both directions, an entry for each image of the sample; NaN
        where the image has no features, or another image has the very same.
    """
    measure = result.apart if against == "another image" else result.norms
    unit = measure[result.sampled, layer].astype(np.float64)
    curves = [
        area(result.values[name], result.distances[name][result.sampled, layer]) for name in SHIFTS
    ]
    return np.asarray(np.mean(curves, axis=0) / np.where(unit > 0, unit, np.nan))


def furthest(result: InvarianceResult) -> float:
    """Return the longest shift as a share of the image's side."""
    sides = result.pictures.shape[1:3]
    return max(result.values[name][-1] / side for name, side in zip(SHIFTS, sides, strict=True))


def _depth(result: InvarianceResult, against: str) -> Finding:
    last = len(result.layers) - 1
    shallow, deep = (changes(result, layer, against) for layer in (0, last))
    tested = paired(deep, shallow)
    both = np.isfinite(deep) & np.isfinite(shallow)
    less = tested.value < 0
    word = "less" if less else "more"
    other = against == "another image"
    unit = "of the distance to another image" if other else "of the norm"
    return Finding(
        kind="invariance-depth" if other else "invariance-depth-norm",
        compared=f"change of {{deep}} and of {{shallow}} under shifts, in units {unit}",
        claim=f"shifts change {{deep}} {word} than {{shallow}}, measured in units {unit}",
        shown=(
            f"shifts change {{deep}} {word} than {{shallow}}: shifts of up to {{furthest}} of the "
            f"image's side change {{deep}} by {{change}} {unit}, {{shallow}} by {{change_shallow}} "
            "(medians of {n} images)."
        ),
        **tested.fields(POINTS),
        unit="images",
        needed=needed_pairs(deep - shallow, REFERENCE),
        reference=Quantity(REFERENCE, POINTS),
        reference_of="a difference of {reference}",
        leading=other,
        evidence=EVIDENCE,
        published=Published(
            "Zeiler & Fergus found that small transformations change the first layer strongly and "
            "the top layer less",
            "section 4.1, Fig. 5",
            less,
        )
        if other
        else None,
        values={
            "furthest": Quantity(furthest(result), SHARE),
            "change": Quantity(_median(deep[both]), SHARE),
            "change_shallow": Quantity(_median(shallow[both]), SHARE),
            "share_lower": Quantity(
                float((deep < shallow)[both].mean()) if both.any() else 0.0, SHARE
            ),
        },
        names={"deep": quoted(result.layers[last], 40), "shallow": quoted(result.layers[0], 40)},
    )


def _probability(result: InvarianceResult) -> Finding:
    still = result.probabilities["vertical"][result.sampled][:, result.values["vertical"] == 0][
        :, 0
    ]
    still = still.astype(np.float64)
    moved = np.mean(
        [area(result.values[name], result.probabilities[name][result.sampled]) for name in SHIFTS],
        axis=0,
    )
    tested = paired(moved, still)
    word = "lower" if tested.value < 0 else "raise"
    return Finding(
        kind="invariance-probability",
        compared="probability of the image's class with and without shifts",
        claim=f"shifts {word} the probability of the image's class",
        shown=(
            f"Shifts {word} the probability of the image's class by {{effect:size}} (median; from "
            "{still} to {moved} on average)."
        ),
        **tested.fields(POINTS),
        unit="images",
        needed=needed_pairs(moved - still, REFERENCE),
        reference=Quantity(REFERENCE, POINTS),
        reference_of="a difference of {reference}",
        evidence=EVIDENCE,
        values={
            "still": Quantity(float(still.mean()), SHARE),
            "moved": Quantity(float(moved.mean()), SHARE),
        },
    )


def _median(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else float("nan")
