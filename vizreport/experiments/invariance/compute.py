"""Transformed images through the network: how far their features come to lie."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from vizreport.engine.choice import choose_layers
from vizreport.engine.features import feature_function
from vizreport.engine.projection.window_plan import multiply_adds
from vizreport.errors import NotApplicable, RequestError
from vizreport.experiments.invariance.result import InvarianceResult
from vizreport.experiments.invariance.sample import (
    choose_shown,
    falls,
    sample_size,
    telling,
    with_sample,
)
from vizreport.experiments.invariance.transformations import transform, transformations
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.mining.soundness import require_sound
from vizreport.experiments.settings import Given
from vizreport.experiments.subjects import (
    Subjects,
    choose_images,
    chosen_subjects,
    given_subjects,
    is_right,
)
from vizreport.graph.hidden import hidden_layers, stage_output
from vizreport.graph.layers import ReportableLayer
from vizreport.graph.network import Graph
from vizreport.graph.outputs import given_out, vector_output
from vizreport.subject.subject import Subject
from vizreport.system.progress import progress

SHOWN = 5  # images, as in the paper's figure
_MOST_LAYERS = 5  # that fit beside each other


def compute(
    subject: Subject, settings: Given, required: dict[str, MiningResult]
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
    mining, graph = required["mining"], subject.graph
    require_sound(mining)
    if len(settings.invariance) > SHOWN:
        raise RequestError(f"--invariance takes at most {SHOWN} images")
    layers = compared_layers(graph, settings.invariance_layers)
    if settings.invariance:
        shown = given_subjects(subject, mining, settings.invariance)
    else:
        few = choose_images(mining, SHOWN, settings.seed)
        shown = chosen_subjects(subject, mining, few, "--invariance")
    nodes = [stage_output(graph, layer) for layer in layers]
    ways = transformations(*graph.input_shape[:2])
    passes = 2 + sum(len(way.values) - 1 for way in ways)
    wanted = settings.invariance_images
    if wanted is None:
        once = max(multiply_adds(graph, node, None) for node in [*nodes, *_output(graph)])
        wanted = sample_size(passes * once)
    images, sampled = with_sample(shown, mining, wanted, settings.seed)
    evaluate = _evaluation(subject, nodes)
    labels = np.concatenate([shown.labels, mining.labels[images[len(shown.images) :]]])
    count, norms = len(images), np.zeros((len(images), len(layers)), np.float32)
    apart, classes = np.full_like(norms, np.nan), np.full(count, -1, np.int32)
    distances = {w.name: np.zeros((*norms.shape, len(w.values)), np.float32) for w in ways}
    probabilities = {w.name: np.full((count, len(w.values)), np.nan, np.float32) for w in ways}
    with progress("transforming", passes * count, "images") as bar:
        for part, pictures, others in _parts(subject, mining, shown, images):
            clean = evaluate(pictures)
            norms[part] = np.stack([_lengths(features) for features in clean.features], axis=1)
            if count > 1:
                apart[part] = _distances(clean, evaluate(others))
            if clean.scores.size:
                best = clean.scores.argmax(axis=1)
                classes[part] = np.where(labels[part] >= 0, labels[part], best)
            bar.update(2 * len(pictures))
            for way in ways:
                for step, value in enumerate(way.values):
                    found = clean
                    if step != way.identity:
                        found = evaluate(
                            transform(
                                pictures,
                                way.name,
                                float(value),
                                settings.invariance_interpolation,
                                settings.invariance_fill,
                            )
                        )
                        bar.update(len(pictures))
                    distances[way.name][part, :, step] = _distances(clean, found)
                    if found.scores.size:
                        each = np.arange(len(pictures))
                        probabilities[way.name][part, step] = found.scores[each, classes[part]]
    values = {way.name: way.values for way in ways}
    # Only now is it known in which images something happens.
    order = np.arange(count)
    if not settings.invariance and mining.top_classes.size:
        tells, right = telling(probabilities, values), is_right(mining)[images]
        fall = falls(probabilities, values)
        first = choose_shown(tells, fall, right, classes, SHOWN, settings.seed)
        order = np.concatenate([first, np.setdiff1d(np.flatnonzero(sampled), first)])
        shown = chosen_subjects(subject, mining, images[first], "--invariance")
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
            raise NotApplicable("the network has no hidden layer whose features could be compared")
        return hidden if len(hidden) == 1 else [hidden[0], hidden[-1]]
    layers = choose_layers(graph, names)
    if len(layers) > _MOST_LAYERS:
        raise RequestError(f"--invariance-layers takes at most {_MOST_LAYERS} layers")
    return layers


@dataclass(frozen=True)
class _Seen:
    """What the network makes of some pictures: features [B, n] a layer, and probabilities."""

    features: list[np.ndarray]
    scores: np.ndarray


def _output(graph: Graph) -> list[int]:
    """Return the node that the network gives out, none where it has rows and columns."""
    return [] if vector_output(graph) is None else [given_out(graph)]


def _evaluation(subject: Subject, nodes: list[int]) -> Callable[[np.ndarray], _Seen]:
    """Return the forward pass for pictures."""
    graph = subject.graph
    output = _output(graph)
    forward = feature_function(graph, [*nodes, *output])

    def evaluate(pictures: np.ndarray) -> _Seen:
        found = forward(subject.preprocessing.tensor(pictures))
        features = [y.reshape(len(y), -1) for y in found[: len(nodes)]]
        given = found[-1] if output else np.zeros((len(pictures), 0))
        return _Seen(features, subject.output.probabilities(given.reshape(len(pictures), -1)))

    return evaluate


def _lengths(vectors: np.ndarray) -> Any:
    # In float64: squares of large activations are beyond float32.
    return np.linalg.norm(np.asarray(vectors, np.float64), axis=1)


def _distances(first: _Seen, second: _Seen) -> np.ndarray:
    """Return Euclidean distances [B, L]."""
    pairs = zip(first.features, second.features, strict=True)
    return np.stack([_lengths(x - y) for x, y in pairs], axis=1)


def _parts(
    subject: Subject, mining: MiningResult, shown: Subjects, images: np.ndarray
) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
    """Yield a batch's place among the images, its pictures, and for each the next image."""
    first = len(shown.images)

    def pictures(numbers: np.ndarray) -> np.ndarray:
        found = np.zeros((len(numbers), *shown.pictures.shape[1:]), np.uint8)
        given = numbers < first
        found[given] = shown.pictures[numbers[given]]
        if not given.all():
            found[~given] = subject.pictures(mining.records[images[numbers[~given]]])
        return found

    for start in range(0, len(images), subject.batch_size):
        numbers = np.arange(start, min(start + subject.batch_size, len(images)))
        yield (
            slice(start, start + len(numbers)),
            pictures(numbers),
            pictures((numbers + 1) % len(images)),
        )
