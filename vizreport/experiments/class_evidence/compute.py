"""Maps of class evidence beside the occlusion's, and tests of them on a sample of images."""

from __future__ import annotations

from typing import Any, TypedDict

import numpy as np

from vizreport.engine.projection.window_plan import multiply_adds
from vizreport.experiments.chosen_images import is_right
from vizreport.experiments.class_evidence import random_weights
from vizreport.experiments.class_evidence.cells import (
    FRACTIONS,
    cell_grid,
    cell_means,
    centrality,
    curves,
    ranked,
)
from vizreport.experiments.class_evidence.methods import CAM, GRADIENTS, Evidence
from vizreport.experiments.class_evidence.result import BASELINES, ClassEvidenceResult
from vizreport.experiments.class_evidence.shown import grey_input, shown_maps, square
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.mining.soundness import require_sound
from vizreport.experiments.occlusion.masks import object_masks
from vizreport.experiments.occlusion.result import OcclusionResult
from vizreport.experiments.settings import Given
from vizreport.graph.layers import occluded_layer
from vizreport.subject.subject import Subject
from vizreport.system.progress import progress

STEPS = 12
"""Points of the integration."""
FEWEST, MOST = 12, 30
"""Images that are tested, where their number is not asked for."""
MULTIPLICATIONS = 15 * 10**11
"""What the tests may take, unless the sample is as small as it may be."""
_RANDOM, _CENTRE = BASELINES


class _TestedSample(TypedDict):
    """The fields of :class:`ClassEvidenceResult` that are of the sample."""

    deletion: dict[str, np.ndarray]
    insertion: dict[str, np.ndarray]
    cells: list[int]
    areas: np.ndarray
    hits: dict[str, np.ndarray]
    missed: np.ndarray
    tested: np.ndarray
    similarity: dict[str, np.ndarray]
    chance: dict[str, float]


