"""Windows on the grid, completed from the clean image: which values are read for each position.

Beside the windows of all places in a batch, laid in a row behind the clean output with its padding,
each position that a step needs is one number: that of the changed value, or of the clean one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from keras import ops

from vizreport import backend
from vizreport.engine.interpreter import Values
from vizreport.engine.occlusion.groups import Completed
from vizreport.engine.occlusion.squares import Stages, reach_of
from vizreport.graph.geometry import Reach, Shift
from vizreport.graph.network import Graph, Node, Step


@dataclass(frozen=True)
class PlaceBatch:
    """Places whose windows have one size.

    Attributes
    ----------
    tops, lefts : int32 array [B]
        First row and column of each square.
    starts : dict of (int32 array [B], int32 array [B])
        First row and column of each node's windows.
    sizes : dict of (int, int)
        Height and width of each node's windows.
    """

    tops: np.ndarray
    lefts: np.ndarray
    starts: Mapping[int, tuple[np.ndarray, np.ndarray]]
    sizes: Mapping[int, tuple[int, int]]

    def positions(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """Return rows and columns of a node's windows: int32 [B, h] and [B, w]."""
        rows, cols = (
            _range(start, size)
            for start, size in zip(self.starts[index], self.sizes[index], strict=True)
        )
        return rows, cols

    def occluded(self, width: int, whole: int, size: int) -> np.ndarray:
        """Number the input's windows: in the image, or ``whole`` further in what replaces it."""
        rows, cols = self.positions(0)
        covered = _within(rows - self.tops[:, None], size)[:, :, None]
        covered = covered & _within(cols - self.lefts[:, None], size)[:, None, :]
        return (rows * width)[:, :, None] + cols[:, None, :] + np.int32(whole) * covered

    def clean(self, index: int, width: int) -> np.ndarray:
        """Number a node's windows in its clean output, ``width`` columns wide."""
        rows, cols = self.positions(index)
        return (rows * width)[:, :, None] + cols[:, None, :]

    def needed(self, graph: Graph, node: Node, parent: int) -> np.ndarray:
        """Number what a node's windows need of a parent: int32 [B, n, m]."""
        lengths = graph.nodes[parent].shape[:2]
        rows, cols = (
            _behind(reach_of(node, axis), self.starts[node.index][axis],
                    self.sizes[node.index][axis], lengths[axis])
            for axis in (0, 1)
        )  # fmt: skip
        return self._numbers(parent, rows, cols, lengths, padding(graph, node))

    def whole(self, graph: Graph, index: int) -> np.ndarray:
        """Number all positions of a node's output: int32 [B, H, W]."""
        height, width = graph.nodes[index].shape[:2]
        count = np.zeros(len(self.tops), np.int32)
        rows, cols = _range(count, height), _range(count, width)
        return self._numbers(index, rows, cols, (height, width), ((0, 0), (0, 0)))

    def _numbers(
        self,
        index: int,
        rows: np.ndarray,
        cols: np.ndarray,
        lengths: Sequence[int],
        margins: Sequence[tuple[int, int]],
    ) -> np.ndarray:
        """Number rows [B, n] and columns [B, m] of a node's output."""
        (above, below), (before, after) = margins
        width = before + lengths[1] + after
        clean = (above + lengths[0] + below) * width
        h, w = self.sizes[index]
        down, across = (
            position - start[:, None]
            for position, start in zip((rows, cols), self.starts[index], strict=True)
        )
        changed = _within(down, h)[:, :, None] & _within(across, w)[:, None, :]
        first = np.arange(len(rows), dtype=np.int32)[:, None] * np.int32(h)
        inside = ((first + down) * np.int32(w) + np.int32(clean))[:, :, None] + across[:, None, :]
        outside = ((rows + above) * np.int32(width))[:, :, None] + (cols + before)[:, None, :]
        return np.where(changed, inside, outside)


