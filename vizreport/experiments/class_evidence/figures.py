"""Class evidence: maps beside the occlusion's, and the tests that they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from vizreport.drawing.section import Figure, Section
from vizreport.experiments.class_evidence import drawing
from vizreport.experiments.class_evidence.findings import findings
from vizreport.experiments.class_evidence.result import ClassEvidenceResult
from vizreport.experiments.class_evidence.verdicts import NAMES, areas, left
from vizreport.experiments.sanity.assessment import known_mean
from vizreport.findings.decided import claims_of
from vizreport.findings.record import Finding
from vizreport.findings.sentences import sentence
from vizreport.results.run import RunRecord
from vizreport.wording.text import decimal, number, percent, quoted


def section(results: Mapping[str, Any], run: RunRecord) -> Section:
    """Show maps of class evidence beside the occlusion maps, and the result of each test."""
    result: ClassEvidenceResult = results["class_evidence"]
    decided = claims_of(findings, results)
    figures = (_maps(result), *([_curves(result)] if len(result.sample) else []))
    context = {
        "methods": [NAMES[method] for method in result.methods],
        "missing": [(NAMES[method], reason) for method, reason in result.problems.items()],
        "layer": result.layer,
        "size": result.size,
        "cells": result.cells,
        "steps": result.steps,
        "images": len(result.sample),
        "tested": len(result.tested),
        "objects": int(np.isfinite(result.areas).sum()),
        "rows": [_row(result, order) for order in result.orders],
        "said": [
            (NAMES[method], _said(decided, method)) for method in result.methods
        ],
        "missed": percent(known_mean(result.missed.astype(float)), 1),
        "multiplications": number(result.multiplications / 1e9),
    }  # fmt: skip
    return Section(figures, context=context)


def _said(decided: Sequence[Finding], method: str) -> list[str]:
    return [sentence(each) for each in decided if each.names.get("method") == NAMES[method]]


def _row(result: ClassEvidenceResult, order: str) -> dict[str, str]:
    """Write an order's numbers for the table."""
    known = np.isfinite(result.areas)
    own = order in result.methods
    return {
        "name": NAMES[order],
        "deletion": _curve_mean(result, "deletion", order),
        "insertion": _curve_mean(result, "insertion", order),
        "hits": f"{int(result.hits[order][known].sum())} of {int(known.sum())}",
        "occlusion": _agreement(result, order) if own else "–",
        "all": percent(known_mean(left(result, order, 1))).replace("-", "−") if own else "–",
        "top": percent(known_mean(left(result, order, 0))).replace("-", "−") if own else "–",
    }


def _agreement(result: ClassEvidenceResult, method: str) -> str:
    found = [drawing.agreement(result, i, method) for i in range(len(result.paths))]
    return decimal(known_mean(np.array(found)))


def _maps(result: ClassEvidenceResult) -> Figure:
    methods = " and ".join(NAMES[method] for method in result.methods)
    cam = (
        f" Grad-CAM is the mean of its map from {quoted(result.layer, 40)} over the square."
        if result.layer
        else ""
    )
    gradients = (
        " Integrated gradients (int. gradients) are summed over the square."
        if "integrated-gradients" in result.methods
        else ""
    )
    masked = "; white line: the object" if result.masks.any() else ""
    return Figure(
        name="class-evidence-maps",
        title=f"Occlusion, {methods} for the same class, over the same square",
        caption=(
            "Where each method finds evidence for the class, from dark blue (none, or "
            f"evidence against it) to yellow (each map's maximum){masked}. The "
            "rank correlation is that with the occlusion map, over all positions."
        ),
        method=(
            "Each image with the probability of its class. Occlusion: the drop in probability "
            f"while the {result.size} px square hides that position.{cam}{gradients} Each value is "
            "drawn at the centre of its square, so the pale border has no values. A dash: no "
            "positive values."
        ),
        alt=(
            f"{len(result.paths)} images, each beside {1 + len(result.methods)} maps that mark "
            "evidence for its class. Rank correlation with the occlusion maps: "
            + ", ".join(
                f"{NAMES[method]} {_agreement(result, method)}" for method in result.methods
            )
            + "."
        ),
        draw=partial(drawing.panels, result),
        threaded=True,
    )


def _curve_mean(result: ClassEvidenceResult, curve: str, order: str) -> str:
    """Write the mean height of a curve over the images."""
    return decimal(known_mean(areas(result, curve, order)))


def _curves(result: ClassEvidenceResult) -> Figure:
    rows, cols = result.cells
    return Figure(
        name="class-evidence-curves",
        supplement=True,
        title="Deletion and insertion",
        caption=(
            "A useful map lies below both baselines in deletion (left) and above both in "
            "insertion (right)."
        ),
        method=(
            f"Mean probability of the class over {len(result.sample)} correctly classified "
            f"images. The image is divided into {rows} × {cols} cells; each method's strongest "
            "cells are made grey first (left), or shown first on grey (right). Bands: 95 % "
            "intervals of the mean."
        ),
        alt=(
            "Falling curves where cells are deleted, rising ones where they are shown. Mean "
            "probability, deleted and shown: "
            + "; ".join(
                f"{NAMES[order]} {_curve_mean(result, 'deletion', order)} and "
                f"{_curve_mean(result, 'insertion', order)}"
                for order in result.orders
            )
            + "."
        ),
        draw=partial(drawing.curves, result),
    )
