"""The way back in windows: for each of some units a window of every node's output.

A window may lie partly off its node's grid. What max pooling reads there is never chosen, and no
signal comes from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from keras import ops

from vizreport import backend
from vizreport.engine.interpreter import Values
from vizreport.engine.presets import LINEAR
from vizreport.graph.geometry import Shift, pads
from vizreport.graph.network import Graph, Node, Step

Margins = tuple[tuple[int, int], tuple[int, int]]
"""Along rows and columns, positions beyond a window before and after it; negative for less."""


@dataclass(frozen=True)
class Windows:
    """Windows of B units.

    Attributes
    ----------
    graph : Graph
        What the numbers of nodes refer to.
    kept : mapping of Tensor [N, H, W, C]
        Outputs of some nodes for whole images.
    images : int32 [B]
        Which of those each window belongs to.
    starts : mapping of (int32 [B], int32 [B])
        First row and column of each node's windows.
    sizes : mapping of (int, int)
        Height and width of each node's windows.
    margins : mapping of Margins
        For each node and number of a parent: what the node needs beyond the parent's window.
    """

    graph: Graph
    kept: Mapping[int, Any]
    images: Any
    starts: Mapping[int, tuple[Any, Any]]
    sizes: Mapping[int, tuple[int, int]]
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
        """Return what the step's way back depends on, cut out of whole outputs that are kept.

        Of linear steps, and where nothing is kept, the inputs' shapes are all that it needs.
        """
        taken = []
        for number, parent in enumerate(node.parents):
            margins = self.margins[node.index, number]
            if node.kind in LINEAR or parent not in self.kept:
                taken.append(self._zeros(parent, margins))
                continue
            rows, cols = self._reached(parent, margins)
            x = cut(self.kept[parent], rows, cols, self.images)
            if any(map(pads, node.step.reach or ())):
                outside = ops.cast(np.finfo(self.graph.dtype).min, x.dtype)
                x = ops.where(inside_grid(self.graph.nodes[parent], rows, cols), x, outside)
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

    def _reached(self, index: int, margins: Margins) -> tuple[Any, Any]:
        """Return the positions of a node's windows with what is needed beyond them."""
        rows, cols = (
            (start - before)[:, None] + ops.arange(size + before + after)[None]
            for start, size, (before, after) in zip(
                self.starts[index], self.sizes[index], margins, strict=True
            )
        )
        return rows, cols

    def _zeros(self, index: int, margins: Margins) -> Any:
        height, width = (
            n + sum(sides) for n, sides in zip(self.sizes[index], margins, strict=True)
        )
        count = ops.shape(self.starts[index][0])[0]
        maps = self.graph.nodes[index].shape[-1]
        return ops.zeros((count, height, width, maps), self.graph.dtype)


def cut(whole: Any, rows: Any, cols: Any, images: Any) -> Any:
    """Cut windows out of whole outputs; what is outside is any value.

    Parameters
    ----------
    whole : Tensor [N, H, W, C]
        A node's output for one or several images.
    rows, cols : int32 [B, h] and [B, w]
        Positions in it of each window's rows and columns; they may lie outside.
    images : int32 [B]
        Which output each is cut from.

    Returns
    -------
    Tensor [B, h, w, C]
    """
    _, height, width, maps = whole.shape
    place = (
        ops.clip(rows, 0, height - 1)[:, :, None] * width + ops.clip(cols, 0, width - 1)[:, None, :]
    )
    place = place + images[:, None, None] * (height * width)
    return backend.gathered(ops.reshape(whole, (-1, maps)), place)


def inside_grid(node: Node, rows: Any, cols: Any) -> Any:
    """Whether positions lie on a node's grid: bool [B, h, w, 1]."""
    height, width = node.shape[:2]
    inside = ((rows >= 0) & (rows < height))[:, :, None, None]
    return inside & ((cols >= 0) & (cols < width))[:, None, :, None]
