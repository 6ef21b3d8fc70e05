"""What is exchanged where networks, trainings or preprocessings are compared with each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
from scipy import stats

from benchmarks.nulls import Null
from vizreport.compare.findings import findings as of_comparison
from vizreport.experiments.ablation.compare import ranked_pairs
from vizreport.experiments.overview.exchanged import find_exchanged
from vizreport.experiments.preprocessing.comparison import compare
from vizreport.models.variants import VARIANTS

_RUNS = "ABC"


def names(results: Mapping[str, Any], random: np.random.Generator, shift: float) -> Any:
    """Exchange the predictions over the images; then two classes in a share of theirs."""
    mining, classes = results["mining"], len(results["mining"].class_names)
    known = mining.labels >= 0
    labels, predicted = mining.labels[known], mining.top_classes[known, 0].copy()
    if shift:
        a, b = random.choice(classes, 2, replace=False)
        chosen = random.random(len(predicted)) < shift
        first, second = chosen & (predicted == a), chosen & (predicted == b)
        predicted[first], predicted[second] = b, a
    else:
        predicted = random.permutation(predicted)
    exchanged = find_exchanged(labels, predicted, classes)
    return {**results, "overview": replace(results["overview"], exchanged=exchanged)}


def preprocessing(results: Mapping[str, Any], random: np.random.Generator, shift: float) -> Any:
    """Let alternatives gain as many images as they lose; then let the first gain more."""
    result, mining = results["preprocessing"], results["mining"]
    known = np.flatnonzero(mining.labels >= 0)
    used = mining.labels[known] == mining.top_classes[known, 0]
    used = random.random(len(used)) < used.mean() - (2 * shift if shift else 0)
    alternatives = result.alternatives
    differ = [(each["gained"] + each["lost"]) / max(each["images"], 1) / 2 for each in alternatives]

    def predict(number: int, wanted: np.ndarray) -> np.ndarray:
        before, half = used[wanted], differ[number]
        gains = half + (shift if not number else 0)
        change = np.where(before, half / used.mean(), gains / (1 - used.mean()))
        return np.asarray(before ^ (random.random(len(wanted)) < change))

    order = random.permutation(len(used))[:256]
    compared = compare(used[order], np.arange(len(order)), len(alternatives), predict)
    made = [
        {**each, **{key: getattr(one, key) for key in ("images", "p", "better")}}
        for each, one in zip(alternatives, compared, strict=True)
    ]
    return {**results, "preprocessing": replace(result, alternatives=made)}


def trainings(results: Mapping[str, Any], random: np.random.Generator, shift: float) -> Any:
    """Deal the trainings of an unchanged network and of those without some layers anew."""
    result = results["ablation"]
    rows = [dict(row) for row in result.rows]
    for base in {VARIANTS[row["variant"]].base for row in rows}:
        mine = [
            row
            for row in rows
            if VARIANTS[row["variant"]].base == base
            and (row["variant"] == base or VARIANTS[row["variant"]].removed)
        ]
        pooled = random.permutation(np.concatenate([row["validation"] for row in mine]))
        ends = np.cumsum([len(row["validation"]) for row in mine])
        for row, dealt in zip(mine, np.split(pooled, ends[:-1]), strict=True):
            added = 0 if row["variant"] == base else shift
            row["validation"] = (dealt + added).tolist()
    return {**results, "ablation": replace(result, rows=rows)}


def one_training(results: Mapping[str, Any], random: np.random.Generator, shift: float) -> Any:
    """Exchange what two networks trained once classify wrongly, image by image."""
    result = results["ablation"]
    images, rows = result.validation_images, []
    common = result.rows[0]["validation"][0]
    for row in result.rows:
        error = common + (shift if VARIANTS[row["variant"]].removed else 0)
        rows.append({**row, "validation": [int(random.binomial(images, error)) / images]})
    return {**results, "ablation": replace(result, rows=rows)}


def order(results: Mapping[str, Any], random: np.random.Generator, shift: float) -> Any:
    """Deal the errors over the networks, in ranks that correlate with the published as asked."""
    result = results["ablation"]
    published = stats.zscore(stats.rankdata([theirs for _, theirs in ranked_pairs(result)]))
    noise = random.normal(size=len(published))
    ranks = np.argsort(np.argsort(shift * published + np.sqrt(1 - shift**2) * noise))
    errors = sorted((row["validation"] for row in result.rows), key=np.mean)
    rows = [{**row, "validation": errors[k]} for row, k in zip(result.rows, ranks, strict=True)]
    return {**results, "ablation": replace(result, rows=rows)}


def layers(results: Mapping[str, Any], random: np.random.Generator, shift: float) -> Any:
    """Deal the classes' scores over the layers and a network from scratch, class by class."""
    result = results["transfer"]
    means = np.stack([result.scores[str(i)].mean(axis=0) for i in range(len(result.kinds))])
    dealt = random.permuted(np.concatenate([means, means[-1:]]), axis=0)
    kinds = [*result.kinds, {**result.kinds[-1], "layer": "zfnet", "classifier": "scratch"}]
    dealt[len(means) - 1] += shift
    scores = {str(i): each[None] for i, each in enumerate(dealt)}
    return {**results, "transfer": replace(result, kinds=kinds, scores=scores)}


def runs(results: Mapping[str, Any], random: np.random.Generator, shift: float) -> Any:
    """Draw what three networks classify correctly by the confidence of one, image by image."""
    mining = results["mining"]
    known = mining.labels >= 0
    labels, confidence = mining.labels[known], mining.top_probabilities[known, 0]
    found = []
    for letter in _RUNS:
        right = random.random(len(labels)) < confidence - (shift if letter == "C" else 0)
        answers = SimpleNamespace(labels=labels, top_classes=np.where(right, labels, -1)[:, None])
        found.append(
            SimpleNamespace(
                letter=letter,
                mining=answers,
                overview=SimpleNamespace(top1_error=1.0),
                run=SimpleNamespace(data_fingerprint=""),
                filters=None,
            )
        )
    return found


NULLS = (
    Null(
        "overview",
        ("labels-exchanged",),
        names,
        "predictions of the images",
        "two classes swapped in 90 % of their images",
        0.9,
    ),
    Null(
        "preprocessing",
        ("preprocessing-better",),
        preprocessing,
        "images gained and lost with each alternative",
        "one alternative gains 25 points",
        0.25,
    ),
    Null(
        "ablation",
        ("ablation-removal",),
        trainings,
        "runs of the network with and without layers",
        "30 points more errors without them",
        0.3,
        5,
    ),
    Null(
        "ablation",
        ("ablation-one-training",),
        one_training,
        "images misclassified by networks trained once",
        "10 points more errors without them",
        0.1,
        5,
    ),
    Null(
        "ablation",
        ("ablation-order",),
        order,
        "errors of the networks",
        "order with a correlation of 0.9 to the published one",
        0.9,
        5,
    ),
    Null(
        "transfer",
        ("transfer-depth", "transfer-scratch"),
        layers,
        "layers and a network from scratch, class by class",
        "10 points more with the last layer",
        0.1,
    ),
    Null(
        "mining",
        ("compare-error",),
        runs,
        "images correct in three networks, drawn according to the confidence of one",
        "8 points more errors in one",
        0.08,
        findings=of_comparison,
    ),
)
