"""An image's figure for print: a row for each size of the square, in the order of the paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from vizreport.drawing import charts, medium, montage, tone
from vizreport.drawing.fonts import drawable
from vizreport.drawing.section import PRINT_WIDTH
from vizreport.drawing.sheet import Sheet
from vizreport.experiments.mining.classes import predicted_name, true_name
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.occlusion import maps
from vizreport.experiments.occlusion.result import OcclusionResult
from vizreport.wording.text import number, percent, spoken

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_DPI = 220
_LEFT, _RIGHT, _GAP = 6.0, 1.5, 3.5  # mm
_PANELS = 5
_TOP, _TITLE, _LINE = 1.0, 4.6, 3.2  # mm
_SMALL = 7.0  # points


def _sheet(width: float, height: float) -> Sheet:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure: Figure = Figure(figsize=(width / 25.4, height / 25.4), dpi=_DPI)
    FigureCanvasAgg(figure)
    return Sheet(figure, width, height, _SMALL)


def _bare(axes: Axes) -> Axes:
    """Leave out ticks and frame."""
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    return axes


def draw(result: OcclusionResult, i: int) -> Image.Image:
    """Draw a picture of an image's :func:`chart`, which is smaller than the chart."""
    drawn = chart(result, i)
    with charts.style():
        drawn.canvas.draw()
    canvas: Any = drawn.canvas
    return Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3].copy())


