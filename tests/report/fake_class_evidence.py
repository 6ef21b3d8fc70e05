"""Made-up results: class evidence."""

from __future__ import annotations

import numpy as np

from vizreport.experiments.class_evidence.cells import FRACTIONS
from vizreport.experiments.class_evidence.result import METHODS, ClassEvidenceResult
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.occlusion.result import OcclusionResult


def make_class_evidence(
    random: np.random.Generator, mining: MiningResult, occlusion: OcclusionResult, hostile: bool
) -> ClassEvidenceResult:
    methods = list(METHODS)[hostile:]
    clean, square, count = occlusion.clean, occlusion.squares[occlusion.largest], 12
    falls = clean.probabilities[:, None, None] - square.probabilities
    orders = [*methods, "random", "centre"]
    down = {o: np.float32(0.9) * (1 - FRACTIONS) ** (4 - i) for i, o in enumerate(orders)}
    noise = random.normal(0, 0.02, (count, len(FRACTIONS)))
    deletion = {o: (down[o] + noise).clip(0, 1).astype(np.float32) for o in orders}
    areas = np.full(count, np.nan if hostile else 0.3, np.float32)
    return ClassEvidenceResult(
        methods=methods,
        problems={"grad-cam": "layer 'a<b>' has no spatial positions"} if hostile else {},
        layer="" if hostile else occlusion.layer,
        paths=clean.paths,
        pictures=clean.pictures,
        masks=clean.masks,
        classes=clean.classes,
        class_names=mining.class_names,
        probabilities=clean.probabilities,
        size=occlusion.largest,
        tops=square.tops,
        lefts=square.lefts,
        falls=falls.astype(np.float32),
        maps={m: (falls**2).astype(np.float32) for m in methods},
        scores=np.full(len(falls), 12, np.float32),
        grey_scores=np.full(len(falls), 2, np.float32),
        totals=np.full(len(falls), 9.75, np.float32),
        sample=np.arange(count, dtype=np.int32),
        orders=orders,
        fractions=FRACTIONS.astype(np.float32),
        deletion=deletion,
        insertion={o: each[:, ::-1].copy() for o, each in deletion.items()},
        cells=[14, 14],
        areas=areas,
        hits={o: np.arange(count) < 9 - i for i, o in enumerate(orders)},
        missed=np.full(count, 0.025, np.float32),
        tested=np.arange(8, dtype=np.int32),
        similarity={m: random.normal(0.1, 0.05, (2, 2, 8)).astype(np.float32) for m in methods},
        chance=dict.fromkeys(methods, 0.1),
        steps=16,
        test_steps=8,
        multiplications=1.25e12,
    )
