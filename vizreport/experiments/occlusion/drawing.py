"""An image's figure for print: a row for each size of the square, then the projections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from vizreport.experiments.mining.classes import predicted_name, true_name
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.occlusion import maps
from vizreport.experiments.occlusion.result import OcclusionResult
from vizreport.report import charts, medium, montage, tone
from vizreport.report.section import PRINT_WIDTH
from vizreport.report.text import drawable, number, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_DPI = 220
_LEFT, _RIGHT, _GAP, _NARROW = 6.0, 1.5, 4.5, 1.5  # mm
_TOP, _TITLE, _LINE = 1.0, 4.6, 3.2  # mm
_SMALL = 7.0  # points


class _Sheet:
    """A figure on which axes are placed in mm from the upper left corner."""

    def __init__(self, width: float, height: float) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.size = width, height
        self.figure: Figure = Figure(figsize=(width / 25.4, height / 25.4), dpi=_DPI)
        FigureCanvasAgg(self.figure)

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Add axes without ticks."""
        across, down = self.size
        box = (left / across, 1 - (top + height) / down, width / across, height / down)
        axes = self.figure.add_axes(box)
        axes.set_xticks([])
        axes.set_yticks([])
        axes.spines[:].set_visible(False)
        return axes

    def text(self, left: float, top: float, text: str, **style: Any) -> None:
        """Write one line below a point."""
        x, y = left / self.size[0], 1 - top / self.size[1]
        self.figure.text(x, y, text, va="top", **{"fontsize": _SMALL, **style})


def draw(result: OcclusionResult, mining: MiningResult, i: int) -> Image.Image:
    """Draw a picture of an image's :func:`chart`, which is smaller than the chart."""
    drawn = chart(result, mining, i)
    with charts.style():
        drawn.canvas.draw()
    canvas: Any = drawn.canvas
    picture = Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3].copy())
    below = _TITLE + _last(result) + 0.5
    picture.info[montage.CUTS] = [picture.height - round(below * _DPI / 25.4)]
    return picture


def chart(result: OcclusionResult, mining: MiningResult, i: int) -> Figure:
    """Draw an image's figure.

    Parameters
    ----------
    result : OcclusionResult
    mining : MiningResult
        Names the classes of the other images.
    i : int
        Which image.
    """
    page, columns = medium.room(PRINT_WIDTH), _columns()
    side, tall = _panel_size(result)
    colours = maps.class_colours(result, i)
    below = _LINE * (1.6 + max(4, len(colours.named) + (colours.others > 0)))
    row = _TITLE + tall + below + 1.5
    folded = 4 // columns  # lines of panels for a size
    sizes = result.sizes[-1:] if folded > 1 else result.sizes  # a column has room for one
    total = _TOP + folded * len(sizes) * row + _TITLE + _last(result) + 0.5
    with charts.style():
        sheet = _Sheet(page, total)
        grid = _Grid(sheet, columns, row, side, tall)
        top = _TOP
        for size in sizes:
            _maps_row(grid, result, i, str(size), colours, top)
            top += folded * row
        _last_rows(grid, result, mining, i, top)
        return sheet.figure


def _columns() -> int:
    """Return how many panels stand side by side."""
    return 2 if medium.narrow() else 4


def _panel_size(result: OcclusionResult) -> tuple[float, float]:
    """Return width and height of a map in mm."""
    height, width = result.pictures.shape[1:3]
    free = medium.room(PRINT_WIDTH) - _LEFT - _RIGHT - (_columns() - 1) * _GAP
    side = free / _columns()
    return side, side * height / width


def _last(result: OcclusionResult) -> float:
    """Return the height of what stands below the maps, mm."""
    side, tall = _panel_size(result)
    if result.projection_problem:
        return tall
    others = 2 * tall * _small(side) / side + _NARROW
    return others if _columns() == 4 else tall + _TITLE + others


