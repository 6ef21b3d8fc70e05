"""The stages of a network for a diagram in the manner of Zeiler & Fergus 2013, Fig. 3."""

from __future__ import annotations

from collections import Counter

from vizreport.experiments.overview.result import Stage
from vizreport.graph.layers import ReportableLayer, reportable_layers
from vizreport.graph.network import Graph, Node

MOST_STAGES = 11
MOST_OPERATIONS = 4
_COUNTED = {
    "convolution": "convolutions",
    "dense": "full layers",
    "add": "additions",
    "concatenate": "concatenations",
    "multiply": "gates",
}


def stages(graph: Graph, chosen: list[ReportableLayer]) -> list[Stage]:
    """Return the stages to draw, the input first.

    Every reportable layer on the way to the output is a stage while there are at most 11,
    else those chosen for the report and the output.

    Parameters
    ----------
    graph : Graph
        All layers and what lies between them.
    chosen : list of ReportableLayer
        Layers that have pictures in the report.

    Returns
    -------
    list of Stage
        ``name``, ``rows``, ``cols``, ``maps`` and ``operations``, short texts of what is done
        between the stage before and this one.
    """
    on_the_way = set().union(*(graph.signal_ancestors(output) for output in graph.outputs))
    shown = [layer for layer in reportable_layers(graph) if layer.node in on_the_way]
    if len(shown) > MOST_STAGES:
        shown = [*chosen, *(layer for layer in shown[-1:] if layer not in chosen)]
    height, width, channels = graph.input_shape
    drawn: list[Stage] = [
        {"name": "input", "rows": height, "cols": width, "maps": channels, "operations": []}
    ]
    done: set[int] = set()
    for stage in shown:
        below = set(graph.signal_ancestors(stage.node))
        between = [graph.nodes[i] for i in sorted(below - done)]
        done |= below
        drawn.append(
            {
                "name": stage.name,
                "rows": stage.rows,
                "cols": stage.cols,
                "maps": stage.maps,
                "operations": _texts(between),
            }
        )
    return drawn


def _texts(nodes: list[Node]) -> list[str]:
    named = [
        node for node in nodes if node.step.text and node.kind not in ("input", "relu", "reshape")
    ]
    if len(named) <= MOST_OPERATIONS:
        return [node.step.text for node in named]
    counts = Counter(node.kind for node in named)
    texts = [
        f"{counts[kind]} {plural}" if counts[kind] > 1 else f"1 {plural.removesuffix('s')}"
        for kind, plural in _COUNTED.items()
        if counts[kind]
    ]
    pools = Counter(node.step.text for node in named if "pool" in node.step.text)
    return texts + [f"{n} x {text}" if n > 1 else text for text, n in pools.items()]
