"""What the network's output means, and how the data's classes were matched with it."""

from __future__ import annotations

import numpy as np

from vizreport.drawing.section import Context
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.overview.result import OverviewResult
from vizreport.models.output import OutputMeaning, about_probability, describe
from vizreport.wording.text import number, percent, printable, quoted

MOST_VALUES = 20  # rows of the table of values


def meaning_context(result: OverviewResult, mining: MiningResult) -> Context:
    """Return what the template shows of the output."""
    meaning = OutputMeaning(**mining.output)
    names = [quoted(name, 60) for name in mining.class_names]
    return {
        "kind": meaning.kind,
        "noun": meaning.noun,
        "said": describe(meaning),
        "about": about_probability(meaning, names) if meaning.classes else "",
        "names": names if meaning.kind == "binary" else [],
        "values": _values(mining.outputs),
        "count": mining.outputs.shape[1],
    }


def lines(result: OverviewResult, mining: MiningResult) -> list[str]:
    """Describe how output and images were read, and what follows for the accuracy."""
    said = [f"output: {describe(OutputMeaning(**mining.output))}"]
    if mining.class_names:
        said.append(f"classes: {mining.labels_reason}")
    if result.top1_error is not None:
        right = percent(1 - result.top1_error / 100, 1)
        said.append(f"accuracy: {right} of {number(result.labelled)} images")
    if result.skipped:
        path, reason = result.skipped[0]
        many = len(result.skipped)
        count = f"{number(many)} images, the first" if many > 1 else "1 image,"
        said.append(f"skipped: {count} {quoted(path)} ({reason})")
    return [printable(line) for line in said]


def _values(outputs: np.ndarray) -> list[Context]:
    """Sum up plain values over the images."""
    return [
        {
            "index": i,
            "mean": float(column.mean()),
            "spread": float(column.std()),
            "low": float(column.min()),
            "high": float(column.max()),
        }
        for i, column in enumerate(outputs.T[:MOST_VALUES].astype(np.float64))
    ]
