"""Which layers of a network are shown, and what can be said of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from vizreport.errors import RequestError
from vizreport.graph.network import Graph, Node
from vizreport.graph.outputs import output_node
from vizreport.graph.receptive_field import receptive_field

# Operations that may stand between a convolution (or merge) and its activation.
_BETWEEN = {
    "batch_normalization",
    "contrast_normalization",
    "normalization",
    "identity",
    "affine",
    "max_pooling",
    "average_pooling",
    "sum_pooling",
}
_PRODUCERS = {
    "convolution": "convolution",
    "dense": "dense",
    "add": "merge",
    "maximum": "merge",
    "concatenate": "merge",
}
_WEIGHTED = ("convolution", "dense")


@dataclass(frozen=True)
class ReportableLayer:
    """A layer whose feature maps can be shown.

    Attributes
    ----------
    name : str
        Path of the producing layer, nested as ``backbone/conv1``, with ``@1`` for a second use.
    aliases : tuple of str
        Other layers of the chain (normalisation, activation) by which it may be called.
    node : int
        Index of the node whose output it is.
    producer : int
        Index of the node that produces it (the convolution, the dense operation, the merge).
    kind : str
        "convolution", "dense", "merge", "concatenation" or "output".
    rows, cols, maps : int
        Size of its output; rows = cols = 1 where it has no places.
    stride : int
        Input pixels between neighbouring units; 0 where a unit sees the whole image.
    receptive_field : tuple of int, or None
        Height and width in pixels; None where a unit sees the whole image.
    weights : int
        Number of weights of the producing operation.
    """

    name: str
    aliases: tuple[str, ...]
    node: int
    producer: int
    kind: str
    rows: int
    cols: int
    maps: int
    stride: int
    receptive_field: tuple[int, int] | None
    weights: int


def _is_rectified(node: Node) -> bool:
    return node.kind == "relu" or bool(node.step.parameters.get("elementwise"))


def reportable_layers(graph: Graph) -> list[ReportableLayer]:
    """Return every reportable layer, from the input to the output.

    A reportable layer is the rectified output of a convolution or dense operation (after its
    normalisation), of a merge followed by an activation, or a channel concatenation of such
    outputs; and the network's output before its softmax or sigmoid: class scores, values, or the
    class maps of a network that gives a class for each pixel.
    """
    # Kept with the graph: receptive fields of hundreds of layers take seconds.
    if graph not in _FOUND:
        _FOUND[graph] = tuple(_find_layers(graph))
    return list(_FOUND[graph])


_FOUND: WeakKeyDictionary[Graph, tuple[ReportableLayer, ...]] = WeakKeyDictionary()


def _find_layers(graph: Graph) -> Iterable[ReportableLayer]:
    found: dict[int, ReportableLayer] = {}
    producers: dict[int, int] = {}
    output = output_node(graph)
    for node in graph.nodes:
        if node.index == output:
            found[node.index] = _describe(graph, node, [node], "output")
            continue
        if node.kind == "concatenate" and all(
            _source(graph, parent) in found for parent in node.parents
        ):
            found[node.index] = _describe(graph, node, [node], "concatenation")
            continue
        if not _is_rectified(node):
            continue
        chain = _chain(graph, node, _BETWEEN)
        producer = chain[-1]
        kind = _PRODUCERS.get(producer.kind)
        if kind is None or producer.index in producers:
            continue
        producers[producer.index] = node.index
        found[node.index] = _describe(graph, node, chain, kind)
    # One layer may be both a rectified output and the network's: the first is kept.
    named: dict[str, ReportableLayer] = {}
    for index in sorted(found):
        named.setdefault(found[index].name, found[index])
    return named.values()


def _source(graph: Graph, index: int) -> int:
    """Step back over dropout and the like."""
    while graph.nodes[index].kind == "identity" and graph.nodes[index].parents:
        index = graph.nodes[index].parents[0]
    return index


def _chain(graph: Graph, node: Node, between: set[str]) -> list[Node]:
    """Return the nodes from an activation back to what produces its input."""
    chain = [node]
    while len(chain[-1].parents) == 1 and (len(chain) == 1 or chain[-1].kind in between):
        chain.append(graph.nodes[chain[-1].parents[0]])
    return chain


def _describe(graph: Graph, node: Node, chain: list[Node], kind: str) -> ReportableLayer:
    producer = chain[-1]
    rows, cols = node.shape[:2] if node.spatial else (1, 1)
    field = receptive_field(graph, node.index) if node.spatial else None
    aliases = dict.fromkeys(step.layer for step in chain if step.layer != producer.layer)
    return ReportableLayer(
        name=producer.layer,
        aliases=tuple(aliases),
        node=node.index,
        producer=producer.index,
        kind=kind,
        rows=rows,
        cols=cols,
        maps=node.shape[-1],
        stride=max(field[1]) if field else 0,
        receptive_field=field[0] if field else None,
        weights=producer.step.weights,
    )


def named_layers(graph: Graph, names: tuple[str, ...]) -> list[ReportableLayer]:
    """Return layers by name or alias, in the graph's order, each once.

    Raises
    ------
    RequestError
        If there is no such layer; the message lists those there are.
    """
    layers = reportable_layers(graph)
    by_name = {alias: layer for layer in layers for alias in layer.aliases}
    by_name.update({layer.name: layer for layer in layers})
    unknown = [name for name in names if name not in by_name]
    if unknown:
        raise RequestError(
            f"there is no layer {unknown[0]!r} to show; choose from "
            f"{', '.join(layer.name for layer in layers)}"
        )
    chosen = {by_name[name].node: by_name[name] for name in names}
    return [chosen[node] for node in sorted(chosen)]


def occluded_layer(graph: Graph, name: str | None = None) -> ReportableLayer | None:
    """Return the layer of a name, else the last convolution before the classifier.

    A convolution whose maps are the network's output but for pooling is the classifier itself,
    and is passed over.

    Returns
    -------
    ReportableLayer or None
        None for a network without convolutions, or that gives out its feature maps.

    Raises
    ------
    RequestError
        If there is no layer of that name.
    """
    if name is not None:
        return named_layers(graph, (name,))[0]
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
