"""Squares slid over images: what the network says at each place."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from vizreport.engine.mining import reduction_function
from vizreport.errors import NotApplicable
from vizreport.experiments.chosen_images import ChosenImages, images_of_files, images_of_the_data
from vizreport.experiments.mining.one_layer import with_layer
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.mining.soundness import require_sound
from vizreport.experiments.occlusion.examples import (
    choose_examples,
    images_to_try,
    is_sure,
)
from vizreport.experiments.occlusion.image import (
    Clean,
    Fall,
    Fill,
    Occluded,
    Square,
    coarse_grid,
    find_fall,
    image_pieces,
    occlude_image,
)
from vizreport.experiments.occlusion.masks import object_masks
from vizreport.experiments.occlusion.places import default_stride, places
from vizreport.experiments.occlusion.projections import projections
from vizreport.experiments.occlusion.result import Choice, CleanImages, OcclusionResult, SquareMaps
from vizreport.experiments.occlusion.sample import on_objects
from vizreport.experiments.settings import Given
from vizreport.graph.layers import ReportableLayer, occluded_layer
from vizreport.models.output import name_output
from vizreport.parallel.piece import Work
from vizreport.parallel.pieces import Pieces
from vizreport.subject.subject import Subject


def compute(
    subject: Subject, settings: Given, mining: MiningResult, pieces: Pieces
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
    require_sound(mining)
    if not subject.output.classes:
        raise NotApplicable(
            "occlusion measures a class probability, but the network outputs "
            f"{name_output(subject.output)}"
        )
    layer = occluded_layer(subject.graph, settings.occlusion_layer)
    if layer is None:
        raise NotApplicable("the network has no convolution with feature maps to monitor")
    mining = with_layer(subject, pieces, mining, layer)
    height, width, _ = subject.graph.input_shape
    sizes = square_sizes(settings.occlusion_sizes, (height, width))
    strides = [
        settings.occlusion_stride or default_stride(min(height, width), size) for size in sizes
    ]
    squares = [
        Square(size, places(height, size, stride), places(width, size, stride))
        for size, stride in zip(sizes, strides, strict=True)
    ]
    fill = Fill(settings.occlusion_fill, settings.seed, settings.memory)
    sure, tried, telling = is_sure(mining), 0, 0
    if settings.occlude:
        chosen = images_of_files(subject, mining, settings.occlude)
    else:
        images = images_to_try(mining, settings.occlusion_images, settings.seed)
        some = images_of_the_data(subject, mining, images, "--occlude")
        falls = _falls(subject, pieces, layer, fill, some, squares[-1])
        examples = choose_examples(sure[images], falls, settings.occlusion_images, settings.seed)
        chosen = images_of_the_data(subject, mining, images[examples.places], "--occlude")
        tried, telling = int(sure[images].sum()), examples.telling
    inputs = subject.preprocessing.tensor(chosen.pictures)
    clean = _clean(subject, layer, inputs, chosen.labels)
    masks, masked = object_masks(subject, mining, chosen.images)
    return OcclusionResult(
        choice=Choice(bool(settings.occlude), float(sure.mean()), tried, telling),
        clean=CleanImages(
            paths=chosen.paths,
            pictures=subject.preprocessing.shown(chosen.pictures),
            masks=masks,
            masked=masked,
            classes=clean.classes,
            known=chosen.labels >= 0,
            probabilities=clean.probabilities,
            best=clean.best,
            best_probabilities=clean.best_probabilities,
            maps=clean.maps,
            activations=clean.activations,
        ),
        class_names=mining.class_names,
        layer=layer.name,
        units=layer.rows * layer.cols,
        squares=_maps(subject, pieces, (layer, fill, settings.refine), chosen, clean, squares),
        strides=strides,
        refined=settings.refine,
        fill=settings.occlusion_fill,
        draws=fill.draws,
        projections=projections(
            subject, settings.rule, mining, layer, chosen.images, inputs, clean
        ),
        sample=on_objects(
            subject, pieces, mining, layer, sizes[-1], settings.seed, settings.memory
        ),
        rule=settings.rule,
    )


def square_sizes(shares: tuple[float, ...], shape: tuple[int, int]) -> list[int]:
    """Return the sides of the squares in px, each once, in rising order."""
    side = min(shape)
    return sorted({min(side, max(1, round(share * side))) for share in shares})


def _clean(
    subject: Subject, layer: ReportableLayer, inputs: np.ndarray, labels: np.ndarray
) -> Clean:
    """Score the images with nothing hidden; choose each one's strongest map and class."""
    reduce = subject.traced.compiled(
        ("reduced", layer.node), lambda: reduction_function(subject.graph, [layer])
    )
    batches = []
    for start in range(0, len(inputs), subject.batch_size):
        reduced, outputs = reduce(inputs[start : start + subject.batch_size])
        scores = subject.output.probabilities(np.asarray(outputs))
        batches.append([*(np.asarray(part) for part in reduced[0]), scores])
    maxima, units, means, scores = (np.concatenate(part) for part in zip(*batches, strict=True))
    maps = means.argmax(axis=1)
    best = scores.argmax(axis=1)
    classes = np.where(labels >= 0, labels, best)
    each = np.arange(len(inputs))
    return Clean(
        classes=classes.astype(np.int32),
        probabilities=scores[each, classes].astype(np.float32),
        best=best.astype(np.int32),
        best_probabilities=scores[each, best].astype(np.float32),
        maps=maps.astype(np.int32),
        activations=(means[each, maps] * (layer.rows * layer.cols)).astype(np.float32),
        values=maxima[each, maps].astype(np.float32),
        units=units[each, maps].astype(np.int32),
    )


def _falls(
    subject: Subject,
    pieces: Pieces,
    layer: ReportableLayer,
    fill: Fill,
    tried: ChosenImages,
    square: Square,
) -> np.ndarray:
    """Return how far each image's probability falls over a coarse grid of places: float [I]."""
    inputs = subject.preprocessing.tensor(tried.pictures)
    clean = _clean(subject, layer, inputs, tried.labels)
    work = Work(
        name="falls",
        make=find_fall,
        arguments=(layer, fill),
        pieces=[*image_pieces(tried.pictures, clean, square, len(coarse_grid(square)[0]))],
        kind=Fall,
        doing="choosing images",
        unit="places",
    )
    return np.array([one.fall for one in pieces.map(subject, work)])


def _maps(
    subject: Subject,
    pieces: Pieces,
    arguments: tuple[ReportableLayer, Fill, bool],
    chosen: ChosenImages,
    clean: Clean,
    squares: list[Square],
) -> dict[int, SquareMaps]:
    """Occlude every image with squares of every size."""
    draws = arguments[1].draws
    cut = [
        piece
        for square in squares
        for piece in image_pieces(
            chosen.pictures, clean, square, draws * len(square.tops) * len(square.lefts)
        )
    ]
    work = Work("maps", occlude_image, arguments, cut, Occluded, "occluding", "places")
    occluded, count = [*pieces.map(subject, work)], len(chosen.paths)
    return {
        square.size: _stacked(square, occluded[i * count : (i + 1) * count])
        for i, square in enumerate(squares)
    }


def _stacked(square: Square, occluded: list[Occluded]) -> SquareMaps:
    stacked = {
        field.name: np.stack([getattr(one, field.name) for one in occluded])
        for field in fields(Occluded)
    }
    return SquareMaps(tops=square.tops, lefts=square.lefts, **stacked)
