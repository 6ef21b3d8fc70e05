"""Which layer's strongest feature map is watched, and what the network gives out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vizreport.experiments.context import Context

if TYPE_CHECKING:
    from vizreport.deconv.graph import Graph
    from vizreport.deconv.layers import ReportableLayer

_WEIGHTED = ("convolution", "dense")


def occluded_layer(context: Context) -> ReportableLayer | None:
    """Return the layer asked for, else the last convolution before the classifier.

    A convolution whose maps are the class scores but for pooling is the classifier itself, and is
    passed over.

    Returns
    -------
    ReportableLayer or None
        None for a network without class scores or convolutions.

    Raises
    ------
    RequestError
        If there is no layer of the name asked for.
    """
    graph = context.deconvnet.graph
    from vizreport.deconv.layers import choose_layers, logits_node, reportable_layers

    if context.settings.occlusion_layer is not None:
        return choose_layers(graph, (context.settings.occlusion_layer,))[0]
    logits = logits_node(graph)
    if logits is None:
        return None
    on_the_way = graph.signal_ancestors(logits)
    layers = [
        layer
        for layer in reportable_layers(graph)
        if layer.node in on_the_way and layer.rows * layer.cols > 1 and layer.kind != "logits"
    ]
    before = [layer for layer in layers if _weighs_behind(graph, layer.node, on_the_way)]
    candidates = before or layers
    return candidates[-1] if candidates else None


def _weighs_behind(graph: Graph, node: int, on_the_way: list[int]) -> bool:
    """Whether a convolution or dense operation stands between a node and the class scores."""
    return any(
        index > node and graph.nodes[index].kind in _WEIGHTED and node in graph.ancestors(index)
        for index in on_the_way
    )


def score_scale(graph: Graph) -> str:
    """Say what the network's probabilities are, see :class:`OcclusionResult`."""
    from vizreport.deconv.layers import class_output

    logits, output = class_output(graph)
    if logits is None or output is None or logits == output:
        return "softmax of scores"
    kinds = {graph.nodes[index].kind for index in graph.ancestors(output) if index > logits}
    for kind in ("softmax", "sigmoid"):
        if kind in kinds:
            return kind
    return "output"
