"""Which layer's strongest feature map is watched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vizreport.experiments.context import Context

if TYPE_CHECKING:
    from vizreport.deconv.graph import Graph
    from vizreport.deconv.layers import ReportableLayer

_WEIGHTED = ("convolution", "dense")


def occluded_layer(context: Context) -> ReportableLayer | None:
    """Return the layer asked for, else the last convolution before the classifier.

    A convolution whose maps are the network's output but for pooling is the classifier itself,
    and is passed over.

    Returns
    -------
    ReportableLayer or None
        None for a network without convolutions, or that gives out its feature maps.

    Raises
    ------
    RequestError
        If there is no layer of the name asked for.
    """
    graph = context.deconvnet.graph
    from vizreport.deconv.layers import choose_layers, output_node, reportable_layers

    if context.settings.occlusion_layer is not None:
        return choose_layers(graph, (context.settings.occlusion_layer,))[0]
    output = output_node(graph)
    if output is None:
        return None
    on_the_way = graph.signal_ancestors(output)
    layers = [
        layer
        for layer in reportable_layers(graph)
        if layer.node in on_the_way and layer.rows * layer.cols > 1 and layer.kind != "output"
    ]
    before = [layer for layer in layers if _weighs_behind(graph, layer.node, on_the_way)]
    candidates = before or layers
    return candidates[-1] if candidates else None


def _weighs_behind(graph: Graph, node: int, on_the_way: list[int]) -> bool:
    """Whether a convolution or dense operation stands between a node and the output."""
    return any(
        index > node and graph.nodes[index].kind in _WEIGHTED and node in graph.ancestors(index)
        for index in on_the_way
    )
