"""A layer that gave its place in the report to a neighbour. No TensorFlow here."""

from __future__ import annotations

from typing import TypedDict


class Replaced(TypedDict):
    """A layer whose projections are too often blank, and the one shown in its place.

    ``blank`` is the share, 0 to 1, of the projections that were tried.
    """

    layer: str
    blank: float
    instead: str
