"""What is said of the preprocessing, in the report and in the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vizreport.experiments.preprocessing.result import Alternative, PreprocessingResult
from vizreport.report.text import number, percent, quoted

_MOSTLY = 0.95  # share of activations at a limit from which a layer counts as saturated


def warnings(results: Mapping[str, Any]) -> list[str]:
    """Say what looks wrong: another preprocessing does better, or values are out of range."""
    result: PreprocessingResult = results["preprocessing"]
    said = [_departure(result)] if result.warning else []
    best = next((a for a in result.alternatives if a["better"]), None)
    if best is not None:
        said.append(_better(result, best))
    if result.only_class and any(a["classes"] > 1 for a in result.alternatives):
        said.append(
            f"All {number(result.predicted)} images are classified as "
            f"{quoted(result.only_class, 40)}: the input range looks wrong."
        )
    if result.layer and not result.active and any(a["active"] for a in result.alternatives):
        said.append(
            f"No unit of the first layer, {quoted(result.layer, 40)}, is active in any of "
            f"{result.sampled} images: the input range looks wrong."
        )
    if result.saturated is not None and result.saturated >= _MOSTLY:
        said.append(
            f"{percent(result.saturated)} of the activations of the first layer, "
            f"{quoted(result.layer, 40)}, are at their limit: the input range looks wrong."
        )
    return said


def finding(result: PreprocessingResult) -> str:
    """Say that no other preprocessing does better, where none does; else ""."""
    if not result.alternatives or any(a["better"] for a in result.alternatives):
        return ""
    return (
        f"None of the {len(result.alternatives)} usual alternatives is significantly more "
        f"accurate; the preprocessing used classifies {percent(result.correct / result.images)} of "
        f"{number(result.images)} images correctly."
    )


def _better(result: PreprocessingResult, best: Alternative) -> str:
    order = "" if result.labels_known else ", the folders in alphabetical order taken for classes"
    return (
        f"Another preprocessing is significantly more accurate: with {best['values']}, "
        f"{percent(best['correct'] / best['images'])} of {best['images']} images are classified "
        f"correctly, with the one used ({result.values}) "
        f"{percent(best['used_correct'] / best['images'])}{order} (exact McNemar test, "
        f"Holm-corrected, p = {number(best['p'], 2)}). To use it, pass {best['options']}."
    )


def _departure(result: PreprocessingResult) -> str:
    """Return the warning known beforehand, with what accuracy says of it."""
    in_rgb = result.values.replace("BGR", "RGB")
    other = next((a for a in result.alternatives if a["values"] == in_rgb), None)
    if other is None or other["better"] or in_rgb == result.values:
        return result.warning
    return (
        f"{result.warning} Accuracy on {other['images']} images does not tell them apart: "
        f"{percent(other['used_correct'] / other['images'])} with BGR, "
        f"{percent(other['correct'] / other['images'])} with RGB."
    )
