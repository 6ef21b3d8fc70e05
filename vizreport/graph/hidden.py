"""Hidden layers, and what each hands on to the next one."""

from __future__ import annotations

from vizreport.graph.layers import ReportableLayer, reportable_layers
from vizreport.graph.network import Graph
from vizreport.graph.outputs import output_node

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


def stage_output(graph: Graph, layer: ReportableLayer) -> int:
    """Return the node after the layer's pooling, normalisation and dropout.

    It is followed from the layer as long as one operation alone takes the signal. Pooling over
    all places (global pooling) counts as pooling and is the last; padding counts where a
    pooling or a normalisation follows it, since otherwise it is the next layer's. Where a
    pooling gives the network's output it is left out: that is not a feature of a hidden layer.

    Parameters
    ----------
    graph : Graph
        Says what follows the layer.
    layer : ReportableLayer
        Where the stage begins.

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


def _only_child(graph: Graph, index: int) -> int | None:
    """Return the one node that takes a node's output; None where none or several do."""
    children = [node.index for node in graph.nodes if index in node.parents]
    return children[0] if len(children) == 1 else None
