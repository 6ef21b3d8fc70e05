"""What each feature map of the layers below gives to a unit, through weights and switches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from keras import ops

from vizreport import backend
from vizreport.backend import Spec
from vizreport.engine.interpreter import climb, forward, rules_of, signals_below
from vizreport.engine.projection.crops import plan_crops
from vizreport.engine.projection.on_crops import crops, single_units
from vizreport.engine.projection.units import BATCH, Units
from vizreport.graph.layers import ReportableLayer
from vizreport.graph.network import Graph

if TYPE_CHECKING:
    from vizreport.engine.deconvnet import Deconvnet

_BYTES = 2**26  # of the lower layers' activations, gathered for the units of one call
_MOST = 1024  # units or crops in one call


def layers_below(
    graph: Graph, layer: ReportableLayer, among: Sequence[ReportableLayer]
) -> list[ReportableLayer]:
    """Return the layers that a layer takes its input from, others of them passed by none.

    Parameters
    ----------
    graph : Graph
        Traced network of all the layers named here.
    layer : ReportableLayer
        Whose input is followed down.
    among : sequence of ReportableLayer
        Layers to stop at: what lies between (pooling, branches, layers not named) is passed
        through.
    """
    stops = {other.node for other in among} - {layer.node}
    reached, waiting = set(), list(graph.nodes[layer.node].parents)
    while waiting:
        index = waiting.pop()
        if index not in reached:
            reached.add(index)
            waiting += [] if index in stops else graph.nodes[index].parents
    return [other for other in among if other.node in reached & stops]


def contributions(
    deconvnet: Deconvnet,
    images: np.ndarray,
    layer: ReportableLayer,
    below: Sequence[ReportableLayer],
    units: Units,
) -> tuple[np.ndarray, np.ndarray]:
    """Split units' activations into what each map below gives to them.

    A map's contribution to a unit of activation a is the sum, over the map's places, of its
    activation times the derivative of a. Where what lies between is linear but for rectifiers and
    poolings, the contributions of all maps and of the biases between add up to a.

    Parameters
    ----------
    deconvnet : Deconvnet
        The network. Its rule does not matter: these are true derivatives.
    images : float array [N, H, W, C]
        Preprocessed.
    layer : ReportableLayer
        Whose units are split.
    below : sequence of ReportableLayer
        As :func:`layers_below` returns them.
    units : Units
        Image, place and map of each.

    Returns
    -------
    contributions : float array [U, M]
        M the number of maps of all the layers below, one layer after the other.
    activations : float array [U]
    """
    graph = deconvnet.graph
    images = np.asarray(images, graph.dtype)
    indices, rows, cols, maps = units.images, units.rows, units.cols, units.maps
    found = np.zeros((len(indices), sum(other.maps for other in below)), graph.dtype)
    values = np.zeros(len(indices), graph.dtype)
    if not len(indices):
        return found, values
    plan = plan_crops(graph, layer.node, rows, cols)
    nodes = tuple(other.node for other in below)
    split = deconvnet.compiled(
        ("contributions", layer.node, nodes, *plan.size),
        lambda: _function(graph, layer.node, nodes, plan.size),
    )
    if plan.reason:
        held = sum(4 * other.rows * other.cols * other.maps for other in below)
        calls = _by_image(indices, max(BATCH, min(_MOST, _BYTES // max(held, 1))))
    else:
        share = plan.size[0] * plan.size[1] / (graph.input_shape[0] * graph.input_shape[1])
        calls = _one_by_one(len(indices), min(_MOST, max(1, int(BATCH / share))))
    for chosen, firsts, index in calls:
        parts, activations = split(
            crops(images, indices[firsts], plan.tops[firsts], plan.lefts[firsts], plan.size),
            index,
            plan.rows[chosen].astype(np.int32),
            plan.cols[chosen].astype(np.int32),
            maps[chosen],
        )
        values[chosen] = np.asarray(activations)
        scaled = np.concatenate([np.asarray(part) for part in parts], axis=1)
        by = values[chosen][:, None]  # the seed was the activation, not 1
        found[chosen] = np.divide(scaled, by, out=np.zeros_like(scaled), where=by != 0)
    return found, values


_Calls = Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]


def _one_by_one(count: int, most: int) -> _Calls:
    """Yield units, each with an input of its own."""
    for start in range(0, count, most):
        units = np.arange(start, min(start + most, count))
        yield units, units, np.arange(len(units), dtype=np.int32)


def _by_image(indices: np.ndarray, most: int) -> _Calls:
    """Yield units of some images, a unit of each image, and which image each unit is in."""
    shown, firsts, inverse = np.unique(indices, return_index=True, return_inverse=True)
    for start in range(0, len(shown), BATCH):
        waiting = np.flatnonzero((inverse >= start) & (inverse < start + BATCH))
        for first in range(0, len(waiting), most):
            units = waiting[first : first + most]
            yield units, firsts[start : start + BATCH], (inverse[units] - start).astype(np.int32)


def _function(
    graph: Graph, target: int, nodes: tuple[int, ...], size: tuple[int, int]
) -> Callable[..., tuple[list[Any], Any]]:
    """Compile the split of some units' activations, on inputs of one size.

    Takes inputs [n, h, w, C] and, int32 [U] each, the input, row, column and map of each unit;
    returns the contributions of each node's maps [U, m], times the activations, and these [U].
    """
    needed = graph.between(target, nodes)

    def split(x: Any, index: Any, rows: Any, cols: Any, maps: Any) -> tuple[list[Any], Any]:
        held = forward(graph, x, nodes)
        values = {node: ops.take(held[node], index, axis=0) for node in nodes}
        if any(0 in graph.nodes[node].parents for node in needed):
            values[0] = ops.take(x, index, axis=0)
        below = {node: values[node] for node in nodes}
        pulls = climb(graph, needed, values, rule=rules_of("gradient"))
        activations, seed = single_units(values[target], rows, cols, maps)
        signals = signals_below(graph, pulls, {target: seed})
        parts = []
        for node, value in below.items():
            places = tuple(range(1, len(value.shape) - 1))
            signal = signals.get(node)
            product = ops.zeros_like(value) if signal is None else value * signal
            parts.append(ops.sum(product, axis=places) if places else product)
        return parts, activations

    units, inputs = Spec(("units",), "int32"), ("inputs", *size, graph.input_shape[2])
    return backend.compiled(
        split, Spec(inputs, graph.dtype), units, units, units, units, variables=graph.variables
    )
