"""Which part of every layer changes when a square of the input does.

Along each axis, a square at ``start`` changes the positions ``start`` to ``start + size - 1`` of
the input, and of every layer behind it those whose receptive field meets them: its window. A
window is computed from the window of the layer below and, where the operation reaches beyond
that, from the clean image's own values, its margins.

Windows are not cut at the image's edges. What of them lies outside a layer's grid is set to
zero (for max pooling: never chosen), which is what padding is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import lcm

import numpy as np

from vizreport import backend
from vizreport.graph.geometry import Pointwise, Shift, Window
from vizreport.graph.network import Graph, Node

# Kinds that pass a window on as it is.
_KNOWN = (Pointwise, Window, Shift)


@dataclass(frozen=True)
class Stages:
    """The part of a network that is computed in windows, and what follows it.

    Attributes
    ----------
    windowed : tuple of int
        Nodes computed in windows, in order; the input is not among them.
    whole : tuple of int
        Nodes computed whole for each place: the first of global reach and all behind it.
    border : tuple of int
        Windowed nodes (or the input) whose whole output the others need.
    """

    windowed: tuple[int, ...]
    whole: tuple[int, ...]
    border: tuple[int, ...]


def split(graph: Graph, targets: Sequence[int], wide: frozenset[int] = frozenset()) -> Stages:
    """Divide the ancestors of some nodes into those computed in windows and the rest.

    Parameters
    ----------
    graph : Graph
        What the numbers of nodes refer to.
    targets : sequence of int
        Nodes whose outputs are wanted.
    wide : frozenset of int
        Nodes to compute whole although they could be computed in windows.
    """
    needed = sorted(set().union(*(graph.ancestors(target) for target in targets)))
    windowed: set[int] = {0}
    for index in needed:
        node = graph.nodes[index]
        if (
            index not in wide
            and node.parents
            and all(parent in windowed for parent in node.parents)
            and _local(graph, node)
        ):
            windowed.add(index)
    whole = [index for index in needed if index not in windowed]
    border = {p for index in whole for p in graph.nodes[index].parents if p in windowed}
    return Stages(tuple(sorted(windowed - {0})), tuple(whole), tuple(sorted(border)))


def _local(graph: Graph, node: Node) -> bool:
    """Whether a node can be computed in a window."""
    step = node.step
    if step.reach is None or not node.spatial:
        return False
    if len({graph.nodes[parent].shape[:2] for parent in node.parents}) > 1:
        return False
    if not all(isinstance(reach, _KNOWN) for reach in step.reach):
        return False
    slides = any(isinstance(reach, Window) for reach in step.reach)
    return not slides or step.unpadded is not None


@dataclass(frozen=True)
class Spans:
    """Windows along one axis for places whose windows have the same sizes.

    Attributes
    ----------
    places : int array [P]
        Which of the places asked for.
    starts : dict of int array [P]
        First position of each node's window.
    sizes : dict of int
        Length of each node's window.
    margins : dict of (int, int)
        For each node and parent, keyed (node, parent): positions of the parent's clean output
        needed before and after its window; negative where less than the window is needed.
    """

    places: np.ndarray
    starts: dict[int, np.ndarray]
    sizes: dict[int, int]
    margins: dict[tuple[int, int], tuple[int, int]]


def spans(graph: Graph, stages: Stages, axis: int, starts: np.ndarray, size: int) -> list[Spans]:
    """Follow squares up through the windowed nodes along one axis.

    Squares are widened to begin at multiples of a common step where there would be too many
    groups otherwise; what is recomputed in vain comes out as it was.

    Parameters
    ----------
    graph : Graph
        Says how far each step reaches.
    stages : Stages
        Which nodes are computed in windows.
    axis : int
        0 for rows, 1 for columns.
    starts : int array [P]
        First row (or column) of each square.
    size : int
        Side of the squares.
    """
    groups = _grouped(graph, stages, axis, starts, size)
    period = _period(graph, stages, axis)
    step = 1
    while len(groups) > backend.MOST_GROUPS and step < period:
        step = min(d for d in range(step + 1, period + 1) if period % d == 0)
        aligned = starts // step * step
        wide = int((starts + size - aligned).max(initial=size))
        groups = _grouped(graph, stages, axis, aligned, wide)
    return groups


def _period(graph: Graph, stages: Stages, axis: int) -> int:
    """Return the distance of starts after which the windows' sizes repeat."""
    strides = {0: 1}
    for index in stages.windowed:
        node = graph.nodes[index]
        assert node.step.reach is not None
        strides[index] = strides[node.parents[0]] * int(node.step.reach[axis].stride)
    return lcm(*strides.values())


def _grouped(graph: Graph, stages: Stages, axis: int, starts: np.ndarray, size: int) -> list[Spans]:
    low, high = {0: starts}, {0: starts + size - 1}
    margins: dict[tuple[int, int], tuple[np.ndarray, np.ndarray]] = {}
    for index in stages.windowed:
        node = graph.nodes[index]
        first = np.min([_outputs(graph, node, axis, low[p], high[p])[0] for p in node.parents], 0)
        last = np.max([_outputs(graph, node, axis, low[p], high[p])[1] for p in node.parents], 0)
        # A stride can step over a change: then one position is recomputed in vain.
        low[index], high[index] = first, np.maximum(first, last)
        assert node.step.reach is not None
        length = graph.nodes[node.parents[0]].shape[axis]
        begin, end = node.step.reach[axis].interval(low[index], high[index], length)
        for parent in node.parents:
            margins[index, parent] = low[parent] - begin, end - high[parent]
    columns = [high[index] - low[index] for index in sorted(low)]
    columns += [side for key in sorted(margins) for side in margins[key]]
    groups: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for place, key in enumerate(zip(*columns, strict=True)):
        groups[tuple(int(value) for value in key)].append(place)
    return [
        Spans(
            np.array(places),
            {index: low[index][places] for index in low},
            {index: int(high[index][places[0]] - low[index][places[0]] + 1) for index in low},
            {
                key: (int(before[places[0]]), int(after[places[0]]))
                for key, (before, after) in margins.items()
            },
        )
        for places in groups.values()
    ]


def _outputs(
    graph: Graph, node: Node, axis: int, low: np.ndarray, high: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return first and last output of a node that depends on positions low to high."""
    assert node.step.reach is not None
    reach = node.step.reach[axis]
    if isinstance(reach, Shift):
        return low + reach.before, high + reach.before
    if isinstance(reach, Window):
        pad = reach.pad_before(graph.nodes[node.parents[0]].shape[axis])
        return -((reach.extent - 1 - low - pad) // reach.step), (high + pad) // reach.step
    return low, high


def multiply_adds(
    graph: Graph, stages: Stages, down: Spans | None, across: Spans | None, count: int
) -> int:
    """Count the multiplications of some places.

    Parameters
    ----------
    graph : Graph
        Says what each node's output costs.
    stages : Stages
        Which nodes are computed in windows, and which whole.
    down, across : Spans, or None
        Windows of their group; None for whole images.
    count : int
        Number of places.
    """
    total = 0
    for index in (*stages.windowed, *stages.whole):
        node = graph.nodes[index]
        places = int(np.prod(node.shape[:2])) if node.spatial else 1
        if down is not None and across is not None and index in down.sizes:
            # Off the grid nothing is counted as saved: it is computed, too.
            places = down.sizes[index] * across.sizes[index]
        total += places * node.step.weights
    return count * total
