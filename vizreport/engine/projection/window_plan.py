"""Which window of every layer a unit's signal needs in the backward pass."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vizreport.graph.geometry import Pointwise, Shift, Window
from vizreport.graph.network import Graph, Node
from vizreport.graph.receptive_field import cone, global_ancestor

# Operations whose way back depends on the forward signal in other ways than max pooling.
_UNSUITED = {"maximum", "multiply", "slice"}


@dataclass(frozen=True)
class WindowPlan:
    """The window of every layer below a target, the same for all units but for its place.

    Attributes
    ----------
    offsets : dict of (int, int)
        For each ancestor's index, first row and column of the window of unit (0, 0).
    steps : dict of (int, int)
        How far the window moves for the next unit.
    sizes : dict of (int, int)
        Height and width.
    pooled : tuple of int
        Nodes whose outputs go into max pooling: the switches.
    """

    offsets: dict[int, tuple[int, int]]
    steps: dict[int, tuple[int, int]]
    sizes: dict[int, tuple[int, int]]
    pooled: tuple[int, ...]


def plan_windows(graph: Graph, target: int) -> WindowPlan | None:
    """Return the windows below a layer.

    Parameters
    ----------
    graph : Graph
        Says how far each step reaches.
    target : int
        Index of the layer's node.

    Returns
    -------
    WindowPlan or None
        None where an operation does not allow windows.
    """
    if global_ancestor(graph, target) is not None:
        return None
    ancestors = graph.ancestors(target)
    if not all(_suited(graph.nodes[index]) for index in ancestors):
        return None
    cones = [cone(graph, target, axis, np.array([0])) for axis in (0, 1)]
    if cones[0] is None or cones[1] is None:
        return None
    offsets, steps, sizes = {}, {}, {}
    for index in ancestors:
        low = [int(found.free_low[index][0]) for found in cones if found]
        high = [int(found.free_high[index][0]) for found in cones if found]
        step = [int(found.strides[target] / found.strides[index]) for found in cones if found]
        offsets[index], steps[index] = (low[0], low[1]), (step[0], step[1])
        sizes[index] = (high[0] - low[0] + 1, high[1] - low[1] + 1)
    pooled = {
        graph.nodes[index].parents[0]
        for index in ancestors
        if graph.nodes[index].kind == "max_pooling"
    }
    return WindowPlan(offsets, steps, sizes, tuple(sorted(pooled)))


def _suited(node: Node) -> bool:
    if node.kind in _UNSUITED or node.step.reach is None:
        return False
    slides = any(isinstance(reach, Window) for reach in node.step.reach)
    known = all(isinstance(reach, (Pointwise, Window, Shift)) for reach in node.step.reach)
    return known and (node.step.unpadded is not None or not slides)


def multiply_adds(graph: Graph, target: int, sizes: dict[int, tuple[int, int]] | None) -> int:
    """Count the multiplications of one pass, forward or back, through windows or whole maps.

    Parameters
    ----------
    graph : Graph
        Says what each node's output costs.
    target : int
        Index of the layer's node; nodes it does not depend on cost nothing.
    sizes : dict of (int, int), or None
        Places computed of each node's output; None for all there are.
    """
    total = 0
    for index in graph.ancestors(target):
        node = graph.nodes[index]
        rows, cols = sizes[index] if sizes else (node.shape[:2] if node.spatial else (1, 1))
        total += rows * cols * node.step.weights
    return total
