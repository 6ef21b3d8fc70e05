"""Charts laid out again for a place of another size, with letters that can be read there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.text import Text

_STEPS = 5  # sizes of letters that are tried


@dataclass(frozen=True)
class _Look:
    """How well a chart's parts fit together.

    Attributes
    ----------
    clashes : float
        How much texts overlap, or leave the chart: sum over pairs, each 1 where the smaller text
        is covered.
    area : float
        Share of the chart that the axes have.
    """

    clashes: float
    area: float

    def as_good_as(self, other: _Look) -> bool:
        return self.clashes <= other.clashes + 0.05 and self.area >= 0.6 * other.area


def fit_chart(chart: Figure, width: float, height: float, letters: float) -> float:
    """Fit a chart to a width and a maximum height.

    A chart with a layout engine keeps its height where it has room; one whose axes have fixed
    places keeps its proportions. Letters are ``letters`` high at most and get smaller until no
    two texts touch that did not before.

    Parameters
    ----------
    chart : matplotlib Figure
        Is changed.
    width, height : float
        The place, mm.
    letters : float
        Points.

    Returns
    -------
    float
        Height of its smallest letters, points; infinite where it has none.
    """
    across, down = (25.4 * float(side) for side in chart.get_size_inches())
    shrunk = min(width / across, height / down)
    natural = _look(chart)
    letters_of = _ChartLetters(chart)
    smallest = letters_of.smallest
    # Letters as they are, or larger where the smallest are too small to be read.
    wanted = max(1.0, letters / smallest) if smallest else shrunk
    factors = np.geomspace(max(wanted, shrunk), shrunk, _STEPS).tolist()
    for factor in factors:
        letters_of.scale(factor)
        for place in _places(chart, width, height, across, down, shrunk):
            chart.set_size_inches(place[0] / 25.4, place[1] / 25.4)
            if _look(chart).as_good_as(natural):
                return factor * smallest if smallest else float("inf")
    return float(factors[-1] * smallest)


class _ChartLetters:
    """The letters of a chart, whose sizes can be changed together."""

    def __init__(self, chart: Figure) -> None:
        texts = _texts(chart)
        self._axes = [axis for axes in chart.axes for axis in (axes.xaxis, axes.yaxis)]
        # Ticks come and go with a chart's size: their letters are the axis's.
        ticks = {label for axis in self._axes for label in axis.get_ticklabels(which="both")}
        self._sizes = {text: _size(text) for text in texts if text not in ticks}
        self._ticks = [
            next((_size(label) for label in axis.get_ticklabels()), 0.0) for axis in self._axes
        ]
        self._chart, self._factor = chart, 1.0
        self.smallest = min((_size(text) for text in texts), default=0.0)

    def scale(self, factor: float) -> None:
        for text, size in self._sizes.items():
            text.set_fontsize(factor * size)
        for axis, size in zip(self._axes, self._ticks, strict=True):
            axis.set_tick_params(which="both", labelsize=factor * size)
        _scale_legends(self._chart, factor / self._factor)
        self._factor = factor


def _scale_legends(chart: Figure, factor: float) -> None:
    """Scale what stands beside a legend's letters, and the space between."""
    from matplotlib.legend import Legend
    from matplotlib.lines import Line2D
    from matplotlib.offsetbox import DrawingArea, PackerBase
    from matplotlib.patches import Rectangle

    boxes: list[Any] = [
        box for legend in chart.findobj(Legend) for box in legend.findobj() if box is not legend
    ]
    for box in boxes:
        if isinstance(box, PackerBase):
            box.pad, box.sep = (None if s is None else factor * s for s in (box.pad, box.sep))
        elif isinstance(box, DrawingArea):
            box.width, box.height = factor * box.width, factor * box.height
            box.xdescent, box.ydescent = factor * box.xdescent, factor * box.ydescent
            for handle in box.get_children():
                if isinstance(handle, Line2D):
                    handle.set_data(*(factor * np.asarray(part) for part in handle.get_data()))
                elif isinstance(handle, Rectangle):
                    handle.set_bounds(*(factor * part for part in handle.get_bbox().bounds))


def _places(
    chart: Figure, width: float, height: float, across: float, down: float, shrunk: float
) -> list[tuple[float, float]]:
    """Return sizes to try, mm, the best first."""
    proportional = (shrunk * across, shrunk * down)
    if chart.get_layout_engine() is None:
        return [proportional]
    return [(width, min(height, max(down, shrunk * down))), proportional]


def _texts(chart: Figure) -> list[Text]:
    from matplotlib.text import Text

    chart.draw_without_rendering()  # brings the ticks into being
    return [text for text in chart.findobj(Text) if text.get_text().strip()]


def _size(text: Text) -> float:
    return float(text.get_fontsize())


def _look(chart: Figure) -> _Look:
    chart.draw_without_rendering()
    shown = [text.get_window_extent() for text in _texts(chart) if text.get_visible()]
    boxes = np.array([box.extents for box in shown if box.width and box.height]).reshape(-1, 4)
    area = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    common = _common(boxes[:, None], boxes[None])
    covered = np.triu(common / np.minimum(area[:, None], area[None]), 1).sum()
    lost = (1 - _common(boxes, np.asarray(chart.bbox.extents)) / area).sum()
    areas = [axes.get_window_extent() for axes in chart.axes]
    share = sum(box.width * box.height for box in areas) / (chart.bbox.width * chart.bbox.height)
    return _Look(float(covered + lost), float(share))


def _common(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return the area that boxes (left, bottom, right, top) have in common."""
    low = np.maximum(one[..., :2], other[..., :2])
    high = np.minimum(one[..., 2:], other[..., 2:])
    area: np.ndarray = np.clip(high - low, 0, None).prod(axis=-1)
    return area