def beside_map(result: OcclusionResult, i: int) -> Image.Image:
    """Put the image with the square where it costs most beside the map of the probability."""
    name = str(result.sizes[-1])
    square = maps.occluded(result, i, name, *maps.lowest(result, i, name))
    return montage.beside(
        montage.fit(square, 420),
        montage.fit(Image.fromarray(maps.probability_map(result, i, name)), 420),
        10,
    )


def _fitted(text: str, width: float, points: float = _SMALL) -> str:
    """Cut a name to a width in mm."""
    # Measured at ten times the size: letters in print are not a whole number of pixels.
    return montage.clip_text(drawable(text, 60), 10 * width * 72 / 25.4, round(10 * points))


@dataclass(frozen=True)
class _Grid:
    """Panels of one size, counted from the left, and on in the next line where one is full.

    Attributes
    ----------
    sheet : _Sheet
    columns : int
        Panels in a line.
    row : float
        From one line of a size's maps to the next, mm.
    side, tall : float
        A panel's width and height, mm.
    """

    sheet: _Sheet
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
        axes = self.sheet.axes(left, top + _TITLE, self.side, self.tall)
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
    grid: _Grid,
    result: OcclusionResult,
    i: int,
    name: str,
    colours: maps.ClassColours,
    top: float,
) -> None:
    height, width = result.pictures.shape[1:3]
    sheet, side = grid.sheet, grid.side
    followed = _fitted(result.class_names[result.classes[i]], side - 10)
    r, c = maps.lowest(result, i, name)
    shown = np.asarray(maps.occluded(result, i, name, r, c))
    axes = grid.panel(0, top, shown, "a", f"square of {name} px, {result.fill}")
    _scaled(axes, height, width)
    titles = (
        ("b", f"map {result.maps[i]} of {_fitted(result.layer, side - 22)}"),
        ("d", f"p({followed})"),
        ("e", "most probable class"),
    )
    pictures = (
        maps.activation_map(result, i, name),
        maps.probability_map(result, i, name),
        maps.class_map(result, i, name, colours),
    )
    for place, ((letter, title), picture) in enumerate(zip(titles, pictures, strict=True), 1):
        grid.panel(place, top, picture, letter, title)
    below = _TITLE + grid.tall + 1.2
    left, under = grid.place(0, top + below)
    for k, line in enumerate(_numbers(result, i, name)):
        sheet.text(left, under + 2.6 + k * _LINE, line)
    limits = maps.PROBABILITY
    for place, ends, clean, unit in (
        (1, maps.activation_range(result, i), result.clean_activations, "activation"),
        (2, limits, result.clean_probabilities, "probability"),
    ):
        _bar(sheet, *grid.place(place, top + below), side, ends, float(clean[i]), unit)
    _legend(sheet, result, i, name, colours, *grid.place(3, top + below), side)


def _numbers(result: OcclusionResult, i: int, name: str) -> list[str]:
    values = result.probabilities[name][i]
    r, c = maps.lowest(result, i, name)
    watched, least = float(result.clean_activations[i]), float(result.activations[name][i].min())
    changed = float((result.best[name][i] != result.clean_best[i]).mean())
    return [
        f"p {_decimals(result.clean_probabilities[i])}, lowest {_decimals(values.min())}",
        f"at row {result.tops[name][r]}, column {result.lefts[name][c]} px",
        f"other class at {percent(changed)}",
        f"map {result.maps[i]} lowest {number(least)} ({fall(watched, least)})",
    ]


def _decimals(value: float) -> str:
    return f"{float(value):.3f}".replace("-", "−")


def fall(clean: float, least: float) -> str:
    """Write how far a sum of activations falls, in percent of the clean image's."""
    return f"−{percent(1 - least / clean)}" if clean > 0 else "clean 0"


