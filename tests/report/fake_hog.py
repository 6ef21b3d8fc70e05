"""Made-up results: HOG."""

from __future__ import annotations

import numpy as np

from tests.report.fake_results import HOSTILE
from vizreport.experiments.hog.result import HogResult
from vizreport.experiments.mining.result import MiningResult


def make_hog(
    random: np.random.Generator, mining: MiningResult, seen: np.ndarray, hostile: bool
) -> HogResult:
    shown, measured, atoms = (2, 3, 5) if hostile else (5, 30, 32)
    layers = [HOSTILE[4], "conv5"] if hostile else ["conv2", "conv5"]
    grey = seen[:shown].mean(axis=3)
    small = np.stack([picture[:96, :96] for picture in grey]).astype(np.uint8)
    means = np.array([[0.61], [0.58], [0.05]])
    noise = random.normal(0, 0.06, (3, measured))
    return HogResult(
        paths=[HOSTILE[0], HOSTILE[1]] if hostile else mining.paths[:shown],
        names=[""] * shown if hostile else mining.class_names[:shown],
        pictures=seen[:shown],
        glyphs=small // 2,
        originals=small,
        inversions=np.stack([small // 2 + 64, small // 3 + 86]),
        mean_picture=small[0],
        shown=np.arange(shown, dtype=np.int32),
        correlations=(means + noise).astype(np.float32),
        learned_images=400,
        learned_windows=6000,
        hog_mean=np.zeros(648, np.float32),
        hog_scale=1.5,
        hog_atoms=random.normal(0, 0.04, (atoms, 648)).astype(np.float32),
        pixel_offset=np.zeros(1024, np.float32),
        pixel_atoms=random.normal(0, 0.2, (2, atoms, 1024)).astype(np.float32),
        sparsity=0.05,
        weights=random.uniform(0, 1, (2, atoms)).astype(np.float32),
        window=32,
        cell=8,
        used=0.35,
        layers=layers,
        problems=["no backward rule for 'swish'" if hostile else "", ""],
        units=np.array([[0] * shown if hostile else [16] * shown, [16] * shown], np.int32),
        projections=np.stack([np.full_like(seen[:shown], 128), 255 - seen[:shown]]),
        scales=np.array([[0.0] * shown if hostile else [2.0] * shown, [1.5] * shown], np.float32),
        rule="deconvnet",
    )
