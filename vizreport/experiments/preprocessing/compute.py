"""Accuracy under the usual preprocessings, and whether the first layer is in its range."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from keras import ops

from vizreport import backend
from vizreport.data.label_order import try_order
from vizreport.data.preprocessing import Preprocessing
from vizreport.data.wording import describe_preprocessing, describe_values
from vizreport.engine.interpreter import forward
from vizreport.engine.mining import reduction_function
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.preprocessing.alternatives import alternatives, options
from vizreport.experiments.preprocessing.comparison import FIRST, LOOKS, compare
from vizreport.experiments.preprocessing.result import Alternative, PreprocessingResult
from vizreport.experiments.settings import Given
from vizreport.graph.layers import ReportableLayer, reportable_layers
from vizreport.graph.network import Graph
from vizreport.models.initialised import as_initialised
from vizreport.models.preprocessing_choice import departs
from vizreport.subject.subject import Subject

FEWEST = 8  # images that show whether all are given one class
CHANCE = 0.01
"""p of an alternative against always saying the largest class, from which on it is no better."""


def compute(subject: Subject, settings: Given, mining: MiningResult) -> PreprocessingResult:
    """Classify some images under each usual preprocessing.

    Reads the mining result: the predictions under the preprocessing used.
    """
    graph, used = subject.graph, subject.preprocessing
    chosen = subject.chosen_preprocessing
    fresh = as_initialised(graph.uses).layers
    labels, known = _labels(subject, mining)
    order = np.random.default_rng(settings.seed).permutation(len(mining.paths))
    sample = order[:FIRST]
    first = next(iter(reportable_layers(graph)), None)
    trial = _Alternatives(subject, mining, first)
    labelled = order[labels[order] >= 0][: LOOKS[-1]]
    top = mining.top_classes[:, 0] if mining.top_classes.shape[1] else np.zeros(0, int)
    found: list[Alternative] = []
    right = top[labelled] == labels[labelled] if len(labelled) else np.zeros(0, bool)
    if len(labelled):
        others = alternatives(used)
        ways = list(others.values())
        compared = compare(
            right,
            labelled,
            len(others),
            lambda i, images: trial.predict(ways[i], images) == labels[images],
        )
        found = [
            Alternative(
                values=name,
                options=options(other) + (" --scale-twice" if departs(other, chosen) else ""),
                images=result.images,
                correct=result.correct,
                used_correct=result.used_correct,
                gained=result.gained,
                lost=result.lost,
                p=result.p,
                better=result.better and _tells(labels[labelled[: result.images]], result.correct),
                classes=len(trial.classes[other]),
                active=trial.active[other],
            )
            for (name, other), result in zip(others.items(), compared, strict=True)
        ]
        found.sort(key=lambda a: (-a["better"], -a["correct"] / a["images"]))
    # Under the one used every image has been classified before.
    images = max([min(len(labelled), LOOKS[0]), *(a["images"] for a in found)])
    return PreprocessingResult(
        description=describe_preprocessing(used),
        values=describe_values(used),
        reason=chosen.reason,
        warning=chosen.warning,
        labelled=int((labels >= 0).sum()),
        labels_known=known,
        images=images,
        correct=int(right[:images].sum()),
        predicted=len(top),
        classes=len(np.unique(top)),
        only_class="" if fresh else _only_class(mining, top, labels),
        alternatives=found,
        layer=first.name if first else "",
        sampled=len(sample),
        active=trial.count_active(used, sample),
        saturated=_saturated(graph, first, used.tensor(subject.pictures(mining.records[sample]))),
    )


def _tells(labels: np.ndarray, correct: int) -> bool:
    """Whether more are correct than by always saying the largest class (exact, one-sided)."""
    from scipy import stats  # slow to import

    largest = float(np.bincount(labels).max() / len(labels))
    return largest == 1 or bool(
        stats.binomtest(correct, len(labels), largest, "greater").pvalue < CHANCE
    )


def _labels(subject: Subject, mining: MiningResult) -> tuple[np.ndarray, bool]:
    """Return the images' classes, else those to try, -1 without; and whether they are known."""
    if not mining.top_classes.shape[1]:  # no classes, or values that are not finite
        return np.full(len(mining.paths), -1, np.int32), False
    if (mining.labels >= 0).any():
        return mining.labels, True
    tried = try_order(subject.labels, subject.dataset, subject.output.classes)
    return tried[mining.records], False


