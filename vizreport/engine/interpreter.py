"""The interpreter: a network's steps one after the other, forward, and a signal back.

What is computed of a network is a plan for it: which nodes, under which backward rules, and
where their values lie (whole, or in windows: :mod:`vizreport.engine.windows`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, MutableMapping
from typing import Any, Protocol

import keras

from vizreport.engine.presets import find_rule
from vizreport.engine.rules import Pull, Rule, true_gradient
from vizreport.graph.network import Graph, Node, Step

Values = MutableMapping[int, Any]


class Place(Protocol):
    """Where the values of nodes lie, and how they come from one node to the next."""

    def step(self, node: Node) -> Step:
        """Return the step as it is to be run there."""

    def inputs(self, node: Node, values: Values) -> list[Any]:
        """Return what the step takes, made of its parents' values."""

    def arrived(self, node: Node, signal: Any) -> Any:
        """Return the signal that has come down to a node, as it goes on."""

    def share(self, node: Node, number: int, signal: Any) -> Any:
        """Return a step's signal to its parent of that number, where the parent's values lie."""


class Whole:
    """All of every node's output."""

    def step(self, node: Node) -> Step:
        """Return the step as it is."""
        return node.step

    def inputs(self, node: Node, values: Values) -> list[Any]:
        """Return the parents' outputs."""
        return [values[parent] for parent in node.parents]

    def arrived(self, node: Node, signal: Any) -> Any:
        """Return the signal as it is."""
        return signal

    def share(self, node: Node, number: int, signal: Any) -> Any:
        """Return the signal as it is."""
        return signal


WHOLE = Whole()


def climb(
    graph: Graph,
    nodes: Iterable[int],
    values: Values,
    place: Place = WHOLE,
    rule: Callable[[Node], Rule] | None = None,
    hand: Callable[[int, Any], Any] = lambda _, output: output,
) -> dict[int, Pull]:
    """Run steps in order.

    Parameters
    ----------
    graph : Graph
        What the numbers of nodes refer to.
    nodes : iterable of int
        In order; those without parents (the input) and those that have a value are passed over.
    values : dict
        Values of nodes, to which those computed are added.
    place : Place
        Where the values lie: in whole outputs (the default), or in windows of them.
    rule : callable, optional
        The backward rule of a node; without one there is no backward pass.
    hand : callable, optional
        Takes a node's index and its output; returns what is kept as its value.

    Returns
    -------
    dict
        For each node that was run, what takes a signal back to its parents; empty without rules.
    """
    pulls: dict[int, Pull] = {}
    for index in nodes:
        node = graph.nodes[index]
        if not node.parents:
            continue
        step, inputs = place.step(node), place.inputs(node, values)
        if rule is None:
            output = step.forward(*inputs)
        else:
            output, pulls[index] = rule(node)(step, *inputs)
        values[index] = hand(index, output)
    return pulls


def descend(
    graph: Graph, pulls: dict[int, Pull], seeds: dict[int, Any], place: Place = WHOLE
) -> Any:
    """Take signals back to the input.

    Parameters
    ----------
    graph : Graph
        What the numbers of nodes refer to.
    pulls : dict
        As :func:`climb` gives them.
    seeds : dict
        Signals at nodes.
    place : Place
        The same as on the way up.

    Returns
    -------
    tensor, or None where no signal comes to the input
    """
    signals = signals_below(graph, pulls, seeds, place)
    return place.arrived(graph.nodes[0], signals[0]) if 0 in signals else None


def signals_below(
    graph: Graph, pulls: dict[int, Pull], seeds: dict[int, Any], place: Place = WHOLE
) -> dict[int, Any]:
    """Take signals back as far as steps were run, as :func:`descend` does.

    Returns
    -------
    dict
        The signals at the nodes where that ends: the input, and nodes that had a value.
    """
    signals = dict(seeds)
    for index in sorted(pulls, reverse=True):
        if index not in signals:
            continue
        node = graph.nodes[index]
        shares = pulls[index](place.arrived(node, signals.pop(index)))
        for number, (parent, share) in enumerate(zip(node.parents, shares, strict=True)):
            if share is None:
                continue
            share = place.share(node, number, share)
            if parent in signals:
                share = keras.tree.map_structure(lambda a, b: a + b, signals[parent], share)
            signals[parent] = share
    return signals


def forward(graph: Graph, x: Any, targets: Iterable[int]) -> dict[int, Any]:
    """Compute the outputs of some nodes; nothing beyond them is computed.

    Parameters
    ----------
    graph : Graph
        What the numbers of nodes refer to.
    x : Tensor [N, H, W, C]
        The network's input, or a crop of it.
    targets : iterable of int
        Nodes whose outputs are wanted.
    """
    wanted = set(targets)
    needed = sorted(set().union(*(graph.ancestors(target) for target in wanted)))
    last_use = {parent: index for index in needed for parent in graph.nodes[index].parents}
    values: dict[int, Any] = {0: x}
    for index in needed:
        climb(graph, [index], values)
        for parent in graph.nodes[index].parents:
            if last_use[parent] == index and parent not in wanted:
                values.pop(parent, None)
    return {target: values[target] for target in wanted}


def there_and_back(graph: Graph, x: Any, target: int, preset: str) -> tuple[Any, Pull]:
    """Compute a node's output under backward rules.

    Parameters
    ----------
    graph : Graph
        What the number of the node refers to.
    x : Tensor [N, H, W, C]
        The network's input, or a crop of it.
    target : int
        Index of the node.
    preset : str
        Name of the table of backward rules. The forward pass is the same under all.

    Returns
    -------
    output : Tensor
    pull : callable
        Takes a signal like the output; returns, in a list, the signal at the input, like ``x``.
    """
    values: dict[int, Any] = {0: x}
    pulls = climb(graph, graph.ancestors(target), values, rule=rules_of(preset))

    def pull(signal: Any) -> list[Any]:
        found = descend(graph, pulls, {target: signal})
        return [keras.ops.zeros_like(x) if found is None else found]

    return values[target], pull


def rules_of(preset: str) -> Callable[[Node], Rule]:
    """Return what gives each node its rule under a preset."""
    # A gate's branch may hold operations without a rule: its value is held constant.
    return lambda node: find_rule(preset, node) or true_gradient
