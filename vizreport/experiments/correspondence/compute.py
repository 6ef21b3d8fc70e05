"""The same part hidden in several pictures: what that changes in the features."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from vizreport.engine.choice import choose_layers
from vizreport.engine.features import feature_function
from vizreport.errors import NotApplicable
from vizreport.experiments.correspondence.images import compared_images, regions
from vizreport.experiments.correspondence.result import ComparedLayer, CorrespondenceResult
from vizreport.experiments.correspondence.squares import (
    corners,
    masked,
    random_squares,
    shared_squares,
    square_side,
)
from vizreport.experiments.correspondence.statistics import (
    agreement,
    hamming,
    pair_values,
    permutation_p,
    sign_changes,
)
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.mining.soundness import require_sound
from vizreport.experiments.settings import Given
from vizreport.graph.hidden import hidden_layers, stage_output
from vizreport.graph.layers import ReportableLayer
from vizreport.graph.network import Graph
from vizreport.subject.subject import Subject
from vizreport.system.progress import progress

RANDOM_DRAWS = 10
SHARED_DRAWS = 20


def compute(subject: Subject, settings: Given, mining: MiningResult) -> CorrespondenceResult:
    """Hide parts and random places of pictures of one class, and compare what changes.

    Reads the mining result, from which pictures and predictions are taken.

    Raises
    ------
    RequestError
        If the file of parts is wrong, or a class or layer asked for is not there.
    NotApplicable
        If nothing is known of parts, too few pictures show them, or the network has no hidden
        layer.
    """
    graph = subject.graph
    require_sound(mining)
    layers = compared_layers(graph, settings.correspondence_layers)
    chosen = compared_images(subject, settings, mining)
    shape = subject.preprocessing.input_size
    side = square_side(chosen.points, shape)
    kind, found, boxes = regions(subject, mining, chosen, side)
    pictures = subject.pictures(mining.records[chosen.images])
    parts = corners(chosen.points, side, shape)
    drawn = np.stack(
        [
            random_squares(
                found[i],
                chosen.points[i],
                side,
                RANDOM_DRAWS,
                np.random.default_rng([settings.seed, 12, i]),
            )
            for i in range(len(pictures))
        ]
    )
    shared = shared_squares(
        found, boxes, chosen.points, side, SHARED_DRAWS, np.random.default_rng([settings.seed, 13])
    )
    squares = np.concatenate([parts, drawn, shared], axis=1)
    signs = _signs(subject, layers, pictures, squares, side)
    return CorrespondenceResult(
        class_name=chosen.class_name,
        asked=settings.correspondence_class is not None,
        source="data" if settings.parts is None else "file",
        object=kind,
        paths=[mining.paths[i] for i in chosen.images],
        pictures=subject.preprocessing.shown(pictures),
        usable=chosen.usable,
        right=chosen.right,
        parts=chosen.parts,
        points=chosen.points,
        side=side,
        part_squares=parts,
        random_squares=drawn,
        shared_squares=shared,
        layers={
            layer.name: measure(changes, len(chosen.parts), RANDOM_DRAWS, settings.seed)
            for layer, changes in zip(layers, signs, strict=True)
        },
        lengths=[changes.shape[2] for changes in signs],
    )


def compared_layers(graph: Graph, names: tuple[str, ...] | None) -> list[ReportableLayer]:
    """Return the layers asked for, else the last convolution stage and the last hidden layer.

    Where these are one, the last hidden layer of another resolution stands before it, or the
    hidden layer before it.

    Raises
    ------
    RequestError
        If there is no layer of a name asked for.
    NotApplicable
        If the network has no hidden layer.
    """
    if names is not None:
        return choose_layers(graph, names)
    hidden = hidden_layers(graph)
    if not hidden:
        raise NotApplicable("the network has no hidden layer to compare")
    last = hidden[-1]
    below = [layer for layer in hidden[:-1] if layer.rows * layer.cols > 1]
    if last.rows * last.cols > 1:
        other = [layer for layer in below if (layer.rows, layer.cols) != (last.rows, last.cols)]
        below = other or below
    return [*below[-1:], last]


def measure(signs: np.ndarray, parts: int, draws: int, seed: int) -> ComparedLayer:
    """Compare what hiding each place changes, between pictures.

    Parameters
    ----------
    signs : int8 [I, V, d]
        Of each picture and place: first the parts, then the random draws, then shared places.
    parts, draws : int
        How many of the V places are parts and random draws; the rest are shared places.
    seed : int
        For the permutation tests.
    """
    images, places, _ = signs.shape
    own = parts + draws
    flat = hamming(signs[:, :own].reshape(images * own, -1)).reshape(images, own, images, own)
    between = [pair_values(flat[:, k, :, k]) for k in range(own)]
    shared = [pair_values(hamming(signs[:, k])) for k in range(own, places)]
    changed = (signs != 0).mean(axis=(0, 2))
    agreements = agreement(signs[:, :own].reshape(images * own, -1))
    agreements = agreements.reshape(images, own, images, own)
    alternatives = [[part, *range(parts, own)] for part in range(parts)]
    tested = np.stack([agreements[:, each][..., each] for each in alternatives])
    tests = [permutation_p(each[None], seed) for each in tested]
    return ComparedLayer(
        part_distances=np.array(between[:parts], np.float32),
        random_distances=np.array(between[parts:], np.float32),
        shared_distances=np.array(shared, np.float32),
        part_changed=changed[:parts].astype(np.float32),
        random_changed=float(changed[parts:own].mean()),
        shared_changed=float(changed[own:].mean()),
        agreements=agreements.astype(np.float32),
        shared_agreement=np.array(
            [pair_values(agreement(signs[:, k])) for k in range(own, places)], np.float32
        ),
        p_values=np.array(tests),
        p_all=permutation_p(tested, seed) if parts > 1 else tests[0],
    )


def _signs(
    subject: Subject,
    layers: list[ReportableLayer],
    pictures: np.ndarray,
    squares: np.ndarray,
    side: int,
) -> list[np.ndarray]:
    """Return the sign changes of every picture and square: int8 [I, V, d] for each layer."""
    graph, size = subject.graph, subject.batch_size
    features = feature_function(graph, [stage_output(graph, layer) for layer in layers])
    images, places = squares.shape[:2]
    starts = squares.reshape(-1, 2)
    owner = np.repeat(np.arange(images), places)
    found: list[list[np.ndarray]] = [[] for _ in layers]
    with progress("correspondence", len(starts), "squares") as bar:
        clean = _in_batches(
            features, images, size, lambda part: subject.preprocessing.tensor(pictures[part])
        )
        for first in range(0, len(starts), size):
            part = slice(first, first + size)
            hidden = masked(pictures[owner[part]], starts[part], side)
            for kept, whole, values in zip(
                found, clean, _flat(features(subject.preprocessing.tensor(hidden))), strict=True
            ):
                kept.append(sign_changes(whole[owner[part]], values))
            bar.update(len(hidden))
    return [np.concatenate(kept).reshape(images, places, -1) for kept in found]


def _in_batches(
    features: Callable[[np.ndarray], list[np.ndarray]],
    count: int,
    size: int,
    tensor: Callable[[slice], np.ndarray],
) -> list[np.ndarray]:
    batches = [_flat(features(tensor(slice(i, i + size)))) for i in range(0, count, size)]
    return [np.concatenate(parts) for parts in zip(*batches, strict=True)]


def _flat(values: list[np.ndarray]) -> list[np.ndarray]:
    return [value.reshape(len(value), -1) for value in values]
