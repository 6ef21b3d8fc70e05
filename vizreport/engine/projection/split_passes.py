"""The way up and the way down as two functions, so that either can be given other weights.

What a projection owes to the image is what the forward pass decided: which place won each
pooling (the switches) and, for guided backpropagation and the gradient, which rectifiers were
open. Here the forward pass hands these over, and the way down takes them from whatever forward
pass, or from none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from vizreport.engine.interpreter import forward
from vizreport.engine.presets import LINEAR, find_rule
from vizreport.engine.rules import pass_signal, true_gradient
from vizreport.graph.network import Graph, Node


def decided(graph: Graph, target: int) -> list[int]:
    """Return the nodes whose outputs the way down from ``target`` may depend on."""
    found = {
        parent
        for index in graph.ancestors(target)
        if graph.nodes[index].kind not in LINEAR
        for parent in graph.nodes[index].parents
    }
    return sorted(found)


def own_rectifiers(graph: Graph, target: int) -> set[int]:
    """Return the activations of a layer's own units, those of a concatenation's parts included."""
    found: set[int] = set()
    waiting = [target]
    while waiting:
        node = graph.nodes[waiting.pop()]
        if node.kind == "relu" or node.step.parameters.get("elementwise"):
            found.add(node.index)
        elif node.kind in ("concatenate", "identity"):
            waiting.extend(node.parents)
    return found


def up_function(graph: Graph, target: int) -> Callable[[Any], list[tf.Tensor]]:
    """Compile the forward pass.

    Returns
    -------
    callable
        Takes inputs [U, H, W, C]; returns the outputs of the nodes that :func:`decided` names,
        in that order.
    """
    wanted = decided(graph, target)

    def up(x: tf.Tensor) -> list[tf.Tensor]:
        values = forward(graph, x, wanted)
        return [values[index] for index in wanted]

    compiled: Callable[[Any], list[tf.Tensor]] = tf.function(
        up,
        input_signature=[tf.TensorSpec([None, *graph.input_shape], graph.dtype)],
        autograph=False,
    )
    return compiled


def down_function(
    graph: Graph, target: int, preset: str, count: int
) -> Callable[[list[Any], Any], tf.Tensor]:
    """Compile the way down from single units, each seeded with 1 below its own rectifier.

    The seed is not the unit's activation, which may be 0 under other weights; every preset's
    projection only grows in proportion to it.

    Parameters
    ----------
    graph : Graph
    target : int
        The layer's node.
    preset : str
        Name of the table of backward rules.
    count : int
        Number of units projected at once, one in each image.

    Returns
    -------
    callable
        Takes what :func:`up_function` gave and a seed [U, ...] of the layer's shape; returns
        projections [U, H, W, C].
    """
    own, wanted = own_rectifiers(graph, target), decided(graph, target)

    def down(given: list[tf.Tensor], seed: tf.Tensor) -> tf.Tensor:
        values = dict(zip(wanted, given, strict=True))
        handed: dict[int, Any] = {}
        taken: dict[int, tuple[list[Any], Any]] = {}
        for index in graph.ancestors(target):
            node = graph.nodes[index]
            if index == 0:
                output = tf.zeros((count, *graph.input_shape), graph.dtype)
            else:
                inputs = [
                    keras.tree.map_structure(tf.identity, handed[parent]) for parent in node.parents
                ]
                output = _rule(preset, node, own)(node.step, *inputs)
                taken[index] = inputs, output
            # No operation sees what the ones below it gave: only shapes are kept of that.
            if index in values:
                handed[index] = values[index]
            else:
                handed[index] = keras.tree.map_structure(tf.zeros_like, output)
        signals: dict[int, Any] = {target: [seed]}
        for index in sorted(taken, reverse=True):
            signal = signals.pop(index, None)
            if signal is None:
                continue
            inputs, output = taken[index]
            for parent, share in _shares(graph.nodes[index], inputs, output, signal):
                if parent in signals:
                    share = [a + b for a, b in zip(signals[parent], share, strict=True)]
                signals[parent] = share
        return signals[0][0]

    def spec(index: int) -> tf.TensorSpec:
        return tf.TensorSpec([count, *graph.nodes[index].shape], graph.dtype)

    compiled: Callable[[list[Any], Any], tf.Tensor] = tf.function(
        down, input_signature=[[spec(index) for index in wanted], spec(target)], autograph=False
    )
    return compiled


def _rule(preset: str, node: Node, own: set[int]) -> Callable[..., Any]:
    if node.index in own:
        return pass_signal
    # A gate's branch may hold operations without a rule: its value is held constant.
    return find_rule(preset, node) or true_gradient


def _shares(
    node: Node, inputs: list[Any], output: Any, signal: list[tf.Tensor]
) -> list[tuple[int, list[tf.Tensor]]]:
    """Take a signal through one operation to each of its parents."""
    parts = [keras.tree.flatten(value) for value in inputs]
    gradients = iter(
        tf.gradients(
            keras.tree.flatten(output),
            [tensor for part in parts for tensor in part],
            grad_ys=signal,
            unconnected_gradients=tf.UnconnectedGradients.ZERO,
        )
    )
    return [
        (parent, [next(gradients) for _ in part])
        for parent, part in zip(node.parents, parts, strict=True)
    ]
