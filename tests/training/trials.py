"""Made-up results of an ablation, as files."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from vizreport.experiments.ablation.trial import Trial, write_trial
from vizreport.models.accuracy import ranks, top_errors
from vizreport.models.history import Epoch
from vizreport.models.variants import VARIANTS

IMAGES, CLASSES = 40, 8


def made_up(variant: str, seed: int) -> Trial:
    """Return a trial whose errors are those of its probabilities."""
    random = np.random.default_rng([*variant.encode(), seed])
    labels = (np.arange(IMAGES) % CLASSES).astype(np.int32)
    scores = random.normal(0, 1, (IMAGES, CLASSES)) + 1.5 * np.eye(CLASSES)[labels]
    probabilities = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    first, fifth = top_errors(ranks(probabilities, labels), CLASSES)
    return Trial(
        variant=variant,
        seed=seed,
        parameters=100_000,
        training_error=first / 2,
        validation_error=first,
        validation_top5_error=fifth,
        seconds=2.5,
        epochs=(Epoch(1, 0.01, 2.0, 0.9, 2.0, first, fifth, 2.5, 100.0),),
        settings={
            "epochs": 1,
            "width": 0.1,
            "input_size": 64,
            "batch_size": 16,
            "data": ["a" * 64, "b" * 64],
        },
        data="made up (train)",
        validation_data="made up (val)",
        training_images=80,
        validation_images=IMAGES,
        versions={"vizreport": "0"},
        probabilities=probabilities.astype(np.float32),
        labels=labels,
    )


def write_trials(
    folder: Path, variants: tuple[str, ...] = tuple(VARIANTS), seeds: tuple[int, ...] = (0, 1)
) -> Path:
    """Write made-up trials; return the folder."""
    for variant in variants:
        for seed in seeds:
            write_trial(folder, made_up(variant, seed))
    return folder
