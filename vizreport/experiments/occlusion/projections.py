"""The watched map's strongest unit, projected in the image and in the map's top images."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vizreport.errors import NotApplicable
from vizreport.experiments.mining.contents import alike
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.occlusion.image import Clean
from vizreport.experiments.occlusion.result import Projections
from vizreport.subject.subject import Subject

if TYPE_CHECKING:
    from vizreport.graph.layers import ReportableLayer

OTHERS = 3


def projections(
    subject: Subject,
    rule: str,
    mining: MiningResult,
    layer: ReportableLayer,
    images: np.ndarray,
    inputs: np.ndarray,
    clean: Clean,
) -> Projections:
    """Project each image's strongest map in it and in the map's three top images.

    Parameters
    ----------
    subject : Subject
        Has the network and the data's images.
    rule : str
        Preset of backward rules.
    mining : MiningResult
        Says which images excite each map most.
    layer : ReportableLayer
        The layer whose maps are watched.
    images : int [I]
        Numbers in the mining result, -1 for an image that is not in the data.
    inputs : float32 [I, h, w, C]
        Preprocessed.
    clean : Clean
        Has the maps and their strongest units.
    """
    from vizreport.drawing.tiles import GREY, display_scale, quantised
    from vizreport.engine.presets import rule_problem
    from vizreport.graph.fields import unit_fields

    graph = subject.graph
    count, shape = len(inputs), (*graph.input_shape[:2], subject.preprocessing.image_channels)
    others, values, units = _top_images(mining, layer, images, clean)
    pictures = np.full((count, OTHERS, *shape), GREY, np.uint8)
    if (others >= 0).any():
        pictures[others >= 0] = subject.pictures(mining.records[others[others >= 0]])
    tensors = subject.preprocessing.tensor(pictures.reshape(-1, *shape))
    stacked = np.concatenate(
        [inputs[:, None], tensors.reshape(count, OTHERS, *graph.input_shape)], axis=1
    ).reshape(-1, *graph.input_shape)
    rows, cols = np.divmod(units.ravel(), layer.cols)
    problem = rule_problem(graph, layer.node, rule)
    active = np.zeros(0, int) if problem else np.flatnonzero(values > 0)  # NaN is not
    signed = np.zeros_like(stacked)
    if len(active):
        chosen = np.repeat(clean.maps, 1 + OTHERS)[active]
        found = np.zeros_like(stacked[active])
        try:
            for part in subject.deconvnet(rule).project_units(
                stacked[active], layer, np.arange(len(active)), rows[active], cols[active], chosen
            ):
                part.put_into(found)
            signed[active] = found
        except NotApplicable as not_finite:
            problem = str(not_finite)
    full = subject.to_rgb(signed).astype(np.float32)
    strength = np.abs(full).reshape(count, -1)
    # The percentile of what is not zero: a small receptive field would vanish otherwise.
    scales = np.array([display_scale(one[one != 0]) for one in strength], np.float32)
    fields = unit_fields(graph, layer.node, rows, cols).clipped(graph.input_shape)
    stored = quantised(full, np.repeat(scales, 1 + OTHERS))
    return Projections(
        problem=problem,
        others=others,
        other_pictures=subject.preprocessing.shown(pictures),
        values=values,
        fields=fields.reshape(count, 1 + OTHERS, 4),
        projected=stored.reshape(count, 1 + OTHERS, *full.shape[1:]),
        scales=scales,
    )


def _top_images(
    mining: MiningResult,
    layer: ReportableLayer,
    images: np.ndarray,
    clean: Clean,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the other images [I, 3], and value and flat place of all the units [I, 4]."""
    count = len(images)
    others = np.full((count, OTHERS), -1, np.int32)
    values = np.full((count, 1 + OTHERS), np.nan, np.float32)
    units = np.zeros((count, 1 + OTHERS), np.int64)
    values[:, 0], units[:, 0] = clean.values, clean.units
    mined = mining.layers[layer.name]
    places = mined.rows * layer.cols + mined.cols
    for i, m in enumerate(clean.maps):
        # Neither the image itself nor a copy of it.
        found = [
            k
            for k, image in enumerate(mined.images[m])
            if image >= 0
            and not (images[i] >= 0 and alike(mining, image, images[i]))
            and mined.values[m, k] > 0
        ][:OTHERS]
        others[i, : len(found)] = mined.images[m, found]
        values[i, 1 : 1 + len(found)] = mined.values[m, found]
        units[i, 1 : 1 + len(found)] = places[m, found]
    return others, values, units
