"""How much of a probability's fall lies on the object, over a sample of images."""

from __future__ import annotations

from typing import Any

import numpy as np

from vizreport.experiments.context import Context
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.occlusion.fills import fill_picture
from vizreport.experiments.occlusion.masks import agreement, object_masks
from vizreport.experiments.occlusion.places import pixel_average, places
from vizreport.graph.layers import ReportableLayer

IMAGES = 30
SIDE = 8  # places a row: the maps of the sample are coarser than those that are shown
LEAST = 0.05
"""Fall of the probability below which an image says nothing of where it falls."""


def on_objects(
    context: Context,
    mining: MiningResult,
    layer: ReportableLayer,
    size: int,
    seed: int,
    memory: int,
) -> dict[str, Any]:
    """Occlude a seeded sample of correctly classified images whose objects are known.

    Parameters
    ----------
    context : Context
        Network and data of the build.
    mining : MiningResult
        Of the same images.
    layer : ReportableLayer
        Recorded on the way, as for the images that are shown.
    size : int
        Of the square, px.
    seed, memory : int
        Memory that batches of places may take, bytes.

    Returns
    -------
    dict
        The fields ``sample`` and ``sample_...`` of :class:`OcclusionResult`.
    """
    from vizreport.engine.occlusion import occlude

    images = _choice(mining, seed) if context.dataset.truth is not None else np.zeros(0, np.int32)
    masks, masked = object_masks(context, mining, images)
    images, masks = images[masked], masks[masked]
    shape = context.preprocessing.input_size
    tops, lefts = (places(n, size, _stride(n, size)) for n in shape)
    rows, cols = (each.ravel() for each in np.meshgrid(tops, lefts, indexing="ij"))
    found = np.full((4, len(images)), np.nan, np.float32)
    hits = np.zeros(len(images), bool)
    for i, image in enumerate(images):
        picture = context.pictures(mining.records[[image]])[0]
        fill = fill_picture(picture, "grey", size, np.random.default_rng(seed))
        inputs, fills = context.preprocessing.tensor(np.stack([picture, fill]))
        scores = occlude(context.traced, inputs, fills, rows, cols, size, layer, 0, memory)
        watched = int(mining.labels[image])
        hidden = context.output.probabilities(scores.outputs)[:, watched]
        clean = float(mining.top_probabilities[image, 0])
        pixels = pixel_average(hidden.reshape(len(tops), -1), tops, lefts, size, shape)
        told = agreement(pixels, clean, masks[i])
        falls = clean - float(hidden.min()) >= LEAST
        found[:, i] = clean, hidden.min(), told.share if falls else np.nan, told.area
        hits[i] = told.hit
    names = ("sample_clean", "sample_lowest", "sample_shares", "sample_areas")
    return {"sample": images, "sample_hits": hits, **dict(zip(names, found, strict=True))}


def _choice(mining: MiningResult, seed: int) -> np.ndarray:
    """Draw correctly classified images, whatever their class."""
    order = np.random.default_rng([seed, 21]).permutation(len(mining.top_classes))
    right = mining.labels[order] == mining.top_classes[order, 0]
    return np.sort(order[right & (mining.labels[order] >= 0)][:IMAGES]).astype(np.int32)


def _stride(length: int, size: int) -> int:
    return max(1, min(size, -(-(length - size) // (SIDE - 1))))
