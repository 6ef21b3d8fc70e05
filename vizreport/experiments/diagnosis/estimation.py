"""Moving averages of batch normalisation, re-estimated from some of the images."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypedDict

import numpy as np

from vizreport.experiments.diagnosis.result import NormalizedLayer
from vizreport.experiments.mining.result import MiningResult
from vizreport.subject.subject import Subject

BATCH = 32
"""Images that are normalised together, whatever the build's batch is."""
ESTIMATING, TESTING = 128, 256
"""Images from which averages are estimated, and others that are then classified, at most."""


class Reestimated(TypedDict):
    """The fields of :class:`DiagnosisResult` that are about them."""

    normalized: dict[str, NormalizedLayer]
    estimated_on: int
    reestimated: np.ndarray
    reestimated_predictions: np.ndarray


def reestimated(
    subject: Subject, mining: MiningResult, seed: int, untested: list[tuple[str, str]]
) -> Reestimated:
    """Estimate the averages from some images, and classify others with them."""
    from vizreport.engine import batch_statistics

    graph = subject.graph
    layers = batch_statistics.normalizing_layers(graph)
    if not layers:
        return none()
    n = len(mining.paths)
    count = min(ESTIMATING, n // 2) // BATCH * BATCH
    if not count:
        why = f"this needs {2 * BATCH} images, and there are {n}"
        untested.append(("Moving averages of batch normalisation", why))
        return none()
    # In random order: a batch of one class would have statistics of its own.
    order = np.random.default_rng([seed, 5]).permutation(n)
    others = np.sort(order[count : count + TESTING])

    def tensors(images: np.ndarray, size: int) -> Iterator[np.ndarray]:
        for start in range(0, len(images), size):
            pictures = subject.pictures(mining.records[images[start : start + size]])
            yield subject.preprocessing.tensor(pictures)

    statistics = subject.traced.compiled(
        ("batch statistics", BATCH),
        lambda: batch_statistics.statistics_function(graph, layers, BATCH),
    )
    found = batch_statistics.estimated(layers, statistics, tensors(order[:count], BATCH))
    outputs = subject.traced.compiled(
        ("other averages",), lambda: batch_statistics.output_function(graph, layers)
    )
    given = [found[name] for name in layers]
    predicted = [
        subject.output.probabilities(outputs(tensor, given)).argmax(axis=1)
        for tensor in tensors(others, subject.batch_size)
    ]
    return {
        "normalized": {
            name: NormalizedLayer(
                *(np.asarray(part, np.float32) for part in (*each.moving(), *found[name]))
            )
            for name, each in layers.items()
        },
        "estimated_on": count,
        "reestimated": others.astype(np.int32),
        "reestimated_predictions": np.concatenate(predicted).astype(np.int32),
    }


def none() -> Reestimated:
    """Return the same fields where nothing was estimated."""
    return {
        "normalized": {},
        "estimated_on": 0,
        "reestimated": np.zeros(0, np.int32),
        "reestimated_predictions": np.zeros(0, np.int32),
    }
