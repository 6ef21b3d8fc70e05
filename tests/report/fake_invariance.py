"""Made-up results: invariance."""

from __future__ import annotations

import numpy as np

from tests.report.fake_results import HOSTILE
from vizreport.experiments.invariance.result import InvarianceResult
from vizreport.experiments.invariance.transformations import transformations
from vizreport.experiments.mining.result import MiningResult


def make_invariance(
    random: np.random.Generator, mining: MiningResult, seen: np.ndarray, hostile: bool
) -> InvarianceResult:
    shown, count = (2, 3) if hostile else (5, 20)
    layers = ["conv1", "backbone/" + HOSTILE[4], HOSTILE[1]] if hostile else ["conv1", "fire9"]
    ways = transformations(*seen.shape[1:3])
    norms = np.tile(np.linspace(400, 90, len(layers), dtype=np.float32), (count, 1))
    far = {
        way.name: np.abs(way.values - way.values[way.identity])
        / np.abs(way.values - way.values[way.identity]).max()
        for way in ways
    }
    far["rotation"] = np.abs(np.sin(np.deg2rad(ways[3].values)))  # twice a turn
    rising = random.uniform(0.5, 1.4, (count, len(layers), 1))
    distances = {
        name: (norms[..., None] * rising * np.sqrt(share)).astype(np.float32)
        for name, share in far.items()
    }
    if hostile:
        norms[0, 1] = 0  # an image to which a layer is silent
    apart = norms * (np.nan if hostile else 1.3)
    return InvarianceResult(
        paths=[HOSTILE[0], HOSTILE[4] + ".jpg"] if hostile else mining.paths[:shown],
        given=hostile,
        pictures=seen[:shown],
        images=np.arange(count, dtype=np.int32),
        sampled=np.arange(count) >= (1 if hostile else 2),
        classes=np.array([1, 1, 0] if hostile else np.arange(count) % 10, np.int32),
        known=np.arange(count) != 1,
        class_names=mining.class_names,
        layers=layers,
        lengths=[290400, 86528, 1000][: len(layers)],
        values={way.name: way.values for way in ways},
        distances=distances,
        norms=norms,
        apart=apart.astype(np.float32),
        probabilities={
            name: (0.95 * np.exp(-2 * rising[:, 0] * share)).astype(np.float32)
            for name, share in far.items()
        },
        interpolation="bicubic" if hostile else "bilinear",
        fill="reflect" if hostile else "edge",
    )
