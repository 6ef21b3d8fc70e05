"""The preprocessing and its alternatives, drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from vizreport.drawing import charts
from vizreport.drawing.section import Context, Figure, Section
from vizreport.experiments.preprocessing.result import PreprocessingResult
from vizreport.results.run import RunRecord
from vizreport.wording.text import number, percent, wilson

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def section(results: Mapping[str, Any], run: RunRecord) -> Section:
    """Show accuracy under each preprocessing, and what looks wrong."""
    result: PreprocessingResult = results["preprocessing"]
    figures = (_accuracy(result),) if result.alternatives else ()
    context = {"result": result, "rows": rows(result)}
    return Section(figures, context=context)


def rows(result: PreprocessingResult) -> list[Context]:
    """Return the table's rows: the one used, then the alternatives, best first."""
    if not result.alternatives:
        return []
    used = {
        "values": result.values,
        "used": True,
        "images": number(result.images),
        "share": percent(result.correct / result.images, 1),
    }
    others = [
        {
            "values": a["values"],
            "used": False,
            "images": number(a["images"]),
            "share": percent(a["correct"] / a["images"], 1),
            "same": percent(a["used_correct"] / a["images"], 1),
            "gained": a["gained"],
            "lost": a["lost"],
            "p": number(a["p"], 2),
            "better": a["better"],
        }
        for a in result.alternatives
    ]
    return [used, *others]


def _accuracy(result: PreprocessingResult) -> Figure:
    best = result.alternatives[0]
    return Figure(
        name="preprocessing-accuracy",
        supplement=True,
        title="Accuracy with common preprocessing",
        caption=("The preprocessing in use (filled) and common alternatives (hollow), best first."),
        method=(
            "Share of images classified correctly, with its 95\u202f% interval (Wilson). n: "
            "number of images; worse alternatives are tested on fewer."
        ),
        alt=(
            f"Dots for {len(result.alternatives)} alternatives, from "
            f"{percent(best['correct'] / best['images'])} for {best['values']} downwards; the one "
            f"used is at {percent(result.correct / result.images)}."
        ),
        draw=charts.styled(
            lambda axes: _dots(axes, result), 150, 21 + 5.2 * (1 + len(result.alternatives))
        ),
        width=150,
    )


def _dots(axes: Axes, result: PreprocessingResult) -> None:
    lines = [(result.values, result.correct, result.images)]
    lines += [(a["values"], a["correct"], a["images"]) for a in result.alternatives]
    for row, (_, correct, images) in enumerate(lines):
        low, high = wilson(correct, images)
        axes.plot([100 * low, 100 * high], [row, row], color=charts.BLUE, lw=1.2, alpha=0.5)
        axes.plot(
            100 * correct / images, row, "o" if row else "s", color=charts.BLUE, ms=4.5,
            mfc="white" if row else charts.BLUE, clip_on=False,
        )  # fmt: skip
    axes.set_yticks(
        range(len(lines)),
        [f"{'used: ' if not i else ''}{said} (n = {n})" for i, (said, _, n) in enumerate(lines)],
    )
    axes.set_ylim(len(lines) - 0.5, -0.5)
    axes.set_xlim(0, 100)
    axes.set_xlabel(f"classified correctly, % of n images\n{charts.INTERVAL}")
    axes.grid(axis="x", color=charts.FAINT, lw=0.5)
    axes.set_axisbelow(True)