def chart(result: OcclusionResult, i: int) -> Figure:
    """Draw an image's figure, as Zeiler & Fergus, Fig. 7.

    Parameters
    ----------
    result : OcclusionResult
        Has the maps of places and the projections.
    i : int
        Which image.
    """
    page, columns = medium.room(PRINT_WIDTH), _columns()
    side, tall = _panel_size(result)
    colours = maps.class_colours(result, i)
    below = _LINE * (1.6 + max(4, len(colours.named) + (colours.others > 0)))
    row = _TITLE + tall + below + 1.5
    folded = -(-_PANELS // columns)  # lines of panels for a size
    sizes = [result.largest] if folded > 1 else [*result.squares]  # a column has room for one
    total = _TOP + folded * len(sizes) * row
    with charts.style():
        sheet = _sheet(page, total)
        grid = _PanelRows(sheet, columns, row, side, tall)
        top = _TOP
        for size in sizes:
            _maps_row(grid, result, i, size, colours, top)
            top += folded * row
        return sheet.figure


def _columns() -> int:
    """Return how many panels stand side by side."""
    return 2 if medium.narrow() else _PANELS


def _panel_size(result: OcclusionResult) -> tuple[float, float]:
    """Return width and height of a map in mm."""
    height, width = result.clean.pictures.shape[1:3]
    free = medium.room(PRINT_WIDTH) - _LEFT - _RIGHT - (_columns() - 1) * _GAP
    side = free / _columns()
    return side, side * height / width


def beside_map(result: OcclusionResult, i: int) -> Image.Image:
    """Put the image with the square where it costs most beside the map of the probability."""
    size = result.largest
    square = maps.occluded(result, i, size, *maps.lowest(result, i, size))
    return montage.beside(
        montage.fit(square, 420),
        montage.fit(Image.fromarray(maps.probability_map(result, i, size)), 420),
        10,
    )


def _fitted(text: str, width: float, points: float = _SMALL) -> str:
    """Cut a name to a width in mm."""
    # Measured at ten times the size: letters in print are not a whole number of pixels.
    return montage.clip_text(drawable(text, 60), 10 * width * 72 / 25.4, round(10 * points))


def _class_name(result: OcclusionResult, index: int, side: float) -> str:
    """Cut a class's name to what has room in a panel's title and in its legend alike."""
    return _fitted(spoken(result.class_names[index]), side - 10.5)


@dataclass(frozen=True)
class _PanelRows:
    """Panels of one size, counted from the left, and on in the next line where one is full.

    Attributes
    ----------
    sheet : Sheet
        Where the panels are placed.
    columns : int
        Panels in a line.
    row : float
        From one line of a size's maps to the next, mm.
    side, tall : float
        A panel's width and height, mm.
    """

    sheet: Sheet
    columns: int
    row: float
    side: float
    tall: float

    def place(self, number: int, top: float) -> tuple[float, float]:
        """Return a panel's left and upper edge, mm."""
        down, across = divmod(number, self.columns)
        return _LEFT + across * (self.side + _GAP), top + down * self.row

    def panel(self, number: int, top: float, picture: np.ndarray, letter: str, title: str) -> Axes:
        """Draw a panel with its title."""
        left, top = self.place(number, top)
        shift = 0.0
        if letter:
            self.sheet.text(left, top, f"({letter})", weight="bold")
            shift = 5.2
        self.sheet.text(left + shift, top, title)
        axes = _bare(self.sheet.axes(left, top + _TITLE, self.side, self.tall))
        _show(axes, picture)
        return axes


def _show(axes: Axes, picture: np.ndarray) -> None:
    height, width = picture.shape[:2]
    # Never smoothed when enlarged: a place is a square.
    sharp = "nearest" if width < 240 else None
    axes.imshow(picture, extent=(0, width, height, 0), interpolation=sharp)


def _scaled(axes: Axes, height: int, width: int) -> None:
    """Mark the extent in px at the first picture of a row."""
    axes.spines[["left", "bottom"]].set_visible(True)
    axes.set_yticks([0, height], ["0", str(height)], fontsize=7, rotation=90, va="center")
    axes.set_xticks([0, width], ["0", f"{width} px"], fontsize=7)
    axes.tick_params(length=1.5, pad=1)
    first, last = axes.get_xticklabels()
    first.set_horizontalalignment("left")
    last.set_horizontalalignment("right")


def _maps_row(
    grid: _PanelRows,
    result: OcclusionResult,
    i: int,
    size: int,
    colours: maps.ClassColours,
    top: float,
) -> None:
    height, width = result.clean.pictures.shape[1:3]
    sheet, side = grid.sheet, grid.side
    followed = _class_name(result, result.clean.classes[i], side)
    r, c = maps.lowest(result, i, size)
    shown = np.asarray(maps.occluded(result, i, size, r, c))
    axes = grid.panel(0, top, shown, "a", f"{result.fill} square, {size} px")
    _scaled(axes, height, width)
    grid.panel(
        1,
        top,
        maps.activation_map(result, i, size),
        "b",
        _fitted(f"map {result.clean.maps[i]}, {result.layer}", side - 6),
    )
    projected = _projected(result, i)
    if projected is not None:
        grid.panel(2, top, projected, "c", "its projection")
        left, under = grid.place(2, top + _TITLE + grid.tall + 1.2)
        notes = [
            f"its strongest unit: {number(float(result.projections.values[i, 0]))}",
            "grey: zero",
        ]
        if _boxed(result, i, 0):
            notes.append("box: receptive field")
        for k, line in enumerate(notes):
            sheet.text(left, under + 2.6 + k * _LINE, line)
    else:
        left, under = grid.place(2, top)
        sheet.text(left, under, "(c)", weight="bold")
        sheet.text(left + 5.2, under, "no projection")
    grid.panel(3, top, maps.probability_map(result, i, size), "d", f"p({followed})")
    grid.panel(4, top, maps.class_map(result, i, size, colours), "e", "top class")
    below = _TITLE + grid.tall + 1.2
    least = float(result.squares[size].activations[i].min())
    left, under = grid.place(1, top + below)
    said = f"lowest: {number(least)} ({fall(float(result.clean.activations[i]), least)})"
    sheet.text(left, under + 5 + 2 * _LINE, said, color=charts.SOFT)
    left, under = grid.place(0, top + below)
    for k, line in enumerate(_numbers(result, i, size)):
        sheet.text(left, under + 2.6 + k * _LINE, line)
    limits = maps.PROBABILITY
    for place, ends, clean, unit in (
        (1, maps.activation_range(result, i), result.clean.activations, "sum"),
        (3, limits, result.clean.probabilities, "probability"),
    ):
        _bar(sheet, *grid.place(place, top + below), side, ends, float(clean[i]), unit)
    if result.clean.masked[i]:
        left, under = grid.place(3, top + below)
        sheet.text(left, under + 5 + 2 * _LINE, "white line: the object", color=charts.SOFT)
    _legend(sheet, result, i, size, colours, grid.place(4, top + below), side)


def _numbers(result: OcclusionResult, i: int, size: int) -> list[str]:
    square = result.squares[size]
    values = square.probabilities[i]
    changed = float((square.best[i] != result.clean.best[i]).mean())
    return [
        f"nothing hidden: p {_decimals(result.clean.probabilities[i])}",
        f"lowest, as shown: p {_decimals(values.min())}",
        "another class is predicted",
        f"at {percent(changed)} of positions",
    ]


def _decimals(value: float) -> str:
    return f"{float(value):.3f}".replace("-", "−")


def fall(clean: float, least: float) -> str:
    """Write how far a sum of activations falls, in percent of the clean image's."""
    return f"−{percent(1 - least / clean)}" if clean > 0 else "clean 0"


def _bar(
    sheet: Sheet,
    left: float,
    top: float,
    side: float,
    limits: tuple[float, float],
    clean: float,
    unit: str,
) -> None:
    """Draw a scale with its unit and a mark at the value where nothing is hidden."""
    axes = _bare(sheet.axes(left, top + 2.2, side, 2.2))
    low, high = limits
    axes.imshow(maps.bar(256, 1), extent=(low, high, 0, 1), aspect="auto")
    axes.plot([clean], [1.25], marker="v", markersize=3, color=charts.INK, clip_on=False)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_ylim(0, 1)
    axes.set_xlim(low, high)
    sheet.text(left, top + 5, number(low))
    sheet.text(left + side, top + 5, number(high), ha="right")
    sheet.text(left + side / 2, top + 5, unit, ha="center", color=charts.SOFT)
    sheet.text(left, top + 5 + _LINE, f"▾ nothing hidden: {number(clean)}", color=charts.SOFT)


def _legend(
    sheet: Sheet,
    result: OcclusionResult,
    i: int,
    size: int,
    colours: maps.ClassColours,
    place: tuple[float, float],
    side: float,
) -> None:
    left, top = place
    slots = colours.slots(result.squares[size].best[i])
    entries = [(slot, _class_name(result, index, side)) for slot, index in enumerate(colours.named)]
    if colours.others:
        entries.append((len(maps.PALETTE) - 1, f"{colours.others} other"))
    for k, (slot, text) in enumerate(entries):
        red, green, blue = maps.as_seen(maps.PALETTE[slot])
        swatch = _bare(sheet.axes(left, top + 0.2 + k * _LINE, 2.2, 2.2))
        swatch.set_facecolor((red / 255, green / 255, blue / 255))
        sheet.text(left + 3.2, top + k * _LINE, text)
        sheet.text(left + side, top + k * _LINE, part(slots == slot), ha="right", color=charts.SOFT)


def part(places: np.ndarray) -> str:
    """Write the share of places that are true; few are not none."""
    share = float(places.mean())
    return "<\u202f1\u202f%" if 0 < share < 0.005 else percent(share)


def _projected(result: OcclusionResult, i: int) -> np.ndarray | None:
    """Return the watched map's projection in the image itself; None where there is none."""
    if result.projections.problem or not result.projections.values[i, 0] > 0:
        return None
    return np.asarray(projection(result, i, 0))


def projection(result: OcclusionResult, i: int, k: int) -> Image.Image:
    """Draw one projection with the unit's receptive field outlined."""
    return _with_field(result, i, k, tone.toned(tone.signed(result.projections.projected[i, k])))


def other(result: OcclusionResult, i: int, k: int) -> Image.Image:
    """Draw one of the map's top images with the unit's receptive field outlined."""
    return _with_field(result, i, k + 1, result.projections.other_pictures[i, k])


def _with_field(result: OcclusionResult, i: int, k: int, picture: np.ndarray) -> Image.Image:
    shown = Image.fromarray(picture)
    if not _boxed(result, i, k):
        return shown
    box: Sequence[float] = [float(side) for side in result.projections.fields[i, k]]
    return montage.outlined(shown, box)


def _boxed(result: OcclusionResult, i: int, k: int) -> bool:
    """Whether a receptive field is outlined: in tiny pictures the line would hide too much."""
    return (
        bool(result.projections.values[i, k] > 0) and min(result.clean.pictures.shape[1:3]) >= 128
    )


def other_class(result: OcclusionResult, mining: MiningResult, i: int, k: int) -> str:
    """Name the class of one of the map's top images: the true one, else the predicted one."""
    image = int(result.projections.others[i, k])
    if image < 0:
        return ""
    return true_name(mining, image) or predicted_name(mining, image)
