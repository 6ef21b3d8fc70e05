"""The architecture drawn in the manner of Zeiler & Fergus, Fig. 3."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from vizreport.drawing import charts, medium
from vizreport.drawing.fonts import Letters, drawable
from vizreport.experiments.overview.result import Stage
from vizreport.wording.text import number, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 12
_WIDTH = 174.0  # mm
_CELL = 16.5  # mm a block takes, at least
_AIR = 1.5  # mm, and a thirtieth of the width, between the texts of neighbouring blocks
_SIZE = 7  # points
_LINE = 3.1  # mm a line takes
_LINES = 4  # of a block's name, at most
_NAME, _OPERATION, _WORD = 60, 60, 20  # letters of them that are kept
_OPERATIONS = 4  # operations named for a merged block, at most

Texts = tuple[list[str], list[str], list[str]]


class Block(Stage):
    """A block that is drawn: the last of the stages merged in it, and how many they are.

    Of ``operations`` equal ones are counted: "conv 3x3, 64 (3 times)".
    """

    stages: int


def condense(stages: Sequence[Stage], most: int = MOST) -> list[Block]:
    """Merge neighbouring stages until there are at most ``most`` blocks.

    Stages of the same map size and number of maps are merged first, then those of the same map
    size, then neighbours whatever they are.

    Parameters
    ----------
    stages : sequence of Stage
        The input first.
    most : int
        Blocks that the drawing has room for.

    Returns
    -------
    list of Block
    """
    groups = [[stage] for stage in stages]
    if len(groups) > most:
        groups = _grouped(stages, lambda stage: (stage["rows"], stage["cols"], stage["maps"]))
    if len(groups) > most:
        groups = _grouped(stages, lambda stage: (stage["rows"], stage["cols"]))
    while len(groups) > most:
        # The two lightest neighbours, never the input.
        place = min(range(1, len(groups) - 1), key=lambda i: len(groups[i]) + len(groups[i + 1]))
        groups[place : place + 2] = [groups[place] + groups[place + 1]]
    return [_block(group) for group in groups]


def _grouped(stages: Sequence[Stage], key: Callable[[Stage], tuple[int, ...]]) -> list[list[Stage]]:
    first, *rest = stages  # the input stays by itself
    return [[first], *(list(group) for _, group in groupby(rest, key))]


def _block(group: Sequence[Stage]) -> Block:
    last = group[-1]
    name = str(last["name"])
    if len(group) > 1:
        name = f"{drawable(str(group[0]['name']), 24)} … {drawable(name, 24)}"
    counted = Counter(str(operation) for stage in group for operation in stage["operations"])
    operations = [op if times == 1 else f"{op} ({times} times)" for op, times in counted.items()]
    if len(group) > 1 and len(operations) > _OPERATIONS:
        left = len(operations) - _OPERATIONS + 1
        operations = [*operations[: _OPERATIONS - 1], f"and {left} other operations"]
    return {
        "name": name,
        "rows": int(last["rows"]),
        "cols": int(last["cols"]),
        "maps": int(last["maps"]),
        "stages": len(group),
        "operations": operations,
    }


def draw(stages: Sequence[Stage]) -> Figure:
    """Draw the blocks from left to right, in rows of at most ten on a page.

    The side of a block grows with the square root of the map's size, the number of sheets with
    the logarithm of the number of maps; each block's text has a column of its own, so that
    nothing overlaps.
    """
    from matplotlib.figure import Figure

    blocks = condense(stages)
    width = medium.room(_WIDTH)
    # Sizes and words stay whole: where they need more room, fewer blocks stand side by side.
    whole = max(_wide(word) for block in blocks for word in _whole(block)) + _AIR
    rows = -(-len(blocks) // max(1, int(width / max(_CELL, 30 / 29 * whole))))
    columns = -(-len(blocks) // rows)
    cell = width / columns
    texts = [_wrapped(block, 29 / 30 * cell - _AIR) for block in blocks]
    room = min(cell * 0.86, 27.0)
    heights = []
    for row in range(rows):
        lines = [sum(map(len, text)) for text in texts[row * columns : (row + 1) * columns]]
        heights.append(room + 4 + _LINE * (max(lines) + 0.4))
    with charts.style():
        total = sum(heights) + _LINE + 2
        figure = Figure(figsize=(width / 25.4, total / 25.4))
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_xlim(0, width)
        axes.set_ylim(-total, 0)
        axes.axis("off")
        said = "grey: the operations between a block and the previous one, in order"
        if any(re.match(r"\d+ ", each) for block in blocks for each in block["operations"]):
            said += "; if there are many, the number of each kind"
        axes.text(0.5, -0.5, said, va="top", size=_SIZE, color=charts.SOFT)
        biggest = max(max(block["rows"], block["cols"]) for block in blocks)
        most = max(block["maps"] for block in blocks)
        for i, block in enumerate(blocks):
            row, column = divmod(i, columns)
            top = -1 - _LINE - sum(heights[:row])
            middle, left = top - room / 2, column * cell
            _sheets(axes, block, left + cell / 2, middle, room, biggest, most)
            if i + 1 < len(blocks):
                _arrow(axes, left + cell, middle)
            _write(axes, texts[i], left + cell / 2, top - room - 3)
    return figure


def describe(stages: Sequence[Stage]) -> str:
    """Describe in words what the diagram shows."""
    said = ", ".join(
        f"{number(block['maps'])} maps of {block['rows']} by {block['cols']}"
        if block["rows"] * block["cols"] > 1
        else f"{number(block['maps'])} unit{'s' * (block['maps'] > 1)}"
        for block in condense(stages)
    )
    return f"Blocks from left to right: {said}."


def _wide(text: str, bold: bool = False) -> float:
    """Return a text's width, mm."""
    # Measured large: letters in print are not a whole number of pixels.
    return Letters(100, bold).getlength(text) / 100 * _SIZE * 25.4 / 72


