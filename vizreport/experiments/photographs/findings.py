"""What the photographs are taken for: examples, one by one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vizreport.experiments.photographs.result import PhotographsResult
from vizreport.findings.quantity import SHARE, Quantity
from vizreport.findings.record import Finding
from vizreport.wording.text import quoted


def findings(results: Mapping[str, Any]) -> list[Finding]:
    """Name the most probable class of each photograph."""
    result: PhotographsResult = results["photographs"]
    found = []
    for path, classes, probabilities in zip(
        result.paths, result.top_classes, result.top_probabilities, strict=True
    ):
        if not len(classes) or not 0 <= classes[0] < len(result.class_names):
            continue
        found.append(
            Finding(
                kind="photograph-class",
                compared="class probabilities of {photograph}",
                claim="{photograph} is classified as {found}",
                shown="{photograph} is classified as {found} ({effect}).",
                n=1,
                unit="photographs",
                effect=Quantity(float(probabilities[0]), SHARE),
                names={
                    "photograph": quoted(path, 40),
                    "found": quoted(result.class_names[int(classes[0])], 40),
                },
            )
        )
    return found
