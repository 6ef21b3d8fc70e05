"""What is exchanged in stored values so that there is nothing to find, and what is then added."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from vizreport.experiments.correspondence.statistics import permutation_p
from vizreport.experiments.sanity.assessment import CHANGED, PASSED


@dataclass(frozen=True)
class Null:
    """One way of leaving nothing to find.

    Attributes
    ----------
    section : str
    kinds : tuple of str
        Kinds of finding whose null it is.
    change : callable
        ``change(results, random, shift)`` returns the results with a draw of the exchange, and
        with an effect of this size added.
    null, effect : str
        The same in words.
    shift : float
        The effect.
    slow : int
        By how many times fewer simulations are made.
    findings : callable or None
        Makes the findings of what ``change`` returned; None for the section's own.
    """

    section: str
    kinds: tuple[str, ...]
    change: Callable[[Mapping[str, Any], np.random.Generator, float], dict[str, Any]]
    null: str
    effect: str
    shift: float
    slow: int = 1
    findings: Callable[[Any], Any] | None = None


def invariance(results: Mapping[str, Any], random: np.random.Generator, shift: float) -> Any:
    """Exchange the first and the last layer, and p with and without a shift, in each image."""
    result = results["invariance"]
    last = len(result.layers) - 1
    swap = random.random(len(result.images)) < 0.5
    relative = {
        name: each / np.maximum(result.norms[:, :, None], 1e-9)
        for name, each in result.distances.items()
    }
    far = result.apart / np.maximum(result.norms, 1e-9)

    def swapped(values: np.ndarray) -> np.ndarray:
        out = values.copy()
        out[swap, 0], out[swap, last] = values[swap, last], values[swap, 0]
        return out

    distances = {name: swapped(each) for name, each in relative.items()}
    apart = swapped(far)
    for each in distances.values():  # less in the last layer, by the measure of both findings
        each[:, last] -= shift * np.minimum(apart[:, last], 1)[:, None]
    flip = random.random(len(result.images)) < 0.5
    moved = {}
    for name, p in result.probabilities.items():
        identity = {"scale": 1}.get(name, 0)
        still = p[:, np.flatnonzero(result.values[name] == identity)[:1]]
        other = np.where(flip[:, None], 2 * still - p, p)
        moved[name] = np.where(result.values[name] == identity, still, other - shift)
    changed = replace(
        result,
        distances=distances,
        norms=np.ones_like(result.norms),
        apart=apart,
        probabilities=moved,
    )
    return {**results, "invariance": changed}


def correspondence(results: Mapping[str, Any], random: np.random.Generator, shift: float) -> Any:
    """Exchange each part with the random places, in each picture by itself."""
    result = results["correspondence"]
    parts, seed = len(result.parts), int(random.integers(2**31))
    layers = {}
    for name, layer in result.layers.items():
        found = layer.agreements
        images, places = found.shape[:2]
        order = np.stack([random.permutation(places) for _ in range(images)])
        dealt = np.stack(
            [
                np.stack([found[i][:, j][np.ix_(order[i], order[j])] for j in range(images)], 1)
                for i in range(images)
            ]
        )
        dealt[:, :parts, :, :parts] += shift
        tested = np.stack(
            [
                dealt[:, each][..., each]
                for each in ([part, *range(parts, places)] for part in range(parts))
            ]
        )
        layers[name] = replace(
            layer,
            agreements=dealt,
            p_values=np.array([permutation_p(each[None], seed) for each in tested]),
            p_all=permutation_p(tested, seed),
        )
    return {**results, "correspondence": replace(result, layers=layers)}


def evolution(results: Mapping[str, Any], random: np.random.Generator, shift: float) -> Any:
    """Deal the maps' similarities over the layers."""
    result = results["evolution"]
    followed = result.followed
    every = np.concatenate([maps.similarity for maps in followed.values()], axis=1)
    every = every[:, random.permutation(every.shape[1])].copy()
    ends = np.cumsum([0, *(maps.similarity.shape[1] for maps in followed.values())])
    layers = dict(result.layers)
    for depth, (name, maps) in enumerate(followed.items()):
        mine = every[:, ends[depth] : ends[depth + 1]].copy()
        mine[:-1] -= shift * depth / max(len(followed) - 1, 1)
        layers[name] = replace(layers[name], followed=replace(maps, similarity=mine))
    return {**results, "evolution": replace(result, layers=layers)}


def occlusion(results: Mapping[str, Any], random: np.random.Generator, shift: float) -> Any:
    """Let each image's fall lie as far above as below the object's share of the image."""
    result = results["occlusion"]
    sample = result.sample
    sign = np.where(random.random(len(sample.images)) < 0.5, -1, 1)
    shares = sample.areas + sign * (sample.shares - sample.areas)
    sample = replace(sample, shares=shares + shift)
    return {**results, "occlusion": replace(result, sample=sample)}


def sanity(results: Mapping[str, Any], random: np.random.Generator, shift: float) -> Any:
    """Centre what is left on the bound, each unit's deviation with either sign."""
    result = results["sanity"]
    layers = {}
    for name, tested in result.layers.items():
        out = tested.states.cascade.astype(np.float64)
        chance = np.nanmean(tested.states.controls[:, 2], axis=1)[:, None]  # [M, 1, 4]
        for step, limit in ((0, CHANGED), (-1, PASSED)):
            left = (out[:, step] - chance) / (1 - chance)
            sign = np.where(random.random(left.shape[1]) < 0.5, -1, 1)[None, :, None]
            away = sign * (left - np.nanmean(left, axis=1, keepdims=True))
            out[:, step] = chance + (limit + away - shift) * (1 - chance)
        layers[name] = replace(tested, states=replace(tested.states, cascade=out))
    return {**results, "sanity": replace(result, layers=layers)}