def _bar(
    sheet: _Sheet,
    left: float,
    top: float,
    side: float,
    limits: tuple[float, float],
    clean: float,
    unit: str,
) -> None:
    """Draw a scale with its unit and a mark at the value where nothing is hidden."""
    axes = sheet.axes(left, top + 2.2, side, 2.2)
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
    sheet: _Sheet,
    result: OcclusionResult,
    i: int,
    name: str,
    colours: maps.ClassColours,
    left: float,
    top: float,
    side: float,
) -> None:
    slots = colours.slots(result.best[name][i])
    entries = [
        (slot, _fitted(result.class_names[index], side - 10.5))
        for slot, index in enumerate(colours.named)
    ]
    if colours.others:
        entries.append((len(maps.PALETTE) - 1, f"{colours.others} other"))
    for k, (slot, text) in enumerate(entries):
        red, green, blue = maps.as_seen(maps.PALETTE[slot])
        swatch = sheet.axes(left, top + 0.2 + k * _LINE, 2.2, 2.2)
        swatch.set_facecolor((red / 255, green / 255, blue / 255))
        sheet.text(left + 3.2, top + k * _LINE, text)
        sheet.text(left + side, top + k * _LINE, part(slots == slot), ha="right", color=charts.SOFT)


def part(places: np.ndarray) -> str:
    """Write the share of places that are true; few are not none."""
    share = float(places.mean())
    return "<\u202f1\u202f%" if 0 < share < 0.005 else percent(share)


def _last_rows(
    grid: _Grid, result: OcclusionResult, mining: MiningResult, i: int, top: float
) -> None:
    """Draw the mean over squares, and the projections above the photographs they come from."""
    size = result.sizes[0]
    pixels = maps.pixel_map(result, i, str(size))
    which = f" ({size} px)" if len(result.sizes) > 1 else ""
    grid.panel(0, top, pixels, "", f"mean p, by pixel{which}")
    if result.projection_problem:
        return
    value = float(result.values[i, 0])
    said = f"map {result.maps[i]} here: {number(value)}" if value > 0 else "nowhere active"
    grid.panel(1, top, np.asarray(projection(result, i, 0)), "c", said)
    begin = _LEFT + 2 * (grid.side + _GAP)
    if grid.columns == 2:
        begin, top = _LEFT, top + _TITLE + grid.tall
    small = _small(grid.side)
    high = grid.tall * small / grid.side
    for k in range(3):
        if result.others[i, k] < 0:
            continue
        left = begin + k * (small + _NARROW)
        said = f"{number(float(result.values[i, k + 1]))} {other_class(result, mining, i, k)}"
        grid.sheet.text(left, top + 0.4, _fitted(said, small))
        pictures = projection(result, i, k + 1), other(result, i, k)
        for row, picture in enumerate(pictures):
            down = top + _TITLE + row * (high + _NARROW)
            _show(grid.sheet.axes(left, down, small, high), np.asarray(picture))


def _small(side: float) -> float:
    """Return the width at which three pictures fit into two columns."""
    return (2 * side + _GAP - 2 * _NARROW) / 3


def projection(result: OcclusionResult, i: int, k: int) -> Image.Image:
    """Draw one projection with the unit's receptive field outlined."""
    return _with_field(result, i, k, tone.toned(tone.signed(result.projections[i, k])))


def other(result: OcclusionResult, i: int, k: int) -> Image.Image:
    """Draw one of the map's top images with the unit's receptive field outlined."""
    return _with_field(result, i, k + 1, result.other_pictures[i, k])


def _with_field(result: OcclusionResult, i: int, k: int, picture: np.ndarray) -> Image.Image:
    shown = Image.fromarray(picture)
    if not result.values[i, k] > 0 or min(picture.shape[:2]) < 128:
        return shown
    box: Sequence[float] = [float(side) for side in result.fields[i, k]]
    return montage.outlined(shown, box)


def other_class(result: OcclusionResult, mining: MiningResult, i: int, k: int) -> str:
    """Name the class of one of the map's top images: the true one, else the predicted one."""
    image = int(result.others[i, k])
    if image < 0:
        return ""
    return true_name(mining, image) or predicted_name(mining, image)
