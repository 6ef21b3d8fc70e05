"""A network's weights in random order, layer by layer, and back as they were."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from vizreport.graph.network import Graph

_PRODUCERS = {"convolution", "dense"}
# Statistics of the data are not learned filters.
_PREPROCESSING = "affine"


@dataclass(frozen=True)
class WeightedLayer:
    """What has weights between two points through which all of the signal passes.

    Attributes
    ----------
    names : tuple of str
        Its operations with weights, from the input on.
    variables : tuple
        The model's own, each once.
    """

    names: tuple[str, ...]
    variables: tuple[Any, ...]


def weighted_layers(graph: Graph, target: int) -> list[WeightedLayer]:
    """Return what has weights below a node, from the input on.

    Parallel branches (of an inception or fire module, of a residual block) are one layer; a
    normalisation belongs to the convolution below it.

    Parameters
    ----------
    graph : Graph
        What the number of the node refers to.
    target : int
        Index of the node, which belongs to the last layer returned where it has weights.
    """
    found: list[WeightedLayer] = []
    seen: set[int] = set()
    for stretch in _stretches(graph, target):
        names: list[str] = []
        variables: list[Any] = []
        for node in (graph.nodes[index] for index in stretch):
            # A layer that is used twice is met first at its use nearer the input.
            mine = [v for v in node.step.variables if id(v) not in seen]
            if mine and node.kind != _PREPROCESSING:
                names.append(node.layer)
                variables += mine
                seen.update(map(id, mine))
        if not names:
            continue
        if found and not any(graph.nodes[index].kind in _PRODUCERS for index in stretch):
            names, variables = [*found[-1].names, *names], [*found[-1].variables, *variables]
            found.pop()
        found.append(WeightedLayer(tuple(names), tuple(variables)))
    return found


def _stretches(graph: Graph, target: int) -> list[list[int]]:
    """Part the nodes below a target at those that no way from the input goes round."""
    ancestors = graph.ancestors(target)
    last_use = {parent: index for index in ancestors for parent in graph.nodes[index].parents}
    stretches: list[list[int]] = [[]]
    reached = 0  # how far up what came before is used
    for index in ancestors:
        stretches[-1].append(index)
        if reached <= index:
            stretches.append([])
        reached = max(reached, last_use.get(index, 0))
    return stretches[:-1]


def shuffle(layer: WeightedLayer, seed: Sequence[int]) -> None:
    """Put each of a layer's arrays of weights into random order, in place."""
    for number, variable in enumerate(layer.variables):
        value = variable.numpy()
        random = np.random.default_rng([*seed, number])
        variable.assign(random.permutation(value.ravel()).reshape(value.shape))


@contextmanager
def weights_kept(layers: Sequence[WeightedLayer]) -> Iterator[None]:
    """Give the model its weights back, to the bit, whatever happens within."""
    variables = [variable for layer in layers for variable in layer.variables]
    before = [variable.numpy() for variable in variables]
    try:
        yield
    finally:
        for variable, value in zip(variables, before, strict=True):
            variable.assign(value)
