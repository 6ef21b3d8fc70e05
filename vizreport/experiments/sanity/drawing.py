"""Pictures of one unit from one random network after the other, and curves of their likeness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from vizreport.experiments.sanity.result import CONTROLS, SanityResult
from vizreport.report import charts, montage
from vizreport.report.section import PRINT_WIDTH
from vizreport.report.text import drawable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NAMES = {"deconvnet": "Deconvnet", "guided": "Guided backpropagation", "gradient": "Gradient"}
_STYLES = {
    "deconvnet": (charts.BLUE, "o", "-"),
    "guided": (charts.ORANGE, "s", "--"),
    "gradient": (charts.INK, "^", ":"),
}
_SIDE, _GAP, _APART, _LETTERS = 160, 8, 24, 19  # px
_FILTERS = ("random filters", "true filters", "random filters")
_SWITCHES = ("true switches", "random switches", "random switches")


def lowest(step: list[str], length: int = 14) -> str:
    """Name a step after the layer nearest the input that it makes random."""
    return drawable(step[0], length)


def pictures(result: SanityResult, layer: str) -> Image.Image:
    """Lay out the first unit's pictures: a row a method, a column a state; below, the controls."""
    seen = _tile(result.pictures[layer])
    width, height = seen.size
    line = round(1.35 * _LETTERS)
    methods, states = result.projections[layer].shape[:2]
    trained = states - len(CONTROLS)
    heads = [("trained", ""), *(("random to", lowest(step)) for step in result.steps[layer])]
    across = width + _GAP
    columns = max(1 + trained, methods * len(CONTROLS))
    row = 2 * line + height + _GAP
    foot = methods * row + 2 * line
    size = (columns * across - _GAP + 2 * _APART, foot + 3 * line + row)
    sheet = _Sheet(Image.new("RGB", size, montage.palette().paper), result, layer, line)
    sheet.words(0, 0, ("image",), width)
    sheet.whole.paste(seen, (0, 3 * line))
    for state, words in enumerate(heads):
        sheet.words((1 + state) * across, 0, words, width)
    for m, method in enumerate(result.methods):
        top = 2 * line + m * row
        sheet.words(across, top, (NAMES[method],), size[0], bold=True)
        for state in range(trained):
            sheet.picture((1 + state) * across, top + line, m, state)
        left = m * (len(CONTROLS) * across + _APART)
        sheet.words(left, foot + line, (NAMES[method],), size[0], bold=True)
        for number, words in enumerate(zip(_FILTERS, _SWITCHES, strict=True)):
            place = left + number * across
            sheet.words(place, foot + 2 * line, words, width)
            sheet.picture(place, foot + 4 * line, m, trained + number)
    tops = [2 * line + m * row for m in range(1, methods)]
    sheet.whole.info[montage.CUTS] = [*tops, foot]
    return sheet.whole


@dataclass(frozen=True)
class _Sheet:
    """A picture that is being laid out; places in px."""

    whole: Image.Image
    result: SanityResult
    layer: str
    line: int

    def words(
        self, left: int, top: int, lines: Sequence[str], width: int, bold: bool = False
    ) -> None:
        """Write lines below each other, each cut to a width and the gap beside it."""
        pen, letters = ImageDraw.Draw(self.whole), montage.font(_LETTERS, bold)
        for number, text in enumerate(lines):
            fitted = montage.clip_text(text, width + _GAP, _LETTERS, bold)
            pen.text((left, top + number * self.line), fitted, montage.palette().ink, letters)

    def picture(self, left: int, top: int, m: int, state: int) -> None:
        """Show a method's picture of a state with its likeness below."""
        result, layer = self.result, self.layer
        tile = _tile(result.projections[layer][m, state])
        self.whole.paste(tile, (left, top))
        alike = np.concatenate(
            [[1], result.cascade[layer][m, :, 0, 0], result.controls[layer][m, :, 0, 0]]
        )
        said = f"{alike[state]:.2f}" if state else "1"
        if not result.scales[layer][m, state]:
            said = "blank"
        place = (left + tile.width / 2, top + tile.height + 2)
        letters = montage.font(_LETTERS)
        ImageDraw.Draw(self.whole).text(place, said, montage.palette().soft, letters, anchor="ma")


def _tile(picture: np.ndarray) -> Image.Image:
    height, width = picture.shape[:2]
    size = (_SIDE, max(1, round(_SIDE * height / width)))
    smooth = Image.Resampling.LANCZOS if width > _SIDE else Image.Resampling.NEAREST
    return Image.fromarray(picture).resize(size, smooth)


def curves(result: SanityResult, layer: str) -> Figure:
    """Draw likeness against the randomised layers, and in the controls: a row a measure."""
    from matplotlib.figure import Figure

    with charts.style():
        figure = Figure(figsize=(PRINT_WIDTH / 25.4, 92 / 25.4), layout="constrained")
        count = len(result.steps[layer])
        grid = figure.subplots(
            2, 2, sharey="row", sharex="col", width_ratios=(max(count, 4) + 1, 3.4)
        )
        for row, (measure, name) in enumerate(
            ((0, "rank correlation\n(absolute)"), (3, "structural similarity\n(signed)"))
        ):
            for m, method in enumerate(result.methods):
                steps = result.cascade[layer][m, :, :, measure]
                first = np.ones((1, steps.shape[1]))
                _points(grid[row, 0], np.concatenate([first, steps]), method, m, joined=True)
                _points(grid[row, 1], result.controls[layer][m, :, :, measure], method, m)
            grid[row, 0].set_ylabel(name)
            for axes in grid[row]:
                axes.axhline(0, color=charts.FAINT, linewidth=0.6, zorder=0)
                axes.axhline(1, color=charts.FAINT, linewidth=0.6, zorder=0)
                axes.set_ylim(top=1.05)
        grid[0, 0].set_title("layers random, one after the other", fontsize=8, loc="left")
        grid[0, 1].set_title("controls", fontsize=8, loc="left")
        names = ["trained", *(lowest(step) for step in result.steps[layer])]
        grid[1, 0].set_xticks(range(len(names)), names, rotation=35, ha="right")
        grid[1, 0].set_xlabel("weights made random from the top down to this layer")
        labels = [f"{a},\n{b}" for a, b in zip(_FILTERS, _SWITCHES, strict=True)]
        grid[1, 1].set_xticks(range(len(labels)), labels, rotation=35, ha="right")
        grid[1, 1].set_xlim(-0.5, len(labels) - 0.5)
        grid[0, 0].legend(frameon=False, fontsize=7, loc="best")
        return figure


def _points(axes: Axes, values: np.ndarray, method: str, m: int, joined: bool = False) -> None:
    """Draw the mean over units [n, U] with their standard deviation, methods side by side."""
    colour, marker, dash = _STYLES[method]
    known = values[:, np.isfinite(values).all(axis=0)]
    if not known.shape[1]:
        return
    axes.errorbar(
        np.arange(len(known)) + 0.12 * (m - 1),
        known.mean(axis=1),
        known.std(axis=1),
        color=colour,
        marker=marker,
        markersize=3.5,
        linestyle=dash if joined else "none",
        linewidth=1.1,
        elinewidth=0.7,
        label=NAMES[method],
    )
