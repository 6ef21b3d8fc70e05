"""Batch normalisation by the statistics of what it is given, in place of its moving averages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np
from keras import ops

from vizreport import backend
from vizreport.backend import Spec
from vizreport.engine.interpreter import forward
from vizreport.graph.network import Graph
from vizreport.graph.normalizing_layers import normalized
from vizreport.graph.outputs import given_out

Moments = tuple[Any, Any]
"""Mean and variance of each map: [M] and [M]."""


@dataclass(frozen=True)
class Normalizing:
    """A layer of batch normalisation.

    Attributes
    ----------
    layer : keras.layers.BatchNormalization
        With its moving averages.
    nodes : tuple of int
        Its uses on which the network's output depends.
    """

    layer: Any
    nodes: tuple[int, ...]

    @property
    def maps(self) -> int:
        """Number of maps."""
        return int(self.layer.moving_mean.shape[0])

    def moving(self) -> Moments:
        """Return the moving averages, as arrays."""
        mean, variance = self.layer.moving_mean, self.layer.moving_variance
        return ops.convert_to_numpy(mean), ops.convert_to_numpy(variance)


def normalizing_layers(graph: Graph) -> dict[str, Normalizing]:
    """Return the layers of batch normalisation on which the output depends, in their order."""
    needed = set(graph.ancestors(given_out(graph)))
    names: dict[int, tuple[str, Any]] = {}
    nodes: dict[int, list[int]] = {}
    for use in graph.uses:
        if isinstance(use.operation, keras.layers.BatchNormalization):
            names.setdefault(id(use.operation), (use.layer, use.operation))
            nodes.setdefault(id(use.operation), []).extend(
                node
                for node in use.outputs
                if node in needed and graph.nodes[node].kind == "batch_normalization"
            )
    return {
        name: Normalizing(layer, tuple(nodes[key]))
        for key, (name, layer) in names.items()
        if nodes[key]
    }


def statistics_function(
    graph: Graph, layers: Mapping[str, Normalizing], images: int
) -> Callable[[np.ndarray], list[Moments]]:
    """Compile the forward pass of training: each batch is normalised by its own statistics.

    Parameters
    ----------
    graph : Graph
        Of which the layers are.
    layers : mapping of str to Normalizing
        As :func:`normalizing_layers` gives them.
    images : int
        In a batch. A length that varies may be padded, which would change the statistics.

    Returns
    -------
    callable
        Takes preprocessed images, float [images, H, W, C]; returns the mean and the variance of
        what each use of a layer is given, in the order of ``layers`` and their nodes.
    """
    by_batch = _with_statistics(graph, dict.fromkeys(layers, _moments), layers)
    parents = [graph.nodes[node].parents[0] for each in layers.values() for node in each.nodes]

    def compute(x: Any) -> list[Moments]:
        values = forward(by_batch, x, parents)
        return [_moments(values[parent]) for parent in parents]

    taken = Spec((images, *graph.input_shape), graph.dtype)
    return backend.compiled(compute, taken, variables=graph.variables)


def estimated(
    layers: Mapping[str, Normalizing],
    statistics: Callable[[np.ndarray], list[Moments]],
    batches: Iterable[np.ndarray],
) -> dict[str, Moments]:
    """Estimate a network's averages anew.

    Parameters
    ----------
    layers, statistics
        As of :func:`statistics_function`.
    batches : iterable of float [images, H, W, C]
        Preprocessed images, classes mixed as in training.

    Returns
    -------
    dict of (float64 [M], float64 [M])
        Mean and variance over all batches, places and uses, by layer.
    """
    sums: dict[str, np.ndarray] = {}
    count = 0
    for batch in batches:
        found, count = iter(statistics(batch)), count + 1
        for name, each in layers.items():
            means, variances = np.stack(
                [np.asarray(next(found), np.float64) for _ in each.nodes], axis=1
            )
            moments = np.stack([means, variances + means**2]).mean(axis=1)
            sums[name] = sums.get(name, 0) + moments
    return {
        name: (mean, np.maximum(square - mean**2, 0))
        for name, (mean, square) in ((name, each / count) for name, each in sums.items())
    }


def output_function(
    graph: Graph, layers: Mapping[str, Normalizing]
) -> Callable[[np.ndarray, Sequence[Moments]], np.ndarray]:
    """Compile the forward pass with other averages in place of the moving ones.

    Returns
    -------
    callable
        Takes preprocessed images, float [n, H, W, C], and a mean and variance for each layer;
        returns what the network gives out, [n, outputs].
    """
    output = given_out(graph)
    count = int(np.prod(graph.nodes[output].shape))

    def compute(x: Any, averages: list[Any]) -> Any:
        pairs = zip(averages[::2], averages[1::2], strict=True)
        given = {name: _constant(*pair) for name, pair in zip(layers, pairs, strict=True)}
        values = forward(_with_statistics(graph, given, layers), x, [output])
        return ops.reshape(values[output], (ops.shape(x)[0], count))

    images = Spec(("images", *graph.input_shape), graph.dtype)
    each = [Spec((layer.maps,), graph.dtype) for layer in layers.values() for _ in range(2)]
    compiled = backend.compiled(compute, images, each, variables=graph.variables)

    def run(images: np.ndarray, averages: Sequence[Moments]) -> np.ndarray:
        flat = [np.asarray(part, graph.dtype) for pair in averages for part in pair]
        return ops.convert_to_numpy(compiled(images, flat))

    return run


def _with_statistics(
    graph: Graph,
    statistics: Mapping[str, Callable[[Any], Moments]],
    layers: Mapping[str, Normalizing],
) -> Graph:
    """Return the network whose batch normalisations take their statistics from elsewhere."""
    nodes = list(graph.nodes)
    for name, each in layers.items():
        for node in each.nodes:
            step = replace(nodes[node].step, forward=_normalize(each.layer, statistics[name]))
            nodes[node] = replace(nodes[node], step=step)
    return replace(graph, nodes=tuple(nodes))


def _normalize(layer: Any, statistics: Callable[[Any], Moments]) -> Callable[[Any], Any]:
    return lambda x: normalized(x, layer, *statistics(x))


def _constant(mean: Any, variance: Any) -> Callable[[Any], Moments]:
    return lambda _: (mean, variance)


def _moments(x: Any) -> Moments:
    mean, variance = ops.moments(x, axes=tuple(range(len(x.shape) - 1)))
    return mean, variance
