"""Where in an image a class's score comes from: Grad-CAM and integrated gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from keras import ops

from vizreport import backend
from vizreport.backend import Spec
from vizreport.engine.interpreter import climb, rules_of, signals_below, there_and_back
from vizreport.graph.fields import unit_fields
from vizreport.graph.network import Graph

Attended = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


def grad_cam_function(graph: Graph, output: int, layer: int) -> Attended:
    """Compile Grad-CAM (Selvaraju et al. 2017, eqs. 1 and 2).

    Parameters
    ----------
    graph : Graph
        Of the network.
    output : int
        Node of the scores, a vector.
    layer : int
        Node whose feature maps are weighed.

    Returns
    -------
    callable
        Takes preprocessed images [N, H, W, C], int [N] which score of each, and [N] the sign with
        which it counts; returns [N, rows, cols], nowhere below 0.
    """
    above = graph.between(output, (layer,))

    def attend(x: Any, scores: Any, signs: Any) -> Any:
        values: dict[int, Any] = {0: x}
        climb(graph, graph.ancestors(layer), values)
        pulls = climb(graph, above, values, rule=rules_of("gradient"))
        seed = _seed(values[output], scores, signs)
        held = values[layer]
        signal = signals_below(graph, pulls, {output: seed}).get(layer)
        if signal is None:
            return ops.zeros_like(held[..., 0])
        weights = ops.mean(signal, axis=(1, 2), keepdims=True)
        return ops.relu(ops.sum(weights * held, axis=-1))

    compiled = _compiled(graph, attend)
    return lambda x, scores, signs: ops.convert_to_numpy(_called(graph, compiled, x, scores, signs))


def gradient_function(
    graph: Graph, output: int
) -> Callable[[np.ndarray, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Compile scores and their derivatives by the input.

    Parameters
    ----------
    graph : Graph
        Of the network.
    output : int
        Node of the scores, a vector.

    Returns
    -------
    callable
        Takes what :func:`grad_cam_function`'s takes; returns scores [N] and derivatives
        [N, H, W, C].
    """

    def derive(x: Any, scores: Any, signs: Any) -> tuple[Any, Any]:
        y, pull = there_and_back(graph, x, output, "gradient")
        seed = _seed(y, scores, signs)
        return ops.sum(seed * y, axis=1), pull(seed)[0]

    compiled = _compiled(graph, derive)

    def call(x: np.ndarray, scores: np.ndarray, signs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        found = _called(graph, compiled, x, scores, signs)
        return ops.convert_to_numpy(found[0]), ops.convert_to_numpy(found[1])

    return call


def integrated_gradients(
    derive: Callable[[np.ndarray, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]],
    image: np.ndarray,
    baseline: np.ndarray,
    score: int,
    sign: float,
    steps: int,
    batch_size: int = 32,
) -> np.ndarray:
    """Integrate a score's derivatives on the way from a baseline (Sundararajan et al. 2017, eq. 1).

    Parameters
    ----------
    derive : callable
        As :func:`gradient_function` returns it.
    image, baseline : float array [H, W, C]
        Preprocessed.
    score : int
        Index of the output whose derivatives are taken.
    sign : float
        With which the score counts.
    steps : int
        Points of the Gauss-Legendre rule.
    batch_size : int
        Points at once.

    Returns
    -------
    float64 [H, W]
        Sum over the channels. All of it adds up to the difference of the scores, but for the
        error of the rule.
    """
    nodes, weights = np.polynomial.legendre.leggauss(steps)
    shares, weights = (nodes + 1) / 2, weights / 2
    difference = image.astype(np.float64) - baseline
    mean = np.zeros(difference.shape)
    for start in range(0, steps, batch_size):
        part = slice(start, start + batch_size)
        points = baseline + shares[part, None, None, None] * difference
        count = len(points)
        _, found = derive(points, np.full(count, score), np.full(count, sign))
        mean += np.tensordot(weights[part], found.astype(np.float64), 1)
    summed: np.ndarray = (difference * mean).sum(axis=-1)
    return summed


def over_the_input(graph: Graph, layer: int, maps: np.ndarray) -> np.ndarray:
    """Spread maps of a layer's places over the input, bilinearly.

    Each place has its value at the centre of its receptive field, or, where a unit sees the whole
    image, at the centre of its share of it; beyond the outermost centres they go on as they are.

    Parameters
    ----------
    graph : Graph
        Of the network.
    layer : int
        Its node.
    maps : float array [N, rows, cols]
        One of each image.

    Returns
    -------
    float64 [N, H, W]
    """
    height, width, _ = graph.input_shape
    rows, cols = maps.shape[1:]
    most = np.arange(max(rows, cols))
    fields = unit_fields(graph, layer, np.minimum(most, rows - 1), np.minimum(most, cols - 1))
    centres = (fields.low + fields.high) / 2
    whole = fields.everywhere
    down = (np.arange(rows) + 0.5) * height / rows - 0.5 if whole else centres[:rows, 0]
    across = (np.arange(cols) + 0.5) * width / cols - 0.5 if whole else centres[:cols, 1]
    spread: np.ndarray = (
        _between(down, height) @ maps.astype(np.float64) @ _between(across, width).T
    )
    return spread


def _between(centres: np.ndarray, length: int) -> np.ndarray:
    """Return each pixel's weights of the values at some centres: float64 [length, centres]."""
    pixels = np.arange(length)
    return np.stack([np.interp(pixels, centres, unit) for unit in np.eye(len(centres))], axis=1)


def _seed(output: Any, scores: Any, signs: Any) -> Any:
    """Return each row's sign at its score, 0 elsewhere: like the output."""
    hit = ops.arange(output.shape[1])[None] == scores[:, None]
    return ops.where(hit, signs[:, None], ops.zeros_like(output))


def _compiled(graph: Graph, function: Callable[..., Any]) -> Callable[..., Any]:
    images = Spec(("images", *graph.input_shape), graph.dtype)
    each = Spec(("images",), "int32"), Spec(("images",), graph.dtype)
    return backend.compiled(function, images, *each, variables=graph.variables)


def _called(
    graph: Graph,
    compiled: Callable[..., Any],
    x: np.ndarray,
    scores: np.ndarray,
    signs: np.ndarray,
) -> Any:
    given = np.asarray(x, graph.dtype), np.asarray(scores, np.int32), np.asarray(signs, graph.dtype)
    return compiled(*given)
