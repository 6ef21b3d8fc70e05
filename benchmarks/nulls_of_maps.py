"""What is exchanged in stored values of maps and filters so that there is nothing to find."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from unittest import mock

import numpy as np

from benchmarks.nulls import Null
from vizreport.experiments.architecture import findings as of_architecture
from vizreport.experiments.architecture.gratings import bands
from vizreport.experiments.top_patches.ground_truth import known_layers


def class_units(results: Mapping[str, Any], random: np.random.Generator, shift: float) -> Any:
    """Exchange the labels among the images; then give scores images of their own class."""
    mining = results["mining"]
    labels = mining.labels.copy()
    known = np.flatnonzero(labels >= 0)
    labels[known] = random.permutation(labels[known])
    scores = mining.layers[mining.output_layer]
    images = scores.images.copy()
    for unit, row in enumerate(images):
        mine = np.flatnonzero(labels == unit)[: round(shift * len(row))]
        row[: len(mine)] = mine
    changed = {**mining.layers, mining.output_layer: replace(scores, images=images)}
    return {**results, "mining": replace(mining, labels=labels, layers=changed)}


def energy(results: Mapping[str, Any], random: np.random.Generator, shift: float) -> Any:
    """Exchange an image's own object with other images' objects, in half of the images."""
    result = results["top_patches"]
    name = known_layers(result)[-1]
    layer = result.layers[name]
    swap = (random.random(1 + layer.images.max()) < 0.5)[layer.images]
    own, other = layer.tiles.inside, layer.tiles.inside_elsewhere
    inside = np.where(swap, other, own) + shift
    elsewhere = np.where(swap, own, other)
    tiles = replace(layer.tiles, inside=inside, inside_elsewhere=elsewhere)
    layers = {**result.layers, name: replace(layer, tiles=tiles)}
    return {**results, "top_patches": replace(result, layers=layers)}


def aliasing(results: Mapping[str, Any], random: np.random.Generator, shift: float) -> Any:
    """Let each filter's ambiguous share lie as far above as below the limit."""
    limit = of_architecture.AMBIGUOUS
    shares = of_architecture.ambiguous(results["architecture"], results["filters"])
    mirrored = np.where(random.random(len(shares)) < 0.5, 2 * limit - shares, shares)
    return {**results, "shares": mirrored + shift}


def _of_shares(results: Mapping[str, Any]) -> Any:
    with mock.patch.object(of_architecture, "ambiguous", return_value=results["shares"]):
        return of_architecture.findings(results)


def middle(results: Mapping[str, Any], random: np.random.Generator, shift: float) -> Any:
    """Draw filters anew, a quarter of them among those that prefer middle frequencies."""
    filters = results["filters"]
    count = len(filters.filters)
    found = np.array([bands(one[None])[1] for one in filters.filters], bool)
    prefer = random.random(count) < 0.25 - shift
    drawn = np.where(
        prefer,
        random.choice(np.flatnonzero(found), count),
        random.choice(np.flatnonzero(~found), count),
    )
    changed = replace(filters, filters=filters.filters[drawn], dead=np.zeros(count, bool))
    return {**results, "filters": changed}


def hog(results: Mapping[str, Any], random: np.random.Generator, shift: float) -> Any:
    """Exchange the two inversions, image by image."""
    result = results["hog"]
    correlations = result.correlations.copy()
    swap = random.random(correlations.shape[1]) < 0.5
    correlations[:2, swap] = correlations[:2, swap][::-1]
    correlations[0] += shift
    return {**results, "hog": replace(result, correlations=correlations)}


NULLS = (
    Null(
        "top_patches",
        ("top-patches-class-units",),
        class_units,
        "labels of the images",
        "two of a score's nine images from its class",
        0.2,
        5,
    ),
    Null(
        "top_patches",
        ("top-patches-energy",),
        energy,
        "own object and other images' objects, image by image",
        "10 points more on the object",
        0.1,
        5,
    ),
    Null(
        "architecture",
        ("architecture-middle",),
        middle,
        "filters, a quarter of them with middle frequencies",
        "20 points fewer with middle frequencies",
        0.2,
    ),
    Null(
        "architecture",
        ("architecture-aliasing",),
        aliasing,
        "ambiguous share above and below the limit, filter by filter",
        "20 points more ambiguous",
        0.2,
        findings=_of_shares,
    ),
    Null(
        "hog",
        ("hog-inversion",),
        hog,
        "paired dictionaries and ridge regression, image by image",
        "correlation 0.02 higher",
        0.02,
    ),
)
