"""Receptive fields of single units, in pixels of the input."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vizreport.graph.network import Graph
from vizreport.graph.receptive_field import cone, global_ancestor


@dataclass(frozen=True)
class Fields:
    """Receptive fields of U units in the network's input.

    Attributes
    ----------
    low, high : int array [U, 2]
        First and last row and column; beyond the input's edges lies padding.
    size : tuple of int
        Height and width of the layer's receptive field; the input's where units see all of it.
    everywhere : bool
        Whether units see the whole image.
    """

    low: np.ndarray
    high: np.ndarray
    size: tuple[int, int]
    everywhere: bool

    def clipped(self, shape: tuple[int, ...]) -> np.ndarray:
        """Return int32 [U, 4]: left, top, right, bottom inside an input of that shape."""
        limit = np.array(shape[:2])
        low, high = np.clip(self.low, 0, limit - 1), np.clip(self.high, 0, limit - 1) + 1
        return np.concatenate([low[:, ::-1], high[:, ::-1]], axis=1).astype(np.int32)


def unit_fields(graph: Graph, target: int, rows: np.ndarray, cols: np.ndarray) -> Fields:
    """Return the receptive fields of units of one layer.

    Parameters
    ----------
    graph : Graph
        What the number of the node refers to.
    target : int
        Index of the layer's node.
    rows, cols : int array [U]
        Place of each unit on its map.
    """
    height, width, _ = graph.input_shape
    low = np.zeros((len(rows), 2), np.int64)
    high = np.tile(np.array([height - 1, width - 1], np.int64), (len(rows), 1))
    size = [height, width]
    everywhere = global_ancestor(graph, target) is not None
    if not everywhere:
        for axis, units in ((0, rows), (1, cols)):
            distinct, where = np.unique(np.append(units, 0), return_inverse=True)
            found = cone(graph, target, axis, distinct)
            if found is None:
                everywhere = True
                continue
            low[:, axis] = found.free_low[0][where[:-1]]
            high[:, axis] = found.free_high[0][where[:-1]]
            size[axis] = int((found.free_high[0] - found.free_low[0] + 1).max())
    return Fields(low, high, (size[0], size[1]), everywhere)
