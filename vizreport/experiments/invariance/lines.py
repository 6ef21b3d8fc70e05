"""Curves of several images in one chart, each with its number."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from vizreport.drawing import charts
from vizreport.experiments.invariance.summary import Curves

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LINES = charts.SERIES[1:]  # ink is the mean; numbers tell lines apart without colour too
_NUMBER = 2.4  # mm between the numbers of lines
_LEADER = 5.0  # points from a line's end to its number


def curves_of(axes: Axes, values: np.ndarray, curves: Curves, name: str) -> None:
    """Draw the band and the mean of all images, and the lines of those shown.

    Parameters
    ----------
    axes : Axes
        Matplotlib axes that are drawn on.
    values : float [S]
        Of the transformation, in rising order.
    curves : Curves
        Lines of the images shown, mean and band.
    name : str
        Of the transformation: a rotation is drawn to 360 degrees, which is 0 again.
    """
    values, curves = _closed(values, curves, name)
    axes.fill_between(values, curves.low, curves.high, color=charts.FAINT, linewidth=0, alpha=0.8)
    for row, curve in enumerate(curves.shown):
        axes.plot(values, curve, color=LINES[row], linewidth=0.6, alpha=0.75, label=str(row + 1))
    axes.plot(values, curves.mean, color=charts.INK, linewidth=1.8)
    axes.set_xlim(values[0], values[-1])


def one_of(axes: Axes, values: np.ndarray, curves: Curves, name: str, row: int) -> None:
    """Draw the line of one of the images shown, over the mean of all.

    Parameters are those of :func:`curves_of`, and which image.
    """
    values, curves = _closed(values, curves, name)
    axes.plot(values, curves.mean, color=charts.INK, linewidth=0.8)
    axes.plot(values, curves.shown[row], color=LINES[row], linewidth=1.3)
    axes.set_xlim(values[0], values[-1])


def _closed(values: np.ndarray, curves: Curves, name: str) -> tuple[np.ndarray, Curves]:
    """Lead the curves of a rotation on to 360 degrees."""
    if name != "rotation":
        return values, curves
    return np.append(values, 360.0), replace(
        curves,
        shown=np.concatenate([curves.shown, curves.shown[:, :1]], axis=1),
        mean=np.append(curves.mean, curves.mean[0]),
        low=np.append(curves.low, curves.low[0]),
        high=np.append(curves.high, curves.high[0]),
    )


def name_lines(axes: Axes, tall: float) -> None:
    """Set each line's number at its right end; inside, where all lines end in one place.

    Parameters
    ----------
    axes : Axes
        With what :func:`curves_of` drew, and its limits.
    tall : float
        Its height, mm.
    """
    lines = [line for line in axes.lines if str(line.get_label()).isdigit()]
    low, high = axes.get_ylim()
    shown = {
        int(str(line.get_label())): (np.asarray(line.get_ydata(), np.float64) - low) / (high - low)
        for line in lines
    }
    shown = {number: curve for number, curve in shown.items() if np.isfinite(curve).all()}
    ends = {number: float(curve[-1]) for number, curve in shown.items()}
    if len(ends) > 1 and all(np.isclose(curve[0], curve[-1]) for curve in shown.values()):
        _inside(axes, shown, tall)
        return
    order = sorted(ends, key=lambda number: -ends[number])
    heights = spread_out([ends[number] * tall for number in order], _NUMBER, tall)
    for number, height in zip(order, heights, strict=True):
        axes.annotate(
            str(number), (1, ends[number]), (_LEADER, (height - ends[number] * tall) * 72 / 25.4),
            xycoords="axes fraction", textcoords="offset points", va="center",
            color=LINES[number - 1], weight="bold", size=7, annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": LINES[number - 1], "linewidth": 0.5,
                        "shrinkA": 0, "shrinkB": 0},
        )  # fmt: skip


def _inside(axes: Axes, shown: dict[int, np.ndarray], tall: float) -> None:
    """Set each line's number on it, where it is farthest from the other lines and numbers."""
    count = len(next(iter(shown.values())))
    box = axes.get_window_extent()
    wide = tall * box.width / box.height
    places = np.arange(count)[count // 12 : count - count // 12]
    taken: list[tuple[float, float]] = []
    for number, curve in shown.items():
        others = [other for each, other in shown.items() if each != number]
        room = np.min([np.abs(curve - other) for other in others], axis=0) * tall
        best, where = -1.0, int(places[0])
        for place in places.tolist():
            x, y = place / (count - 1) * wide, float(curve[place]) * tall
            apart = min((np.hypot(x - u, y - v) for u, v in taken), default=np.inf)
            free = min(float(room[place]), float(apart) / 2)
            if free > best:
                best, where = free, place
        x, y = where / (count - 1), float(curve[where])
        taken.append((x * wide, y * tall))
        axes.annotate(
            str(number), (x, y), xycoords="axes fraction", ha="center", va="center",
            color=LINES[number - 1], weight="bold", size=7,
            bbox={"facecolor": "#ffffff", "edgecolor": "none", "pad": 0.4},
        )  # fmt: skip


def spread_out(heights: list[float], apart: float, most: float) -> list[float]:
    """Move falling heights so that none is nearer to the next than ``apart``.

    They stay in their order, and below ``most`` as far as there is room above 0.
    """
    placed: list[float] = []
    for height in heights:
        placed.append(min(height, placed[-1] - apart) if placed else min(height, most))
    for i in range(len(placed) - 1, -1, -1):  # from the lowest up, where they sank below 0
        floor = 0.0 if i == len(placed) - 1 else placed[i + 1] + apart
        placed[i] = max(placed[i], floor)
    return placed
