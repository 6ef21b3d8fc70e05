"""The pictures with what was hidden, and the chart of distances."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from vizreport.drawing import charts, medium, montage
from vizreport.drawing.fonts import drawable
from vizreport.drawing.section import PRINT_WIDTH
from vizreport.experiments.correspondence.gathered import LayerRows, Spread
from vizreport.experiments.correspondence.result import CorrespondenceResult
from vizreport.experiments.correspondence.squares import masked
from vizreport.findings.decisions import LEVEL

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

MOST_COLUMNS = 10
_CELL, _GAP, _LETTERS = 224, 8, 42  # px
_FIXED = "fixed position\nin object's box"


def pictures(result: CorrespondenceResult) -> Image.Image:
    """Draw pictures x parts: a column a picture, a row for what is hidden."""
    most = MOST_COLUMNS // 2 if medium.narrow() else MOST_COLUMNS
    shown = result.pictures[:most]
    hidden = [
        *((part, result.part_squares[:, p]) for p, part in enumerate(result.parts)),
        ("random position", result.random_squares[:, 0]),
        (_FIXED, result.shared_squares[:, 0]),
    ]
    rows = [("nothing hidden", [montage.fit(Image.fromarray(one), _CELL) for one in shown])]
    rows += [(name, _hidden(shown, squares[:most], result.side)) for name, squares in hidden]
    cells = [row for _, row in rows]
    width, height = cells[0][0].size

    def laid_out(size: int) -> tuple[int, int]:
        across = 9 * size + len(shown) * (width + _GAP) - _GAP
        return across, len(rows) * (height + _GAP) - _GAP

    size = montage.letters_for(medium.current(), _LETTERS, laid_out)
    margin = 9 * size
    whole = Image.new("RGB", laid_out(size), montage.palette().paper)
    pen, letters = ImageDraw.Draw(whole), montage.font(size)
    for r, ((name, _), row) in enumerate(zip(rows, cells, strict=True)):
        top = r * (height + _GAP)
        lines = name.split("\n")
        for k, line in enumerate(lines):
            text = montage.clip_text(drawable(line, 60), margin - _GAP, size)
            middle = top + height / 2 + 1.3 * size * (k - (len(lines) - 1) / 2)
            letters.draw(pen, (0, middle), text, montage.palette().ink, anchor="lm")
        for c, cell in enumerate(row):
            whole.paste(cell, (margin + c * (width + _GAP), top))
    return whole


def _hidden(pictures: np.ndarray, starts: np.ndarray, side: int) -> list[Image.Image]:
    """Show squares with a thin outline, which is seen on grey ground too."""
    shown = []
    for one, (left, top) in zip(masked(pictures, starts, side), starts.tolist(), strict=True):
        cell = montage.fit(Image.fromarray(one), _CELL)
        factor = cell.width / one.shape[1]
        box = (factor * left, factor * top, factor * (left + side) - 1, factor * (top + side) - 1)
        ImageDraw.Draw(cell).rectangle(box, outline=(255, 255, 255))
        shown.append(cell)
    return shown


def chart(result: CorrespondenceResult, layers: list[LayerRows]) -> Figure:
    """Draw the mean distances, a panel a layer and a row a part."""
    from matplotlib.figure import Figure

    rows = len(result.parts) + 2
    columns = 1 if medium.narrow() else min(2, len(layers))
    down = -(-len(layers) // columns)
    with charts.style():
        figure = Figure(
            figsize=(medium.room(PRINT_WIDTH) / 25.4, (14 + down * (18 + 5.4 * rows)) / 25.4),
            layout="constrained",
        )
        panels = figure.subplots(down, columns, sharey=True, squeeze=False).ravel()
        for axes, layer in zip(panels, layers, strict=False):
            _panel(axes, result, layer)
            axes.set_xlim(*_span(result, layers))
        for axes in panels[len(layers) :]:
            axes.set_visible(False)
        figure.legend(
            handles=_legend(layers), frameon=False, fontsize=7, loc="outside upper left",
            ncols=2, handlelength=1.6, columnspacing=1.4,
        )  # fmt: skip
    return figure


def _legend(layers: list[LayerRows]) -> list[Line2D]:
    """Explain the marks that occur."""
    from matplotlib.lines import Line2D

    dot: charts.LineStyle = {"color": charts.BLUE, "marker": "o", "markersize": 4.5}
    found = {row["corrected"] < LEVEL for layer in layers for row in layer["rows"]}
    parts = {
        True: Line2D(
            [],
            [],
            **dot,
            linestyle="none",
            label=f"part: more consistent than random positions (p < {LEVEL:g})",
        ),
        False: Line2D(
            [],
            [],
            **dot,
            linestyle="none",
            markerfacecolor="white",
            label="part: not shown to be more consistent",
        ),
    }
    return [
        *(parts[shown] for shown in (True, False) if shown in found),
        Line2D([], [], color=charts.SOFT, marker="|", markersize=9, linestyle="none",
               label="control: one random or fixed draw"),
        Line2D([], [], color=charts.SOFT, linewidth=0.8, linestyle="--",
               label="mean of the random positions"),
        Line2D([], [], color=charts.SOFT, linewidth=1, label="± standard deviation over pairs"),
    ]  # fmt: skip


def _panel(axes: Axes, result: CorrespondenceResult, layer: LayerRows) -> None:
    parts = [drawable(part, 28) for part in result.parts]
    names = [*parts, "random positions", _FIXED.replace("position", "positions")]
    name = layer["name"]
    axes.axvline(layer["random"]["mean"], color=charts.SOFT, linewidth=0.8, linestyle="--")
    for r, row in enumerate(layer["rows"]):
        _line(axes, r, row, charts.BLUE)
        # Told apart by being filled, not by colour alone.
        fill = charts.BLUE if row["corrected"] < LEVEL else "white"
        axes.plot(row["mean"], r, "o", color=charts.BLUE, markerfacecolor=fill, markersize=4.5)
    controls = [
        (layer["random"], result.layers[name].random_distances),
        (layer["shared"], result.layers[name].shared_distances),
    ]
    for r, (control, values) in enumerate(controls, start=len(layer["rows"])):
        _line(axes, r, control, charts.SOFT)
        means = values.mean(axis=1)
        axes.plot(
            means, np.full(len(means), r), "|", color=charts.SOFT, markersize=9,
            markeredgewidth=0.5,
        )  # fmt: skip
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.locator_params(axis="x", nbins=6)
    axes.set_xlabel(
        "mean share of features that do not change\nthe same way in two images; ← more consistent"
    )
    axes.set_title(drawable(name, 40), loc="left", fontsize=8, fontweight="bold")
    axes.tick_params(left=False)


def _span(result: CorrespondenceResult, layers: list[LayerRows]) -> tuple[float, float]:
    """Return one axis for all layers, which holds every mean with its spread."""
    rows: list[Spread] = [
        row for one in layers for row in (*one["rows"], one["random"], one["shared"])
    ]
    ends = [row["mean"] + sign * row["std"] for row in rows for sign in (-1, 1)]
    for layer in result.layers.values():
        for draws in (layer.random_distances, layer.shared_distances):
            ends += draws.mean(axis=1).tolist()
    return max(0.0, min(ends) - 0.02), max(ends) + 0.02


def _line(axes: Axes, row: int, values: Spread, colour: str) -> None:
    low, high = values["mean"] - values["std"], values["mean"] + values["std"]
    axes.plot([low, high], [row, row], color=colour, linewidth=1, alpha=0.6)
