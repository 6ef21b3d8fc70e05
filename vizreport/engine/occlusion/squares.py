"""Which part of every layer changes when a square of the input does.

Along each axis, a square at ``start`` changes the positions ``start`` to ``start + size - 1`` of
the input, and of every layer behind it those whose receptive field meets them, as far as they lie
on the layer's grid: its window. A window is computed from the window of the layer below and, where
the operation reaches beyond that, from the clean image's own values.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vizreport import backend
from vizreport.graph.geometry import Pointwise, Reach, Shift, Window
from vizreport.graph.network import Graph, Node

Changed = dict[int, tuple[np.ndarray, np.ndarray]]
"""For the input and each windowed node, along one axis, the first and the last position that
change with each place, on the node's grid."""

# How often a value is copied when windows are completed from the clean image.
COMPLETING = 2
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


def follow(
    graph: Graph, stages: Stages, places: tuple[np.ndarray, np.ndarray], size: int
) -> tuple[Changed, Changed]:
    """Follow squares up through the windowed nodes.

    Parameters
    ----------
    graph : Graph
        Says how far each step reaches.
    stages : Stages
        Which nodes are computed in windows.
    places : (int array [R], int array [C])
        First rows and first columns of the squares.
    size : int
        Side of the squares.

    Returns
    -------
    rows, cols : Changed
    """
    changed: tuple[Changed, Changed] = ({}, {})
    for axis in (0, 1):
        changed[axis][0] = places[axis], places[axis] + size - 1
        for index in stages.windowed:
            node = graph.nodes[index]
            reach = reach_of(node, axis)
            below = graph.nodes[node.parents[0]].shape[axis]
            ends = [_outputs(reach, below, *changed[axis][parent]) for parent in node.parents]
            last = node.shape[axis] - 1
            low = np.clip(np.min([low for low, _ in ends], 0), 0, last)
            high = np.clip(np.max([high for _, high in ends], 0), 0, last)
            # A stride can step over a change: then one position is recomputed in vain.
            changed[axis][index] = low, np.maximum(low, high)
    _level(graph, stages, changed)
    return changed


def _level(graph: Graph, stages: Stages, changed: tuple[Changed, Changed]) -> None:
    """Compute the branches of a merge as far as the longest reaches, where that is cheaper.

    A 1x1 convolution beside a 3x3 one would have its many maps completed from the clean image to
    be merged; computed a position further on each side, it has its few inputs completed.
    """
    uses = Counter(p for index in stages.windowed for p in graph.nodes[index].parents)

    def area(index: int) -> float:
        return float(
            np.prod([np.mean(high - low + 1) for low, high in (c[index] for c in changed)])
        )

    for index in reversed(stages.windowed):
        for parent in graph.nodes[index].parents:
            branch = _branch(graph, parent, uses)
            more = area(index) - area(parent)
            if len(graph.nodes[index].parents) < 2 or not branch or not more:
                continue
            multiplied = more * sum(graph.nodes[each].step.weights for each in branch)
            first = graph.nodes[branch[-1]]
            maps = graph.nodes[parent].shape[-1] - graph.nodes[first.parents[0]].shape[-1]
            if multiplied < area(index) * maps * COMPLETING * backend.VALUE_COST:
                for axis in (0, 1):
                    changed[axis].update(dict.fromkeys(branch, changed[axis][index]))


def _branch(graph: Graph, last: int, uses: Counter[int]) -> list[int]:
    """Return the nodes from a merge's parent down to a convolution; none where others use one."""
    branch = []
    while uses[last] == 1:
        node = graph.nodes[last]
        branch.append(last)
        if node.step.weights and any(isinstance(reach, Window) for reach in node.step.reach or ()):
            return branch
        if len(node.parents) != 1 or any(
            not isinstance(r, Pointwise) for r in node.step.reach or ()
        ):
            return []
        (last,) = node.parents
    return []


def reach_of(node: Node, axis: int) -> Reach:
    """Return how far a windowed node reaches along an axis."""
    assert node.step.reach is not None
    return node.step.reach[axis]


def _outputs(
    reach: Reach, length: int, low: np.ndarray, high: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return first and last output that depends on positions low to high of ``length``."""
    if isinstance(reach, Shift):
        return low + reach.before, high + reach.before
    if isinstance(reach, Window):
        pad = reach.pad_before(length)
        return -((reach.extent - 1 - low - pad) // reach.step), (high + pad) // reach.step
    return low, high


def completed(node: Node, changed: Sequence[Changed]) -> tuple[int, ...]:
    """Return which parents' windows, by number, are completed to compute a node's windows."""
    reaches = node.step.reach or ()
    moves = any(
        reach.extent > 1 or reach.step > 1
        if isinstance(reach, Window)
        else isinstance(reach, Shift)
        for reach in reaches
    )
    return tuple(
        number
        for number, parent in enumerate(node.parents)
        if moves
        or any(
            not np.array_equal(one, other)
            for axis in changed
            for one, other in zip(axis[node.index], axis[parent], strict=True)
        )
    )


def multiply_adds(
    graph: Graph, stages: Stages, sizes: Mapping[int, tuple[int, int]], count: int
) -> int:
    """Count the multiplications of some places.

    Parameters
    ----------
    graph : Graph
        Says what each node's output costs.
    stages : Stages
        Which nodes are computed in windows, and which whole.
    sizes : mapping of (int, int)
        Height and width of the nodes' windows; nodes that are not in it are whole.
    count : int
        Number of places.
    """
    total = 0
    for index in (*stages.windowed, *stages.whole):
        node = graph.nodes[index]
        height, width = sizes.get(index, node.shape[:2] if node.spatial else (1, 1))
        total += height * width * node.step.weights
    return count * total
