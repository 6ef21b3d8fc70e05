"""Projections of units, each on a crop of its image: forward and back on the crop alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from keras import ops

from vizreport import backend
from vizreport.backend import Spec
from vizreport.engine.interpreter import there_and_back
from vizreport.graph.network import Graph


def projection_function(
    graph: Graph, target: int, preset: str, size: tuple[int, int]
) -> Callable[..., tuple[Any, Any]]:
    """Compile the projection of single units of a layer on inputs of one size.

    Parameters
    ----------
    graph : Graph
        What the number of the node refers to; read at any size of input.
    target : int
        Index of the layer's node.
    preset : str
        Name of the table of backward rules.
    size : tuple of int
        Height and width of the inputs (crops or whole).

    Returns
    -------
    callable
        Takes inputs [U, h, w, C] and, int32 [U] each, rows, columns and maps of the units (one
        in each input; rows and columns are not looked at where the layer has none); returns
        projections [U, h, w, C] and activations [U]. The seed is the unit's activation, all
        other units of the layer are zero.
    """

    def project(x: Any, rows: Any, cols: Any, maps: Any) -> tuple[Any, Any]:
        output, pull = there_and_back(graph, x, target, preset)
        activations, seed = single_units(output, rows, cols, maps)
        return pull(seed)[0], activations

    units = Spec(("units",), "int32")
    image = Spec(("units", *size, graph.input_shape[2]), graph.dtype)
    return backend.compiled(project, image, units, units, units, variables=graph.variables)


def single_units(output: Any, rows: Any, cols: Any, maps: Any) -> tuple[Any, Any]:
    """Return one unit's activation in each output, and the outputs with all others zero."""
    places = (rows, cols, maps) if len(output.shape) == 4 else (maps,)
    chosen = True
    for axis, place in enumerate(places, 1):
        shape = [-1 if each in (0, axis) else 1 for each in range(len(output.shape))]
        hit = ops.arange(output.shape[axis])[None] == place[:, None]
        shape[axis] = output.shape[axis]
        chosen = ops.reshape(hit, shape) & chosen
    alone = ops.where(chosen, output, ops.zeros_like(output))
    return ops.sum(alone, axis=tuple(range(1, len(output.shape)))), alone


def crops(
    inputs: np.ndarray,
    images: np.ndarray,
    tops: np.ndarray,
    lefts: np.ndarray,
    size: tuple[int, int],
) -> np.ndarray:
    """Cut crops of one size out of a batch.

    Parameters
    ----------
    inputs : array [N, H, W, C]
        Whole inputs of the network.
    images, tops, lefts : int array [U]
        Which input each crop is cut from, and where.
    size : tuple of int
        Rows and columns of every crop.

    Returns
    -------
    array [U, h, w, C]
    """
    count, height, width, channels = inputs.shape
    # Rows of pixels stay in one piece, which is copied several times as fast as single channels.
    rows = np.ascontiguousarray(inputs).reshape(count, height, width * channels)
    views = np.lib.stride_tricks.sliding_window_view(rows, (size[0], size[1] * channels), (1, 2))
    return views[images, tops, lefts * channels].reshape(len(images), *size, channels)
