"""Receptive fields by arithmetic: which part of the input a unit depends on."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from vizreport.graph.network import Graph, Node


@dataclass(frozen=True)
class Cone:
    """Intervals of one axis that some units of a layer depend on.

    Attributes
    ----------
    axis : int
        0 for rows, 1 for columns.
    low, high : dict of int array [units]
        For each ancestor's index, the first and last position, clipped to what there is; the
        input's index is 0, so ``free_low[0]`` is where the receptive field begins.
    free_low, free_high : dict of int array [units]
        The same, not clipped: below 0 and from the size on lies padding.
    strides : dict of Fraction
        Input pixels between neighbouring positions of each ancestor.
    """

    axis: int
    low: dict[int, np.ndarray]
    high: dict[int, np.ndarray]
    free_low: dict[int, np.ndarray]
    free_high: dict[int, np.ndarray]
    strides: dict[int, Fraction]


def global_ancestor(graph: Graph, target: int) -> Node | None:
    """Return the ancestor nearest to the target that has no reach, or None.

    Such an operation depends on the whole image or on absolute position. So does a merge of
    maps of different sizes, which repeats one of them over the image.
    """
    for index in reversed(graph.ancestors(target)):
        node = graph.nodes[index]
        if node.step.reach is None or not node.spatial:
            return node
        if len(node.parents) > 1:
            places = {graph.nodes[parent].shape[:2] for parent in node.parents}
            if len(places) > 1:
                return node
    return None


def cone(graph: Graph, target: int, axis: int, units: np.ndarray) -> Cone | None:
    """Follow units of a layer down to the input along one axis.

    Parameters
    ----------
    graph : Graph
        Says how far each step reaches.
    target : int
        Index of the layer's node; it must not have a global ancestor.
    axis : int
        0 for rows, 1 for columns.
    units : int array [U]
        Rows (or columns) of the units.

    Returns
    -------
    Cone or None
        None where two ways down to one ancestor have different strides, so that no crop keeps
        both in phase.
    """
    units = np.asarray(units, dtype=np.int64)
    ancestors = graph.ancestors(target)
    low, high = {target: units}, {target: units}
    free_low, free_high = {target: units}, {target: units}
    strides = _strides(graph, ancestors, axis)
    if strides is None:
        return None
    for index in reversed(ancestors):
        node = graph.nodes[index]
        for parent in node.parents:
            size = graph.nodes[parent].shape[axis]
            reach = _reach(node, axis)
            first, last = reach.interval(low[index], high[index], size)
            _widen(low, high, parent, np.clip(first, 0, size - 1), np.clip(last, 0, size - 1))
            _widen(
                free_low,
                free_high,
                parent,
                *reach.interval(free_low[index], free_high[index], size),
            )
    return Cone(axis, low, high, free_low, free_high, strides)


def _reach(node: Node, axis: int):  # type: ignore[no-untyped-def]
    assert node.step.reach is not None
    return node.step.reach[axis]


def _widen(
    low: dict[int, np.ndarray],
    high: dict[int, np.ndarray],
    parent: int,
    first: np.ndarray,
    last: np.ndarray,
) -> None:
    low[parent] = np.minimum(low.get(parent, first), first)
    high[parent] = np.maximum(high.get(parent, last), last)


def _strides(graph: Graph, ancestors: list[int], axis: int) -> dict[int, Fraction] | None:
    """Return each ancestor's cumulative stride from the input."""
    strides: dict[int, Fraction] = {0: Fraction(1)}
    for index in ancestors:
        node = graph.nodes[index]
        if not node.parents:
            continue
        found = {strides[parent] for parent in node.parents}
        if len(found) > 1:
            return None
        strides[index] = found.pop() * _reach(node, axis).stride
    return strides


def output_sizes(graph: Graph, ancestors: list[int], axis: int, size: int) -> dict[int, int]:
    """Return the length of every ancestor's output for an input of length ``size``."""
    sizes = {0: size}
    for index in ancestors:
        node = graph.nodes[index]
        if node.parents:
            sizes[index] = _reach(node, axis).output_size(sizes[node.parents[0]])
            if any(sizes[parent] < 1 for parent in node.parents):
                sizes[index] = 0
    return sizes


def receptive_field(graph: Graph, target: int) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Return size and stride of a layer's receptive field.

    Returns
    -------
    ((height, width), (row stride, column stride)) in pixels, or None where a unit sees the
    whole image. The size is that of a unit far from the edges and counts what the pooling and
    convolution windows reach (Zeiler & Fergus 2013, Fig. 2 shows patches of this size).
    """
    if global_ancestor(graph, target) is not None:
        return None
    sizes, strides = [], []
    for axis in (0, 1):
        count = graph.nodes[target].shape[axis]
        found = cone(graph, target, axis, np.arange(count))
        if found is None:
            return None
        sizes.append(int((found.free_high[0] - found.free_low[0] + 1).max()))
        strides.append(max(1, round(found.strides[target])))
    return (sizes[0], sizes[1]), (strides[0], strides[1])
