"""Pictures of one unit from one random network after the other, and curves of their likeness."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from vizreport.drawing import charts, medium, montage, tone
from vizreport.drawing.fonts import drawable
from vizreport.drawing.section import PRINT_WIDTH
from vizreport.experiments.sanity.result import SanityResult
from vizreport.wording.text import decimal

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

NAMES = {"deconvnet": "Deconvnet", "guided": "Guided backpropagation", "gradient": "Gradient"}
_STYLES = {
    "deconvnet": (charts.BLUE, "o", "-"),
    "guided": (charts.ORANGE, "s", "--"),
    "gradient": (charts.INK, "^", ":"),
}
_SIDE, _GAP, _APART, _LETTERS = 160, 8, 24, 25  # px
_DODGE = 0.12  # from method to method, in steps
_STRIP = 0.13  # of a panel: the row below the values for states whose pictures are all blank
_FILTERS = ("random filters", "true filters", "random filters")
_SWITCHES = ("true switches", "random switches", "random switches")
_CONTROLS = tuple(
    (*f"{filters},".split(), *switches.split())
    for filters, switches in zip(_FILTERS, _SWITCHES, strict=True)
)


def lowest(step: list[str], length: int = 24) -> str:
    """Name a step after the layer nearest the input that it makes random."""
    return drawable(step[0], length)


def two_lines(name: str, fits: Callable[[str], bool]) -> tuple[str, str]:
    """Break a name that does not fit in a line behind the mark nearest to its middle."""
    marks = [place for place, letter in enumerate(name[:-1], 1) if letter in "_/-. "]
    if fits(name) or not marks:
        return name, ""
    place = min(marks, key=lambda place: abs(2 * place - len(name)))
    return name[:place], name[place:]


def pictures(result: SanityResult, layer: str, unit: str) -> Image.Image:
    """Lay out the first unit's pictures: a row a method, a column a state; then the controls.

    The controls have a row of their own on a page. Elsewhere they end the methods' rows, and of
    the random networks the first and the last are shown: so letters can be read.
    """
    steps = len(result.steps[layer])
    place = medium.current()
    brief = place is not None and place.columns
    shown = sorted({0, steps - 1}) if brief else list(range(steps))
    size = montage.letters_for(
        place, _LETTERS, lambda size: _Sheet(result, layer, size, shown, brief).size
    )
    sheet = _Sheet(result, layer, size, shown, brief).drawn()
    head = (
        f"{drawable(layer, 30)}, {unit}. Below a picture: rank correlation with the trained "
        "network's (1: the same; by chance: as in the last control)"
    )
    return montage.headed(sheet, head, size)


@dataclass(frozen=True)
class _Sheet:
    """A picture that is laid out; places in px.

    Attributes
    ----------
    result : SanityResult
        Has the pictures.
    layer : str
        Whose first unit is drawn.
    letters : int
        Size of the letters, px.
    shown : list of int
        Random networks that are shown.
    brief : bool
        Whether the controls stand in the methods' rows.
    """

    result: SanityResult
    layer: str
    letters: int
    shown: list[int]
    brief: bool

    @property
    def line(self) -> int:
        return round(1.35 * self.letters)

    @property
    def tile(self) -> tuple[int, int]:
        return _tile(self.result.pictures[self.layer]).size

    @property
    def row(self) -> int:
        """Height of a method's row: its name, its pictures, their likeness."""
        return 2 * self.line + self.tile[1] + _GAP

    @property
    def size(self) -> tuple[int, int]:
        methods, controls = len(self.result.methods), len(_CONTROLS)
        across = self.tile[0] + _GAP
        states = 2 + len(self.shown)
        if self.brief:
            width = (states + controls) * across + _APART - _GAP
            return width, 4 * self.line + methods * self.row
        width = max(states * across, methods * (controls * across + _APART) - _APART) - _GAP
        return width, (3 + 4) * self.line + (methods + 1) * self.row

    def drawn(self) -> Image.Image:
        whole = Image.new("RGB", self.size, montage.palette().paper)
        across, line = self.tile[0] + _GAP, self.line
        head = (4 if self.brief else 3) * line
        names = [
            (
                "random to",
                *filter(None, two_lines(lowest(self.result.steps[self.layer][step]), self.fits)),
            )
            for step in self.shown
        ]
        self.words(whole, 0, head, ("image",))
        self.words(whole, across, head, ("trained",))
        for column, name in enumerate(names, 2):
            self.words(whole, column * across, head, name)
        whole.paste(_tile(self.result.pictures[self.layer]), (0, head + line))
        columns = [0, *(1 + step for step in self.shown)]
        for m in range(len(self.result.methods)):
            top = head + m * self.row
            self.name(whole, across, top, m)
            for column, state in enumerate(columns, 1):
                self.picture(whole, column * across, top + line, m, state)
            self.controls(whole, m, top, head)
        return whole

    def controls(self, whole: Image.Image, m: int, top: int, head: int) -> None:
        """Show a method's controls, at the end of its row or below all rows."""
        across, line = self.tile[0] + _GAP, self.line
        left = (2 + len(self.shown)) * across + _APART
        if not self.brief:
            left = m * (len(_CONTROLS) * across + _APART)
            head = head + len(self.result.methods) * self.row + 4 * line
            top = head
            self.name(whole, left, head - 4 * line, m, ": controls")
        for number, words in enumerate(_CONTROLS):
            place = left + number * across
            if m == 0 or not self.brief:
                self.words(whole, place, head + (0 if self.brief else line), words)
            state = 1 + len(self.result.steps[self.layer]) + number
            self.picture(whole, place, top + line, m, state)

    def name(self, whole: Image.Image, left: int, top: int, m: int, more: str = "") -> None:
        """Write a method's name."""
        pen, letters = ImageDraw.Draw(whole), montage.font(self.letters, bold=True)
        letters.draw(pen, (left, top), NAMES[self.result.methods[m]] + more, montage.palette().ink)

    def fits(self, text: str) -> bool:
        """Whether a text is no wider than a picture with the gap behind it."""
        return montage.font(self.letters).getlength(text) <= self.tile[0] + _GAP // 2

    def words(self, whole: Image.Image, left: int, bottom: int, lines: Sequence[str]) -> None:
        """Write lines below each other down to a place, each cut to a picture's width."""
        pen, letters = ImageDraw.Draw(whole), montage.font(self.letters)
        for number, text in enumerate(lines):
            fitted = montage.clip_text(text, self.tile[0] + _GAP // 2, self.letters)
            top = bottom - (len(lines) - number) * self.line
            letters.draw(pen, (left, top), fitted, montage.palette().ink)

    def picture(self, whole: Image.Image, left: int, top: int, m: int, state: int) -> None:
        """Show a method's picture of a state with its likeness below."""
        result, layer = self.result, self.layer
        tile = _projection(result.projections[layer][m, state])
        whole.paste(tile, (left, top))
        alike = np.concatenate(
            [[1], result.cascade[layer][m, :, 0, 0], result.controls[layer][m, :, 0, 0]]
        )
        said = decimal(float(alike[state]))  # "–" where the trained network's picture is blank
        if not result.scales[layer][m, state]:
            said = "blank"
        place = (left + tile.width / 2, top + tile.height + 2)
        letters = montage.font(self.letters)
        letters.draw(ImageDraw.Draw(whole), place, said, montage.palette().soft, anchor="ma")


def _size(picture: np.ndarray) -> tuple[int, int]:
    """Return the size of a tile, px."""
    height, width = picture.shape[:2]
    return _SIDE, max(1, round(_SIDE * height / width))


def _projection(picture: np.ndarray) -> Image.Image:
    """Draw a projection as every other figure does, random networks' too."""
    width, height = _size(picture)
    values = tone.reduced(tone.signed(picture), height, width)
    drawn = Image.fromarray(tone.toned(values))
    return drawn.resize((width, height), Image.Resampling.NEAREST)


def _tile(picture: np.ndarray) -> Image.Image:
    size, width = _size(picture), picture.shape[1]
    smooth = Image.Resampling.LANCZOS if width > _SIDE else Image.Resampling.NEAREST
    return Image.fromarray(picture).resize(size, smooth)


def curves(result: SanityResult, layer: str) -> Figure:
    """Draw likeness against the randomised layers, and in the controls: a row a measure."""
    from matplotlib.figure import Figure

    with charts.style():
        slim = medium.narrow()
        size = medium.room(PRINT_WIDTH) / 25.4, (190 if slim else 92) / 25.4
        figure = Figure(figsize=size, layout="constrained")
        if slim:
            grid = figure.subplots(4, 1, sharey=True).reshape(2, 2).T
        else:
            grid = figure.subplots(2, 2, sharey="row", sharex="col", width_ratios=(2.4, 1))
        for row, (measure, name) in enumerate(
            ((0, "rank\ncorrelation\n(absolute)"), (3, "structural\nsimilarity\n(signed)"))
        ):
            for m, method in enumerate(result.methods):
                steps = result.cascade[layer][m, :, :, measure]
                first = np.ones((1, steps.shape[1]))
                shift = _DODGE * (m - (len(result.methods) - 1) / 2)
                _points(grid[row, 0], np.concatenate([first, steps]), method, shift, joined=True)
                controls = result.controls[layer][m, :, :, measure]
                _points(grid[row, 1], controls, method, shift)
                _chance(grid[row, 0], controls[-1], method)
            for axes in grid[row] if slim else grid[row, :1]:
                axes.set_ylabel(name)
            for axes in grid[row]:
                axes.axhline(1, color=charts.FAINT, linewidth=0.8, zorder=0)
        _limits(grid, blank=bool((_known(result, layer) == 0).any()))
        grid[0, 0].set_title("layers random, one after the other", fontsize=8, loc="left")
        grid[0, 1].set_title("controls", fontsize=8, loc="left")
        names = ["trained", *(lowest(step) for step in result.steps[layer])]
        labels = ["\n".join(words) for words in _CONTROLS]
        labels[-1] += "\n(chance)"
        for row in (0, 1) if slim else (1,):
            grid[row, 0].set_xticks(
                range(len(names)), names, rotation=35 if len(names) < 12 else 60, ha="right",
                rotation_mode="anchor",
            )  # fmt: skip
            grid[row, 1].set_xticks(range(len(labels)), labels)
        grid[1, 0].set_xlabel("weights random from the top down to this layer")
        for axes in grid[:, 1]:
            axes.set_xlim(-0.5, len(labels) - 0.5)
        figure.legend(
            handles=_legend(result, layer), frameon=False, fontsize=7, loc="outside upper left",
            ncols=1 if slim else 3, handlelength=2.6, columnspacing=1.2,
        )  # fmt: skip
        return figure


def _known(result: SanityResult, layer: str) -> np.ndarray:
    """Return how many units have a picture that is not blank: int [method, state]."""
    likeness = np.concatenate([result.cascade[layer], result.controls[layer]], axis=1)[..., 0]
    known: np.ndarray = np.isfinite(likeness).sum(axis=2)
    return known


def _chance(axes: Axes, both: np.ndarray, method: str) -> None:
    """Draw what random filters and switches [U] have in common with the trained picture."""
    if np.isfinite(both).any():
        colour, _, dash = _STYLES[method]
        axes.axhline(float(np.nanmean(both)), color=colour, linestyle=dash, linewidth=0.6, zorder=1)


def _limits(grid: np.ndarray, blank: bool) -> None:
    """Give all panels one scale, and below it a row for the crosses where there are any."""
    top, low = 1.08, min(-0.05, *(axes.dataLim.y0 - 0.05 for axes in grid.ravel()))
    for axes in grid.ravel():
        ticks, names = [0.0, 0.5, 1.0], ["0", "0.5", "1"]
        axes.set_ylim(low, top)
        if blank:
            strip = (top - low) * _STRIP / (1 - _STRIP)
            axes.set_ylim(low - strip, top)
            axes.axhline(low, color=charts.SOFT, linewidth=0.6)
            ticks, names = [low - strip / 2, *ticks], ["blank", *names]
        axes.set_yticks(ticks, names)


def _legend(result: SanityResult, layer: str) -> list[Line2D]:
    """Explain the methods, the levels, and marks of states in which pictures are blank."""
    from matplotlib.lines import Line2D

    entries = []
    for method in result.methods:
        colour, marker, dash = _STYLES[method]
        entries.append(Line2D([], [], color=colour, marker=marker, markersize=3.5))
        entries[-1].set(linestyle=dash, label=NAMES[method])
    entries.append(
        Line2D([], [], color=charts.SOFT, linewidth=0.6,
               label="thin: chance, the mean of the last control")
    )  # fmt: skip
    entries.append(
        Line2D([], [], color=charts.FAINT, linewidth=0.8, label="1: the same picture")
    )  # fmt: skip
    known, units = _known(result, layer), result.cascade[layer].shape[2]
    if ((known > 0) & (known < units)).any():
        entries.append(
            Line2D([], [], color=charts.SOFT, marker="o", markersize=3.5, linestyle="none",
                   markerfacecolor="white", label="hollow: some units' pictures are blank")
        )  # fmt: skip
    if not known.all():
        entries.append(
            Line2D([], [], color=charts.SOFT, marker="x", markersize=4, linestyle="none",
                   label="all pictures blank: nothing to compare")
        )  # fmt: skip
    return entries


def _points(
    axes: Axes, values: np.ndarray, method: str, shift: float, joined: bool = False
) -> None:
    """Draw the mean [n, U] over the units that are not blank with their standard deviation.

    Hollow where some units are blank; a cross, which has no value, where all of them are.
    """
    colour, marker, dash = _STYLES[method]
    places = np.arange(len(values)) + shift
    known = np.isfinite(values)
    count = known.sum(axis=1)
    some = count > 0
    filled = np.where(known, values, 0)
    mean = np.full(len(values), np.nan)
    mean[some] = filled.sum(axis=1)[some] / count[some]
    spread = np.full(len(values), np.nan)
    apart = np.where(known, values - mean[:, None], 0)
    spread[some] = np.sqrt(np.square(apart).sum(axis=1)[some] / count[some])
    axes.plot(places, mean, color=colour, linestyle=dash if joined else "none", linewidth=1.1)
    for full in (True, False):
        here = some & ((count == values.shape[1]) == full)
        axes.errorbar(
            places[here], mean[here], spread[here], color=colour, marker=marker, markersize=3.5,
            markerfacecolor=colour if full else "white", linestyle="none", elinewidth=0.7,
        )  # fmt: skip
    axes.plot(
        places[~some], np.full((~some).sum(), _STRIP / 2), color=colour, marker="x", markersize=4,
        linestyle="none", transform=axes.get_xaxis_transform(),
    )  # fmt: skip
