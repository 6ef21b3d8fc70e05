"""Charts in one style, drawn with matplotlib without its global state.

A colour has one meaning in the whole report: blue is what was measured of the network, orange what
is pointed out in it, grey controls, chance and guide lines, ink means and dead maps. Methods have a
colour each; what else stands side by side (layers, images, networks) takes the colours of a series,
which mean nothing but "another one" and have marks or dashes as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

from vizreport.drawing import fonts, medium

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK = "#1b1f24"
SOFT = "#5b626b"
FAINT = "#d5d9de"
BLUE = "#0072b2"  # these two of Okabe and Ito's palette, told apart with any colour vision
ORANGE = "#d55e00"
FILL = "#cfe3f1"
SERIES = ("#7f5f3f", "#009e73", "#8c6bb1", "#b58900", "#882255", "#cc79a7")
INTERVAL = "line: 95\u202f% interval (Wilson)"
"""What an axis says of the lines through its dots."""
METHODS = {
    "deconvnet": "#009e73",
    "guided": "#8c6bb1",
    "gradient": INK,
    "grad-cam": "#b58900",
    "integrated-gradients": "#882255",
}

LineStyle = dict[str, Any]
"""Keyword arguments of Matplotlib's for a line or its marks."""

ON_DARK = "#fdfdfd"
"""For letters on dark cells of a heat map; not in :data:`dark.COLOURS`, as the cells are not."""
ON_LIGHT = "#111417"
"""The same on light cells."""

_STYLE: Any = {
    "font.size": 7.5,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.6,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "text.color": INK,
    "text.parse_math": False,  # a "$" in a name is a "$"
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "svg.hashsalt": "vizreport",
    "svg.fonttype": "path",
}


@contextmanager
def style() -> Iterator[None]:
    """Apply the report's style to what is drawn or saved within."""
    import matplotlib

    with matplotlib.rc_context({**_STYLE, "font.family": fonts.families()}):
        yield


def styled(draw: Callable[[Axes], None], width: float, height: float) -> Callable[[], Figure]:
    """Return a function that makes a chart of one pair of axes.

    Parameters
    ----------
    draw : callable
        Draws on the axes it is given.
    width, height : float
        Size, mm; a place that is narrower takes its own width.
    """

    def chart() -> Figure:
        from matplotlib.figure import Figure

        with style():
            across = medium.room(width)
            figure = Figure(figsize=(across / 25.4, height / 25.4), layout="constrained")
            draw(figure.add_subplot())
        return figure

    return chart


def logarithmic(axes: Axes, which: Literal["x", "y"]) -> None:
    """Make an axis logarithmic, with plain numbers: the charts' text knows no powers."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

    axis = axes.xaxis if which == "x" else axes.yaxis
    axes.set(**{f"{which}scale": "log"})
    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_locator(NullLocator())
