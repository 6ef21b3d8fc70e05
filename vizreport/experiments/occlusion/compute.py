"""Squares slid over images: what the network says at each place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from vizreport.engine.mining import reduction_function
from vizreport.engine.occlusion import Scores, occlude, refine
from vizreport.errors import NotApplicable
from vizreport.experiments.context import Context
from vizreport.experiments.mining.one_layer import with_layer
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.mining.soundness import require_sound
from vizreport.experiments.occlusion.examples import (
    choose_examples,
    coarse,
    images_to_try,
    is_sure,
)
from vizreport.experiments.occlusion.fills import NOISE_DRAWS, fill_picture
from vizreport.experiments.occlusion.masks import object_masks
from vizreport.experiments.occlusion.places import default_stride, places
from vizreport.experiments.occlusion.projections import projections
from vizreport.experiments.occlusion.result import OcclusionResult
from vizreport.experiments.occlusion.sample import on_objects
from vizreport.experiments.subjects import Subjects, chosen_subjects, given_subjects
from vizreport.graph.layers import ReportableLayer, occluded_layer
from vizreport.models.output import name_output
from vizreport.progress import progress
from vizreport.settings import Given

# Arrays of each size of the square, as the result names them.
_MAPPED = (
    "fills",
    "probabilities",
    "activations",
    "best",
    "best_probabilities",
    "computed",
    "errors",
    "errors_drawn",
)
# Interpolated places that are computed after all, to say how far off interpolation is: the least
# sure, and so many drawn at random that the largest error bounds 95 % of all (0.95**59 < 0.05).
_LEAST_SURE, _DRAWN = 24, 59
_AROUND = 5  # places across, over which the map's range says how sure interpolation is


def compute(
    context: Context, settings: Given, required: dict[str, MiningResult]
) -> OcclusionResult:
    """Occlude images at every place of a square, and project the watched feature map.

    Reads the mining result, from which images and the map's strongest activations are taken.

    Raises
    ------
    RequestError
        If a file or the layer asked for is not there.
    NotApplicable
        If the network has no class scores or no convolution, or no image suits.
    """
    mining = required["mining"]
    require_sound(mining)
    if not context.output.classes:
        raise NotApplicable(
            "occlusion follows the probability of a class, and the network gives "
            f"{name_output(context.output)}"
        )
    layer = occluded_layer(context.graph, settings.occlusion_layer)
    if layer is None:
        raise NotApplicable("the network has no convolution whose feature maps could be watched")
    mining = with_layer(context, mining, layer)
    height, width, _ = context.graph.input_shape
    sizes = square_sizes(settings.occlusion_sizes, (height, width))
    strides = [
        settings.occlusion_stride or default_stride(min(height, width), size) for size in sizes
    ]
    tops = {str(w): places(height, w, s) for w, s in zip(sizes, strides, strict=True)}
    lefts = {str(w): places(width, w, s) for w, s in zip(sizes, strides, strict=True)}
    tried = telling = 0
    if settings.occlude:
        chosen = given_subjects(context, mining, settings.occlude)
    else:
        largest = str(sizes[-1])
        square = _Square(sizes[-1], tops[largest], lefts[largest])
        images = images_to_try(mining, settings.occlusion_images, settings.seed)
        some = chosen_subjects(context, mining, images, "--occlude")
        falls = _falls(context, settings, layer, some, square)
        sure = is_sure(mining)[images]
        examples = choose_examples(sure, falls, settings.occlusion_images, settings.seed)
        chosen = chosen_subjects(context, mining, images[examples.places], "--occlude")
        tried, telling = int(sure.sum()), examples.telling
    inputs = context.preprocessing.tensor(chosen.pictures)
    clean = _clean(context, layer, inputs, chosen.labels)
    draws = _draws(settings.occlusion_fill)
    total = draws * len(inputs) * sum(len(tops[name]) * len(lefts[name]) for name in tops)
    parts: dict[str, dict[str, Any]] = {}
    with progress("occluding", total, "places") as bar:
        for size in sizes:
            name = str(size)
            square = _Square(size, tops[name], lefts[name])
            parts[name] = _maps(context, settings, layer, chosen, inputs, clean, square, bar)
    collected: dict[str, Any] = {
        field: {name: part[field] for name, part in parts.items()} for field in parts[str(sizes[0])]
    }
    masks, masked = object_masks(context, mining, chosen.images)
    return OcclusionResult(
        paths=chosen.paths,
        given=bool(settings.occlude),
        sure=float(is_sure(mining).mean()),
        tried=tried,
        telling=telling,
        pictures=context.preprocessing.shown(chosen.pictures),
        masks=masks,
        masked=masked,
        classes=clean["classes"],
        known=chosen.labels >= 0,
        class_names=mining.class_names,
        clean_probabilities=clean["probabilities"],
        clean_best=clean["best"],
        clean_best_probabilities=clean["best_probabilities"],
        layer=layer.name,
        maps=clean["maps"],
        clean_activations=clean["activations"],
        units=layer.rows * layer.cols,
        sizes=sizes,
        strides=strides,
        refined=settings.refine,
        fill=settings.occlusion_fill,
        draws=draws,
        tops=tops,
        lefts=lefts,
        **collected,
        **projections(context, settings.rule, mining, layer, chosen.images, inputs, clean),
        **on_objects(context, mining, layer, sizes[-1], settings.seed, settings.memory),
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
    reduce = reduction_function(context.graph, [layer])
    batches = []
    for start in range(0, len(inputs), context.batch_size):
        reduced, outputs = reduce(inputs[start : start + context.batch_size])
        scores = context.output.probabilities(np.asarray(outputs))
        batches.append([*(np.asarray(part) for part in reduced[0]), scores])
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


@dataclass(frozen=True)
class _Square:
    """A square's size and places, px."""

    size: int
    tops: np.ndarray
    lefts: np.ndarray


