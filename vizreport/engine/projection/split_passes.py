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
import numpy as np
from keras import ops

from vizreport import backend
from vizreport.backend import Spec
from vizreport.engine.interpreter import climb, descend, forward, rules_of
from vizreport.engine.presets import LINEAR
from vizreport.engine.projection.shared_passes import signal_function
from vizreport.engine.projection.units import Projected
from vizreport.engine.projection.window_plan import WindowPlan, multiply_adds, plan_windows
from vizreport.engine.rules import Pull, Rule, pass_signal, rectify_signal
from vizreport.graph.network import Graph, Node, Step

LEAST_GAIN = 1.3
"""How many times fewer multiplications make the backward pass go through windows."""


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
    graph: Graph, target: int, preset: str, count: int, watched: bool = False
) -> Callable[[list[Any], np.ndarray, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Compile the backward pass from single units, each seeded with 1 below its own rectifier.

    The seed is not the unit's activation, which may be 0 under other weights; every preset's
    projection only grows in proportion to it. Where that saves enough, the signal goes through
    windows that hold all of it.

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
    watched : bool
        Whether to see what rectifiers let pass.

    Returns
    -------
    callable
        Takes what :func:`up_function` gave, and the units' rows, columns (0 in a vector) and maps,
        int [U] each; returns projections [U, H, W, C] and, where watched, the share of the
        signal's energy (sum of squares) that each of :func:`rectifiers_below` passes, from the
        unit down: [U, R], 0 to 1; 0 where no signal arrives.
    """
    own, rules = own_rectifiers(graph, target), rules_of(preset)

    def rule(node: Node) -> Rule:
        return pass_signal if node.index in own else rules(node)

    read = {
        parent
        for node in map(graph.nodes.__getitem__, graph.ancestors(target))
        if node.kind not in LINEAR and rule(node) not in (rectify_signal, pass_signal)
        for parent in node.parents
    }
    taken = [(place, i) for place, i in enumerate(decided(graph, target)) if i in read]
    given = [index for _, index in taken]
    below = rectifiers_below(graph, target) if watched else []
    plan = plan_windows(graph, target)
    if plan and LEAST_GAIN * _cost(graph, target, plan) <= _cost(graph, target, None):
        down = _in_windows(graph, target, rule, given, count, plan, below)
    else:
        down = _whole(graph, target, rule, given, count, below)
    return lambda values, *units: down([values[place] for place, _ in taken], *units)


def _cost(graph: Graph, target: int, plan: WindowPlan | None) -> int:
    return multiply_adds(graph, target, plan.sizes if plan else None)


def rectifiers_below(graph: Graph, target: int) -> list[int]:
    """Return the rectifiers between a layer's units, theirs left out, and the input, downwards."""
    own = own_rectifiers(graph, target)
    return [
        index
        for index in reversed(graph.ancestors(target))
        if graph.nodes[index].kind == "relu" and index not in own
    ]


def _whole(
    graph: Graph,
    target: int,
    rule: Callable[[Node], Rule],
    given: Sequence[int],
    count: int,
    below: Sequence[int],
) -> Callable[..., tuple[np.ndarray, np.ndarray]]:
    def down(values: list[Any], seed: Any) -> tuple[Any, Any]:
        known = dict(zip(given, values, strict=True))
        passed: dict[int, Any] = {}

        def hand(index: int, output: Any) -> Any:
            # No operation sees what the ones below it gave: only shapes are kept of that.
            if index in known:
                return known[index]
            return keras.tree.map_structure(ops.zeros_like, output)

        x = hand(0, ops.zeros((count, *graph.input_shape), graph.dtype))
        pulls = climb(
            graph, graph.ancestors(target), {0: x}, rule=_watching(rule, below, passed), hand=hand
        )
        found = descend(graph, pulls, {target: seed})
        return ops.zeros_like(x) if found is None else found, _shares(graph, passed, below, count)

    seeds = Spec((count, *graph.nodes[target].shape), graph.dtype)
    compiled = backend.compiled(down, _specs(graph, given, count), seeds, variables=graph.variables)

    def call(
        values: list[Any], rows: np.ndarray, cols: np.ndarray, maps: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        shape = graph.nodes[target].shape
        seed = np.zeros((count, *shape), graph.dtype)
        place = (rows, cols) if len(shape) == 3 else ()
        seed[(np.arange(count), *place, maps)] = 1
        pictures, shares = compiled(values, seed)
        return ops.convert_to_numpy(pictures), ops.convert_to_numpy(shares)

    return call


def _in_windows(
    graph: Graph,
    target: int,
    rule: Callable[[Node], Rule],
    given: Sequence[int],
    count: int,
    plan: WindowPlan,
    below: Sequence[int],
) -> Callable[..., tuple[np.ndarray, np.ndarray]]:
    def down(values: list[Any], rows: Any, cols: Any, maps: Any) -> tuple[Any, Any]:
        known = dict(zip(given, values, strict=True))
        passed: dict[int, Any] = {}
        signal = signal_function(graph, target, plan, _watching(rule, below, passed))
        seed = ops.one_hot(maps, graph.nodes[target].shape[-1], dtype=graph.dtype)
        found = signal(known, ops.arange(count), rows, cols, seed[:, None, None])
        return found, _shares(graph, passed, below, count)

    units = Spec((count,), "int32")
    compiled = backend.compiled(
        down, _specs(graph, given, count), units, units, units, variables=graph.variables
    )

    def call(
        values: list[Any], rows: np.ndarray, cols: np.ndarray, maps: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        found = compiled(values, *(np.asarray(each, np.int32) for each in (rows, cols, maps)))
        parts, shares = map(ops.convert_to_numpy, found)
        tops, lefts = (
            np.asarray(places) * plan.steps[0][axis] + plan.offsets[0][axis]
            for axis, places in enumerate((rows, cols))
        )
        pictures = np.zeros((count, *graph.input_shape), parts.dtype)
        Projected(np.arange(count), tops, lefts, parts, np.ones(count)).put_into(pictures)
        return pictures, shares

    return call


def _specs(graph: Graph, given: Sequence[int], count: int) -> list[Spec]:
    """Return what the backward pass takes of the forward one."""
    return [Spec((count, *graph.nodes[index].shape), graph.dtype) for index in given]


def _watching(
    rules: Callable[[Node], Rule], below: Sequence[int], passed: dict[int, Any]
) -> Callable[[Node], Rule]:
    """Let the rules of some nodes note what they pass on."""

    def rule(node: Node) -> Rule:
        found = rules(node)
        return _watched(found, passed, node.index) if node.index in below else found

    return rule


def _shares(graph: Graph, passed: dict[int, Any], below: Sequence[int], count: int) -> Any:
    """Return what was noted, 0 where no signal came: [count, R]."""
    none = ops.zeros((count,), graph.dtype)
    shares = [passed.get(index, none) for index in below]
    return ops.stack(shares, axis=1) if shares else ops.zeros((count, 0), graph.dtype)


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