def majority(results: Mapping[str, Any], random: np.random.Generator, shift: float) -> Any:
    """Exchange network and majority where only one of them is right."""
    _, labels, predicted, largest = _answers(results)
    apart = np.flatnonzero((labels == predicted) != (labels == largest))
    share = 0.5 + shift * len(labels) / max(2 * len(apart), 1)
    network = random.random(len(apart)) < share
    labels = labels.copy()  # there the network says another class than the largest
    labels[apart] = np.where(network, predicted[apart], largest)
    return _answered(results, labels, predicted)


def classes(results: Mapping[str, Any], random: np.random.Generator, shift: float) -> Any:
    """Exchange over the images whether they are classified correctly."""
    mining, labels, predicted, _ = _answers(results)
    right = random.permutation(labels == predicted)
    worst = labels == labels[0]
    right &= ~(worst & (random.random(len(labels)) < shift))
    wrong = (labels + 1) % len(mining.class_names)
    return _answered(results, labels, np.where(right, labels, wrong))


def calibration(results: Mapping[str, Any], random: np.random.Generator, shift: float) -> Any:
    """Draw whether each image is classified correctly by its own confidence."""
    mining, labels, _, _ = _answers(results)
    confidence = mining.top_probabilities[mining.labels >= 0, 0]
    right = random.random(len(labels)) < confidence - shift
    wrong = (labels + 1) % len(mining.class_names)
    return _answered(results, labels, np.where(right, labels, wrong))


def selectivity(results: Mapping[str, Any], random: np.random.Generator, shift: float) -> Any:
    """Exchange the strongest images of the first and the last layer's maps, map by map."""
    mining, result = results["mining"], results["top_patches"]
    hidden = [name for name in result.layers if name != mining.output_layer]
    first, last = hidden[0], hidden[-1]
    ends = mining.layers[first], mining.layers[last]
    images = np.concatenate([layer.images for layer in ends])
    values = np.concatenate([layer.values for layer in ends])
    order, count = random.permutation(len(images)), len(ends[0].images)
    images, values = images[order], values[order]
    if shift:
        labels = mining.labels
        for row in images[count:]:
            same = np.flatnonzero(labels == labels[row[0]])
            row[1 : 1 + round(shift * len(row))] = same[: round(shift * len(row))]
    parts = {first: slice(None, count), last: slice(count, None)}
    changed = {
        name: replace(mining.layers[name], images=images[part], values=values[part])
        for name, part in parts.items()
    }
    return {**results, "mining": replace(mining, layers={**mining.layers, **changed})}


def _answers(results: Mapping[str, Any]) -> tuple[Any, np.ndarray, np.ndarray, int]:
    mining = results["mining"]
    known = mining.labels >= 0
    labels = mining.labels[known]
    return mining, labels, mining.top_classes[known, 0], int(np.bincount(labels).argmax())


def _answered(results: Mapping[str, Any], labels: np.ndarray, predicted: np.ndarray) -> Any:
    mining = results["mining"]
    known = mining.labels >= 0
    every, classes = mining.labels.copy(), mining.top_classes.copy()
    every[known], classes[known, 0] = labels, predicted
    return {**results, "mining": replace(mining, labels=every, top_classes=classes)}


NULLS = (
    Null(
        "overview",
        ("accuracy-majority",),
        majority,
        "network and majority class, if only one of them is right",
        "10 points more correct",
        0.1,
    ),
    Null(
        "overview",
        ("accuracy-classes",),
        classes,
        "images classified correctly and wrongly",
        "half of one class's correct images missed",
        0.5,
    ),
    Null(
        "overview",
        ("accuracy-calibration",),
        calibration,
        "correct or wrong, drawn according to the confidence",
        "5 points over-confident",
        0.05,
    ),
    Null(
        "top_patches",
        ("top-patches-selectivity",),
        selectivity,
        "maps of the first and the last layer",
        "two thirds of a map's images of one class",
        2 / 3,
        5,
    ),
    Null(
        "evolution",
        ("evolution-depth",),
        evolution,
        "maps between layers",
        "similarity 0.1 lower in the last layer than in the first",
        0.1,
    ),
    Null(
        "occlusion",
        ("occlusion-object",),
        occlusion,
        "drop above and below the object's share of the image",
        "10 points more on the object",
        0.1,
    ),
    Null(
        "invariance",
        ("invariance-depth", "invariance-depth-norm", "invariance-probability"),
        invariance,
        "first and last layer, p with and without shift, within each image",
        "10 points less",
        0.1,
    ),
    Null(
        "correspondence",
        ("correspondence-layer", "correspondence-part"),
        correspondence,
        "part and random positions, within each image",
        "agreement 0.03 higher",
        0.03,
        5,
    ),
    Null(
        "sanity",
        ("sanity-all", "sanity-top"),
        sanity,
        "units' deviations from the bound",
        "20 points less remaining",
        0.2,
    ),
)
