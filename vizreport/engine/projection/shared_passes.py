"""Projection of deep units: one forward pass an image, and windows on the backward pass.

The deconvnet needs of the forward pass nothing but its switches. So where many units come from
one image and their receptive fields are large, the image goes forward once, whole, and each
unit's signal comes back through a window of every layer, which is no larger than the unit's cone
there: 1 x 1 at the unit, the receptive field at the input.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from keras import ops

from vizreport import backend
from vizreport.backend import Spec
from vizreport.engine.interpreter import climb, descend, forward, rules_of
from vizreport.engine.projection.window_plan import WindowPlan
from vizreport.engine.rules import Rule
from vizreport.engine.windows import Windows, cut
from vizreport.graph.network import Graph, Node

PRESET = "deconvnet"


def forward_function(graph: Graph, target: int, plan: WindowPlan) -> Callable[..., Any]:
    """Compile the forward pass.

    Parameters
    ----------
    graph : Graph
        What the number of the node refers to.
    target : int
        Index of the layer's node.
    plan : WindowPlan
        Of that layer.

    Returns
    -------
    callable
        Takes images [N, H, W, C]; returns the layer's output [N, h, w, M] and what its poolings
        choose from, a tensor for each node of ``plan.pooled``.
    """

    def compute(x: Any) -> tuple[Any, list[Any]]:
        values = forward(graph, x, {target, *plan.pooled})
        return values[target], [values[index] for index in plan.pooled]

    images = Spec(("images", *graph.input_shape), graph.dtype)
    return backend.compiled(compute, images, variables=graph.variables)


def window_function(graph: Graph, target: int, plan: WindowPlan) -> Callable[..., Any]:
    """Compile the backward pass through the windows (Zeiler & Fergus 2013, section 2.1).

    Parameters
    ----------
    graph : Graph
        What the number of the node refers to.
    target : int
        Index of the layer's node.
    plan : WindowPlan
        Of that layer.

    Returns
    -------
    callable
        Takes the output of :func:`forward_function` and, int32 [U] each, images, rows, columns
        and maps of the units; returns projections [U, h, w, C] on the units' receptive fields
        and activations [U].
    """
    down = signal_function(graph, target, plan, rules_of(PRESET))

    def project(
        output: Any, pooled: list[Any], images: Any, rows: Any, cols: Any, maps: Any
    ) -> tuple[Any, Any]:
        here = cut(output, rows[:, None], cols[:, None], images)
        chosen = ops.one_hot(maps, graph.nodes[target].shape[-1], dtype=graph.dtype)
        seed = ops.where(chosen[:, None, None, :] > 0, here, ops.zeros_like(here))
        kept = dict(zip(plan.pooled, pooled, strict=True))
        return down(kept, images, rows, cols, seed), ops.sum(seed, axis=(1, 2, 3))

    def spec(index: int) -> Spec:
        return Spec(("images", *graph.nodes[index].shape), graph.dtype)

    units = Spec(("units",), "int32")
    kept = [spec(index) for index in plan.pooled]
    return backend.compiled(
        project, spec(target), kept, units, units, units, units, variables=graph.variables
    )


def signal_function(
    graph: Graph, target: int, plan: WindowPlan, rule: Callable[[Node], Rule]
) -> Callable[[Mapping[int, Any], Any, Any, Any, Any], Any]:
    """Return what takes the signals of some units to the input, through their windows.

    Parameters
    ----------
    graph : Graph
        What the number of the node refers to.
    target : int
        Index of the layer's node.
    plan : WindowPlan
        Of that layer.
    rule : callable
        The backward rule of a node.

    Returns
    -------
    callable
        Takes whole outputs [N, H, W, C] of the nodes on which the rules depend, int32 [U] each,
        images, rows and columns of the units, and the signals there [U, 1, 1, M]; returns the
        signals at the input [U, h, w, C], on the units' receptive fields.
    """
    nodes, margins = graph.ancestors(target), _margins(graph, target, plan)

    def down(kept: Mapping[int, Any], images: Any, rows: Any, cols: Any, seed: Any) -> Any:
        windows_of = {(plan.steps[index], plan.offsets[index]) for index in nodes}
        places = {
            (steps, offsets): (rows * steps[0] + offsets[0], cols * steps[1] + offsets[1])
            for steps, offsets in sorted(windows_of)
        }
        starts = {index: places[plan.steps[index], plan.offsets[index]] for index in nodes}
        windows = Windows(graph, kept, images, starts, plan.sizes, margins)
        pulls = climb(graph, nodes, {0: None}, windows, rule, lambda *_: None)
        return descend(graph, pulls, {target: seed}, windows)

    return down


def _margins(graph: Graph, target: int, plan: WindowPlan) -> dict[tuple[int, int], Any]:
    """Return what each node needs beyond its parents' windows: nothing, or less than they are."""
    margins = {}
    for index in graph.ancestors(target):
        node = graph.nodes[index]
        for number, parent in enumerate(node.parents):
            sides = []
            for axis in (0, 1):
                assert node.step.reach is not None
                first = np.array([plan.offsets[index][axis]])
                last = first + plan.sizes[index][axis] - 1
                length = graph.nodes[parent].shape[axis]
                begin, end = node.step.reach[axis].interval(first, last, length)
                start = plan.offsets[parent][axis]
                behind = start + plan.sizes[parent][axis] - 1
                sides.append((start - int(begin[0]), int(end[0]) - behind))
            margins[index, number] = tuple(sides)
    return margins
