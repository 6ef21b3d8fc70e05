"""What is said of the preprocessing, in the report and in the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from vizreport.experiments.preprocessing.result import Alternative, PreprocessingResult
from vizreport.findings.quantity import COUNT, POINTS, SHARE, Quantity
from vizreport.findings.record import FAULT, Finding
from vizreport.findings.statistics import interval
from vizreport.wording.text import quoted

_MOSTLY = 0.95  # share of activations at a limit from which a layer counts as saturated
_RANGE = "The input range looks wrong."


def findings(results: Mapping[str, Any]) -> list[Finding]:
    """Describe what looks wrong: another preprocessing does better, or values are out of range."""
    result: PreprocessingResult = results["preprocessing"]
    best = next((a for a in result.alternatives if a["better"]), None)
    said = [_departure(result)] if result.warning else []
    if best is not None:
        said.append(_better(result, best))
    said += _range(result)
    if result.alternatives and best is None and not result.warning:
        said.append(_none(result))
    return said


def _range(result: PreprocessingResult) -> list[Finding]:
    said = []
    if result.only_class and any(a["classes"] > 1 for a in result.alternatives):
        said.append(
            Finding(
                kind="predictions-collapsed",
                compared="predictions of all images",
                claim="all images are classified as the same class",
                shown="All {n} images are classified as {only}.",
                n=result.predicted,
                unit="images",
                severity=FAULT,
                advice=_RANGE,
                names={"only": quoted(result.only_class, 40)},
            )
        )
    if result.layer and not result.active and any(a["active"] for a in result.alternatives):
        said.append(_first_layer(result, "No unit of the first layer, {layer}, is active in any of "
                                 "{n} images.", 0.0))  # fmt: skip
    if result.saturated is not None and result.saturated >= _MOSTLY:
        said.append(_first_layer(result, "{effect} of the activations of the first layer, {layer}, "
                                 "are at their limit.", result.saturated))  # fmt: skip
    return said


def _first_layer(result: PreprocessingResult, shown: str, share: float) -> Finding:
    return Finding(
        kind="input-range",
        compared="activations of the first layer, {layer}, and their limits",
        claim="the input range is wrong",
        shown=shown,
        effect=Quantity(share, SHARE),
        n=result.sampled,
        unit="images",
        severity=FAULT,
        advice=_RANGE,
        names={"layer": quoted(result.layer, 40)},
    )


def _none(result: PreprocessingResult) -> Finding:
    return Finding(
        kind="preprocessing-alternatives",
        compared="accuracy with the preprocessing used and with {alternatives} common alternatives",
        claim="other preprocessing is more accurate",
        shown=(
            "None of the {alternatives} common alternatives is significantly more accurate; the "
            "preprocessing used classifies {effect} of {n} images correctly."
        ),
        effect=Quantity(result.correct / result.images, SHARE),
        n=result.images,
        unit="images",
        values={"alternatives": Quantity(len(result.alternatives), COUNT)},
    )


def _better(result: PreprocessingResult, best: Alternative) -> Finding:
    changed = np.zeros(best["images"])
    changed[: best["gained"]], changed[len(changed) - best["lost"] :] = 1, -1
    low, high = interval(changed, np.mean)
    order = "" if result.labels_known else ", with alphabetical folder order as classes"
    return Finding(
        kind="preprocessing-better",
        compared="accuracy with {values} and with {used}",
        claim="other preprocessing is more accurate",
        shown=(
            "Other preprocessing is significantly more accurate: with {values}, {accuracy} of {n} "
            "images are classified correctly, with that used ({used}) {accuracy_used}" + order + "."
        ),
        effect=Quantity(float(changed.mean()), POINTS, low, high),
        n=best["images"],
        unit="images",
        test="McNemar's test, exact, corrected for all alternatives",
        p=float(best["p"]),
        severity=FAULT,
        advice="To use it, pass {options}.",
        values={
            "accuracy": Quantity(best["correct"] / best["images"], SHARE),
            "accuracy_used": Quantity(best["used_correct"] / best["images"], SHARE),
        },
        names={
            "values": str(best["values"]),
            "used": str(result.values),
            "options": str(best["options"]),
        },
    )


def _departure(result: PreprocessingResult) -> Finding:
    """Return the warning known beforehand, with what accuracy says of it."""
    in_rgb = result.values.replace("BGR", "RGB")
    other = next((a for a in result.alternatives if a["values"] == in_rgb), None)
    known = other is not None and not other["better"] and in_rgb != result.values
    said, values = "{warning}", {}
    if known and other is not None:
        said += (
            " Accuracy on {n} images does not distinguish them: {accuracy_used} with BGR, "
            "{accuracy} with RGB."
        )
        values = {
            "accuracy_used": Quantity(other["used_correct"] / other["images"], SHARE),
            "accuracy": Quantity(other["correct"] / other["images"], SHARE),
        }
    return Finding(
        kind="preprocessing-departure",
        compared="the preprocessing used and the one suggested by the file",
        claim="the preprocessing differs from that used in training",
        shown=said,
        n=other["images"] if known and other is not None else max(result.images, 1),
        unit="images",
        severity=FAULT,
        values=values,
        names={"warning": result.warning},
    )
