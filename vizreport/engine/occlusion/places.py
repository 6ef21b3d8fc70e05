"""Which places are computed together, how many at once, and what that saves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from vizreport.engine.occlusion.groups import Completed, Spans, grouped
from vizreport.engine.occlusion.run import Outputs
from vizreport.engine.occlusion.squares import Stages, multiply_adds, split
from vizreport.graph.network import Graph

_MOST_PLACES = 128
# Values alive at once for each value of the largest operation's input and output.
_COPIES = 4

Pairs = tuple[np.ndarray, np.ndarray]
"""For each place its row and its column among the distinct ones."""


@dataclass(frozen=True)
class Gain:
    """Multiplications of all places, plain and in windows.

    Attributes
    ----------
    plain, windows : int
        Multiply-adds in all if every place is a whole pass, and if only windows are computed.
    groups : int
        Of places whose windows have one size.
    """

    plain: int
    windows: int
    groups: int

    @property
    def ratio(self) -> float:
        """How many times fewer there are in windows: the bound of the speed-up."""
        return self.plain / max(self.windows, 1)


@dataclass(frozen=True)
class Grid:
    """What is computed of places on a grid.

    Attributes
    ----------
    stages : Stages
        Which nodes are computed in windows.
    rows, cols : list of Spans
        Windows of the distinct rows and columns, in groups of one size.
    filled : Completed
        Which windows are completed from the clean image.
    pairs : Pairs
        Which row and which column each place has.
    """

    stages: Stages
    rows: list[Spans]
    cols: list[Spans]
    filled: Completed
    pairs: Pairs


def plan_grid(
    graph: Graph, outputs: Outputs, tops: np.ndarray, lefts: np.ndarray, size: int
) -> Grid:
    """Plan distinct rows and columns.

    Where a layer's windows would be no smaller than the layer, it is computed whole.

    Parameters
    ----------
    graph : Graph
        At the size of the input that is occluded.
    outputs : Outputs
        The nodes whose outputs are read of each pass.
    tops, lefts : int array [P]
        First row and column of each square.
    size : int
        Side of the square, px; 0 for none.
    """
    distinct_rows, row_of = np.unique(tops, return_inverse=True)
    distinct_cols, col_of = np.unique(lefts, return_inverse=True)
    places = distinct_rows.astype(np.int64), distinct_cols.astype(np.int64)
    stages = split(graph, outputs.targets)
    for _ in range(2):
        rows, cols, filled = grouped(graph, stages, places, max(size, 1))
        wide = frozenset(
            index
            for index in stages.windowed
            if min(r.sizes[index] for r in rows) * min(c.sizes[index] for c in cols)
            >= np.prod(graph.nodes[index].shape[:2])
        )
        if not wide:
            break
        stages = split(graph, outputs.targets, wide)
    return Grid(stages, rows, cols, filled, (row_of, col_of))


def window_sizes(down: Spans, across: Spans) -> dict[int, tuple[int, int]]:
    """Return height and width of each node's windows in one group."""
    return {index: (size, across.sizes[index]) for index, size in down.sizes.items()}


def members(grid: Grid, down: Spans, across: Spans) -> tuple[np.ndarray, ...]:
    """Return the places of one group, and where their row and column stand in its spans."""
    rows, cols = grid.pairs
    where = np.flatnonzero(np.isin(rows, down.places) & np.isin(cols, across.places))
    return (
        where,
        np.searchsorted(down.places, rows[where]),
        np.searchsorted(across.places, cols[where]),
    )


def count_multiplications(graph: Graph, grid: Grid) -> Gain:
    """Count the multiplications of all places, plain and in windows.

    Parameters
    ----------
    graph : Graph
        At the size of the input that is occluded.
    grid : Grid
        As :func:`plan_grid` gives it.
    """
    whole = multiply_adds(graph, grid.stages, {}, 1)
    windows = sum(
        multiply_adds(
            graph, grid.stages, window_sizes(down, across), len(members(grid, down, across)[0])
        )
        for down in grid.rows
        for across in grid.cols
    )
    return Gain(whole * len(grid.pairs[0]), windows + whole, len(grid.rows) * len(grid.cols))


def places_in(
    graph: Graph, sizes: Mapping[int, tuple[int, int]], stages: Stages, memory: int
) -> int:
    """Return how many places fit into the memory.

    Parameters
    ----------
    graph : Graph
        Says how large each node's output is.
    sizes : mapping of (int, int)
        Height and width of the nodes' windows; nodes that are not in it are whole.
    stages : Stages
        Which nodes are computed in windows.
    memory : int
        Bytes.
    """

    def values(index: int, whole: bool = False) -> int:
        shape = graph.nodes[index].shape
        if index in sizes and not whole:
            shape = (*sizes[index], *shape[2:])
        return int(np.prod(shape))

    most = max(1, *(values(index, whole=True) for index in stages.border), 1)
    for index in (*stages.windowed, *stages.whole):
        most = max(most, values(index) + sum(map(values, graph.nodes[index].parents)))
    size = 8 if graph.dtype == "float64" else 4
    return int(np.clip(memory // (most * size * _COPIES), 1, _MOST_PLACES))
