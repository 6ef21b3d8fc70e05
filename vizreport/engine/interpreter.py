"""Running a graph forward, and a unit's activation back down to the input."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import tensorflow as tf

from vizreport.engine.presets import find_rule
from vizreport.engine.rules import true_gradient
from vizreport.graph.network import Graph


def forward(graph: Graph, x: tf.Tensor, targets: Iterable[int]) -> dict[int, tf.Tensor]:
    """Compute the outputs of some nodes; nothing beyond them is computed.

    Parameters
    ----------
    graph : Graph
    x : Tensor [N, H, W, C]
        The network's input.
    targets : iterable of int
        Nodes whose outputs are wanted.
    """
    return run(graph, x, targets, "gradient")


def run(graph: Graph, x: tf.Tensor, targets: Iterable[int], preset: str) -> dict[int, tf.Tensor]:
    """Compute the outputs of some nodes, each operation under its backward rule.

    Parameters
    ----------
    graph : Graph
    x : Tensor [N, H, W, C]
        The network's input, or a crop of it.
    targets : iterable of int
        Nodes whose outputs are wanted; nothing beyond them is computed.
    preset : str
        Name of the table of backward rules. The forward pass is the same under all.
    """
    wanted = set(targets)
    needed = sorted(set().union(*(graph.ancestors(target) for target in wanted)))
    last_use = {parent: index for index in needed for parent in graph.nodes[index].parents}
    values: dict[int, Any] = {}
    for index in needed:
        node = graph.nodes[index]
        inputs = [values[parent] for parent in node.parents] or [x]
        # A gate's branch may hold operations without a rule: its value is held constant.
        rule = find_rule(preset, node) or true_gradient
        values[index] = rule(node.step, *inputs)
        for parent in node.parents:
            if last_use[parent] == index and parent not in wanted:
                values.pop(parent, None)
    return {target: values[target] for target in wanted}


Projection = Callable[..., tuple[tf.Tensor, tf.Tensor]]


def projection_function(
    graph: Graph, target: int, preset: str, size: tuple[int, int]
) -> Projection:
    """Compile the projection of single units of a layer on inputs of one size.

    Parameters
    ----------
    graph : Graph
    target : int
        Index of the layer's node.
    preset : str
        Name of the table of backward rules.
    size : tuple of int
        Height and width of the inputs (crops or whole).

    Returns
    -------
    callable
        Takes inputs [U, h, w, C] and, int32 [U] each, rows, columns and maps of the units (one
        in each input; rows and columns are not looked at where the layer has none); returns
        projections [U, h, w, C] and activations [U]. The seed is the unit's activation, all
        other units of the layer are zero.
    """
    channels = graph.input_shape[2]

    def project(
        x: tf.Tensor, rows: tf.Tensor, cols: tf.Tensor, maps: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        y = run(graph, x, [target], preset)[target]
        images = tf.range(tf.shape(x)[0])
        place = [images, rows, cols, maps] if y.shape.rank == 4 else [images, maps]
        activation = tf.gather_nd(y, tf.stack(place, axis=1))
        (projection,) = tf.gradients(
            activation,
            x,
            grad_ys=tf.stop_gradient(activation),
            unconnected_gradients=tf.UnconnectedGradients.ZERO,
        )
        return projection, activation

    indices = tf.TensorSpec([None], tf.int32)
    compiled: Projection = tf.function(
        project,
        input_signature=[
            tf.TensorSpec([None, *size, channels], graph.dtype),
            indices,
            indices,
            indices,
        ],
        autograph=False,
    )
    return compiled


def strongest_function(graph: Graph, target: int) -> Callable[..., tf.Tensor]:
    """Compile the search for one map's strongest place in each image.

    Returns
    -------
    callable
        Takes images [N, H, W, C] and a map's index; returns int32 [N] flat places, the first
        of equals.
    """
    height, width, channels = graph.input_shape

    def strongest(x: tf.Tensor, feature_map: tf.Tensor) -> tf.Tensor:
        y = forward(graph, x, [target])[target]
        values = tf.reshape(y[..., feature_map], (tf.shape(y)[0], -1))
        return tf.argmax(values, axis=1, output_type=tf.int32)

    compiled: Callable[..., tf.Tensor] = tf.function(
        strongest,
        input_signature=[
            tf.TensorSpec([None, height, width, channels], graph.dtype),
            tf.TensorSpec([], tf.int32),
        ],
        autograph=False,
    )
    return compiled


def crops(
    inputs: np.ndarray,
    images: np.ndarray,
    tops: np.ndarray,
    lefts: np.ndarray,
    size: tuple[int, int],
) -> np.ndarray:
    """Cut crops of one size out of a batch.

    Parameters
    ----------
    inputs : array [N, H, W, C]
    images, tops, lefts : int array [U]
        Which input each crop is cut from, and where.
    size : tuple of int

    Returns
    -------
    array [U, h, w, C]
    """
    views = np.lib.stride_tricks.sliding_window_view(inputs, size, axis=(1, 2))
    return np.ascontiguousarray(views[images, tops, lefts].transpose(0, 2, 3, 1))
