"""Made-up results: correspondence."""

from __future__ import annotations

import numpy as np

from tests.report.fake_results import HOSTILE, SIZE
from vizreport.experiments.correspondence.result import ComparedLayer, CorrespondenceResult
from vizreport.experiments.correspondence.squares import corners
from vizreport.experiments.mining.result import MiningResult


def make_correspondence(
    random: np.random.Generator, mining: MiningResult, seen: np.ndarray, hostile: bool
) -> CorrespondenceResult:
    count, draws, shared, side = (5, 10, 20, 45) if hostile else (12, 10, 20, 34)
    parts = [HOSTILE[0], HOSTILE[4], "nose"] if hostile else ["right eye", "left eye", "wheel"]
    layers = [HOSTILE[1]] if hostile else ["fire8", "fire9"]
    pairs = count * (count - 1) // 2
    shape = (SIZE, SIZE)
    points = random.uniform(0, SIZE, (count, len(parts), 2)).astype(np.float32)

    def distances(rows: int, mean: float) -> np.ndarray:
        return random.normal(mean, 0.01, (rows, pairs)).astype(np.float32)

    def squares(rows: int) -> np.ndarray:
        return corners(random.uniform(0, SIZE, (count, rows, 2)), side, shape)

    return CorrespondenceResult(
        class_name=HOSTILE[2] if hostile else "face",
        asked=hostile,
        source="file" if hostile else "data",
        object="box" if hostile else "mask",
        paths=[HOSTILE[3]] * count if hostile else mining.paths[:count],
        pictures=seen[:count],
        usable=count + 4 * hostile,
        right=-1 if hostile else count - 1,
        parts=parts,
        points=points,
        side=side,
        part_squares=corners(points, side, shape),
        random_squares=squares(draws),
        shared_squares=squares(shared),
        layers={
            name: ComparedLayer(
                part_distances=distances(len(parts), 0.08),
                random_distances=distances(draws, 0.1),
                shared_distances=distances(shared, 0.09),
                part_changed=np.full(len(parts), 0.3, np.float32),
                random_changed=0.28,
                shared_changed=0.29,
                agreements=random.normal(0.2, 0.02, (count, len(parts) + draws) * 2).astype(
                    np.float32
                ),
                shared_agreement=distances(shared, 0.2),
                p_values=np.linspace(0.3 if hostile else 0.0001, 0.9, len(parts)),
                p_all=0.3 if hostile else 0.0002,
            )
            for name in layers
        },
        lengths=[86528] * len(layers),
    )