def _only_class(mining: MiningResult, top: np.ndarray, labels: np.ndarray) -> str:
    """Return the one class of all predictions, where the images show several; else ""."""
    if len(top) < FEWEST or len(np.unique(top)) > 1:
        return ""
    shown = len(np.unique(labels[labels >= 0]))
    several = shown > 1 or len(mining.data_class_names) > 1
    return mining.class_names[int(top[0])] if several else ""


class _Alternatives:
    """The network under several preprocessings."""

    def __init__(
        self, subject: Subject, mining: MiningResult, layer: ReportableLayer | None
    ) -> None:
        self.subject, self.mining = subject, mining
        self.reduce = reduction_function(subject.graph, [layer] if layer else [])
        self.classes: dict[Preprocessing, set[int]] = {}
        self.active: dict[Preprocessing, int] = {}

    def predict(self, preprocessing: Preprocessing, images: np.ndarray) -> np.ndarray:
        """Return the most probable class of each image: int [n]."""
        found = np.zeros(len(images), int)
        for part, reduced, outputs in self._batches(preprocessing, images):
            probabilities = self.subject.output.probabilities(outputs)
            found[part] = np.argsort(-probabilities, axis=1, kind="stable")[:, 0]
            active = int((reduced > 0).any(axis=1).sum())
            self.active[preprocessing] = self.active.get(preprocessing, 0) + active
        self.classes.setdefault(preprocessing, set()).update(found.tolist())
        return found

    def count_active(self, preprocessing: Preprocessing, images: np.ndarray) -> int:
        """Count the images in which some unit of the layer is above 0."""
        batches = self._batches(preprocessing, images)
        return sum(int((reduced > 0).any(axis=1).sum()) for _, reduced, _ in batches)

    def _batches(
        self, preprocessing: Preprocessing, images: np.ndarray
    ) -> list[tuple[slice, np.ndarray, np.ndarray]]:
        size, found = self.subject.batch_size, []
        for start in range(0, len(images), size):
            part = slice(start, start + size)
            pictures = self.subject.pictures(self.mining.records[images[part]])
            reduced, outputs = self.reduce(preprocessing.tensor(pictures))
            maxima = np.asarray(reduced[0][0]) if reduced else np.zeros((len(pictures), 0))
            found.append((part, maxima, np.asarray(outputs)))
        return found


def _saturated(graph: Graph, layer: ReportableLayer | None, inputs: np.ndarray) -> float | None:
    """Return the share of a layer's activations at a limit of its activation function."""
    if layer is None or layer.node == layer.producer:
        return None
    limits = _limits(graph.nodes[layer.node].step.forward)
    if not limits:
        return None
    x = ops.convert_to_tensor(inputs, graph.dtype)
    y = np.asarray(forward(graph, x, [layer.node])[layer.node])
    low, high = min(limits), max(limits)
    near = 0.01 * (high - low if len(limits) > 1 else abs(high))
    return float(np.mean([np.abs(y - limit) <= near for limit in limits], axis=(1, 2, 3, 4)).sum())


def _limits(activation: Callable[..., Any]) -> list[float]:
    """Return the values that an activation function does not go beyond; 0 of a ReLU is none."""
    try:
        low, high = np.asarray(activation(ops.convert_to_tensor([-1e6, 1e6]))[..., :2]).ravel()[:2]
    except (TypeError, IndexError, *backend.ERRORS):
        return []  # a slope for each map
    if not abs(high) < 1e5:
        return []
    # What is cut off at both ends has 0 in the middle of its range or as its lower end: a ceiling
    # above a ReLU makes its zeros no more telling.
    middle = activation(ops.convert_to_tensor([0.0]))
    is_rectified = float(np.asarray(middle).ravel()[0]) == low
    return [float(high)] if is_rectified else [float(low), float(high)]
