"""Made-up results: occlusion."""

from __future__ import annotations

import numpy as np

from tests.report import fake_pictures
from tests.report.fake_results import HOSTILE, SIZE
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.occlusion.places import places
from vizreport.experiments.occlusion.result import OcclusionResult


def make_occlusion(
    random: np.random.Generator, mining: MiningResult, seen: np.ndarray, hostile: bool
) -> OcclusionResult:
    count, sizes = 2, [34, 68] if hostile else [45]
    names = mining.class_names
    classes = np.arange(count, dtype=np.int32)
    tops = {str(size): places(SIZE, size, 11) for size in sizes}
    maps: dict[str, dict[str, np.ndarray]] = {
        key: {} for key in ("fills", "probabilities", "activations", "best", "best_probabilities")
    }
    for name, starts in tops.items():
        centre = starts + int(name) / 2 - SIZE / 2
        distance = np.hypot(centre[:, None], centre[None]) / SIZE
        near = np.stack([np.exp(-((distance / 0.2) ** 2))] * count).astype(np.float32)
        # Every class is somewhere the most probable, more of them than have a colour.
        best = (np.arange(near[0].size).reshape(near[0].shape) // 5) % min(len(names), 12)
        maps["probabilities"][name] = 0.9 - 0.85 * near
        maps["activations"][name] = 4000 * (1.1 - near)
        maps["best"][name] = np.where(near > 0.6, best, classes[:, None, None]).astype(np.int32)
        maps["best_probabilities"][name] = np.maximum(maps["probabilities"][name], 0.3)
        maps["fills"][name] = np.full((count, SIZE, SIZE, 3), 128, np.uint8)
        if hostile:
            noise = random.integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8)
            maps["fills"][name][:] = noise
    others = np.tile(np.array([4, 5, 6], np.int32), (count, 1))
    values = np.tile(np.array([80, 120, 99, 98], np.float32), (count, 1))
    if hostile:
        others[1, 2], values[1, 3] = -1, np.nan
    masks = np.zeros((count, SIZE, SIZE), bool)
    if hostile:
        masks[0, 70:150, 90:180] = True
    tiles = np.stack([fake_pictures.projection(picture) for picture in seen[:4]])
    return OcclusionResult(
        paths=[HOSTILE[0], HOSTILE[4] + ".jpg"] if hostile else mining.paths[:count],
        given=hostile,
        sure=0.62,
        tried=16,
        telling=13,
        pictures=seen[:count],
        masks=masks,
        masked=masks.any(axis=(1, 2)),
        classes=classes,
        known=np.array([True, not hostile]),
        class_names=names,
        clean_probabilities=np.full(count, 0.93, np.float32),
        clean_best=np.array([0, 2 if hostile else 1], np.int32),
        clean_best_probabilities=np.full(count, 0.95, np.float32),
        layer="backbone/" + HOSTILE[4] if hostile else "fire8",
        maps=np.array([31, 5], np.int32),
        clean_activations=np.full(count, 4100, np.float32),
        units=169,
        sizes=sizes,
        strides=[11] * len(sizes),
        fill="noise" if hostile else "grey",
        draws=4 if hostile else 1,
        tops=tops,
        lefts=tops,
        refined=hostile,
        computed={name: np.ones(kept.shape, bool) for name, kept in maps["best"].items()},
        errors={name: np.full(count, 0.02, np.float32) for name in tops},
        errors_drawn={name: np.full((count, 59), 0.01, np.float32) for name in tops},
        sample=np.arange(12 * hostile, dtype=np.int32),
        sample_clean=np.full(12 * hostile, 0.9, np.float32),
        sample_lowest=np.full(12 * hostile, 0.2, np.float32),
        sample_shares=np.full(12 * hostile, 0.4, np.float32),
        sample_areas=np.full(12 * hostile, 0.25, np.float32),
        sample_hits=np.arange(12 * hostile) % 2 == 0,
        projection_problem="",
        others=others,
        other_pictures=np.stack([seen[4:7]] * count),
        values=values,
        fields=np.tile(np.array([60, 40, 180, 160], np.int32), (count, 4, 1)),
        projections=np.stack([tiles] * count),
        projection_scales=np.full(count, 3.5, np.float32),
        rule="deconvnet",
        **maps,
    )
