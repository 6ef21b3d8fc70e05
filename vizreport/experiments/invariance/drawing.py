"""Strips of transformed images beside their curves, as in Zeiler & Fergus 2013, Fig. 5."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from vizreport.drawing import charts, medium
from vizreport.drawing.fonts import drawable
from vizreport.drawing.section import PRINT_WIDTH
from vizreport.drawing.sheet import Sheet
from vizreport.experiments.invariance import summary
from vizreport.experiments.invariance.lines import LINES, curves_of, name_lines, one_of
from vizreport.experiments.invariance.result import InvarianceResult
from vizreport.experiments.invariance.transformations import transform
from vizreport.wording.text import words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

_DOTTED: Any = (0, (2, 2))
_ABREAST = 4  # entries in a row of the legend
_TILES = 5  # transformed images in a row of a strip; quarter turns of a rotation
_SIDE = 64  # px of one of them, at most
_GAP = 4  # px
_PICTURE = 6.4  # mm from one of them to the next
_CLASS = 1.6  # how much wider the chart of the probability is, in which lines cross most
_LEFT, _RIGHT, _OWN = 5.0, 4.5, 11.5  # mm; before each chart its own axis
_LEAST = 28.0  # mm of a chart's height, however few images there are
_NARROW = 30.0  # mm of a chart's width, below which every second number stands at its axis
_HEAD, _LEGEND, _TITLE, _FOOT = 3.0, 4.0, 4.0, 8.5  # mm
_APART = 3.0  # mm between pictures and the curves below them

FILLS = {
    "edge": "its last pixels repeated",
    "reflect": "it mirrored",
    "grey": "grey",
    "mean": "its mean colour",
}
UNITS = {
    "vertical": "shift down, px",
    "horizontal": "shift right, px",
    "scale": "scale factor",
    "rotation": "rotation, °",
}


def tiles(result: InvarianceResult, name: str) -> np.ndarray:
    """Return which values of a transformation are shown as pictures, evenly spread."""
    count = len(result.values[name])
    around = name == "rotation"  # the last would look like the first
    shown = 4 if around else _TILES
    places = np.linspace(0, count - (0 if around else 1), shown, endpoint=not around)
    return np.unique(np.rint(places).astype(int))


def strip(result: InvarianceResult, name: str) -> Image.Image:
    """Lay the transformed images out on nothing: a row an image, a column a value."""
    height, width = result.pictures.shape[1:3]
    factor = min(1.0, _SIDE / max(height, width))
    size = max(1, round(width * factor)), max(1, round(height * factor))
    steps = tiles(result, name)
    across, down = size[0] + _GAP, size[1] + _GAP
    whole = Image.new(
        "RGBA", (len(steps) * across - _GAP, len(result.paths) * down - _GAP), (255, 255, 255, 0)
    )
    for col, step in enumerate(steps):
        value = float(result.values[name][step])
        moved = transform(result.pictures, name, value, result.interpolation, result.fill)
        for row, picture in enumerate(moved):
            small = Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS)
            whole.paste(small, (col * across, row * down))
    return whole


def distance_limit(result: InvarianceResult, layer: int) -> float:
    """Return the upper end of a layer's axis, the same for all transformations."""
    tops = [summary.apart(result, layer)]
    for name in result.values:
        curves = summary.distance_curves(result, name, layer)
        tops += [*curves.shown.ravel(), *curves.high]
    known = [top for top in tops if np.isfinite(top)]
    return 1.05 * max(known, default=0.0) or 1.0


