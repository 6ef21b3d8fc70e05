"""Projection of deep units: one forward pass an image, and windows on the way down.

The deconvnet needs of the forward pass nothing but its switches. So where many units come from
one image and their receptive fields are large, the image goes forward once, whole, and each
unit's signal goes down through a window of every layer, which is no larger than the unit's cone
there: 1 x 1 at the unit, the receptive field at the input. A window holds no padding: what lies
outside the layer's grid is set to zero.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import tensorflow as tf

from vizreport.engine.interpreter import forward
from vizreport.engine.presets import find_rule
from vizreport.engine.projection.window_plan import WindowPlan
from vizreport.graph.geometry import Shift, pads
from vizreport.graph.network import Graph, Node

PRESET = "deconvnet"


def forward_function(
    graph: Graph, target: int, plan: WindowPlan
) -> Callable[[np.ndarray], tuple[tf.Tensor, list[tf.Tensor]]]:
    """Compile the forward pass.

    Parameters
    ----------
    graph : Graph
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

    def compute(x: tf.Tensor) -> tuple[tf.Tensor, list[tf.Tensor]]:
        values = forward(graph, x, {target, *plan.pooled})
        return values[target], [values[index] for index in plan.pooled]

    compiled: Callable[[np.ndarray], tuple[tf.Tensor, list[tf.Tensor]]] = tf.function(
        compute,
        input_signature=[tf.TensorSpec([None, *graph.input_shape], graph.dtype)],
        autograph=False,
    )
    return compiled


def window_function(graph: Graph, target: int, plan: WindowPlan) -> Callable[..., Any]:
    """Compile the way down through the windows (Zeiler & Fergus 2013, section 2.1).

    Parameters
    ----------
    graph : Graph
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

    def project(
        output: tf.Tensor,
        pooled: list[tf.Tensor],
        images: tf.Tensor,
        rows: tf.Tensor,
        cols: tf.Tensor,
        maps: tf.Tensor,
    ) -> tuple[tf.Tensor, tf.Tensor]:
        choices = dict(zip(plan.pooled, pooled, strict=True))
        activations = tf.gather_nd(output, tf.stack([images, rows, cols, maps], axis=1))
        count = graph.nodes[target].shape[-1]
        seed = tf.one_hot(maps, count, dtype=graph.dtype) * activations[:, None]
        signals: dict[int, tf.Tensor] = {target: seed[:, None, None, :]}
        for index in reversed(graph.ancestors(target)[1:]):
            node = graph.nodes[index]
            signal = signals.pop(index)
            if _may_leave(graph, node):
                signal *= _inside(node, plan, rows, cols, graph.dtype)
            for parent, share in _down(graph, node, plan, signal, choices, images, rows, cols):
                signals[parent] = signals[parent] + share if parent in signals else share
        return signals[0] * _inside(graph.nodes[0], plan, rows, cols, graph.dtype), activations

    def spec(index: int) -> tf.TensorSpec:
        return tf.TensorSpec([None, *graph.nodes[index].shape], graph.dtype)

    units = tf.TensorSpec([None], tf.int32)
    return tf.function(
        project,
        input_signature=[
            spec(target),
            [spec(index) for index in plan.pooled],
            units,
            units,
            units,
            units,
        ],
        autograph=False,
    )


def _down(
    graph: Graph,
    node: Node,
    plan: WindowPlan,
    signal: tf.Tensor,
    choices: dict[int, tf.Tensor],
    images: tf.Tensor,
    rows: tf.Tensor,
    cols: tf.Tensor,
) -> list[tuple[int, tf.Tensor]]:
    """Take the signal through one operation, into the windows of its parents."""
    starts, lengths = zip(*(_reached(graph, node, plan, axis) for axis in (0, 1)), strict=True)
    reaches = node.step.reach or ()
    if any(isinstance(reach, Shift) for reach in reaches):
        shares = [signal]  # padding: the same positions under other numbers
    else:
        inputs = []
        for parent in node.parents:
            if node.kind == "max_pooling":
                steps = plan.steps[parent]
                cut, inside = _cut(choices[parent], steps, starts, lengths, images, rows, cols)
                if any(map(pads, reaches)):
                    # What was padded never wins a pooling.
                    cut = tf.where(inside, cut, tf.constant(cut.dtype.min, cut.dtype))
                inputs.append(cut)
            else:
                shape = (tf.shape(signal)[0], *lengths, graph.nodes[parent].shape[-1])
                inputs.append(tf.zeros(shape, signal.dtype))
        step = node.step
        if step.unpadded is not None:
            step = replace(step, forward=step.unpadded)
        rule = find_rule(PRESET, node)
        assert rule is not None
        shares = tf.gradients(rule(step, *inputs), inputs, grad_ys=signal)
    return [
        (parent, _widened(share, starts, lengths, plan, parent))
        for parent, share in zip(node.parents, shares, strict=True)
    ]


def _reached(graph: Graph, node: Node, plan: WindowPlan, axis: int) -> tuple[int, int]:
    """Return first position and length of what a node's window depends on in its parents."""
    assert node.step.reach is not None
    first = np.array([plan.offsets[node.index][axis]])
    last = first + plan.sizes[node.index][axis] - 1
    length = graph.nodes[node.parents[0]].shape[axis]
    begin, end = node.step.reach[axis].interval(first, last, length)
    return int(begin[0]), int(end[0] - begin[0] + 1)


