"""The forward and the backward pass as two functions, so that either can be given other weights.

What a projection owes to the image is what the forward pass decided: which place won each
pooling (the switches) and, for guided backpropagation and the gradient, which rectifiers were
open. Here the forward pass hands these over, and the backward pass takes them from whatever
forward pass, or from none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from vizreport import backend
from vizreport.backend import Spec
from vizreport.engine.interpreter import climb, descend, forward, rules_of
from vizreport.engine.presets import LINEAR
from vizreport.engine.rules import Pull, Rule, pass_signal
from vizreport.graph.network import Graph, Node, Step


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
    down, specs = _down(graph, target, preset, count, ()), _specs(graph, target, count)
    return backend.compiled(
        lambda given, seed: down(given, seed)[0], *specs, variables=graph.variables
    )


def watched_down_function(
    graph: Graph, target: int, preset: str, count: int
) -> Callable[[list[Any], Any], tuple[Any, Any]]:
    """Compile the backward pass and what each rectifier lets pass of the signal.

    Parameters
    ----------
    graph, target, preset, count
        As :func:`down_function` takes them.

    Returns
    -------
    callable
        Takes what :func:`down_function` takes; returns projections [U, H, W, C] and the share of
        the signal's energy (sum of squares) that each of :func:`rectifiers_below` passes, from the
        unit down: [U, R], 0 to 1; 0 where no signal arrives.
    """
    watched = rectifiers_below(graph, target)
    down, specs = _down(graph, target, preset, count, watched), _specs(graph, target, count)
    return backend.compiled(down, *specs, variables=graph.variables)


def rectifiers_below(graph: Graph, target: int) -> list[int]:
    """Return the rectifiers between a layer's units, theirs left out, and the input, downwards."""
    own = own_rectifiers(graph, target)
    return [
        index
        for index in reversed(graph.ancestors(target))
        if graph.nodes[index].kind == "relu" and index not in own
    ]


def _specs(graph: Graph, target: int, count: int) -> tuple[list[Spec], Spec]:
    """Return what the backward pass takes: values of :func:`decided`, and a seed."""

    def spec(index: int) -> Spec:
        return Spec((count, *graph.nodes[index].shape), graph.dtype)

    return [spec(index) for index in decided(graph, target)], spec(target)


def _down(
    graph: Graph, target: int, preset: str, count: int, below: Sequence[int]
) -> Callable[[Any, Any], Any]:
    """Return the backward pass; it gives projections and what rectifiers ``below`` pass."""
    own, wanted, rules = own_rectifiers(graph, target), decided(graph, target), rules_of(preset)

    def down(given: list[Any], seed: Any) -> tuple[Any, Any]:
        known = dict(zip(wanted, given, strict=True))
        passed: dict[int, Any] = {}

        def hand(index: int, output: Any) -> Any:
            # No operation sees what the ones below it gave: only shapes are kept of that.
            if index in known:
                return known[index]
            return keras.tree.map_structure(ops.zeros_like, output)

        def rule(node: Node) -> Rule:
            if node.index in own:
                return pass_signal
            return _watched(rules(node), passed, node.index) if node.index in below else rules(node)

        x = hand(0, ops.zeros((count, *graph.input_shape), graph.dtype))
        pulls = climb(graph, graph.ancestors(target), {0: x}, rule=rule, hand=hand)
        found = descend(graph, pulls, {target: seed})
        none = ops.zeros((count,), graph.dtype)
        shares = [passed.get(index, none) for index in below]
        kept = ops.stack(shares, axis=1) if shares else ops.zeros((count, 0), graph.dtype)
        return ops.zeros_like(x) if found is None else found, kept

    return down


def _watched(rule: Rule, passed: dict[int, Any], index: int) -> Rule:
    """Let a rule note the share of the signal's energy that it passes on."""

    def watching(step: Step, *inputs: Any) -> tuple[Any, Pull]:
        output, pull = rule(step, *inputs)

        def watched(signal: Any) -> Any:
            shares = pull(signal)
            arrived, left = (
                ops.sum(ops.square(one), axis=tuple(range(1, len(one.shape))))
                for one in (signal, shares[0])
            )
            passed[index] = left / ops.where(arrived > 0, arrived, ops.ones_like(arrived))
            return shares

        return output, watched

    return watching
