"""Which places are computed together, how many at once, and what that saves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vizreport.engine.occlusion.run import Outputs
from vizreport.engine.occlusion.squares import Spans, Stages, multiply_adds, spans, split
from vizreport.graph.network import Graph

_MOST_PLACES = 256
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
    """

    plain: int
    windows: int

    @property
    def ratio(self) -> float:
        """How many times fewer there are in windows: the bound of the speed-up."""
        return self.plain / max(self.windows, 1)


def plan_grid(
    graph: Graph, outputs: Outputs, tops: np.ndarray, lefts: np.ndarray, size: int
) -> tuple[Stages, list[Spans], list[Spans], Pairs]:
    """Plan distinct rows and columns; also say which of them each place has.

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

    Returns
    -------
    stages : Stages
        Which nodes are computed in windows.
    rows, cols : list of Spans
        Windows of the distinct rows and columns, in groups of one layout.
    pairs : Pairs
    """
    distinct_rows, row_of = np.unique(tops, return_inverse=True)
    distinct_cols, col_of = np.unique(lefts, return_inverse=True)
    stages = split(graph, outputs.targets)
    for _ in range(2):
        rows = spans(graph, stages, 0, distinct_rows.astype(np.int64), max(size, 1))
        cols = spans(graph, stages, 1, distinct_cols.astype(np.int64), max(size, 1))
        wide = frozenset(
            index
            for index in stages.windowed
            if max(r.sizes[index] for r in rows) * max(c.sizes[index] for c in cols)
            >= np.prod(graph.nodes[index].shape[:2])
        )
        if not wide:
            break
        stages = split(graph, outputs.targets, wide)
    return stages, rows, cols, (row_of, col_of)


def members(pairs: Pairs, down: Spans, across: Spans) -> tuple[np.ndarray, ...]:
    """Return the places of one group, and where their row and column stand in its spans."""
    where = np.flatnonzero(np.isin(pairs[0], down.places) & np.isin(pairs[1], across.places))
    return (
        where,
        np.searchsorted(down.places, pairs[0][where]),
        np.searchsorted(across.places, pairs[1][where]),
    )


def count_multiplications(
    graph: Graph, stages: Stages, rows: list[Spans], cols: list[Spans], pairs: Pairs
) -> Gain:
    """Count the multiplications of all places, plain and in windows.

    Parameters
    ----------
    graph : Graph
        At the size of the input that is occluded.
    stages, rows, cols, pairs
        As :func:`plan_grid` gives them.
    """
    whole = multiply_adds(graph, stages, None, None, 1)
    windows = sum(
        multiply_adds(graph, stages, down, across, len(members(pairs, down, across)[0]))
        for down in rows
        for across in cols
    )
    return Gain(whole * len(pairs[0]), windows + whole)


def places_in(
    graph: Graph, down: Spans | None, across: Spans | None, stages: Stages, memory: int
) -> int:
    """Return how many places fit into the memory.

    Parameters
    ----------
    graph : Graph
        Says how large each node's output is.
    down, across : Spans or None
        Windows of the places; None for whole images.
    stages : Stages
        Which nodes are computed in windows.
    memory : int
        Bytes.
    """
    most = 1
    for index in (*stages.windowed, *stages.whole):
        node = graph.nodes[index]
        taken = 0
        for each in (index, *node.parents):
            shape = list(graph.nodes[each].shape)
            if down is not None and across is not None and each in down.sizes:
                shape[:2] = down.sizes[each], across.sizes[each]
            taken += int(np.prod(shape))
        most = max(most, taken)
    for index in stages.border:
        most = max(most, int(np.prod(graph.nodes[index].shape)))
    size = 8 if graph.dtype == "float64" else 4
    return int(np.clip(memory // (most * size * _COPIES), 1, _MOST_PLACES))
