"""Feature vectors: what a stage hands on to the next one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf

from vizreport.deconv.execution import run
from vizreport.deconv.graph import Graph
from vizreport.deconv.layers import ReportableLayer, output_node, reportable_layers

_STAGE = {
    "max_pooling",
    "average_pooling",
    "sum_pooling",
    "contrast_normalization",
    "batch_normalization",
    "normalization",
    "identity",
}
_PADDING = {"zero_padding", "padding"}

Features = Callable[[np.ndarray], list[np.ndarray]]


def stage_output(graph: Graph, layer: ReportableLayer) -> int:
    """Return the node after the layer's pooling, normalisation and dropout.

    It is followed from the layer as long as one operation alone takes the signal. Pooling over
    all places (global pooling) counts as pooling and is the last; padding counts where a
    pooling or a normalisation follows it, since otherwise it is the next layer's. Where a
    pooling gives the network's output it is left out: that is no feature of a hidden layer.

    Parameters
    ----------
    graph : Graph
    layer : ReportableLayer

    Returns
    -------
    int
        The layer's own node where nothing of the kind follows it.
    """
    output = output_node(graph)
    if layer.node == output:
        return layer.node
    reached = index = layer.node
    while (child := _only_child(graph, index)) is not None and child != output:
        node = graph.nodes[child]
        if node.kind not in _STAGE | _PADDING:
            break
        index = child
        if node.kind in _STAGE:
            reached = index
        if node.kind.endswith("pooling") and node.step.reach is None:
            break
    return reached


def hidden_layers(graph: Graph) -> list[ReportableLayer]:
    """Return the reportable layers between the input and the output, in order.

    A layer is hidden when operations with weights follow it on the way to the output: one whose
    maps are only averaged into the scores (the last convolution of SqueezeNet or Network in
    Network) holds scores, not features. In a network that gives out feature maps every reportable
    layer on the way to an output is hidden.
    """
    layers = reportable_layers(graph)
    output = output_node(graph)
    if output is None:
        on_the_way = set().union(*(graph.signal_ancestors(output) for output in graph.outputs))
        return [layer for layer in layers if layer.node in on_the_way]
    weighted = set()
    for index in graph.signal_ancestors(output):
        node = graph.nodes[index]
        if node.step.weights and node.kind in ("convolution", "dense"):
            weighted.update(graph.signal_ancestors(index)[:-1])
    return [layer for layer in layers if layer.node in weighted]


def feature_function(
    graph: Graph, nodes: Sequence[int], steps: Sequence[tuple[int, int]] = ()
) -> Features:
    """Compile one forward pass that gives out several nodes.

    Parameters
    ----------
    graph : Graph
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

    def forward(x: tf.Tensor) -> list[tf.Tensor]:
        values = run(graph, x, nodes, "gradient")
        if not steps:
            return [values[node] for node in nodes]
        return [
            values[node][:, ::down, ::across]
            for node, (down, across) in zip(nodes, steps, strict=True)
        ]

    compiled = tf.function(
        forward,
        input_signature=[tf.TensorSpec([None, *graph.input_shape], graph.dtype)],
        autograph=False,
    )
    return lambda images: [y.numpy() for y in compiled(np.asarray(images, graph.dtype))]


def _only_child(graph: Graph, index: int) -> int | None:
    """Return the one node that takes a node's output; None where none or several do."""
    children = [node.index for node in graph.nodes if index in node.parents]
    return children[0] if len(children) == 1 else None
