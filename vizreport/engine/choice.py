"""Which layers a report shows: those that a backward rule reaches come first."""

from __future__ import annotations

from vizreport.engine.presets import rule_problem
from vizreport.graph.layers import ReportableLayer, named_layers, reportable_layers
from vizreport.graph.network import Graph

DEFAULT_LAYERS = 8


def choose_layers(graph: Graph, names: tuple[str, ...] | None = None) -> list[ReportableLayer]:
    """Return the layers to show.

    Parameters
    ----------
    graph : Graph
        Whose reportable layers there are to choose among.
    names : tuple of str, optional
        Layers by name; by default the last reportable layer before each change of resolution
        on the way to the output, at most 8, and the output itself among them. A layer with a
        backward rule comes before one without.

    Raises
    ------
    RequestError
        If there is no such layer; the message lists those there are.
    """
    if names is not None:
        return named_layers(graph, names)
    layers = reportable_layers(graph)
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
    ruled = {layer.node for layer in layers if not rule_problem(graph, layer.node, "deconvnet")}
    last = [[x for x in group if x.node in ruled][-1:] or group[-1:] for group in groups]
    chosen_layers = [layer for (layer,) in last]
    with_rule = [layer for layer in chosen_layers if layer.node in ruled]
    without = [layer for layer in chosen_layers if layer.node not in ruled]
    kept = _spread(with_rule, DEFAULT_LAYERS)
    kept += _spread(without, DEFAULT_LAYERS - len(kept))
    return sorted(kept, key=lambda layer: layer.node)


def _spread(layers: list[ReportableLayer], most: int) -> list[ReportableLayer]:
    """Return at most ``most`` layers, evenly spread, the first and the last among them."""
    if len(layers) <= most:
        return layers
    if most < 2:
        return layers[len(layers) - most :]
    step = (len(layers) - 1) / (most - 1)
    return [layers[round(i * step)] for i in range(most)]
