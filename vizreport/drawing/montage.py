"""Pictures laid side by side with Pillow: sharp, with gutters and small labels."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from PIL import Image, ImageDraw

from vizreport.drawing import medium
from vizreport.drawing.fonts import Letters
from vizreport.drawing.medium import palette as palette  # callers have it from here
from vizreport.wording.text import shorten

MM = 25.4 / 72  # a point
FOOT = 0.05
"""Height of the bar of a tile's strength, as a share of the tile."""
BAR = (0, 114, 178)
"""Its colour: blue, as all that is measured."""
MARKED = (213, 94, 0)
"""Colour of frames and bars that point something out: orange."""
_LINE = 1.25  # from line to line of a label, in heights of its letters
_APART = 3  # gaps more between sets of columns


def font(size: int, bold: bool = False) -> Letters:
    """Return letters of a size in px, and note that they were drawn."""
    place = medium.current()
    if place:
        place.used.append(size)
    return Letters(size, bold)


def fit(picture: Image.Image, side: int) -> Image.Image:
    """Resize a picture to a height of about ``side`` px.

    Small pictures are enlarged by a whole factor without smoothing, so that pixels stay
    squares; large ones are reduced with antialiasing.
    """
    if picture.height <= side:
        factor = max(1, side // picture.height)
        size = (picture.width * factor, picture.height * factor)
        return picture.resize(size, Image.Resampling.NEAREST)
    size = (max(1, round(picture.width * side / picture.height)), side)
    return picture.resize(size, Image.Resampling.LANCZOS)


def part(
    tiles: Sequence[Image.Image], strengths: Sequence[float] = (), gutter: int = 2
) -> Image.Image:
    """Lay nine tiles out in a square, parted by thin lines.

    Parameters
    ----------
    tiles : sequence of Image
        Of one size; where they are transparent, the paper is seen.
    strengths : sequence of float
        A bar's length at the foot of each tile, as a share of its width.
    gutter : int
        Width of the lines, px.
    """
    width = tiles[0].width
    foot = max(2, round(width * FOOT)) if strengths else 0
    step, down = width + gutter, width + foot + gutter
    whole = Image.new("RGB", (3 * step - gutter, 3 * down - gutter), palette().paper)
    pen = ImageDraw.Draw(whole)
    for i, tile in enumerate(tiles):
        left, top = i % 3 * step, i // 3 * down
        whole.paste(tile, (left, top), tile)
        if i < len(strengths) and strengths[i] > 0:
            long = max(1, round(width * strengths[i]))
            pen.rectangle((left, top + width, left + long - 1, top + width + foot - 1), BAR)
    return whole


def grid(
    cells: Sequence[Image.Image],
    columns: int,
    gap: int,
    labels: Sequence[tuple[str, str]] = (),
    size: int = 0,
    bars_are: str = "",
    sets: int = 0,
) -> Image.Image:
    """Lay pictures of one size out in rows.

    Drawn for a medium, labels have letters of its size, and the columns may be as many as make
    the pictures largest there.

    Parameters
    ----------
    cells : sequence of Image
        All of the first one's size.
    columns : int
        In a row, where the medium does not choose.
    gap : int
        Space between them, px.
    labels : sequence of (str, str)
        Bold and plain text above each cell; none when empty. Further lines of the plain text stand
        below.
    size : int
        Size of the labels' letters, px.
    bars_are : str
        What the bars under tiles say; a line below all cells.
    sets : int
        Columns that belong together: their number is then kept, and they stand apart from those
        beside them. All of them where what stands in one row belongs together; 0: none do.
    """
    width, height = cells[0].size
    columns = min(columns, len(cells))
    place = medium.current()
    lines = max((plain.count("\n") for _, plain in labels), default=0)
    heads = 1.5 + _LINE * lines
    apart = _APART * gap if sets else 0
    if place and labels:
        kept = 0 if place.columns and not sets else columns
        wider = ((columns - 1) // sets) * apart if sets else 0
        columns, size = laid_out(place, cells[0].size, len(cells), gap, kept, heads, wider)
    head = round(size * heads) if labels else 0
    rows = -(-len(cells) // columns)
    whole = Image.new(
        "RGB",
        (
            columns * (width + gap) - gap + ((columns - 1) // sets * apart if sets else 0),
            rows * (height + head + gap) - gap + (2 * size if bars_are else 0),
        ),
        palette().paper,
    )
    pen = ImageDraw.Draw(whole)
    for i, cell in enumerate(cells):
        left, top = i % columns * (width + gap), i // columns * (height + head + gap)
        left += i % columns // sets * apart if sets else 0
        whole.paste(cell, (left, top + head))
        if labels:
            strong, plain = labels[i]
            strong = clip_text(strong, width, size, bold=True)
            letters = font(size, bold=True)
            letters.draw(pen, (left, top), strong, palette().ink)
            shift = letters.getlength(strong + "  ")
            for text in plain.split("\n"):
                clipped = clip_text(text, width - shift, size)
                font(size).draw(pen, (left + shift, top), clipped, palette().soft)
                top, shift = top + round(_LINE * size), 0
    if bars_are:
        top = whole.height - round(1.4 * size)
        pen.rectangle((0, top + size // 2, 3 * size, top + size // 2 + max(2, size // 4)), BAR)
        text = clip_text(bars_are, whole.width - 4 * size, size)
        font(size).draw(pen, (4 * size, top), text, palette().soft)
    return whole


def headed(picture: Image.Image, text: str, size: int) -> Image.Image:
    """Put a heading above a picture, in as many lines as its width asks for."""

    def laid(size: int) -> list[str]:
        return _wrapped(text, picture.width, size)

    size = letters_for(
        medium.current(),
        size,
        lambda size: (picture.width, picture.height + round(_LINE * size) * len(laid(size)) + size),
    )
    lines, step = laid(size), round(_LINE * size)
    head = step * len(lines) + size // 2
    whole = Image.new("RGB", (picture.width, picture.height + head), palette().paper)
    whole.paste(picture, (0, head))
    pen = ImageDraw.Draw(whole)
    for i, line in enumerate(lines):
        shown = clip_text(line, picture.width, size)
        font(size).draw(pen, (0, i * step), shown, palette().ink)
    return whole


def _wrapped(text: str, width: float, size: int) -> list[str]:
    """Break a text between words so that each line has a width, px, if its words allow it."""
    letters, lines = Letters(size), [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and letters.getlength(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def letters_for(
    place: medium.Medium | None, own: int, size_of: Callable[[int], tuple[float, float]]
) -> int:
    """Return the size of letters, px, that have a place's height in it.

    Parameters
    ----------
    place : Medium, optional
        Where the picture goes; None for a report's own pages.
    own : int
        Their size on a report's own pages, px.
    size_of : callable
        Gives the size of the whole picture, px, for a size of its letters.
    """
    size = own
    if place:
        for _ in range(4):  # larger letters make the whole larger, and so all of it smaller
            size = math.ceil(place.letters * MM / place.scale(*size_of(size)))
    return size


def laid_out(
    place: medium.Medium,
    cell: tuple[int, int],
    count: int,
    gap: int,
    columns: int,
    heads: float = 1.5,
    wider: int = 0,
) -> tuple[int, int]:
    """Return how many columns make cells largest in a place, and the size of its letters, px."""
    found = []
    for across in [columns] if columns else range(1, count + 1):
        width = across * (cell[0] + gap) - gap + wider
        down = -(-count // across)
        size = 0.0
        for _ in range(4):  # larger letters make the whole higher, and so all of it smaller
            height = down * (cell[1] + heads * size + gap) - gap
            size = place.letters * MM / place.scale(width, height)
        found.append((place.scale(width, height), across, math.ceil(size)))
    _, across, size = max(found, key=lambda each: each[0])
    return across, size


def clip_text(text: str, width: float, size: int, bold: bool = False) -> str:
    """Cut a label to a width in px: the middle is left out, both ends are kept."""
    letters = font(size, bold)
    if letters.getlength(text) <= width:
        return text
    for length in range(len(text) - 1, 0, -1):
        cut = shorten(text, length)
        if letters.getlength(cut) <= width:
            return cut
    return ""


def on_paper(picture: Image.Image) -> Image.Image:
    """Lay a picture on the page's ground, which is seen where it is transparent."""
    whole = Image.new("RGB", picture.size, palette().paper)
    whole.paste(picture, (0, 0), picture)
    return whole


def beside(left: Image.Image, right: Image.Image, gap: int) -> Image.Image:
    """Put two pictures of one height side by side."""
    whole = Image.new("RGB", (left.width + gap + right.width, left.height), palette().paper)
    whole.paste(left, (0, 0))
    whole.paste(right, (left.width + gap, 0))
    return whole


def outlined(
    picture: Image.Image, box: Sequence[float], style: Literal["solid", "dashed"] = "solid"
) -> Image.Image:
    """Draw a rectangle that is seen on dark and light ground: white within black."""
    drawn = picture.copy()
    pen = ImageDraw.Draw(drawn)
    left, top = max(0, round(box[0])), max(0, round(box[1]))
    right, bottom = min(picture.width, round(box[2])) - 1, min(picture.height, round(box[3])) - 1
    if right <= left or bottom <= top:
        return drawn
    if style == "solid":
        pen.rectangle((left, top, right, bottom), outline=(0, 0, 0), width=3)
        pen.rectangle((left + 1, top + 1, right - 1, bottom - 1), outline=(255, 255, 255))
        return drawn
    dash = max(3, picture.width // 16)
    for start in range(0, picture.width, 2 * dash):
        for row in (top, bottom - 1):
            pen.rectangle((start, row, start + dash - 1, row + 1), fill=palette().ink)
    for start in range(0, picture.height, 2 * dash):
        for col in (left, right - 1):
            pen.rectangle((col, start, col + 1, start + dash - 1), fill=palette().ink)
    return drawn


def signed(values: np.ndarray, scale: float) -> Image.Image:
    """Show signed values [h, w, 3] with zero as mid-grey, ``scale`` as full white."""
    shown = np.round(128 + 127 * np.clip(values / scale, -1, 1))
    return Image.fromarray(shown.astype(np.uint8))


def framed(picture: Image.Image, width: int) -> Image.Image:
    """Draw a heavy dark frame inside a picture's edge."""
    drawn = picture.copy()
    ImageDraw.Draw(drawn).rectangle(
        (0, 0, drawn.width - 1, drawn.height - 1), outline=palette().ink, width=width
    )
    return drawn


def with_scale(picture: Image.Image, limit: str, size: int) -> Image.Image:
    """Put a grey scale from minus to plus a limit below a picture, at its left."""
    ramp = np.repeat(np.linspace(1, 255, 256).astype(np.uint8)[None, :, None], 3, axis=2)
    ends = f"−{limit}", "0", f"+{limit}"
    return with_ramp(picture, ramp, ends, "weight on RGB values (0 to 255)", size)


def with_ramp(
    picture: Image.Image, ramp: np.ndarray, values: Sequence[str], said: str, size: int
) -> Image.Image:
    """Put a scale of colours below a picture, at its left.

    Parameters
    ----------
    picture : Image
        What the scale is of.
    ramp : uint8 array [1, n, 3]
        Its colours from left to right.
    values : sequence of str
        Below it, evenly spread from end to end.
    said : str
        What is coloured, at its right.
    size : int
        Of the letters, px, where no medium says.
    """
    target = medium.current()
    if target:
        size = math.ceil(target.letters * MM / target.scale(*picture.size))
    width, height = round(size * 14), round(size * 0.9)
    letters = font(size)
    below = 3 * size + height
    whole = Image.new("RGB", (picture.width, picture.height + below), palette().paper)
    whole.paste(picture, (0, 0))
    bar = Image.fromarray(ramp).resize((width, height), Image.Resampling.BILINEAR)
    top = picture.height + round(1.2 * size)
    left = max(size * 2, round(letters.getlength(values[0]) / 2))
    whole.paste(bar, (left, top))
    pen = ImageDraw.Draw(whole)
    pen.rectangle((left, top, left + width - 1, top + height - 1), outline=palette().soft)
    for number, label in enumerate(values):
        place = left + number / (len(values) - 1) * width
        letters.draw(pen, (place, top + height + size * 0.2), label, palette().ink, anchor="ma")
    start = left + width + 2 * size
    text = clip_text(said, whole.width - start, size)
    letters.draw(pen, (start, top), text, palette().soft)
    return whole


def with_inset(picture: Image.Image, detail: Image.Image, box: Sequence[int]) -> Image.Image:
    """Enlarge a detail, cut from ``box``, in the corner that is farthest from it."""
    if not all(detail.size):
        return picture
    factor = max(1, int(0.42 * picture.width / max(detail.size)))
    size = (detail.width * factor, detail.height * factor)
    enlarged = detail.resize(size, Image.Resampling.NEAREST)
    margin = max(2, picture.width // 60)
    across = box[0] + box[2] > picture.width  # the detail lies in the right half
    down = box[1] + box[3] > picture.height
    left = margin if across else picture.width - size[0] - margin
    top = margin if down else picture.height - size[1] - margin
    whole = picture.copy()
    whole.paste(enlarged, (left, top))
    return outlined(whole, (left - 2, top - 2, left + size[0] + 2, top + size[1] + 2))
