"""Which layers of a network are shown, and what can be said of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from vizreport.deconv.graph import Graph, Node
from vizreport.deconv.presets import missing_rule, rule_problem
from vizreport.deconv.receptive_field import receptive_field
from vizreport.deconv.trace import trace
from vizreport.errors import RequestError

if TYPE_CHECKING:
    import keras

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
_LAST = {"softmax", "sigmoid", "identity", "reshape"}
_RESIZING = {"upsampling", "cropping", "padding", "zero_padding", "identity", "affine"}
DEFAULT_LAYERS = 8


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

    def rule_problem(self, graph: Graph, preset: str) -> str:
        """Say why a preset is not defined below this layer; "" where it is."""
        return rule_problem(graph, self.node, preset)

    def missing_rule(self, graph: Graph, preset: str) -> tuple[str, str] | None:
        """Return the operation without a rule that is nearest to this layer, and its layer."""
        return missing_rule(graph, self.node, preset)


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


def ending(graph: Graph) -> str:
    """Return the last activation, "softmax" or "sigmoid"; "" where it is another one or none."""
    node = output_node(graph)
    if node is None:
        return ""
    kinds = [graph.nodes[i].kind for i in graph.ancestors(given_out(graph)) if i > node]
    return next((kind for kind in ("softmax", "sigmoid") if kind in kinds), "")


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


def describe(
    model: keras.Model, input_size: tuple[int, int] | None = None, rule: str = "deconvnet"
) -> list[tuple[ReportableLayer, str]]:
    """Return each reportable layer of a model with why it has no backward rule ("" if it has).

    Parameters
    ----------
    model : keras.Model
    input_size : tuple of int, optional
        Height and width, where the model leaves them open.
    rule : str
        Preset of backward rules.
    """
    graph = trace(model, input_size)
    return [(layer, rule_problem(graph, layer.node, rule)) for layer in reportable_layers(graph)]


def choose_layers(graph: Graph, names: tuple[str, ...] | None = None) -> list[ReportableLayer]:
    """Return the layers to show.

    Parameters
    ----------
    graph : Graph
    names : tuple of str, optional
        Layers by name; by default the last reportable layer before each change of resolution
        on the way to the output, at most 8, and the output itself among them. A layer with a
        backward rule comes before one without.

    Raises
    ------
    RequestError
        If there is no such layer; the message lists those there are.
    """
    layers = reportable_layers(graph)
    if names is not None:
        by_name = {alias: layer for layer in layers for alias in layer.aliases}
        by_name.update({layer.name: layer for layer in layers})
        unknown = [name for name in names if name not in by_name]
        if unknown:
            raise RequestError(
                f"there is no layer {unknown[0]!r} to show: choose among "
                f"{', '.join(layer.name for layer in layers)}"
            )
        chosen = {by_name[name].node: by_name[name] for name in names}
        return [chosen[node] for node in sorted(chosen)]
    on_the_way = set().union(*(graph.signal_ancestors(output) for output in graph.outputs))
    layers = [layer for layer in layers if layer.node in on_the_way]
    groups: list[list[ReportableLayer]] = []
    for layer in layers:
        before = groups[-1][-1] if groups else None
        if (
            before is None
            or layer.kind == "output"
            or (layer.rows, layer.cols) != (before.rows, before.cols)
        ):
            groups.append([])
        groups[-1].append(layer)
    # The presets differ in few layers, and the choice is the same for all of them.
    ruled = {layer.node for layer in layers if not layer.rule_problem(graph, "deconvnet")}
    last = [[x for x in group if x.node in ruled][-1:] or group[-1:] for group in groups]
    chosen_layers = [layer for (layer,) in last]
    with_rule = [layer for layer in chosen_layers if layer.node in ruled]
    without = [layer for layer in chosen_layers if layer.node not in ruled]
    kept = _spread(with_rule, DEFAULT_LAYERS)
    kept += _spread(without, DEFAULT_LAYERS - len(kept))
    return sorted(kept, key=lambda layer: layer.node)


def _spread(layers: list[ReportableLayer], most: int) -> list[ReportableLayer]:
    """Return at most so many layers, evenly spread, the first and the last among them."""
    if len(layers) <= most:
        return layers
    if most < 2:
        return layers[len(layers) - most :]
    step = (len(layers) - 1) / (most - 1)
    return [layers[round(i * step)] for i in range(most)]
