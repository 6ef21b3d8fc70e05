"""Feature vectors: what a stage hands on to the next one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from keras import ops

from vizreport import backend
from vizreport.backend import Spec
from vizreport.engine.interpreter import forward
from vizreport.graph.network import Graph

Features = Callable[[np.ndarray], list[np.ndarray]]


def feature_function(
    graph: Graph, nodes: Sequence[int], steps: Sequence[tuple[int, int]] = ()
) -> Features:
    """Compile one forward pass that gives out several nodes.

    Parameters
    ----------
    graph : Graph
        Only what the nodes depend on is computed.
    nodes : sequence of int
        Nodes whose outputs are wanted, in any order; nothing beyond them is computed.
    steps : sequence of (int, int)
        Of each node only every n-th row and m-th column is given out; all where empty.

    Returns
    -------
    callable
        Takes preprocessed images, float [B, H, W, C]; returns an array [B, ...] for each
        node, of the graph's dtype. The number of images may differ from call to call.
    """

    def compute(x: Any) -> list[Any]:
        values = forward(graph, x, nodes)
        if not steps:
            return [values[node] for node in nodes]
        return [
            values[node][:, ::down, ::across]
            for node, (down, across) in zip(nodes, steps, strict=True)
        ]

    images_taken = Spec(("images", *graph.input_shape), graph.dtype)
    compiled = backend.compiled(compute, images_taken, variables=graph.variables)
    return lambda images: [
        ops.convert_to_numpy(y) for y in compiled(np.asarray(images, graph.dtype))
    ]
