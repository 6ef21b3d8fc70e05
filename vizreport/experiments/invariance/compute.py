"""Transformed images through the network: how far their features come to lie."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from vizreport.engine.choice import choose_layers
from vizreport.engine.projection.window_plan import multiply_adds
from vizreport.errors import NotApplicable, RequestError
from vizreport.experiments.chosen_images import (
    images_of_files,
    images_of_the_data,
    is_right,
)
from vizreport.experiments.invariance.moved import Moved, measure, output_nodes
from vizreport.experiments.invariance.result import InvarianceResult
from vizreport.experiments.invariance.sample import (
    choose_shown,
    draw_sample,
    falls,
    images_to_show,
    sample_size,
    telling,
    with_sample,
)
from vizreport.experiments.invariance.transformations import transformations
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.mining.soundness import require_sound
from vizreport.experiments.settings import Given
from vizreport.graph.hidden import hidden_layers, stage_output
from vizreport.graph.layers import ReportableLayer
from vizreport.graph.network import Graph
from vizreport.parallel.piece import Piece, Work
from vizreport.parallel.pieces import Pieces
from vizreport.subject.subject import Subject

SHOWN = 5  # images, as in the paper's figure
_MOST_LAYERS = 5  # that fit beside each other


def compute(
    subject: Subject, settings: Given, mining: MiningResult, pieces: Pieces
) -> InvarianceResult:
    """Move, enlarge and turn images; measure how far features and probabilities follow.

    Reads the mining result, from which images are taken.

    Raises
    ------
    RequestError
        If a file or a layer asked for is not there, or there are too many.
    NotApplicable
        If the network has no hidden layer, or no image suits.
    """
    graph = subject.graph
    require_sound(mining)
    if len(settings.invariance) > SHOWN:
        raise RequestError(f"--invariance takes at most {SHOWN} images")
    layers = compared_layers(graph, settings.invariance_layers)
    nodes = [stage_output(graph, layer) for layer in layers]
    ways = transformations(*graph.input_shape[:2])
    passes = 2 + sum(len(way.values) - 1 for way in ways)
    wanted = settings.invariance_images
    if wanted is None:
        once = max(multiply_adds(graph, node, None) for node in [*nodes, *output_nodes(graph)])
        wanted = sample_size(passes * once)
    sample = draw_sample(mining, wanted, settings.seed)
    if settings.invariance:
        shown = images_of_files(subject, mining, settings.invariance)
    else:
        few = images_to_show(mining, sample, SHOWN, settings.seed)
        shown = images_of_the_data(subject, mining, few, "--invariance")
    images, sampled = with_sample(shown, sample)
    labels = np.concatenate([shown.labels, mining.labels[images[len(shown.images) :]]])
    given = len(shown.images)
    records = np.concatenate([-1 - np.arange(given), mining.records[images[given:]]])
    work = Work(
        name="images",
        make=measure,
        arguments=(
            nodes,
            shown.pictures,
            settings.invariance_interpolation,
            settings.invariance_fill,
        ),
        pieces=[*_pieces(records, labels, subject.batch_size, passes)],
        kind=Moved,
        doing="transforming",
        unit="images",
    )
    moved = [*pieces.map(subject, work)]
    norms, apart, classes = (
        np.concatenate([getattr(one, field) for one in moved])
        for field in ("norms", "apart", "classes")
    )
    distances, probabilities = (
        {way.name: np.concatenate([getattr(one, field)[way.name] for one in moved]) for way in ways}
        for field in ("distances", "probabilities")
    )
    count = len(images)
    values = {way.name: way.values for way in ways}
    # Only now is it known in which images something happens.
    order = np.arange(count)
    if not settings.invariance and mining.top_classes.size:
        tells, right = telling(probabilities, values), is_right(mining)[images]
        fall = falls(probabilities, values)
        first = choose_shown(tells, fall, right, classes, SHOWN, settings.seed)
        order = np.concatenate([first, np.setdiff1d(np.flatnonzero(sampled), first)])
        shown = images_of_the_data(subject, mining, images[first], "--invariance")
    return InvarianceResult(
        paths=shown.paths,
        given=bool(settings.invariance),
        pictures=subject.preprocessing.shown(shown.pictures),
        images=images[order],
        sampled=sampled[order],
        classes=classes[order],
        known=labels[order] >= 0,
        class_names=mining.class_names,
        layers=[layer.name for layer in layers],
        lengths=[int(np.prod(graph.nodes[node].shape)) for node in nodes],
        values=values,
        distances={name: found[order] for name, found in distances.items()},
        norms=norms[order],
        apart=apart[order],
        probabilities={name: found[order] for name, found in probabilities.items()},
        interpolation=settings.invariance_interpolation,
        fill=settings.invariance_fill,
    )


def compared_layers(graph: Graph, names: tuple[str, ...] | None) -> list[ReportableLayer]:
    """Return the layers asked for, else the first and the last hidden one.

    Raises
    ------
    RequestError
        If there is no such layer, or there are too many.
    NotApplicable
        If the network has no hidden layer.
    """
    if names is None:
        hidden = hidden_layers(graph)
        if not hidden:
            raise NotApplicable("the network has no hidden layer to compare")
        return hidden if len(hidden) == 1 else [hidden[0], hidden[-1]]
    layers = choose_layers(graph, names)
    if len(layers) > _MOST_LAYERS:
        raise RequestError(f"--invariance-layers takes at most {_MOST_LAYERS} layers")
    return layers


def _pieces(
    records: np.ndarray, labels: np.ndarray, batch_size: int, passes: int
) -> Iterator[Piece]:
    """Cut images into batches: each one's records, for each the next image's, and labels."""
    count = len(records)
    following = np.roll(records, -1) if count > 1 else records[:0]
    for start in range(0, count, batch_size):
        stop = min(start + batch_size, count)
        yield Piece(
            f"{start}-{stop - 1}",
            (records[start:stop], following[start:stop], labels[start:stop]),
            passes * (stop - start),
            f"images {start} to {stop - 1} of the sample",
        )
