"""What a network gives out, and which node holds it before its softmax or sigmoid."""

from __future__ import annotations

from vizreport.graph.network import Graph

_LAST = {"softmax", "sigmoid", "identity", "reshape"}
_RESIZING = {"upsampling", "cropping", "padding", "zero_padding", "identity", "affine"}


def output_node(graph: Graph) -> int | None:
    """Return the node of the output before its softmax or sigmoid: scores, values or class maps.

    Of several outputs the first that has no places is taken, else the first with places that is
    made by a convolution, resized or not; None where there is neither, as in a network that gives
    out its hidden feature maps.
    """
    ends = [_before_ending(graph, output) for output in graph.outputs]
    for index in ends:
        if len(graph.nodes[index].shape) == 1:
            return index
    for index in ends:
        if graph.nodes[index].spatial and _is_weighted(graph, index):
            return index
    return None


def vector_output(graph: Graph) -> int | None:
    """Return the output node if it is a vector: what class scores or values can be."""
    node = output_node(graph)
    return node if node is not None and len(graph.nodes[node].shape) == 1 else None


def given_out(graph: Graph) -> int:
    """Return the node of the model's output, behind the softmax or sigmoid."""
    node = output_node(graph)
    if node is None:
        return graph.outputs[0]
    return next(index for index in graph.outputs if node in graph.ancestors(index))


def ending(graph: Graph) -> str | None:
    """Return the last activation, "softmax" or "sigmoid"; None where it is another one or none."""
    node = output_node(graph)
    if node is None:
        return None
    kinds = [graph.nodes[i].kind for i in graph.ancestors(given_out(graph)) if i > node]
    return next((kind for kind in ("softmax", "sigmoid") if kind in kinds), None)


def _before_ending(graph: Graph, output: int) -> int:
    index, rank = output, len(graph.nodes[output].shape)
    while graph.nodes[index].kind in _LAST and len(graph.nodes[index].parents) == 1:
        parent = graph.nodes[index].parents[0]
        # A reshape on the way is only stepped over where the scores stay one vector.
        if graph.nodes[index].kind == "reshape" and len(graph.nodes[parent].shape) != rank:
            break
        index = parent
    return index


def _is_weighted(graph: Graph, index: int) -> bool:
    while graph.nodes[index].kind in _RESIZING and len(graph.nodes[index].parents) == 1:
        index = graph.nodes[index].parents[0]
    node = graph.nodes[index]
    return node.step.weights > 0 and node.kind not in ("batch_normalization", "relu")
