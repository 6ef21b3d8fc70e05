"""Charts laid out anew for a place of another size, with letters that can be read there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

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
    clashes : int
        Pairs of texts that overlap, and texts that leave the chart.
    area : float
        Share of the chart that the axes have.
    """

    clashes: int
    area: float

    def as_good_as(self, other: _Look) -> bool:
        return self.clashes <= other.clashes and self.area >= 0.6 * other.area


def fit_chart(chart: Figure, width: float, height: float, letters: float) -> float:
    """Bring a chart to a width, and to a height that is not above another.

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
    letters_of = _Letters(chart)
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


class _Letters:
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
        self.smallest = min((_size(text) for text in texts), default=0.0)

    def scale(self, factor: float) -> None:
        for text, size in self._sizes.items():
            text.set_fontsize(factor * size)
        for axis, size in zip(self._axes, self._ticks, strict=True):
            axis.set_tick_params(which="both", labelsize=factor * size)


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
    low = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    slack = 0.02 * chart.dpi  # inches
    touching = ((high - low) > slack).all(axis=2)
    pairs = (touching.sum() - len(boxes)) // 2
    frame = np.asarray(chart.bbox.extents)
    outside = (boxes[:, :2] < frame[:2] - slack).any(axis=1) | (
        boxes[:, 2:] > frame[2:] + slack
    ).any(axis=1)
    areas = [axes.get_window_extent() for axes in chart.axes]
    share = sum(box.width * box.height for box in areas) / (chart.bbox.width * chart.bbox.height)
    return _Look(int(pairs + outside.sum()), float(share))
