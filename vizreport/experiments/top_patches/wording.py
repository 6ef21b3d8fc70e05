"""What is said of a layer's top-9: how maps were chosen, what labels count, what stands where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vizreport.wording.text import quoted


def chosen_said(layer: Mapping[str, Any]) -> str:
    """Say how the maps in the figures of a layer were chosen."""
    selective, others = layer["selective"], len(layer["main"]) - layer["selective"]
    if not selective or not others:
        return ""
    return (
        f"The first {selective} are selected from the layer's most selective maps, skipping weak "
        f"ones, to differ from each other; the last {others} are drawn at random from the rest. "
    )


def counted_said(cells: Sequence[Mapping[str, Any]], noun: str) -> str:
    """Say what the labels above a layer's maps count, with a space before it; "" for nothing."""
    if any(cell["own"] for cell in cells):
        return f" Each unit is the score of one {noun.removeprefix('predicted ')}, named above it."
    if any(cell["common"] for cell in cells):
        return f" Fraction: how many of the nine share their most frequent {noun}, if any do."
    return ""


def halves(layer: Mapping[str, Any]) -> str:
    """Say what stands left and right in a pair."""
    if layer["status"]:
        return "the patches that excite each map most"
    if layer["drawn"].same:
        return (
            "left of each pair: the nine patches that excite the map most; right: their "
            "projection, one for all (they differ only in strength); grey: zero"
        )
    return (
        "left of each pair: the nine patches that excite the map most, in colour where the "
        "projection is strong; right: the projections; grey: zero; white: beyond the image"
    )


def seen_said(cells: Sequence[Mapping[str, Any]]) -> str:
    """Say what the nine of each map show, with a space before it; "" where no two are alike."""
    said = [
        f"map {cell['map']}: {cell['times']} of {cell['of']} show {quoted(cell['common'], 40)}"
        + (f", at its {quoted(cell['part']['name'], 30)}" if cell["part"] else "")
        for cell in cells
        if cell["times"] > 1
    ]
    if not said:
        return ""
    return f" {'; '.join(said)}.".replace(" map", " Map", 1)
