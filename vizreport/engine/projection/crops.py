"""On which crop of the input a projection is the same as on the whole of it.

A unit's projection is zero outside its receptive field. It can be computed on a crop of the
preprocessed input if the crop holds everything the unit depends on, at every layer, and if
every layer's windows fall on the crop as they fall on the whole:

- With M the least common multiple of the cumulative strides of all the unit's ancestors, the
  crop's size is congruent to the input's modulo M and its offset is a multiple of M. This keeps
  each window, and each 'same' padding, in phase.
- At every ancestor the positions that the unit depends on lie inside the crop's grid. What the
  crop's inner edges pad then lies outside the unit's cone; at the image's edges the padding is
  the true one.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import lcm

import numpy as np

from vizreport.graph.network import Graph
from vizreport.graph.receptive_field import Cone, cone, global_ancestor, output_sizes


@dataclass(frozen=True)
class CropPlan:
    """Where to crop the input for each of U units, and where the units lie in their crops.

    Attributes
    ----------
    size : tuple of int
        Height and width of every crop, pixels.
    tops, lefts : int array [U]
        First row and column of each crop in the input.
    rows, cols : int array [U]
        Each unit's place on its layer's grid over the crop.
    reason : str or None
        Why the whole input is used; None where these are crops.
    """

    size: tuple[int, int]
    tops: np.ndarray
    lefts: np.ndarray
    rows: np.ndarray
    cols: np.ndarray
    reason: str | None


def plan_crops(graph: Graph, target: int, rows: np.ndarray, cols: np.ndarray) -> CropPlan:
    """Find the smallest exact crop, one size for all the units given.

    Parameters
    ----------
    graph : Graph
        Says how far each step reaches, and which need the whole image.
    target : int
        Index of the layer's node.
    rows, cols : int array [U]
        Places of the units on the layer's map.

    Returns
    -------
    CropPlan
        With the whole input as the only crop, and the reason, where no smaller one is exact.
    """
    rows, cols = np.asarray(rows, dtype=np.int64), np.asarray(cols, dtype=np.int64)
    height, width, _ = graph.input_shape
    everywhere = global_ancestor(graph, target)
    if everywhere is not None:
        reason = f"{everywhere.layer!r} ({everywhere.kind}) depends on the whole image"
        return _whole(graph, rows, cols, reason)
    axes = []
    for axis, units in ((0, rows), (1, cols)):
        distinct, where = np.unique(units, return_inverse=True)
        found = cone(graph, target, axis, distinct)
        if found is None:
            reason = "two ways down to the input have different strides"
            return _whole(graph, rows, cols, reason)
        planned = _plan_axis(graph, target, found)
        if planned is None:
            # This axis is taken whole; the other may still be cropped.
            planned = (height, width)[axis], np.zeros(len(distinct), np.int64), distinct
        size, offsets, places = planned
        axes.append((size, offsets[where], places[where]))
    (crop_height, tops, crop_rows), (crop_width, lefts, crop_cols) = axes
    if (crop_height, crop_width) == (height, width):
        return _whole(graph, rows, cols, "the receptive field spans the image")
    return CropPlan((crop_height, crop_width), tops, lefts, crop_rows, crop_cols, None)


def _whole(graph: Graph, rows: np.ndarray, cols: np.ndarray, reason: str) -> CropPlan:
    height, width, _ = graph.input_shape
    zeros = np.zeros(len(rows), np.int64)
    return CropPlan((height, width), zeros, zeros, rows, cols, reason)


def _plan_axis(graph: Graph, target: int, found: Cone) -> tuple[int, np.ndarray, np.ndarray] | None:
    """Return the crop's size and, for each distinct unit, its offset and the unit's place.

    Sizes congruent to the input's modulo M are tried from the largest receptive field up.
    """
    axis, full = found.axis, graph.nodes[0].shape[found.axis]
    ancestors = graph.ancestors(target)
    # A stride is n / d input pixels; positions are counted in units of 1 / lcm(d), whole numbers.
    fine = lcm(*(stride.denominator for stride in found.strides.values()))
    strides = {index: int(stride * fine) for index, stride in found.strides.items()}
    period = lcm(*(stride.numerator for stride in found.strides.values()))
    latest = np.min(
        [found.low[index] * strides[index] // (period * fine) * period for index in ancestors],
        axis=0,
    )
    least = int((found.high[0] - found.low[0]).max()) + 1
    for size in range(least + (full - least) % period, full, period):
        sizes = output_sizes(graph, ancestors, axis, size)
        if any(
            sizes[index] < 1
            or (graph.nodes[index].shape[axis] - sizes[index]) * found.strides[index] != full - size
            for index in ancestors
        ):
            continue
        earliest = np.max(
            [
                # Rounded up to a multiple of the period.
                -((sizes[index] - 1 - found.high[index]) * strides[index] // (period * fine))
                * period
                for index in ancestors
            ],
            axis=0,
        )
        offsets = np.minimum(latest, full - size)
        if np.all(offsets >= np.maximum(earliest, 0)):
            return size, offsets, found.low[target] - offsets * fine // strides[target]
    return None
