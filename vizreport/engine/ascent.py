"""What a unit would like more of: its activation's derivative by the input, for many units."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from keras import ops

from vizreport import backend
from vizreport.backend import Spec
from vizreport.engine.interpreter import climb, descend
from vizreport.engine.projection.on_crops import single_units
from vizreport.engine.rules import Rule, pass_signal, true_gradient
from vizreport.graph.network import Graph, Node

Ascended = Callable[[np.ndarray, np.ndarray, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
_THROUGH = {"identity", "concatenate"}


def ascent_function(graph: Graph, target: int, size: tuple[int, int]) -> Ascended:
    """Compile activations of single units and their derivatives, on inputs of one size.

    The rectifier that ends the layer passes the derivative on where it is closed, so that a unit
    that nothing excites yet is led to what does.

    Parameters
    ----------
    graph : Graph
        Of the network.
    target : int
        Index of the layer's node.
    size : tuple of int
        Height and width of the inputs (crops or whole).

    Returns
    -------
    callable
        Takes inputs [U, h, w, C] and, int [U] each, rows, columns and maps of the units (one in
        each input); returns activations [U] and derivatives [U, h, w, C].
    """
    ends = last_rectifiers(graph, target)

    def rule(node: Node) -> Rule:
        return pass_signal if node.index in ends else true_gradient

    def ascend(x: Any, rows: Any, cols: Any, maps: Any) -> tuple[Any, Any]:
        values: dict[int, Any] = {0: x}
        pulls = climb(graph, graph.ancestors(target), values, rule=rule)
        output = values[target]
        activations, _ = single_units(output, rows, cols, maps)
        _, seed = single_units(ops.ones_like(output), rows, cols, maps)
        found = descend(graph, pulls, {target: seed})
        return activations, ops.zeros_like(x) if found is None else found

    units = Spec(("units",), "int32")
    image = Spec(("units", *size, graph.input_shape[2]), graph.dtype)
    compiled = backend.compiled(ascend, image, units, units, units, variables=graph.variables)

    def call(
        x: np.ndarray, rows: np.ndarray, cols: np.ndarray, maps: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        places = (np.asarray(each, np.int32) for each in (rows, cols, maps))
        found = compiled(np.asarray(x, graph.dtype), *places)
        return ops.convert_to_numpy(found[0]), ops.convert_to_numpy(found[1])

    return call


def last_rectifiers(graph: Graph, target: int) -> set[int]:
    """Return the rectifiers that nothing weighs any more on the way to a node.

    Parameters
    ----------
    graph : Graph
        Of the network.
    target : int
        Index of the node.
    """
    found, waiting = set(), [target]
    while waiting:
        node = graph.nodes[waiting.pop()]
        if node.kind == "relu":
            found.add(node.index)
        elif node.kind in _THROUGH:
            waiting += node.parents
    return found