def _size(block: Block) -> str:
    rows, cols, maps = block["rows"], block["cols"], number(block["maps"])
    if rows * cols == 1:
        return f"{maps} unit{'s' * (block['maps'] > 1)}"
    return f"{rows}\u200a×\u200a{cols}\u200a×\u200a{maps}"  # hair spaces


def _operations(block: Block) -> list[str]:
    return [
        # A number stays with the word before it.
        re.sub(r"(?<=\d)x(?=\d)", "×", re.sub(r"(?<=stride) (?=\d)", "\u00a0", operation))
        for operation in block["operations"]
    ]


def _whole(block: Block) -> list[str]:
    """Return what must not be broken."""
    said = [word for operation in _operations(block) for word in operation.split(" ")]
    return [_size(block), *(drawable(word, _WORD) for word in said)]


def _wrapped(block: Block, width: float) -> Texts:
    """Break a block's name, size and operations into lines of so many mm."""
    operations = [
        line
        for operation in _operations(block)
        for line in _lines(drawable(operation, _OPERATION).split(" "), " ", width)
    ]
    name = drawable(block["name"], _NAME)
    parts = [part for part in re.split(r"(?<=[/_]) ?| (?=…)|(?<=…) ", name) if part] or ["–"]
    return _named(parts, width), [_size(block)], operations


def _named(parts: Sequence[str], width: float) -> list[str]:
    """Set a name in few lines; where they do not hold it, its middle is left out."""
    lines = _lines(parts, "", width, bold=True)
    if len(lines) > _LINES:
        lines = [*lines[: _LINES - 2], "…", lines[-1]]
    return lines


def _lines(words: Sequence[str], between: str, width: float, bold: bool = False) -> list[str]:
    """Fill lines with words; one that is wider than a line alone loses its middle."""
    lines: list[str] = []
    for word in words:
        longer = f"{lines[-1]}{between}{word}" if lines else word
        if lines and _wide(longer, bold) <= width:
            lines[-1] = longer
            continue
        length = len(word)
        while length > 1 and _wide(shorten(word, length), bold) > width:
            length -= 1
        lines.append(shorten(word, length))
    return lines


def _sheets(
    axes: Axes,
    block: Block,
    x: float,
    y: float,
    room: float,
    biggest: int,
    most: int,
) -> None:
    """Draw a block's maps as a stack of sheets, or a bar where there are no places."""
    from matplotlib.patches import Rectangle

    wealth = math.log2(block["maps"] + 1) / math.log2(most + 1)
    if block["rows"] * block["cols"] == 1:
        size = (1.8, room * (0.25 + 0.7 * wealth))
        count, step = 1, 0.0
    else:
        maps = block["maps"]
        count = maps if maps < 4 else min(7, round(1.5 + 0.6 * math.log2(maps)))
        step = room * 0.04
        space = (room - 6 * step) * 0.95
        size = (
            max(1.2, space * math.sqrt(block["cols"] / biggest)),
            max(1.2, space * math.sqrt(block["rows"] / biggest)),
        )
    for k in range(count):
        shift = step * ((count - 1) / 2 - k)
        axes.add_patch(
            Rectangle(
                (x - size[0] / 2 + shift, y - size[1] / 2 + shift),
                *size,
                facecolor=charts.FILL,
                edgecolor=charts.BLUE,
                linewidth=0.7,
            )
        )


def _arrow(axes: Axes, x: float, y: float) -> None:
    axes.annotate(
        "",
        (x + 1.6, y),
        (x - 1.6, y),
        arrowprops={
            "arrowstyle": "-|>",
            "color": charts.SOFT,
            "lw": 0.8,
            "shrinkA": 0,
            "shrinkB": 0,
            "mutation_scale": 7,
        },
    )


def _write(axes: Axes, text: Texts, x: float, y: float) -> None:
    name, size, operations = text
    for line in name:
        axes.text(x, y, line, ha="center", va="top", weight="bold", size=_SIZE)
        y -= _LINE
    for line in size:
        axes.text(x, y, line, ha="center", va="top", size=_SIZE)
        y -= _LINE
    y -= 0.7
    for line in operations:
        axes.text(x, y, line, ha="center", va="top", size=_SIZE, color=charts.SOFT)
        y -= _LINE
