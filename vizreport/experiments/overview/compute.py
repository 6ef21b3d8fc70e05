"""The network's layers, and how well it does on the data."""

from __future__ import annotations

from typing import TypedDict

import numpy as np

from vizreport.engine.presets import missing_rule
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.overview.exchanged import find_exchanged
from vizreport.experiments.overview.result import (
    LayerRow,
    Mistake,
    OverviewResult,
    Subset,
)
from vizreport.experiments.overview.stages import stages
from vizreport.experiments.settings import Given
from vizreport.graph.layers import reportable_layers
from vizreport.models.initialised import as_initialised
from vizreport.subject.subject import Subject

CONFUSIONS = 12
MISTAKES = 8


def compute(subject: Subject, settings: Given, mining: MiningResult) -> OverviewResult:
    """Describe the network and count its errors.

    Reads the mining result, whose predictions are counted.
    """
    graph = subject.graph
    chosen = {layer.name for layer in subject.chosen_layers(settings.layers)} & set(mining.layers)
    layers: list[LayerRow] = [
        {
            "name": layer.name,
            "kind": layer.kind,
            "rows": layer.rows,
            "cols": layer.cols,
            "maps": layer.maps,
            "stride": layer.stride,
            "receptive_field": list(layer.receptive_field) if layer.receptive_field else None,
            "parameters": layer.weights,
            "chosen": layer.name in chosen,
            "rule": _without_rule(missing_rule(graph, layer.node, settings.rule)),
        }
        for layer in reportable_layers(graph)
    ]
    fresh = as_initialised(graph.uses)
    mistakes = _mistakes(mining)
    pictures = (
        subject.shown(mining.records[[m["image"] for m in mistakes]])
        if mistakes
        else (np.zeros((0, *subject.preprocessing.input_size, 3), np.uint8))
    )
    return OverviewResult(
        model_name=graph.name,
        parameters=graph.weights,
        input_shape=list(graph.input_shape),
        preprocessing=subject.preprocessing.as_dict(),
        preprocessing_reason=subject.chosen_preprocessing.reason,
        layers=layers,
        notes=list(graph.notes),
        initialised=list(fresh.layers),
        initialised_tested=fresh.tested,
        diagram=stages(graph, subject.chosen_layers(settings.layers)),
        images=len(mining.paths),
        **accuracy(mining),
        labels_reason=mining.labels_reason,
        exchanged=find_exchanged(mining.labels, mining.top_classes[:, 0], len(mining.class_names))
        if mining.top_classes.shape[1]
        else [],
        class_names=mining.class_names,
        subsets=subsets(mining, [record.subset for record in subject.dataset.records]),
        mistakes=mistakes,
        mistake_pictures=pictures,
        skipped=mining.skipped,
    )


def _without_rule(missing: tuple[str, str] | None) -> str:
    return f"none for {missing[0]}" if missing else ""


class Accuracy(TypedDict):
    """Those fields of :class:`OverviewResult` that count errors."""

    top1_error: float | None
    top5_error: float | None
    labelled: int
    class_counts: np.ndarray
    class_correct: np.ndarray
    confusions: list[tuple[int, int, int, float]]


def accuracy(mining: MiningResult) -> Accuracy:
    """Count errors over the images whose class is known."""
    known = np.flatnonzero(mining.labels >= 0)
    labels, top = mining.labels[known], mining.top_classes[known]
    classes = len(mining.class_names)
    if not len(known) or not top.shape[1]:
        none = np.zeros(classes, np.int32)
        return {
            "top1_error": None,
            "top5_error": None,
            "labelled": 0,
            "class_counts": none,
            "class_correct": none,
            "confusions": [],
        }
    hits = top == labels[:, None]
    wrong = ~hits[:, 0]
    pairs, where, counts = np.unique(
        np.stack([labels[wrong], top[wrong, 0]], axis=1),
        axis=0,
        return_inverse=True,
        return_counts=True,
    )
    probability = np.bincount(
        where.ravel(), mining.top_probabilities[known][wrong, 0], minlength=len(pairs)
    )
    order = np.lexsort((-probability, -counts))[:CONFUSIONS]
    return {
        "top1_error": float(100 * (1 - hits[:, 0].mean())),
        "top5_error": float(100 * (1 - hits.any(axis=1).mean())) if classes > 5 else None,
        "labelled": len(known),
        "class_counts": np.bincount(labels, minlength=classes).astype(np.int32),
        "class_correct": np.bincount(labels[~wrong], minlength=classes).astype(np.int32),
        "confusions": [
            (int(pairs[i][0]), int(pairs[i][1]), int(counts[i]), float(probability[i] / counts[i]))
            for i in order
        ],
    }


def subsets(mining: MiningResult, names: list[str]) -> list[Subset]:
    """Count the errors in each subset of the images whose class is known.

    Parameters
    ----------
    mining : MiningResult
        Its predictions are counted.
    names : list of str
        Subset of each record of the data.

    Returns
    -------
    list of Subset
        In the order in which they first occur; none where there is one only.
    """
    if not mining.top_classes.shape[1]:
        return []
    known = np.flatnonzero(mining.labels >= 0)
    wrong = mining.top_classes[known, 0] != mining.labels[known]
    of = np.array([names[record] for record in mining.records[known]])
    found = list(dict.fromkeys(of.tolist()))
    if len(found) < 2:
        return []
    return [
        {
            "name": name or "others",
            "images": int((of == name).sum()),
            "wrong": int(wrong[of == name].sum()),
        }
        for name in found
    ]


def _mistakes(mining: MiningResult) -> list[Mistake]:
    if not mining.top_classes.shape[1]:
        return []
    wrong = np.flatnonzero((mining.labels >= 0) & (mining.top_classes[:, 0] != mining.labels))
    order = wrong[np.argsort(-mining.top_probabilities[wrong, 0], kind="stable")][:MISTAKES]
    return [
        {
            "image": int(i),
            "path": mining.paths[i],
            "true": int(mining.labels[i]),
            "predicted": int(mining.top_classes[i, 0]),
            "probability": float(mining.top_probabilities[i, 0]),
            "true_probability": float(mining.true_probabilities[i]),
        }
        for i in order
    ]