def _widened(
    share: tf.Tensor,
    starts: tuple[int, ...],
    lengths: tuple[int, ...],
    plan: WindowPlan,
    parent: int,
) -> tf.Tensor:
    """Put a signal into its parent's window, which other ways down may have made larger."""
    margins = []
    for axis in (0, 1):
        before = starts[axis] - plan.offsets[parent][axis]
        margins.append((before, plan.sizes[parent][axis] - before - lengths[axis]))
    if any(map(any, margins)):
        return tf.pad(share, [(0, 0), *margins, (0, 0)])
    return share


def _may_leave(graph: Graph, node: Node) -> bool:
    """Whether a node's window may hold a signal off its grid: where padding was added to it."""
    above = [other for other in graph.nodes if node.index in other.parents]
    return any(pads(reach) for other in above for reach in other.step.reach or ())


def _positions(offset: int, step: int, size: int, units: tf.Tensor) -> tf.Tensor:
    """Return the rows (or columns) of each unit's window: int32 [U, size]."""
    return units[:, None] * step + (offset + tf.range(size))[None]


def _inside(
    node: Node, plan: WindowPlan, rows: tf.Tensor, cols: tf.Tensor, dtype: str
) -> tf.Tensor:
    """Return 1 for the places of a node's window that lie on its grid, else 0: [U, h, w, 1]."""
    masks = []
    for axis, units in ((0, rows), (1, cols)):
        positions = _positions(
            plan.offsets[node.index][axis],
            plan.steps[node.index][axis],
            plan.sizes[node.index][axis],
            units,
        )
        masks.append((positions >= 0) & (positions < node.shape[axis]))
    inside = masks[0][:, :, None, None] & masks[1][:, None, :, None]
    return tf.cast(inside, dtype)


def _cut(
    maps: tf.Tensor,
    steps: tuple[int, int],
    offset: tuple[int, int],
    size: tuple[int, int],
    images: tf.Tensor,
    rows: tf.Tensor,
    cols: tf.Tensor,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Cut each unit's window out of an image's maps; also say what lies inside them."""
    height, width = maps.shape[1], maps.shape[2]
    down = _positions(offset[0], steps[0], size[0], rows)
    across = _positions(offset[1], steps[1], size[1], cols)
    place = (
        images[:, None, None] * (height * width)
        + tf.clip_by_value(down, 0, height - 1)[:, :, None] * width
        + tf.clip_by_value(across, 0, width - 1)[:, None, :]
    )
    cut = tf.gather(tf.reshape(maps, (-1, maps.shape[3])), place)
    inside = ((down >= 0) & (down < height))[:, :, None, None] & ((across >= 0) & (across < width))[
        :, None, :, None
    ]
    return cut, inside