def reads(
    graph: Graph, stages: Stages, filled: Completed, layer: int, batch: PlaceBatch, size: int
) -> list[np.ndarray]:
    """Number what is read of a batch, in the order in which :class:`Cuts` takes it.

    The input's windows, what each node needs of each parent that is completed, the whole outputs
    of the border and, where it is computed in windows, the layer's windows in its clean output.
    """
    height, width, _ = graph.input_shape
    return [
        batch.occluded(width, height * width, size),
        *(
            batch.needed(graph, graph.nodes[index], graph.nodes[index].parents[number])
            for index, number in completions(filled)
        ),
        *(batch.whole(graph, index) for index in stages.border),
        batch.clean(layer, graph.nodes[layer].shape[1])
        if layer in stages.windowed
        else np.zeros((len(batch.tops), 1, 1), np.int32),
    ]


def completions(filled: Completed) -> Iterator[tuple[int, int]]:
    """Yield nodes and the numbers of their parents that are completed, in order."""
    return ((index, number) for index, numbers in filled.items() for number in numbers)


@dataclass(frozen=True)
class Cuts:
    """Where the interpreter finds the values of windows; there is no backward pass.

    Attributes
    ----------
    graph : Graph
        What the numbers of nodes refer to.
    clean : mapping of Tensor [1, H, W, C]
        Outputs of some nodes for the clean image.
    needed : mapping of int32 [B, n, m]
        For each node and number of a parent that is completed, what is read of it.
    """

    graph: Graph
    clean: Mapping[int, Any]
    needed: Mapping[tuple[int, int], Any]

    def step(self, node: Node) -> Step:
        """Return the step without its padding, which windows hold."""
        if any(isinstance(reach, Shift) for reach in node.step.reach or ()):
            return replace(node.step, forward=lambda x: x)  # the same under other positions
        return replace(node.step, forward=node.step.unpadded or node.step.forward)

    def inputs(self, node: Node, values: Values) -> list[Any]:
        """Return of each parent what the step needs for its windows."""
        taken = []
        for number, parent in enumerate(node.parents):
            x = values[parent]
            if (node.index, number) in self.needed:
                margins = [(0, 0), *padding(self.graph, node), (0, 0)]
                outside = np.finfo(self.graph.dtype).min if node.kind == "max_pooling" else 0
                clean = self.clean[parent]
                if any(map(any, margins)):
                    clean = ops.pad(clean, margins, constant_values=outside)
                x = read(clean, x, self.needed[node.index, number])
            taken.append(x)
        return taken

    def arrived(self, node: Node, signal: Any) -> Any:
        """Refuse: nothing comes back."""
        raise NotImplementedError

    def share(self, node: Node, number: int, signal: Any) -> Any:
        """Refuse: nothing comes back."""
        raise NotImplementedError


def read(clean: Any, x: Any, numbers: Any) -> Any:
    """Read values by number, first of the clean output [1, H, W, C], then of windows."""
    maps = clean.shape[-1]
    table = ops.concatenate([ops.reshape(clean, (-1, maps)), ops.reshape(x, (-1, maps))])
    return backend.gathered(table, numbers)


def padding(graph: Graph, node: Node) -> list[tuple[int, int]]:
    """Return along rows and columns how far a node reads its parents before and after."""
    widths = []
    for axis in (0, 1):
        length = graph.nodes[node.parents[0]].shape[axis]
        ends = np.array([0]), np.array([node.shape[axis] - 1])
        low, high = reach_of(node, axis).interval(*ends, length)
        widths.append((max(0, -int(low[0])), max(0, int(high[0]) - length + 1)))
    return widths


def _behind(reach: Reach, start: np.ndarray, size: int, length: int) -> np.ndarray:
    """Return positions of an input of ``length`` behind windows: int32 [B, n]."""
    low, high = reach.interval(start, start + np.int32(size - 1), length)
    return _range(low.astype(np.int32), int(high[0] - low[0]) + 1)


def _range(start: np.ndarray, size: int) -> np.ndarray:
    return start[:, None] + np.arange(size, dtype=np.int32)


def _within(positions: np.ndarray, size: int) -> np.ndarray:
    return (positions >= 0) & (positions < size)