def _falls(
    context: Context,
    settings: Given,
    layer: ReportableLayer,
    tried: Subjects,
    square: _Square,
) -> np.ndarray:
    """Return how far each image's probability falls over a coarse grid of places: float [I]."""
    inputs = context.preprocessing.tensor(tried.pictures)
    clean = _clean(context, layer, inputs, tried.labels)
    grid = np.meshgrid(coarse(len(square.tops)), coarse(len(square.lefts)), indexing="ij")
    rows, cols = (part.ravel() for part in grid)
    falls = np.zeros(len(inputs))
    with progress("choosing images", len(inputs) * len(rows), "places") as bar:
        for i, picture in enumerate(tried.pictures):
            random = np.random.default_rng([settings.seed, i, square.size])
            fills = fill_picture(picture, settings.occlusion_fill, square.size, random)[None]
            watched, feature_map = int(clean["classes"][i]), int(clean["maps"][i])
            scores = _scores(
                context, settings, layer, inputs[i], fills, square, feature_map, rows, cols, bar
            )
            falls[i] = clean["probabilities"][i] - scores.outputs[:, watched].min()
    return falls


def _maps(
    context: Context,
    settings: Given,
    layer: ReportableLayer,
    chosen: Subjects,
    inputs: np.ndarray,
    clean: dict[str, np.ndarray],
    square: _Square,
    bar: Any,
) -> dict[str, Any]:
    """Occlude every image with squares of one size."""
    size = square.size
    shape = len(square.tops), len(square.lefts)
    rows, cols = np.indices(shape).reshape(2, -1)
    found: dict[str, list[Any]] = {name: [] for name in _MAPPED}
    for i, picture in enumerate(chosen.pictures):
        random = np.random.default_rng([settings.seed, i, size])
        fills = np.stack(
            [
                fill_picture(picture, settings.occlusion_fill, size, random)
                for _ in range(_draws(settings.occlusion_fill))
            ]
        )
        evaluate = partial(
            _scores, context, settings, layer, inputs[i], fills, square, int(clean["maps"][i])
        )
        watched = int(clean["classes"][i])
        if settings.refine:
            scores, computed = refine(shape, partial(evaluate, bar=bar), watched)
            scores, computed, worst, drawn = _checked(evaluate, scores, computed, watched, random)
        else:
            scores, computed = evaluate(rows, cols, bar), np.ones(shape, bool)
            worst, drawn = 0.0, np.full(_DRAWN, np.nan, np.float32)
        best = scores.outputs.argmax(axis=1).astype(np.int32)
        at_best = scores.outputs[np.arange(len(best)), best]
        parts = (context.preprocessing.shown(fills[0]), scores.outputs[:, watched].reshape(shape),
                 scores.activations.reshape(shape), best.reshape(shape), at_best.reshape(shape),
                 computed, np.float32(worst), drawn)  # fmt: skip
        for name, part in zip(_MAPPED, parts, strict=True):
            found[name].append(part)
    return {name: np.stack(parts) for name, parts in found.items()}


def _scores(
    context: Context,
    settings: Given,
    layer: ReportableLayer,
    image: np.ndarray,
    fills: np.ndarray,
    square: _Square,
    feature_map: int,
    rows: np.ndarray,
    cols: np.ndarray,
    bar: Any = None,
) -> Scores:
    """Give probabilities and activations at places by their row and column among all places.

    Averages over draws of the fill.
    """
    draws = [
        occlude(
            context.traced,
            image,
            fill,
            square.tops[rows],
            square.lefts[cols],
            square.size,
            layer,
            feature_map,
            memory=settings.memory,
            progress=bar.update if bar is not None else None,
        )
        for fill in context.preprocessing.tensor(fills)
    ]
    return Scores(
        np.mean([context.output.probabilities(draw.outputs) for draw in draws], axis=0),
        np.mean([draw.activations for draw in draws], axis=0),
    )


def _checked(
    evaluate: Callable[..., Scores],
    scores: Scores,
    computed: np.ndarray,
    watched: int,
    random: np.random.Generator,
) -> tuple[Scores, np.ndarray, float, np.ndarray]:
    """Compute some interpolated places after all, and put them in.

    Returns
    -------
    scores : Scores
    computed : bool [R, C]
    worst : float
        Largest error of a probability at the places where the map's range around is largest.
    drawn : float32 [59]
        Errors at places drawn at random; NaN where fewer were interpolated.
    """
    from scipy import ndimage  # slow to import

    shape, drawn = computed.shape, np.full(_DRAWN, np.nan, np.float32)
    guessed = np.flatnonzero(~computed)
    if not len(guessed):
        return scores, computed, 0.0, drawn
    around = scores.outputs[:, watched].reshape(shape)
    doubt = ndimage.maximum_filter(around, _AROUND) - ndimage.minimum_filter(around, _AROUND)
    doubtful = guessed[np.argsort(-doubt.ravel()[guessed], kind="stable")][:_LEAST_SURE]
    sample = random.permutation(guessed)[:_DRAWN]
    places = np.concatenate([doubtful, sample])
    exact = evaluate(*np.unravel_index(places, shape))
    errors = np.abs(scores.outputs[places, watched] - exact.outputs[:, watched])
    drawn[: len(sample)] = errors[len(doubtful) :]
    outputs, activations = scores.outputs.copy(), scores.activations.copy()
    outputs[places], activations[places] = exact.outputs, exact.activations
    known = computed.copy()
    known.ravel()[places] = True
    return Scores(outputs, activations), known, float(errors[: len(doubtful)].max()), drawn


def _draws(fill: str) -> int:
    return NOISE_DRAWS if fill == "noise" else 1
