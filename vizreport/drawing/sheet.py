"""Charts laid out by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Sheet:
    """A figure on which axes and words are placed in mm from the upper left corner.

    Attributes
    ----------
    figure : Figure
        What is drawn on.
    width, height : float
        Its size, mm.
    points : float
        Size of the letters, where words have none of their own.
    """

    figure: Figure
    width: float
    height: float
    points: float = 7.0

    def axes(self, left: float, top: float, wide: float, tall: float) -> Axes:
        """Add axes."""
        bottom = 1 - (top + tall) / self.height
        return self.figure.add_axes(
            (left / self.width, bottom, wide / self.width, tall / self.height)
        )

    def text(self, left: float, top: float, text: str, **style: Any) -> None:
        """Write one line below a point."""
        x, y = left / self.width, 1 - top / self.height
        self.figure.text(x, y, text, va="top", **{"fontsize": self.points, **style})
