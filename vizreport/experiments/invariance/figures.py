"""Invariance: how far features and probability follow an image that moves, grows and turns."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from vizreport.drawing.section import Context, Figure, Section
from vizreport.experiments.invariance import drawing, sample, summary
from vizreport.experiments.invariance.curves import REPEATS, period
from vizreport.experiments.invariance.result import InvarianceResult
from vizreport.models.output import OutputMeaning, about_probability
from vizreport.results.run import RunRecord
from vizreport.wording.text import decimal, file_words, number, quoted

FILLS = {
    "edge": "its last pixels, repeated",
    "reflect": "its mirror image",
    "grey": "grey (RGB 128)",
    "mean": "its mean colour",
}
_FIGURES = {
    "invariance-translation": (("vertical", "horizontal"), "Images moved"),
    "invariance-scale-rotation": (("scale", "rotation"), "Scaling and rotation"),
}


def section(results: Mapping[str, Any], run: RunRecord) -> Section:
    """Show the curves and one number for each."""
    result: InvarianceResult = results["invariance"]
    labels = _labels(result)
    images = [
        {
            "path": path,
            "label": label,
            "known": bool(result.known[i]),
            "norms": [float(norm) for norm in result.norms[i]],
        }
        for i, (path, label) in enumerate(zip(result.paths, labels, strict=True))
    ]
    context = {
        "images": images,
        "chosen": _chosen(result),
        "count": int(result.sampled.sum()),
        "guessed": int((result.sampled & ~result.known).sum()) if result.class_names else 0,
        "layers": [
            {"name": name, "length": length, "apart": summary.apart(result, i)}
            for i, (name, length) in enumerate(zip(result.layers, result.lengths, strict=True))
        ],
        "interpolation": result.interpolation,
        "fill": FILLS[result.fill],
        "scored": bool(result.class_names),
        "about": about_probability(
            OutputMeaning(**results["mining"].output),
            [quoted(name, 40) for name in result.class_names],
        ),
        "rows": [_row(result, name) for name in result.values],
        "periods": _periods(result),
        "repeats": REPEATS,
    }
    figures = tuple(_figure(result, name, labels) for name in _FIGURES)
    return Section(figures, context=context)


def _chosen(result: InvarianceResult) -> str:
    """Describe how the images shown were chosen, and how many of the sample would do."""
    if result.given:
        return "The images shown were specified with --invariance."
    if not result.class_names:
        return "The images shown are a random sample."
    tells = sample.telling(result.probabilities, result.values)
    count, of = int(tells[result.sampled].sum()), int(result.sampled.sum())
    said = (
        "The images shown are examples with an effect: the class probability is above "
        f"{sample.PROBABLE} and some transformation lowers it by more than {sample.FALL}, as in "
        f"{count} of the {of} images in the sample. They are drawn at random, at most one per class"
    )
    if not tells[: len(result.paths)].all():
        said += (
            "; if there are too few, the correctly classified images with the largest drop are "
            "added"
        )
    return f"{said}."


def _labels(result: InvarianceResult) -> list[str]:
    """Name the images by their class, or by their file where classes repeat."""
    count = len(result.paths)
    classes = result.classes[:count]
    if not result.class_names or len(set(classes.tolist())) < count:
        return [file_words(path) for path in result.paths]
    return [result.class_names[index] for index in classes]


def _all(result: InvarianceResult, name: str) -> list[summary.Curves]:
    """Return a transformation's curves: one a layer, then the probability's."""
    found = [summary.distance_curves(result, name, i) for i in range(len(result.layers))]
    return [*found, *([summary.probability_curves(result, name)] if result.class_names else [])]


def _row(result: InvarianceResult, name: str) -> Context:
    values, curves = result.values[name], _all(result, name)
    unit = {"scale": "", "rotation": "°"}.get(name, " px")
    ends = [f"{value:g}".replace("-", "−") for value in (values[0], values[-1])]
    return {
        "name": summary.NAMES[name],
        "range": f"{ends[0]} to {ends[1]}{unit}",
        "cells": [{"mean": c.mean_area, "spread": c.spread} for c in curves],
        "images": [[float(c.areas[i]) for c in curves] for i in range(len(result.paths))],
    }


def _periods(result: InvarianceResult) -> Context:
    """Give the period of the mean curves and of each image's under rotation."""
    angles, curves = result.values["rotation"], _all(result, "rotation")
    return {
        "mean": [period(angles, c.mean) for c in curves],
        "images": [[period(angles, c.shown[i]) for c in curves] for i in range(len(result.paths))],
    }


def _figure(result: InvarianceResult, figure: str, labels: list[str]) -> Figure:
    names, title = _FIGURES[figure]
    shown = "; ".join(
        f"{summary.NAMES[name].lower()}: "
        + ", ".join(
            f"{quoted(layer, 30)} {decimal(curves.mean_area)}"
            for layer, curves in zip(result.layers, _all(result, name), strict=False)
        )
        for name in names
    )
    scored = bool(result.class_names)
    probability = " Last column: probability of the image's class." if scored else ""
    return Figure(
        name=figure,
        title=f"{title}: features{' and probability' if scored else ''}",
        caption=(
            "How much the features of each layer change when the image does (0: not at all). "
            f"Dashed: as much as for another image.{probability} Each row shows one image; its "
            "number is at the end of its curves; the line without a number is the mean of "
            f"{number(int(result.sampled.sum()))} images."
        ),
        method=(
            "For each layer, on its own axis: the Euclidean distance between the "
            "features of the image and of the transformed image, divided by the norm of the "
            "image's features. Dashed grey: median distance to another image. Grey band: 10th to "
            "90th percentile over the images."
        ),
        alt=(
            f"{len(labels)} images in transformed versions, and their curves. Mean height of the "
            f"mean distance over the range: {shown}."
        ),
        draw=partial(drawing.draw, result, names, labels),
    )
