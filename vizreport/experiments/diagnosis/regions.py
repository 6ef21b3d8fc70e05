"""Parts of the picture that a class may depend on: squares, strips along an edge, the border."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

PLACES = 5
"""Squares in a row and in a column."""
SQUARE, BORDER = "square", "border"
EDGES = ("top", "bottom", "left", "right")
STRIP, FRAME = 6, 12
"""Part of the picture's side that a strip, and the border, is deep."""


class Region(NamedTuple):
    """A part of the picture.

    Attributes
    ----------
    kind : str
        "square", one of the edges, or "border".
    row, col : int
        Of a square; -1 otherwise.
    """

    kind: str
    row: int = -1
    col: int = -1


def grid(height: int, width: int) -> tuple[int, np.ndarray, np.ndarray]:
    """Return side, tops and lefts of squares of a quarter of the shorter side."""
    side = max(1, min(height, width) // 4)
    tops = np.rint(np.linspace(0, height - side, PLACES)).astype(np.int32)
    lefts = np.rint(np.linspace(0, width - side, PLACES)).astype(np.int32)
    return side, tops, lefts


def mask(region: Region, height: int, width: int) -> np.ndarray:
    """Return where a region is: bool [h, w]."""
    found = np.zeros((height, width), bool)
    deep = max(1, -(-height // STRIP)), max(1, -(-width // STRIP))
    if region.kind == SQUARE:
        side, tops, lefts = grid(height, width)
        top, left = tops[region.row], lefts[region.col]
        found[top : top + side, left : left + side] = True
    elif region.kind == BORDER:
        thin = max(1, min(height, width) // FRAME)
        found[:] = True
        found[thin : height - thin, thin : width - thin] = False
    elif region.kind == "top":
        found[: deep[0]] = True
    elif region.kind == "bottom":
        found[height - deep[0] :] = True
    elif region.kind == "left":
        found[:, : deep[1]] = True
    else:
        found[:, width - deep[1] :] = True
    return found


def is_inner(region: Region) -> bool:
    """Return whether a region lies inside the picture, where it may be the object itself."""
    inside = range(1, PLACES - 1)
    return region.kind == SQUARE and region.row in inside and region.col in inside


def name_of(region: Region) -> str:
    """Return where a region is, in words."""
    if region.kind == BORDER:
        return "all along its border"
    if region.kind in EDGES:
        return f"along its {region.kind} edge"
    row, col, last = region.row, region.col, PLACES - 1
    across = (
        ("right" if col else "left")
        if col in (0, last)
        else (
            "centre"
            if 2 * col == last
            else "left of the centre"
            if 2 * col < last
            else "right of the centre"
        )
    )
    if row in (0, last):
        edge = "top" if row == 0 else "bottom"
        return f"{edge} {across}" if col in (0, last) else f"{edge}, {across}"
    height = (
        "middle"
        if 2 * row == last
        else "above the middle"
        if 2 * row < last
        else ("below the middle")
    )
    return "the centre" if height == "middle" and across == "centre" else f"{height}, {across}"
