"""Values in windows: for each of some places a window of every node's output.

A window may lie partly off its node's grid. What a step reads there is what padding is: zero
or, for max pooling, never chosen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from keras import ops

from vizreport import backend
from vizreport.engine.interpreter import Values
from vizreport.graph.geometry import Shift, pads
from vizreport.graph.network import Graph, Node, Step

Margins = Any
"""Along rows and columns, positions beyond a window before and after it; negative for less."""


@dataclass(frozen=True)
class Windows:
    """Windows of B places.

    Lengths and margins are numbers, or tensors where they are known at run time only; then there
    is no way back.

    Attributes
    ----------
    graph : Graph
        What the numbers of nodes refer to.
    kept : mapping of Tensor [N, H, W, C]
        Outputs of some nodes for whole images.
    images : int32 [B], or None
        Which of those each window belongs to; None where there is one image.
    starts : mapping of (int32 [B], int32 [B])
        First row and column of each node's windows.
    sizes : mapping of (int, int)
        Height and width of each node's windows.
    margins : mapping of Margins
        For each node and number of a parent: what the node needs beyond the parent's window.
    """

    graph: Graph
    kept: Mapping[int, Any]
    images: Any | None
    starts: Mapping[int, tuple[Any, Any]]
    sizes: Mapping[int, tuple[Any, Any]]
    margins: Mapping[tuple[int, int], Margins]

    def positions(self, index: int) -> tuple[Any, Any]:
        """Return rows and columns of a node's windows: int32 [B, h] and [B, w]."""
        rows, cols = (
            start[:, None] + ops.arange(size)[None]
            for start, size in zip(self.starts[index], self.sizes[index], strict=True)
        )
        return rows, cols

    def step(self, node: Node) -> Step:
        """Return the step without its padding, which windows hold."""
        if any(isinstance(reach, Shift) for reach in node.step.reach or ()):
            return replace(node.step, forward=lambda x: x)  # the same under other positions
        return replace(node.step, forward=node.step.unpadded or node.step.forward)

    def inputs(self, node: Node, values: Values) -> list[Any]:
        """Return the parents' windows, widened or narrowed to what the step needs.

        A parent without a value has it cut out of its whole output where the step selects among
        its inputs (max pooling); elsewhere its shape is all that the way back needs.
        """
        taken = []
        for number, parent in enumerate(node.parents):
            x, margins = values[parent], self.margins.get((node.index, number))
            if x is None and node.kind != "max_pooling":
                taken.append(self._zeros(parent, margins))
                continue
            rows, cols = self.positions(parent)
            if x is None:
                rows, cols = self._reached(parent, margins)
                x = cut(self.kept[parent], rows, cols, self.images)
            elif margins is not None:
                x, rows, cols = self._completed(x, parent, margins)
            if any(map(pads, node.step.reach or ())):
                outside = np.finfo(self.graph.dtype).min if node.kind == "max_pooling" else 0
                inside = inside_grid(self.graph.nodes[parent], rows, cols)
                x = ops.where(inside, x, ops.cast(outside, x.dtype))
            taken.append(x)
        return taken

    def arrived(self, node: Node, signal: Any) -> Any:
        """Return the signal, zero off the grid: there it came to padding."""
        above = [other for other in self.graph.nodes if node.index in other.parents]
        padded = any(pads(reach) for other in above for reach in other.step.reach or ())
        if node.parents and not padded:
            return signal
        inside = inside_grid(node, *self.positions(node.index))
        return signal * ops.cast(inside, signal.dtype)

    def share(self, node: Node, number: int, signal: Any) -> Any:
        """Put a signal into its parent's window, which other ways down may have made larger."""
        margins = self.margins[node.index, number]
        if not any(map(any, margins)):
            return signal
        widths = [(-before, -after) for before, after in margins]
        return ops.pad(signal, [(0, 0), *widths, (0, 0)])

    def _reached(self, index: int, margins: Margins | None) -> tuple[Any, Any]:
        """Return the positions of a node's windows with what is needed beyond them."""
        if margins is None:
            return self.positions(index)
        rows, cols = (
            (start - before)[:, None] + ops.arange(size + before + after)[None]
            for start, size, (before, after) in zip(
                self.starts[index], self.sizes[index], margins, strict=True
            )
        )
        return rows, cols

    def _zeros(self, index: int, margins: Margins | None) -> Any:
        size = self.sizes[index]
        if margins is not None:
            height, width = (n + sum(sides) for n, sides in zip(size, margins, strict=True))
            size = height, width
        count = ops.shape(self.starts[index][0])[0]
        return ops.zeros((count, *size, self.graph.nodes[index].shape[-1]), self.graph.dtype)

    def _completed(self, x: Any, index: int, margins: Margins) -> tuple[Any, Any, Any]:
        """Add a window's margins from the whole output, or take them off where negative."""
        whole, (height, width) = self.kept[index], self.sizes[index]
        rows, cols = self.positions(index)
        (up, down), (left, right) = (_positive(-a, -b) for a, b in margins)
        x = x[:, up : height - down, left : width - right, :]
        rows, cols = rows[:, up : height - down], cols[:, left : width - right]
        (above, below), (before, after) = (_positive(a, b) for a, b in margins)
        left, right = _ends(cols, before, after)
        sides = (cut(whole, rows, side, self.images) for side in (left, right))
        x = ops.concatenate([next(sides), x, next(sides)], axis=2)
        cols = ops.concatenate([left, cols, right], axis=1)
        up, down = _ends(rows, above, below)
        sides = (cut(whole, side, cols, self.images) for side in (up, down))
        x = ops.concatenate([next(sides), x, next(sides)], axis=1)
        return x, ops.concatenate([up, rows, down], axis=1), cols


def cut(whole: Any, rows: Any, cols: Any, images: Any | None = None) -> Any:
    """Cut windows out of whole outputs; what is outside is any value.

    Parameters
    ----------
    whole : Tensor [N, H, W, C]
        A node's output for one or several images.
    rows, cols : int32 [B, h] and [B, w]
        Positions in it of each window's rows and columns; they may lie outside.
    images : int32 [B], optional
        Which output each is cut from; the first by default.

    Returns
    -------
    Tensor [B, h, w, C]
    """
    _, height, width, maps = whole.shape
    place = (
        ops.clip(rows, 0, height - 1)[:, :, None] * width + ops.clip(cols, 0, width - 1)[:, None, :]
    )
    if images is not None:
        place = place + images[:, None, None] * (height * width)
    return backend.gathered(ops.reshape(whole, (-1, maps)), place)


def inside_grid(node: Node, rows: Any, cols: Any) -> Any:
    """Whether positions lie on a node's grid: bool [B, h, w, 1]."""
    height, width = node.shape[:2]
    inside = ((rows >= 0) & (rows < height))[:, :, None, None]
    return inside & ((cols >= 0) & (cols < width))[:, None, :, None]


def _positive(before: Any, after: Any) -> tuple[Any, Any]:
    if isinstance(before, (int, np.integer)):
        return max(int(before), 0), max(int(after), 0)
    return ops.maximum(before, 0), ops.maximum(after, 0)


def _ends(positions: Any, before: Any, after: Any) -> tuple[Any, Any]:
    """Return the positions in front of a window and behind it."""
    first, last = positions[:, :1], positions[:, -1:]
    return first - before + ops.arange(before)[None], last + 1 + ops.arange(after)[None]