def draw(result: InvarianceResult, names: tuple[str, ...], labels: list[str]) -> Figure:
    """Draw the rows of some transformations; on a slide, of the first.

    Parameters
    ----------
    result : InvarianceResult
        Curves of every image and layer.
    names : tuple of str
        Transformations, one a row.
    labels : list of str
        What each image is called.
    """
    from matplotlib.figure import Figure

    if medium.low():
        names = names[:1]
    strips = [strip(result, name) for name in names]
    high = max(_across(result, name) * strip.height / strip.width
               for name, strip in zip(names, strips, strict=True))  # fmt: skip
    stacked = medium.narrow()
    tall = _LEAST if stacked else max(_LEAST, high)
    entries = _entries(result, labels)
    abreast = 3 if stacked else _ABREAST
    legend = _LEGEND * -(-len(entries) // abreast)
    own = _HEAD + _TITLE + tall + _FOOT
    if stacked:
        own += high + _FOOT + _APART
    width, total = medium.room(PRINT_WIDTH), legend + len(names) * own
    with charts.style():
        figure = Figure(figsize=(width / 25.4, total / 25.4))
        top = legend
        for name, picture in zip(names, strips, strict=True):
            _row(Sheet(figure, width, total), result, name, picture, top, tall, stacked)
            top += own
        figure.legend(
            [handle for _, handle in entries],
            [text for text, _ in entries],
            loc="upper left",
            bbox_to_anchor=(0.0, 1.0),
            ncols=abreast,
            frameon=False,
            borderaxespad=0,
            handlelength=2.4,
            columnspacing=1.0 if stacked else 1.6,
            labelspacing=0.35,
            fontsize=7,
        )
    return figure


def _across(result: InvarianceResult, name: str) -> float:
    """Return the width of a transformation's pictures, mm."""
    return _PICTURE * len(tiles(result, name))


def _row(
    sheet: Sheet,
    result: InvarianceResult,
    name: str,
    picture: Image.Image,
    top: float,
    tall: float,
    stacked: bool,
) -> None:
    """Draw a transformation: its pictures, and at their right, or below them, its curves."""
    head = f"{summary.NAMES[name]} (beyond the image: {FILLS[result.fill]})"
    sheet.text(0.5, top, head, weight="bold", fontsize=8)
    across = _across(result, name)
    down, high = top + _HEAD + _TITLE, across * picture.height / picture.width
    _pictures(sheet.axes(_LEFT, down, across, high), result, name, picture)
    scored = bool(result.class_names)
    count = len(result.layers)
    left = 0.0
    if stacked:
        down += high + _FOOT + _APART
    else:
        left += _LEFT + _PICTURE * _TILES
    free = sheet.width - left - (count + scored) * (_OWN + _RIGHT)
    wide = free / (count + _CLASS * scored)
    for layer in range(count):
        left += _OWN
        panel = sheet.axes(left, down, wide, tall)
        shown = summary.distance_curves(result, name, layer)
        curves_of(panel, result.values[name], shown, name)
        reference = summary.apart(result, layer)
        if np.isfinite(reference):
            panel.axhline(reference, color=charts.SOFT, linewidth=0.8, linestyle=_DOTTED)
        panel.set_ylim(0, distance_limit(result, layer))
        title = drawable(result.layers[layer], max(8, round(wide / 1.6)))
        panel.set_title(f"features of {title}", fontsize=7.5, loc="left", pad=3)
        panel.set_ylabel("distance / norm", labelpad=2)
        name_lines(panel, tall)
        _ticks(panel, name, result, wide)
        left += wide + _RIGHT
    if scored:
        _probabilities(sheet, result, name, (left + _OWN, down, _CLASS * wide, tall))


def _probabilities(
    sheet: Sheet, result: InvarianceResult, name: str, box: tuple[float, float, float, float]
) -> None:
    """Draw each image's probability in a row of its own, which stands beside its pictures.

    In one chart they cross and cover each other: most are near 1 or near 0.
    """
    left, top, wide, tall = box
    curves, count = summary.probability_curves(result, name), len(result.paths)
    step = tall / count
    for row in range(count):
        panel = sheet.axes(left, top + row * step + 0.7, wide, step - 1.4)
        one_of(panel, result.values[name], curves, name, row)
        panel.set_ylim(-0.06, 1.06)
        panel.set_yticks([0, 1], ["0", "1"], fontsize=7)
        if not row:
            panel.set_title("probability of the class", fontsize=7.5, loc="left", pad=3)
        _ticks(panel, name, result, wide)
        if row < count - 1:
            panel.set_xticklabels([])
            panel.set_xlabel("")


def _pictures(axes: Axes, result: InvarianceResult, name: str, picture: Image.Image) -> None:
    # Without resampling, so that the chart on the screen keeps the strip's pixels.
    axes.imshow(np.asarray(picture), interpolation="none", aspect="auto")
    axes.spines[:].set_visible(False)
    steps = tiles(result, name)
    wide = (picture.width + _GAP) / len(steps) - _GAP
    values = result.values[name][steps]
    sign = name in ("vertical", "horizontal")
    texts = [
        f"{value:+g}".replace("-", "−") if sign and value else f"{value:g}" for value in values
    ]
    axes.set_xticks(wide / 2 + np.arange(len(steps)) * (wide + _GAP) - 0.5, texts)
    axes.tick_params(length=0, pad=2)
    axes.set_xlabel(UNITS[name], labelpad=1)
    axes.set_yticks([])
    high = (picture.height + _GAP) / len(result.paths) - _GAP
    for row in range(len(result.paths)):
        begin = row * (high + _GAP) - 0.5
        axes.plot(
            [-7, -7], [begin, begin + high], color=LINES[row], linewidth=2.2, clip_on=False,
            solid_capstyle="butt",
        )  # fmt: skip
        axes.text(
            -9, begin + high / 2, f"{row + 1} ", ha="right", va="center", color=LINES[row],
            weight="bold", size=7,
        )  # fmt: skip
    axes.set_xlim(-0.5, picture.width - 0.5)
    axes.set_ylim(picture.height - 0.5, -0.5)


def _ticks(axes: Axes, name: str, result: InvarianceResult, wide: float) -> None:
    values = result.values[name]
    places = {"rotation": [0.0, 90.0, 180.0, 270.0, 360.0], "scale": [1.0, 1.2, 1.4, 1.6, 1.8]}.get(
        name, [float(values[0]), 0.0, float(values[-1])]
    )
    if wide < _NARROW and len(places) > 3:
        places = places[::2]
    axes.set_xticks(places, [f"{place:g}".replace("-", "−") for place in places])
    first, *_, last = axes.get_xticklabels()  # at both ends clear of the next chart's
    if len(first.get_text()) > 2:
        first.set_horizontalalignment("left")
    last.set_horizontalalignment("right")
    axes.set_xlabel(UNITS[name], labelpad=1)
    axes.tick_params(length=2, pad=2)


def _entries(result: InvarianceResult, labels: list[str]) -> list[tuple[str, Line2D | Patch]]:
    """Return what the legend explains, and how it is drawn."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    entries: list[tuple[str, Line2D | Patch]] = [
        (f"{i} {drawable(words(label), 30)}", Line2D([], [], color=colour, linewidth=0.9))
        for i, (label, colour) in enumerate(zip(labels, LINES, strict=False), 1)
    ]
    entries.append(("mean of all images", Line2D([], [], color=charts.INK, linewidth=1.6)))
    entries.append(("80 % of all images (features)", Patch(color=charts.FAINT)))
    if any(np.isfinite(summary.apart(result, layer)) for layer in range(len(result.layers))):
        line = Line2D([], [], color=charts.SOFT, linewidth=0.8, linestyle=_DOTTED)
        entries.append(("distance of another image", line))
    return entries
