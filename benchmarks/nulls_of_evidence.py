"""What is exchanged in the values stored of maps of class evidence, and what is then added."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from benchmarks.nulls import Null
from vizreport.experiments.class_evidence.result import BASELINES
from vizreport.experiments.class_evidence.verdicts import areas, left
from vizreport.experiments.sanity.assessment import CHANGED, PASSED

SECTION = "class_evidence"


def orders(results: Mapping[str, Any], random: np.random.Generator, shift: float) -> Any:
    """Exchange each map's curves with the better baseline's, image by image."""
    result = results[SECTION]
    changed = {}
    for curve, sign in (("deletion", -1), ("insertion", 1)):
        curves = dict(getattr(result, curve))
        means = {order: sign * areas(result, curve, order).mean() for order in BASELINES}
        best = max(means, key=lambda order: means[order])
        # One of the maps, drawn anew each time: both cannot be exchanged with one baseline.
        mine = result.methods[int(random.integers(len(result.methods)))]
        swap = random.random(len(result.sample))[:, None] < 0.5
        own, other = curves[mine], curves[best]
        curves[best] = np.where(swap, own, other)
        for method in result.methods:
            curves[method] = np.where(swap, other, own) + sign * shift
        changed[curve] = curves
    return {**results, SECTION: replace(result, **changed)}


def pointing(results: Mapping[str, Any], random: np.random.Generator, shift: float) -> Any:
    """Draw by the object's share of each image whether a map is strongest on it."""
    result = results[SECTION]
    areas_known = np.nan_to_num(result.areas)
    drawn = {
        method: random.random(len(areas_known)) < areas_known + shift for method in result.methods
    }
    return {**results, SECTION: replace(result, hits={**result.hits, **drawn})}


def weights(results: Mapping[str, Any], random: np.random.Generator, shift: float) -> Any:
    """Centre what is left on the bound, each image's deviation with either sign."""
    result = results[SECTION]
    similarity = {}
    for method, values in result.similarity.items():
        out, chance = values.astype(np.float64), result.chance[method]
        for state, limit in ((0, CHANGED), (1, PASSED)):
            found = left(result, method, state)
            sign = np.where(random.random(len(found)) < 0.5, -1, 1)
            away = sign * (found - np.nanmean(found))
            out[state] = chance + (limit + away - shift) * (1 - chance)
        similarity[method] = out
    return {**results, SECTION: replace(result, similarity=similarity)}


NULLS = (
    Null(
        SECTION,
        ("class-evidence-deletion", "class-evidence-insertion"),
        orders,
        "curves of a map and of the better baseline, image by image",
        "10 points more than the baseline",
        0.1,
    ),
    Null(
        SECTION,
        ("class-evidence-pointing",),
        pointing,
        "strongest pixel, drawn according to the object's share of the image",
        "30 points more often on the object",
        0.3,
    ),
    Null(
        SECTION,
        ("class-evidence-all", "class-evidence-top"),
        weights,
        "images' deviations from the bound",
        "20 points less remaining",
        0.2,
    ),
)
