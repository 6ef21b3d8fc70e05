"""The forward and the backward pass as two functions, so that either can be given other weights.

What a projection owes to the image is what the forward pass decided: which place won each
pooling (the switches) and, for guided backpropagation and the gradient, which rectifiers were
open. Here the forward pass hands these over, and the backward pass takes them from whatever
forward pass, or from none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from vizreport import backend
from vizreport.backend import Spec
from vizreport.engine.interpreter import climb, descend, forward, rules_of
from vizreport.engine.presets import LINEAR
from vizreport.engine.rules import Rule, pass_signal
from vizreport.graph.network import Graph, Node


def decided(graph: Graph, target: int) -> list[int]:
    """Return the nodes whose outputs the backward pass from ``target`` may depend on."""
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


def up_function(graph: Graph, target: int) -> Callable[[Any], list[Any]]:
    """Compile the forward pass.

    Returns
    -------
    callable
        Takes inputs [U, H, W, C]; returns the outputs of the nodes that :func:`decided` names,
        in that order.
    """
    wanted = decided(graph, target)

    def up(x: Any) -> list[Any]:
        values = forward(graph, x, wanted)
        return [values[index] for index in wanted]

    images = Spec(("images", *graph.input_shape), graph.dtype)
    return backend.compiled(up, images, variables=graph.variables)


def down_function(
    graph: Graph, target: int, preset: str, count: int
) -> Callable[[list[Any], Any], Any]:
    """Compile the backward pass from single units, each seeded with 1 below its own rectifier.

    The seed is not the unit's activation, which may be 0 under other weights; every preset's
    projection only grows in proportion to it.

    Parameters
    ----------
    graph : Graph
        What the number of the node refers to.
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
    own, wanted, rules = own_rectifiers(graph, target), decided(graph, target), rules_of(preset)

    def rule(node: Node) -> Rule:
        return pass_signal if node.index in own else rules(node)

    def down(given: list[Any], seed: Any) -> Any:
        known = dict(zip(wanted, given, strict=True))

        def hand(index: int, output: Any) -> Any:
            # No operation sees what the ones below it gave: only shapes are kept of that.
            if index in known:
                return known[index]
            return keras.tree.map_structure(ops.zeros_like, output)

        x = hand(0, ops.zeros((count, *graph.input_shape), graph.dtype))
        pulls = climb(graph, graph.ancestors(target), {0: x}, rule=rule, hand=hand)
        found = descend(graph, pulls, {target: seed})
        return ops.zeros_like(x) if found is None else found

    def spec(index: int) -> Spec:
        return Spec((count, *graph.nodes[index].shape), graph.dtype)

    kept = [spec(index) for index in wanted]
    return backend.compiled(down, kept, spec(target), variables=graph.variables)
