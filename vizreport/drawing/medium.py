"""What a picture is drawn for: its place, the size of its letters, light or dark ground.

A report draws its pictures for its own pages. An exported figure is drawn again for its place:
what lays out pictures and letters (`montage`) asks here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace

Colour = tuple[int, int, int]
_SIDE_BY_SIDE = 120.0  # mm
_LOW = 100.0  # mm
_POINT = 25.4 / 72  # mm


@dataclass(frozen=True)
class Palette:
    """Colours of what is laid out: its ground, its letters, fainter ones."""

    paper: Colour
    ink: Colour
    soft: Colour


LIGHT = Palette((255, 255, 255), (27, 31, 36), (91, 98, 107))
DARK = Palette((21, 24, 27), (231, 233, 234), (163, 171, 179))


@dataclass(frozen=True)
class Medium:
    """A place for a figure.

    Attributes
    ----------
    width, height : float
        The place, mm: a figure is as large as fits in.
    letters : float
        Height that letters should have, points.
    palette : Palette
        Colours of the page it stands on.
    columns : bool
        Whether labelled pictures come in as many columns as make them largest; else in the
        report's columns.
    used : list of int
        Sizes of the letters that were drawn, px; filled while a picture is drawn.
    """

    width: float
    height: float
    letters: float
    palette: Palette
    columns: bool = True
    used: list[int] = field(default_factory=list)

    def scale(self, width: float, height: float) -> float:
        """Return the mm per px at which a picture of this size, px, fits in."""
        return min(self.width / width, self.height / height)


_CURRENT: ContextVar[Medium | None] = ContextVar("medium", default=None)


def current() -> Medium | None:
    """Return what is drawn for; None for a report's own pages."""
    return _CURRENT.get()


def room(own: float) -> float:
    """Return the width, mm, to lay a chart out in: its own, or that of a narrower place."""
    medium = _CURRENT.get()
    return min(own, medium.width) if medium else own


def headroom(own: float) -> float:
    """Return the height, mm, to lay a chart out in: its own, or that of a lower place."""
    medium = _CURRENT.get()
    return min(own, medium.height) if medium else own


def narrow() -> bool:
    """Whether there is no room for two charts side by side."""
    return room(_SIDE_BY_SIDE) < _SIDE_BY_SIDE


def low() -> bool:
    """Whether there is room for one row of charts, or a few pictures, as on a slide."""
    medium = _CURRENT.get()
    return medium is not None and medium.height < _LOW


def palette() -> Palette:
    """Return the colours to draw with."""
    medium = _CURRENT.get()
    return medium.palette if medium else LIGHT


@contextmanager
def lower(lines: float) -> Iterator[None]:
    """Draw what is drawn within for a place without some lines, which are drawn above or below."""
    medium = _CURRENT.get()
    if medium is None:
        yield
        return
    height = medium.height - lines * medium.letters * _POINT
    with drawn_for(replace(medium, height=height)):
        yield


@contextmanager
def drawn_for(medium: Medium) -> Iterator[None]:
    """Draw what is drawn within for a medium (in this thread alone)."""
    token = _CURRENT.set(medium)
    try:
        yield
    finally:
        _CURRENT.reset(token)
