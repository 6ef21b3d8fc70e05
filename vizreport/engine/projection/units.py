"""Units of a layer projected: on crops of their images, or through windows of shared passes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from keras import ops

from vizreport import backend
from vizreport.engine.projection.crops import CropPlan
from vizreport.engine.projection.on_crops import crops, projection_function
from vizreport.engine.projection.shared_passes import forward_function, window_function
from vizreport.engine.projection.window_plan import WindowPlan, multiply_adds
from vizreport.engine.ruled_graph import RuledGraph
from vizreport.graph.layers import ReportableLayer
from vizreport.graph.network import Graph

BATCH = 8
"""Whole inputs per batch, each of which keeps all layers' outputs for the backward pass; of crops,
as many as have about as many pixels."""
_MOST_CROPS = 1024
# Images that go forward at once where units share them: their poolings' inputs are kept.
_IMAGES_FORWARD = 8


@dataclass(frozen=True)
class Units:
    """Units of one layer, int32 [U] each: which of the images given, and the place in it."""

    images: np.ndarray
    rows: np.ndarray
    cols: np.ndarray
    maps: np.ndarray

    @classmethod
    def of(cls, images: np.ndarray, rows: np.ndarray, cols: np.ndarray, maps: np.ndarray) -> Units:
        """Return units of whole numbers of any kind."""
        return cls(*(np.asarray(part, np.int32) for part in (images, rows, cols, maps)))


@dataclass(frozen=True)
class Projected:
    """Projections of some units, each on a part of its image that holds all of it.

    Attributes
    ----------
    chosen : int array [u]
        Which of the units asked for these are.
    tops, lefts : int array [u]
        First row and column of each part in the image; may be outside it.
    pictures : float array [u, h, w, C]
        Signed, in the model's own channels, zero where a part leaves the image.
    activations : float array [u]
        The units' activations, which seeded the projections.
    """

    chosen: np.ndarray
    tops: np.ndarray
    lefts: np.ndarray
    pictures: np.ndarray
    activations: np.ndarray

    def put_into(self, full: np.ndarray) -> None:
        """Write the projections into whole pictures [U, H, W, C] of zeros."""
        height, width = full.shape[1:3]
        size = self.pictures.shape[1:3]
        for unit, top, left, picture in zip(
            self.chosen, self.tops, self.lefts, self.pictures, strict=True
        ):
            above, before = max(-top, 0), max(-left, 0)
            below, behind = min(size[0], height - top), min(size[1], width - left)
            if below <= above or behind <= before:
                continue  # wholly in the padding: nothing of it is the image's
            full[unit, top + above : top + below, left + before : left + behind] = picture[
                above:below, before:behind
            ]


def multiplications(
    graph: Graph,
    layer: ReportableLayer,
    plan: CropPlan,
    windows: WindowPlan,
    indices: np.ndarray,
) -> tuple[float, float]:
    """Count the multiplications of both ways of projecting units.

    Parameters
    ----------
    graph : Graph
        Of the network.
    layer : ReportableLayer
        The layer looked at.
    plan : CropPlan
        Of the units.
    windows : WindowPlan
        Of the layer.
    indices : int array [U]
        Each unit's image.

    Returns
    -------
    crops : float
        A pass each way on every unit's crop.
    windows : float
        A pass forward an image, and each unit's windows back.
    """
    height, width, _ = graph.input_shape
    share = plan.size[0] * plan.size[1] / (height * width)
    whole = multiply_adds(graph, layer.node, None)
    down = multiply_adds(graph, layer.node, windows.sizes)
    count, shared = len(indices), len(np.unique(indices))
    return 2 * count * share * whole, shared * whole + count * down


def on_crops(
    ruled: RuledGraph, images: np.ndarray, layer: ReportableLayer, plan: CropPlan, units: Units
) -> Iterator[Projected]:
    """Project each unit on a crop of its image, in batches of about as many pixels.

    Parameters
    ----------
    ruled : RuledGraph
        Of the network, under the rule wanted.
    images : float array [N, H, W, C]
        Preprocessed.
    layer : ReportableLayer
        The layer of all these units.
    plan : CropPlan
        Of the units.
    units : Units
        Image, place and map of each.
    """
    height, width, _ = ruled.graph.input_shape
    share = plan.size[0] * plan.size[1] / (height * width)
    batch = backend.batch_length(min(_MOST_CROPS, int(BATCH / share)))
    project = ruled.compiled(
        ("crops", layer.node, *plan.size),
        lambda: projection_function(ruled.graph, layer.node, ruled.rule, plan.size),
    )
    for start in range(0, len(units.images), batch):
        chosen = np.arange(start, min(start + batch, len(units.images)))
        tops, lefts = plan.tops[chosen], plan.lefts[chosen]
        pictures, activations = project(
            crops(images, units.images[chosen], tops, lefts, plan.size),
            plan.rows[chosen].astype(np.int32),
            plan.cols[chosen].astype(np.int32),
            units.maps[chosen],
        )
        yield Projected(chosen, tops, lefts, *map(ops.convert_to_numpy, (pictures, activations)))


def through_windows(
    ruled: RuledGraph, images: np.ndarray, layer: ReportableLayer, plan: WindowPlan, units: Units
) -> Iterator[Projected]:
    """Project the units of an image through windows, from one forward pass of the whole image.

    Parameters
    ----------
    ruled : RuledGraph
        Of the preset "deconvnet".
    images : float array [N, H, W, C]
        Preprocessed.
    layer : ReportableLayer
        The layer of all these units.
    plan : WindowPlan
        Of the layer.
    units : Units
        Image, place and map of each.
    """
    node = layer.node
    forward = ruled.compiled(("forward", node), lambda: forward_function(ruled.graph, node, plan))
    project = ruled.compiled(("windows", node), lambda: window_function(ruled.graph, node, plan))
    tops = units.rows * plan.steps[0][0] + plan.offsets[0][0]
    lefts = units.cols * plan.steps[0][1] + plan.offsets[0][1]
    shown = np.unique(units.images)
    for start in range(0, len(shown), _IMAGES_FORWARD):
        together = shown[start : start + _IMAGES_FORWARD]
        output, pooled = forward(images[together])
        waiting = np.flatnonzero(np.isin(units.images, together))
        for first in range(0, len(waiting), BATCH):
            chosen = waiting[first : first + BATCH]
            pictures, activations = project(
                output,
                pooled,
                np.searchsorted(together, units.images[chosen]).astype(np.int32),
                units.rows[chosen],
                units.cols[chosen],
                units.maps[chosen],
            )
            yield Projected(
                chosen,
                tops[chosen],
                lefts[chosen],
                *map(ops.convert_to_numpy, (pictures, activations)),
            )