def compute(
    subject: Subject, settings: Given, mining: MiningResult, occlusion: OcclusionResult
) -> ClassEvidenceResult:
    """Make maps of the occlusion's examples and of photographs, and test them on others.

    Reads the results of mining and of the occlusion.

    Raises
    ------
    RequestError
        If a photograph cannot be read.
    NotApplicable
        If no class has a score with a derivative, or there is no image.
    """
    require_sound(mining)
    layer = occluded_layer(subject.graph, occlusion.layer)
    assert layer is not None  # else there were no occlusion
    evidence = Evidence(subject, layer)
    shown = shown_maps(
        subject, evidence, mining, occlusion, settings.photographs, STEPS, settings.seed
    )
    once = multiply_adds(subject.graph, evidence.output, None)
    maps = 3 * (1 + STEPS)  # passes of one image
    tests = 2 * len(FRACTIONS[1:-1]) * (len(evidence.methods) + len(BASELINES))
    count = settings.evidence_images
    if count is None:
        count = int(np.clip(MULTIPLICATIONS // ((maps + tests) * max(once, 1)), FEWEST, MOST))
    sample = _sample(mining, count, settings.seed)
    again = min(random_weights.IMAGES, len(sample))
    states = 2 * random_weights.DRAWS
    with progress("testing class evidence", len(sample) + states * again, "maps") as bar:
        tested = _tested(subject, evidence, mining, sample, square(occlusion)[2], settings, bar)
    passes = maps * (len(shown["paths"]) + len(sample)) + tests * len(sample)
    passes += 3 * (1 + random_weights.STEPS) * again * states
    tops, lefts, size = square(occlusion)
    return ClassEvidenceResult(
        methods=evidence.methods,
        problems=evidence.problems,
        layer=layer.name if CAM in evidence.methods else "",
        class_names=mining.class_names,
        size=size,
        tops=tops,
        lefts=lefts,
        sample=sample,
        orders=[*evidence.methods, *BASELINES],
        fractions=FRACTIONS.astype(np.float32),
        steps=STEPS,
        test_steps=random_weights.STEPS,
        multiplications=float(passes * once),
        **shown,
        **tested,
    )


def _sample(mining: MiningResult, count: int, seed: int) -> np.ndarray:
    """Draw correctly classified images, whatever their class: int32 [N]."""
    order = np.random.default_rng([seed, 25]).permutation(len(mining.top_classes))
    return order[is_right(mining)[order]][:count].astype(np.int32)


def _tested(
    subject: Subject,
    evidence: Evidence,
    mining: MiningResult,
    sample: np.ndarray,
    size: int,
    settings: Given,
    bar: Any,
) -> _TestedSample:
    """Test the maps of the sample."""
    from scipy import ndimage  # slow to import

    shape, grey = subject.preprocessing.input_size, grey_input(subject)
    cells, grid = cell_grid(shape)
    orders = [*evidence.methods, *BASELINES]
    masks, masked = object_masks(subject, mining, sample)
    pictures = subject.pictures(mining.records[sample])
    inputs = subject.preprocessing.tensor(pictures)
    classes = mining.top_classes[sample, 0]
    kinds = (len(sample), len(FRACTIONS))
    deletion, insertion = ({o: np.zeros(kinds, np.float32) for o in orders} for _ in range(2))
    trained: dict[str, list[np.ndarray]] = {method: [] for method in evidence.methods}
    hits = {order: np.zeros(len(sample), bool) for order in orders}
    missed = np.full(len(sample), np.nan, np.float32)
    clean = mining.top_probabilities[sample, 0]  # known since the images were mined
    none = evidence.probabilities(grey[None])[0, classes]
    differences = evidence.scores(inputs, classes) - evidence.scores(grey[None], classes)
    for n, image in enumerate(inputs):
        random = np.random.default_rng([settings.seed, 25, n])
        wanted = int(classes[n])
        pixels = evidence.pixels(image, grey, wanted, STEPS)
        means = {method: cell_means(values, cells) for method, values in pixels.items()}
        for method, averages in means.items():
            trained[method].append(averages)
        means |= {_RANDOM: random.random(cells.max() + 1), _CENTRE: centrality(grid)}
        ranks = {order: ranked(means[order], random) for order in orders}

        def probability(x: np.ndarray, wanted: int = wanted) -> np.ndarray:
            return evidence.probabilities(x)[:, wanted]

        found = curves(probability, image, grey, cells, ranks, (clean[n], none[n]))
        for order in orders:
            deletion[order][n], insertion[order][n] = (each[order] for each in found)
        strongest = {m: int(ndimage.uniform_filter(v, size).argmax()) for m, v in pixels.items()}
        strongest[_RANDOM] = int(random.integers(cells.size))
        strongest[_CENTRE] = shape[0] // 2 * shape[1] + shape[1] // 2
        for order, pixel in strongest.items():
            hits[order][n] = masks[n].ravel()[pixel]
        if GRADIENTS in pixels and differences[n]:
            missed[n] = abs(pixels[GRADIENTS].sum() / differences[n] - 1)
        bar.update(1)
    tested = np.arange(min(random_weights.IMAGES, len(sample)), dtype=np.int32)

    def made_again() -> dict[str, list[np.ndarray]]:
        found: dict[str, list[np.ndarray]] = {method: [] for method in evidence.methods}
        for n in tested:
            pixels = evidence.pixels(inputs[n], grey, int(classes[n]), random_weights.STEPS)
            for method, values in pixels.items():
                found[method].append(cell_means(values, cells))
            bar.update(1)
        return found

    similarity, chance = random_weights.compare(
        evidence,
        made_again,
        {method: maps[: len(tested)] for method, maps in trained.items()},
        settings.seed,
    )
    return {
        "deletion": deletion,
        "insertion": insertion,
        "cells": list(grid),
        "areas": np.where(masked, masks.mean(axis=(1, 2)), np.nan).astype(np.float32),
        "hits": hits,
        "missed": missed,
        "tested": tested,
        "similarity": similarity,
        "chance": chance,
    }
