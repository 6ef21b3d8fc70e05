"""Errors, confusions and the accuracy of each class, run beside run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from vizreport.compare.runs import FinishedRun
from vizreport.drawing import charts
from vizreport.drawing.fonts import drawable
from vizreport.drawing.section import Figure
from vizreport.experiments.architecture.charts import COLOURS
from vizreport.experiments.overview.findings import FEWEST
from vizreport.wording.text import percent, quoted, wilson

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Chart

MARKERS = "osD^vP"
_CLASSES = 24  # at most
_CONFUSIONS = 12
_WIDTH = 150.0  # mm
_ROW = 2.2  # mm that a run needs in a row

Shares = Mapping[str, tuple[float, float]]
"""By what is shared: how many, of how many."""


def accuracy_figures(runs: Sequence[FinishedRun]) -> list[Figure]:
    """Return the figures of the runs whose images have labels; none where these are fewer than two.

    Classes are matched by their names.
    """
    known = [run for run in runs if run.overview.top1_error is not None and run.overview.labelled]
    if len(known) < 2:
        return []
    figures = [_errors(known)]
    classes = [_correct(run) for run in known]
    shared = [name for name in classes[0] if all(name in each for each in classes)]
    if shared:
        figures.append(_by_class(known, classes, shared))
    confused = [_confused(run) for run in known]
    pairs = {pair for each in confused for pair in each}
    pairs = {pair for pair in pairs if all(_true(pair) in each for each in classes)}
    if pairs:
        figures.append(_confusions(known, confused, classes, pairs))
    return figures


def _errors(runs: Sequence[FinishedRun]) -> Figure:
    shown = [_wrong(run) for run in runs]
    best = min(range(len(runs)), key=lambda k: _share(shown[k]["top-1"]))
    return Figure(
        name="compare-errors",
        title="Errors",
        caption=(
            "Farther left is better; if intervals overlap, either network may be better (the "
            "table of tests decides)."
        ),
        method=(
            "Share of labelled images whose class is not the most probable one (top-1) or, with "
            "more than five classes, not among the five most probable ones (top-5). "
            "Lines: 95\u202f% interval (Wilson)."
        ),
        alt=f"{runs[best].label} makes the fewest top-1 errors. "
        + "; ".join(
            f"{run.label}: {percent(_share(each['top-1']), 1)}"
            for run, each in zip(runs, shown, strict=True)
        )
        + ".",
        draw=_chart(partial(_draw_errors, runs=runs, shown=shown), len(shown[0]), len(runs)),
        width=_WIDTH,
    )


def _wrong(run: FinishedRun) -> dict[str, tuple[float, float]]:
    of = float(run.overview.labelled)
    errors = {"top-1": run.overview.top1_error}
    if len(run.overview.class_names) > 5:
        errors["top-5"] = run.overview.top5_error
    return {name: (error / 100 * of, of) for name, error in errors.items() if error is not None}


def _share(counted: tuple[float, float]) -> float:
    return counted[0] / counted[1]


def _draw_errors(axes: Axes, runs: Sequence[FinishedRun], shown: Sequence[Shares]) -> None:
    _dots(axes, runs, shown, list(dict.fromkeys(name for each in shown for name in each)))
    axes.set_xlabel("error, % of the labelled images")


def _correct(run: FinishedRun) -> dict[str, tuple[float, float]]:
    """Return correct ones and images of each class that has enough of them."""
    result = run.overview
    return {
        name: (float(right), float(of))
        for name, right, of in zip(
            result.class_names, result.class_correct, result.class_counts, strict=True
        )
        if of >= FEWEST
    }


def _by_class(
    runs: Sequence[FinishedRun], classes: Sequence[Shares], shared: Sequence[str]
) -> Figure:
    def spread(name: str) -> float:
        shares = [_share(each[name]) for each in classes]
        return max(shares) - min(shares)

    drawn = sorted(shared, key=lambda name: -spread(name))[:_CLASSES]
    few = len(drawn) < len(shared)
    left_out = f" The first {len(drawn)} of {len(shared)} are shown." if few else ""
    first = [_share(each[drawn[0]]) for each in classes]
    return Figure(
        name="compare-classes",
        title="Accuracy by class",
        caption=(f"Classes on which the networks differ most come first.{left_out}"),
        method=(
            "Share of a class's images that are classified correctly, with its 95\u202f% "
            f"interval (Wilson); classes with at least {FEWEST} images in every run, matched by "
            "name."
        ),
        alt=f"The networks differ most in {quoted(drawn[0], 30)}: "
        + ", ".join(
            f"{percent(share)} in {run.letter}" for share, run in zip(first, runs, strict=True)
        )
        + ".",
        draw=_chart(
            partial(_draw_classes, runs=runs, shown=classes, names=drawn), len(drawn), len(runs)
        ),
        width=_WIDTH,
    )


def _draw_classes(
    axes: Axes, runs: Sequence[FinishedRun], shown: Sequence[Shares], names: Sequence[str]
) -> None:
    _dots(axes, runs, shown, names)
    axes.set_xlim(0, 100)
    axes.set_xlabel("correct, % of the class's images")


def _confused(run: FinishedRun) -> Counter[str]:
    """Count the confusions, as "true → predicted"."""
    mining = run.mining
    known = np.flatnonzero(mining.labels >= 0)
    true, predicted = mining.labels[known], mining.top_classes[known, 0]
    wrong = true != predicted
    names = mining.class_names
    return Counter(
        f"{names[t]} → {names[p]}" for t, p in zip(true[wrong], predicted[wrong], strict=True)
    )


def _true(pair: str) -> str:
    return pair.partition(" → ")[0]


def _confusions(
    runs: Sequence[FinishedRun],
    confused: Sequence[Counter[str]],
    classes: Sequence[Shares],
    pairs: set[str],
) -> Figure:
    drawn = sorted(pairs, key=lambda pair: (-max(each[pair] for each in confused), pair))
    drawn = drawn[:_CONFUSIONS]
    shown = [
        {pair: (float(each[pair]), of[_true(pair)][1]) for pair in drawn}
        for each, of in zip(confused, classes, strict=True)
    ]
    most = drawn[0]
    return Figure(
        name="compare-confusions",
        title="The most frequent confusions",
        caption=(
            "Which classes are confused: the most frequent confusion in any network comes first."
        ),
        method=(
            "Share of images of the class before the arrow that are classified as the one after "
            "it, with its 95\u202f% interval (Wilson). Sorted by number of images."
        ),
        alt=f"The most frequent is {quoted(most, 60)}: "
        + ", ".join(
            f"{int(each[most])} in {run.letter}" for each, run in zip(confused, runs, strict=True)
        )
        + ".",
        draw=_chart(
            partial(_draw_confusions, runs=runs, shown=shown, names=drawn), len(drawn), len(runs)
        ),
        width=_WIDTH,
    )


def _draw_confusions(
    axes: Axes, runs: Sequence[FinishedRun], shown: Sequence[Shares], names: Sequence[str]
) -> None:
    _dots(axes, runs, shown, names)
    axes.set_xlim(0, None)
    axes.set_xlabel("confused, % of the true class's images")


def _chart(draw: Callable[[Axes], None], rows: int, runs: int) -> Callable[[], Chart]:
    return charts.styled(draw, _WIDTH, 22 + rows * max(4.6, _ROW * runs + 1.4))


def _dots(
    axes: Axes, runs: Sequence[FinishedRun], shown: Sequence[Shares], names: Sequence[str]
) -> None:
    """Draw a row for each name, and in it a dot with its interval for each run."""
    step = 0.7 / len(runs)
    for k, (run, shares) in enumerate(zip(runs, shown, strict=True)):
        colour, label = COLOURS[k % len(COLOURS)], drawable(run.label, 40)
        for row, name in enumerate(names):
            if name not in shares:
                continue
            place = row + (k - (len(runs) - 1) / 2) * step
            low, high = wilson(*shares[name])
            axes.plot([100 * low, 100 * high], [place, place], color=colour, lw=1, alpha=0.6)
            axes.plot(
                100 * _share(shares[name]), place, MARKERS[k % len(MARKERS)], color=colour, ms=3.6,
                clip_on=False, label=label,
            )  # fmt: skip
            label = "_nolegend_"
    axes.set_yticks(range(len(names)), [drawable(name, 44) for name in names])
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.grid(axis="x", color=charts.FAINT, lw=0.5)
    axes.set_axisbelow(True)
    axes.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderpad=0)
