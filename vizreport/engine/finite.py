"""Which values of a network are finite for sure, without looking at all of them."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from keras import ops

from vizreport.graph.network import Graph, Node

# Kinds whose output is no larger than their largest input; an addition's, than all together.
_BOUNDED = frozenset({
    "add", "average_pooling", "concatenate", "cropping", "identity", "max_pooling", "padding",
    "relu", "reshape", "slice", "softmax", "zero_padding",
})  # fmt: skip
# Kinds whose output is no larger than the largest input, or 1, times 1 + the weights' absolute sum.
_LINEAR = frozenset({"convolution", "dense"})
_LARGEST = 1e30  # far below float32's largest number, which a sum on the way could reach


def trusted_size(graph: Graph, targets: Collection[int], known: Collection[int]) -> float:
    """Bound how large known values may be for all others to be finite.

    A value that is not finite, before an activation too, comes of values that are large: a
    convolution's output is at most the largest input times the sum of its weights' absolute
    values.

    Parameters
    ----------
    graph : Graph
        What the numbers of nodes refer to.
    targets : collection of int
        Nodes whose values should be finite.
    known : collection of int
        Nodes, the input among them, whose largest absolute value is known.

    Returns
    -------
    float
        If all known values are below it, those of the targets are finite. 0 where that cannot be
        told: there is an operation of another kind, or a weight is not finite.
    """
    needed = sorted(set().union(*(graph.ancestors(target) for target in targets)))
    growth: dict[int, float] = {0: 1.0}
    for index in needed:
        node = graph.nodes[index]
        if not node.parents:
            continue
        below = sum(1.0 if p in known else growth[p] for p in node.parents)
        growth[index] = below * _factor(node)
    largest = np.max(list(growth.values()))  # not a number where a weight is none
    return float(_LARGEST / largest) if np.isfinite(largest) else 0.0


def rectified(graph: Graph, index: int) -> bool:
    """Whether a node's values are all 0 or above: those of a ReLU, or several side by side."""
    node = graph.nodes[index]
    if node.kind == "concatenate":
        return all(rectified(graph, parent) for parent in node.parents)
    slope = node.step.parameters.get("slope", 0.0)
    return node.kind == "relu" and isinstance(slope, int | float) and slope == 0


def _factor(node: Node) -> float:
    """Return how many times larger than its inputs, or 1, a node's output can be."""
    if node.kind in _BOUNDED and not node.step.variables:
        slope = node.step.parameters.get("slope", 0.0)
        return max(1.0, abs(slope)) if isinstance(slope, int | float) else np.inf
    if node.kind in _LINEAR:
        variables = [ops.convert_to_numpy(v) for v in node.step.variables]
        return 1.0 + sum(float(np.abs(v.astype(np.float64)).sum()) for v in variables)
    return np.inf
