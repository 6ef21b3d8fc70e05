"""Images moved, enlarged and turned: what the network makes of them, computed wherever that is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from vizreport.experiments.invariance.transformations import transform, transformations
from vizreport.graph.network import Graph
from vizreport.graph.outputs import given_out, vector_output
from vizreport.parallel.piece import Compute
from vizreport.subject.subject import Subject


@dataclass(frozen=True)
class Moved:
    """What was measured of b images, for L layers and the steps of each transformation.

    Attributes
    ----------
    ways : list of str
        The transformations.
    norms : float32 [b, L]
        Lengths of the features.
    apart : float32 [b, L]
        Distances to the next image's; NaN where there is no other.
    classes : int32 [b]
        True class, or the predicted one; -1 without classes.
    distances : dict of float32 [b, L, S]
        Of the transformed images' features to the images' own.
    probabilities : dict of float32 [b, S]
        Of the class; NaN without classes.
    """

    ways: list[str]
    norms: Annotated[np.ndarray, "float32 [b, L]"]
    apart: Annotated[np.ndarray, "float32 [b, L]"]
    classes: Annotated[np.ndarray, "int32 [b]"]
    distances: Annotated[dict[str, np.ndarray], "float32 [b, L, S] by ways"]
    probabilities: Annotated[dict[str, np.ndarray], "float32 [b, S] by ways"]


def measure(
    subject: Subject, nodes: list[int], given: np.ndarray, interpolation: str, fill: str
) -> Compute:
    """Compile the pass that measures transformed images.

    Parameters
    ----------
    subject : Subject
        Has the network.
    nodes : list of int
        Whose features are compared.
    given : uint8 [g, h, w, 3]
        Pictures of which some are not of the data.
    interpolation, fill : str
        How pixels are moved, and what comes in at the edges.

    Returns
    -------
    callable
        From (images, the next one of each, labels) to :class:`Moved`. Images are records of the
        data, or -1 - i for ``given[i]``; there are no next ones where there is one image alone.
    """
    evaluate, ways = _evaluation(subject, nodes), transformations(*subject.graph.input_shape[:2])

    def shown(images: np.ndarray) -> np.ndarray:
        found = np.zeros((len(images), *given.shape[1:]), np.uint8)
        of_data = images >= 0
        found[~of_data] = given[-1 - images[~of_data]]
        if of_data.any():
            found[of_data] = subject.pictures(images[of_data])
        return found

    def next_ones(clean: _Seen, images: np.ndarray, following: np.ndarray) -> _Seen:
        """Return the features of each image's next one, most of which are among the images."""
        new = np.setdiff1d(following, images)
        both = [clean.features, evaluate(shown(new)).features if len(new) else [[]] * len(nodes)]
        place = {record: n for n, record in enumerate([*images, *new])}
        rows = [[*some, *others] for some, others in zip(*both, strict=True)]
        return _Seen([[each[place[r]] for r in following] for each in rows], clean.scores[:0])

    def compute(
        argument: tuple[np.ndarray, np.ndarray, np.ndarray], done: Callable[[int], Any]
    ) -> Moved:
        images, following, labels = argument
        pictures = shown(images)
        count, layers = len(pictures), len(nodes)
        apart, classes = np.full((count, layers), np.nan, np.float32), np.full(count, -1, np.int32)
        distances = {w.name: np.zeros((count, layers, len(w.values)), np.float32) for w in ways}
        probabilities = {w.name: np.full((count, len(w.values)), np.nan, np.float32) for w in ways}
        clean = evaluate(pictures)
        norms = np.stack([_lengths(each) for each in clean.features], axis=1).astype(np.float32)
        if len(following):
            apart[:] = _distances(clean, next_ones(clean, images, following))
        if clean.scores.size:
            classes[:] = np.where(labels >= 0, labels, clean.scores.argmax(axis=1))
        done(2 * count)
        for way in ways:
            for step, value in enumerate(way.values):
                found = clean
                if step != way.identity:
                    turned = transform(pictures, way.name, float(value), interpolation, fill)
                    found = evaluate(turned)
                    done(count)
                distances[way.name][:, :, step] = _distances(clean, found)
                if found.scores.size:
                    probabilities[way.name][:, step] = found.scores[np.arange(count), classes]
        return Moved([w.name for w in ways], norms, apart, classes, distances, probabilities)

    return compute


@dataclass(frozen=True)
class _Seen:
    """What the network makes of B pictures: features [n] of each by layer, and probabilities."""

    features: Sequence[Iterable[np.ndarray]]
    scores: np.ndarray


def output_nodes(graph: Graph) -> list[int]:
    """Return the node that the network gives out, none where it has rows and columns."""
    return [] if vector_output(graph) is None else [given_out(graph)]


def _evaluation(subject: Subject, nodes: list[int]) -> Callable[[np.ndarray], _Seen]:
    """Return the forward pass for pictures."""
    from vizreport.engine.features import feature_function

    graph = subject.graph
    output = output_nodes(graph)
    forward = feature_function(graph, [*nodes, *output])

    def evaluate(pictures: np.ndarray) -> _Seen:
        found = forward(subject.preprocessing.tensor(pictures))
        features = [y.reshape(len(y), -1) for y in found[: len(nodes)]]
        given = found[-1] if output else np.zeros((len(pictures), 0))
        return _Seen(features, subject.output.probabilities(given.reshape(len(pictures), -1)))

    return evaluate


def _lengths(vectors: Iterable[np.ndarray]) -> Any:
    # In float64, since squares of large activations are beyond float32; one by one, since that
    # is several times faster than to read and write arrays of all images.
    return np.array([np.sqrt(np.square(each, dtype=np.float64).sum()) for each in vectors])


def _distances(first: _Seen, second: _Seen) -> np.ndarray:
    """Return Euclidean distances [B, L]."""
    layers = zip(first.features, second.features, strict=True)
    found = [_lengths(x - y for x, y in zip(*pair, strict=True)) for pair in layers]
    return np.stack(found, axis=1)
