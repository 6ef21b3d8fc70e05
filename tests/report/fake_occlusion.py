"""Made-up results: occlusion."""

from __future__ import annotations

import numpy as np

from tests.report import fake_pictures
from tests.report.fake_results import HOSTILE, SIZE
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.occlusion.places import places
from vizreport.experiments.occlusion.result import (
    Choice,
    CleanImages,
    OcclusionResult,
    Projections,
    Sample,
    SquareMaps,
)


def make_occlusion(
    random: np.random.Generator, mining: MiningResult, seen: np.ndarray, hostile: bool
) -> OcclusionResult:
    count, sizes = 2, [34, 68] if hostile else [45]
    names = mining.class_names
    classes = np.arange(count, dtype=np.int32)
    squares = {}
    for size in sizes:
        starts = places(SIZE, size, 11)
        centre = starts + size / 2 - SIZE / 2
        distance = np.hypot(centre[:, None], centre[None]) / SIZE
        near = np.stack([np.exp(-((distance / 0.2) ** 2))] * count).astype(np.float32)
        # Every class is somewhere the most probable, more of them than have a colour.
        best = (np.arange(near[0].size).reshape(near[0].shape) // 5) % min(len(names), 12)
        fills = np.full((count, SIZE, SIZE, 3), 128, np.uint8)
        if hostile:
            fills[:] = random.integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8)
        squares[size] = SquareMaps(
            tops=starts,
            lefts=starts,
            fills=fills,
            probabilities=0.9 - 0.85 * near,
            activations=4000 * (1.1 - near),
            best=np.where(near > 0.6, best, classes[:, None, None]).astype(np.int32),
            best_probabilities=np.maximum(0.9 - 0.85 * near, 0.3),
            computed=np.ones(near.shape, bool),
            errors=np.full(count, 0.02, np.float32),
            errors_drawn=np.full((count, 59), 0.01, np.float32),
        )
    others = np.tile(np.array([4, 5, 6], np.int32), (count, 1))
    values = np.tile(np.array([80, 120, 99, 98], np.float32), (count, 1))
    if hostile:
        others[1, 2], values[1, 3] = -1, np.nan
    masks = np.zeros((count, SIZE, SIZE), bool)
    if hostile:
        masks[0, 70:150, 90:180] = True
    tiles = np.stack([fake_pictures.projection(picture) for picture in seen[:4]])
    clean = CleanImages(
        paths=[HOSTILE[0], HOSTILE[4] + ".jpg"] if hostile else mining.paths[:count],
        pictures=seen[:count],
        masks=masks,
        masked=masks.any(axis=(1, 2)),
        classes=classes,
        known=np.array([True, not hostile]),
        probabilities=np.full(count, 0.93, np.float32),
        best=np.array([0, 2 if hostile else 1], np.int32),
        best_probabilities=np.full(count, 0.95, np.float32),
        maps=np.array([31, 5], np.int32),
        activations=np.full(count, 4100, np.float32),
    )
    sampled = 12 * hostile
    return OcclusionResult(
        choice=Choice(given=hostile, sure=0.62, tried=16, telling=13),
        clean=clean,
        class_names=names,
        layer="backbone/" + HOSTILE[4] if hostile else "fire8",
        units=169,
        squares=squares,
        strides=[11] * len(sizes),
        fill="noise" if hostile else "grey",
        draws=4 if hostile else 1,
        refined=hostile,
        projections=Projections(
            problem="",
            others=others,
            other_pictures=np.stack([seen[4:7]] * count),
            values=values,
            fields=np.tile(np.array([60, 40, 180, 160], np.int32), (count, 4, 1)),
            projected=np.stack([tiles] * count),
            scales=np.full(count, 3.5, np.float32),
        ),
        sample=Sample(
            images=np.arange(sampled, dtype=np.int32),
            clean=np.full(sampled, 0.9, np.float32),
            lowest=np.full(sampled, 0.2, np.float32),
            shares=np.full(sampled, 0.4, np.float32),
            areas=np.full(sampled, 0.25, np.float32),
            hits=np.arange(sampled) % 2 == 0,
        ),
        rule="deconvnet",
    )
