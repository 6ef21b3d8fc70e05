"""Similarity, loss and error by epoch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from vizreport.drawing import charts, medium
from vizreport.drawing.fonts import drawable
from vizreport.experiments.evolution.result import EvolutionResult
from vizreport.experiments.evolution.similarity import THRESHOLD, median_similarity

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Layers differ in mark and in lightness as well as in colour.
_MARKS = tuple(zip((*charts.SERIES, charts.SOFT), ("o", "s", "^", "D", "v", "P", "X"), strict=True))


def curves(result: EvolutionResult, layers: Sequence[str]) -> Callable[[], Figure]:
    """Return a function that draws the similarities, and below them the training's history."""
    history = len(result.history_epochs) > 0

    def draw() -> Figure:
        from matplotlib.figure import Figure
        from matplotlib.lines import Line2D

        with charts.style():
            columns = 1 if medium.narrow() else 2
            size = medium.room(174), (80 if columns == 1 else 52) * (1 + history) + 8
            figure = Figure(figsize=(size[0] / 25.4, size[1] / 25.4), layout="constrained")
            panels = figure.subplots(2 * (1 + history) // columns, columns, squeeze=False)
            first, second, *others = panels.flat
            second.sharey(first)
            title = "{} epoch's strongest unit:\nits projection compared with the last epoch's"
            unit = title.format("the last")
            _similarity(first, result, layers, unit)
            each = title.format("each")
            _similarity(second, result, layers, each, own=True)
            first.set_ylabel("similarity (cosine),\nmedian over the layer's maps")
            handles, labels = first.get_legend_handles_labels()
            handles.append(
                Line2D([], [], color=charts.SOFT, marker="o", ms=7.5, mfc="none", ls="none")
            )
            labels.append(f"settled (stays ≥ {THRESHOLD:g})")
            figure.legend(
                handles, labels, loc="outside upper left", ncols=min(4 * columns, len(labels)),
                frameon=False,
            )  # fmt: skip
            if history:
                _history(others[0], result, "loss", "loss, nats")
                _history(others[1], result, "error", "error, %")
            for axes in panels.flat:
                _epochs(axes, result)
            for axes in panels.flat:
                axes.set_xlabel("epoch (logarithmic)" if result.epochs[0] > 0 else "epoch")
        return figure

    return draw


def _similarity(
    axes: Axes, result: EvolutionResult, layers: Sequence[str], title: str, own: bool = False
) -> None:
    """Draw the medians by epoch of the last epoch's strongest units, or of each epoch's own."""
    axes.set_title(title, loc="left", fontsize=7.5, color=charts.SOFT)
    axes.axhline(THRESHOLD, color=charts.FAINT, linewidth=0.8, zorder=0)
    axes.text(
        0.01,
        THRESHOLD + 0.01,
        "settled",
        color=charts.SOFT,
        fontsize=7,
        va="bottom",
        transform=axes.get_yaxis_transform(),
    )
    for place, name in enumerate(layers):
        colour, mark = _MARKS[place % len(_MARKS)]
        maps = result.followed[name]
        means = median_similarity(maps.own_similarity if own else maps.similarity)
        line: charts.LineStyle = {"color": colour, "marker": mark, "linewidth": 1.1}
        axes.plot(result.epochs, means, markersize=3, label=drawable(name, 24), **line)
        if not own and maps.settled:
            at = result.epochs.index(maps.settled)
            # Hollow: layers that settle at once do not hide each other.
            axes.plot(
                [result.epochs[at]], [means[at]], **line, markersize=7.5, markerfacecolor="none"
            )  # fmt: skip
    axes.set_ylim(min(-0.05, *axes.get_ylim()), 1.05)


def _history(axes: Axes, result: EvolutionResult, what: str, label: str) -> None:
    factor = 100 if what == "error" else 1
    for kind, colour, style in (
        ("training", charts.SOFT, "--"),
        ("validation", charts.BLUE, "-"),
    ):
        values = factor * getattr(result, f"{kind}_{what}")
        axes.plot(result.history_epochs, values, style, color=colour, linewidth=1.1, label=kind)
    axes.set_ylabel(label)
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False, loc="lower left")


def _epochs(axes: Axes, result: EvolutionResult) -> None:
    """Mark the epochs shown, on a logarithmic scale where there are epochs to put on one."""
    if result.epochs[0] > 0:
        axes.set_xscale("log")
    axes.set_xticks(result.epochs, list(map(str, result.epochs)))
    axes.minorticks_off()
