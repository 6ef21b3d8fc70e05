"""A made-up ablation result."""

from __future__ import annotations

from vizreport.experiments.ablation.result import AblationResult
from vizreport.models.variants import VARIANTS

ERRORS = (0.35, 0.45, 0.36, 0.41, 0.7, 0.37, 0.33, 0.3, 0.32, 0.31, 0.28, 0.92)


def make_ablation(hostile: bool) -> AblationResult:
    """Return the whole table with three seeds; or one network that learned nothing, hostile."""
    seeds = [0] if hostile else [0, 1, 2]
    found = ((name, error) for name, error in zip(VARIANTS, ERRORS, strict=True))
    rows = [
        {
            "variant": name,
            "parameters": 1_234_567 + 1000 * i,
            "seconds": 61.5 + i,
            "seeds": seeds,
            "training": [error * 0.6 + 0.01 * seed for seed in seeds],
            "validation": [error + 0.01 * seed for seed in seeds],
            "top5": [] if hostile else [error / 4 + 0.01 * seed for seed in seeds],
        }
        for i, (name, error) in enumerate(found)
    ]
    combined = [["zfnet", seed] for seed in seeds] + [["zfnet-maps-512-1024-512", 0]]
    ensembles = [
        {"name": "zfnet", "members": combined[:-1], "validation": 0.25, "top5": 0.05},
        {"name": "combined", "members": combined, "validation": 0.24, "top5": 0.048},
    ]
    return AblationResult(
        study="<script>alert(1)</script>" if hostile else "ablation",
        data='a "b" <i>train</i>' if hostile else "scenes (train)",
        validation_data="‮val" if hostile else "scenes (val)",
        training_images=4800,
        validation_images=600,
        classes=5 if hostile else 12,
        settings={"epochs": 20, "width": 0.125, "input_size": 112, "batch_size": 128},
        rows=rows[-1:] if hostile else rows,
        ensembles=[] if hostile else ensembles,
    )
