"""Feature maps over the epochs as one picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from vizreport.drawing import medium, montage

TILE = 96  # px
_GAP = 6  # px between tiles: the bar of a jump is seen in it


@dataclass(frozen=True)
class Strip:
    """One feature map over E epochs.

    Attributes
    ----------
    label, said : str
        The map or the class whose score it is, and what is said beside it.
    jumps : sequence of bool [E]
        Whether the image is another than at the epoch before.
    projections, patches : sequence of Image [E]
        Square tiles of one size, RGBA: transparent where no image is.
    active : sequence of bool [E]
        Whether the map is above 0 in any image; where it is not, both tiles are empty.
    """

    label: str
    said: str
    jumps: Sequence[bool]
    projections: Sequence[Image.Image]
    patches: Sequence[Image.Image]
    active: Sequence[bool]


def sheet(name: str, epochs: Sequence[int], strips: Sequence[Strip]) -> Image.Image:
    """Lay maps out in two columns, projections above patches, jumps as bars between tiles."""
    size, place = 22, medium.current()
    gap, letters = 2 * size, size - 4
    if place:
        for _ in range(2):
            cell = _size(len(epochs), TILE, letters)
            columns = 0 if place.columns else 2
            _, letters = montage.laid_out(place, cell, len(strips), gap, columns)
    cells = [_cell(epochs, strip, letters) for strip in strips]
    labels = [(strip.label, strip.said) for strip in strips]
    head = (
        f"{name} over the epochs: projections above patches; orange bar: a different image "
        "excites the map most; white: beyond the image"
    )
    return montage.headed(montage.grid(cells, 2, gap, labels, size), head, size)


def _size(epochs: int, tile: int, letters: int) -> tuple[int, int]:
    """Return the size of a map's strips, px."""
    return epochs * (tile + _GAP) - _GAP, round(1.5 * letters) + 2 * tile + _GAP // 2


def _cell(epochs: Sequence[int], strip: Strip, letters: int) -> Image.Image:
    rows = [strip.projections, strip.patches]
    tile = rows[0][0].width
    step, head = tile + _GAP, round(1.5 * letters)
    whole = Image.new("RGB", _size(len(epochs), tile, letters), montage.palette().paper)
    pen, font = ImageDraw.Draw(whole), montage.font(letters)
    for i, epoch in enumerate(epochs):
        left = i * step
        said = str(epoch) if i else f"epoch {epoch}"
        font.draw(pen, (left + tile / 2, 0), said, montage.palette().soft, anchor="ma")
        for row, tiles in enumerate(rows):
            whole.paste(tiles[i], (left, head + row * (tile + _GAP // 2)), tiles[i])
        if not strip.active[i]:
            for line, word in enumerate(("not", "active")):
                place = (left + tile / 2, head + tile + (line - 1) * 1.25 * letters)
                font.draw(pen, place, word, montage.palette().soft, anchor="ma")
        if strip.jumps[i]:
            middle = left - _GAP // 2
            pen.rectangle((middle - 2, head - 10, middle + 1, whole.height), fill=montage.MARKED)
    return whole


def side_by_side(rows: Sequence[Sequence[Image.Image]]) -> Image.Image:
    """Lay tiles out in a plain grid."""
    flat = [montage.on_paper(tile) for row in rows for tile in row]
    return montage.grid(flat, len(rows[0]), 4)
