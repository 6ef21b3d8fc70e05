"""Squares slid over images: what the network says at each place."""

from __future__ import annotations

from typing import Any

import numpy as np

from vizreport.deconv.layers import ReportableLayer, logits_node
from vizreport.deconv.mining import reduction_function
from vizreport.errors import NotApplicable
from vizreport.experiments.context import Context
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.occlusion.fills import NOISE_DRAWS, fill_picture
from vizreport.experiments.occlusion.images import Subjects, subjects
from vizreport.experiments.occlusion.layer import occluded_layer, score_scale
from vizreport.experiments.occlusion.places import default_stride, places
from vizreport.experiments.occlusion.projections import projections
from vizreport.experiments.occlusion.result import OcclusionResult
from vizreport.incremental import occlude
from vizreport.progress import progress


def compute(context: Context, required: dict[str, MiningResult]) -> OcclusionResult:
    """Occlude images at every place of a square, and project the watched feature map.

    Parameters
    ----------
    context : Context
    required : dict
        The mining result, from which images and the map's strongest activations are taken.

    Raises
    ------
    RequestError
        If a file or the layer asked for is not there.
    NotApplicable
        If the network has no class scores or no convolution, or no image suits.
    """
    mining, graph, settings = required["mining"], context.deconvnet.graph, context.settings
    if logits_node(graph) is None:
        raise NotApplicable("the network has no class scores whose fall could be mapped")
    layer = occluded_layer(context)
    if layer is None:
        raise NotApplicable("the network has no convolution whose feature maps could be watched")
    chosen = subjects(context, mining)
    inputs = context.preprocessing.tensor(chosen.pictures)
    clean = _clean(context, layer, inputs, chosen.labels)
    height, width, _ = graph.input_shape
    sizes = square_sizes(settings.occlusion_sizes, (height, width))
    strides = [
        settings.occlusion_stride or default_stride(min(height, width), size) for size in sizes
    ]
    tops = {str(w): places(height, w, s) for w, s in zip(sizes, strides, strict=True)}
    lefts = {str(w): places(width, w, s) for w, s in zip(sizes, strides, strict=True)}
    draws = NOISE_DRAWS if settings.occlusion_fill == "noise" else 1
    total = draws * len(inputs) * sum(len(tops[name]) * len(lefts[name]) for name in tops)
    parts: dict[str, dict[str, Any]] = {}
    with progress("occluding", total, "places") as bar:
        for size in sizes:
            name = str(size)
            parts[name] = _maps(
                context, layer, chosen, inputs, clean, size, tops[name], lefts[name], draws, bar
            )
    collected: dict[str, Any] = {
        field: {name: part[field] for name, part in parts.items()} for field in parts[str(sizes[0])]
    }
    return OcclusionResult(
        paths=chosen.paths,
        given=bool(settings.occlude),
        pictures=chosen.pictures,
        classes=clean["classes"],
        known=chosen.labels >= 0,
        class_names=list(context.labels.class_names),
        scale=score_scale(graph),
        clean_probabilities=clean["probabilities"],
        clean_best=clean["best"],
        clean_best_probabilities=clean["best_probabilities"],
        layer=layer.name,
        maps=clean["maps"],
        clean_activations=clean["activations"],
        units=layer.rows * layer.cols,
        sizes=sizes,
        strides=strides,
        fill=settings.occlusion_fill,
        draws=draws,
        tops=tops,
        lefts=lefts,
        **collected,
        **projections(context, mining, layer, chosen.images, inputs, clean),
        rule=settings.rule,
    )


def square_sizes(shares: tuple[float, ...], shape: tuple[int, int]) -> list[int]:
    """Return the sides of the squares in px, each once, in rising order."""
    side = min(shape)
    return sorted({min(side, max(1, round(share * side))) for share in shares})


def _clean(
    context: Context, layer: ReportableLayer, inputs: np.ndarray, labels: np.ndarray
) -> dict[str, np.ndarray]:
    """Score the images with nothing hidden; choose each one's strongest map and class."""
    reduce = reduction_function(context.deconvnet.graph, [layer])
    batches = []
    for start in range(0, len(inputs), context.settings.batch_size):
        reduced, scores = reduce(inputs[start : start + context.settings.batch_size])
        batches.append([*(part.numpy() for part in reduced[0]), scores.numpy()])
    maxima, units, means, scores = (np.concatenate(part) for part in zip(*batches, strict=True))
    maps = means.argmax(axis=1)
    best = scores.argmax(axis=1)
    classes = np.where(labels >= 0, labels, best)
    each = np.arange(len(inputs))
    return {
        "maps": maps.astype(np.int32),
        "activations": (means[each, maps] * (layer.rows * layer.cols)).astype(np.float32),
        "values": maxima[each, maps].astype(np.float32),
        "units": units[each, maps].astype(np.int32),
        "classes": classes.astype(np.int32),
        "probabilities": scores[each, classes].astype(np.float32),
        "best": best.astype(np.int32),
        "best_probabilities": scores[each, best].astype(np.float32),
    }


def _maps(
    context: Context,
    layer: ReportableLayer,
    chosen: Subjects,
    inputs: np.ndarray,
    clean: dict[str, np.ndarray],
    size: int,
    tops: np.ndarray,
    lefts: np.ndarray,
    draws: int,
    bar: Any,
) -> dict[str, Any]:
    """Occlude every image with squares of one size."""
    settings = context.settings
    grid = len(inputs), len(tops), len(lefts)
    rows, cols = (part.ravel() for part in np.meshgrid(tops, lefts, indexing="ij"))
    fills = np.zeros_like(chosen.pictures)
    found = {
        "probabilities": np.zeros(grid, np.float32),
        "activations": np.zeros(grid, np.float32),
        "best": np.zeros(grid, np.int32),
        "best_probabilities": np.zeros(grid, np.float32),
    }
    for i, picture in enumerate(chosen.pictures):
        random = np.random.default_rng([settings.seed, i, size])
        probabilities: Any = 0.0
        activations: Any = 0.0
        for draw in range(draws):
            filled = fill_picture(picture, settings.occlusion_fill, size, random)
            if draw == 0:
                fills[i] = filled
            scores = occlude(
                context.deconvnet,
                inputs[i],
                context.preprocessing.tensor(filled[None])[0],
                rows,
                cols,
                size,
                layer,
                int(clean["maps"][i]),
                memory=settings.memory,
                progress=bar.update,
            )
            probabilities = probabilities + scores.probabilities / draws
            activations = activations + scores.activations / draws
        best = probabilities.argmax(axis=1)
        here = grid[1:]
        found["probabilities"][i] = probabilities[:, clean["classes"][i]].reshape(here)
        found["activations"][i] = activations.reshape(here)
        found["best"][i] = best.reshape(here)
        found["best_probabilities"][i] = probabilities[np.arange(len(best)), best].reshape(here)
    return {"fills": fills, **found}
