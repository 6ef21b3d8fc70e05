"""A made-up transfer result."""

from __future__ import annotations

import numpy as np

from tests.report.fake_results import HOSTILE
from vizreport.experiments.transfer.result import TransferResult

LAYERS = ("conv1", "fire2", "fire3", "fire4", "fire5", "fire6", "fire7", "fire8", "fire9")


def make_transfer(hostile: bool) -> TransferResult:
    """Return nine layers on Caltech-101 with a control; or, hostile, one layer on VOC's classes."""
    random = np.random.default_rng(3)
    names = [f"animal {i}" for i in range(101)]
    layers = list(LAYERS)
    if hostile:
        names, layers = list(HOSTILE), [HOSTILE[0]]
    kinds, scores = [], {}
    for depth, layer in enumerate(layers):
        for classifier in ("svm",) if hostile else ("svm", "softmax"):
            for per_class in (0,) if hostile else (15, 30):
                kinds.append(
                    {
                        "layer": layer,
                        "classifier": classifier,
                        "per_class": per_class,
                        "features": 2048,
                        "size": [2, 2, 512],
                        "seeds": [0] if hostile else [0, 1, 2, 3, 4],
                    }
                )
                mean = 0.2 + 0.06 * depth + per_class / 600 - 0.02 * (classifier == "softmax")
                shape = (len(kinds[-1]["seeds"]), len(names))
                scores[str(len(scores))] = np.clip(random.normal(mean, 0.15, shape), 0, 1)
    if hostile:
        scores["0"][0, 1] = np.nan
    else:
        kinds.append(
            {
                "layer": "zfnet",
                "classifier": "scratch",
                "per_class": 30,
                "features": 0,
                "size": [],
                "seeds": [0],
            }
        )
        scores[str(len(scores))] = np.clip(random.normal(0.4, 0.15, (1, 101)), 0, 1)
    return TransferResult(
        study=HOSTILE[2] if hostile else "transfer",
        checkpoint=HOSTILE[1] if hostile else "squeezenet.keras",
        network=HOSTILE[3] if hostile else "squeezenet",
        data=HOSTILE[4] if hostile else "caltech101",
        test_data=HOSTILE[0] if hostile else None,
        class_names=names,
        measure="average precision" if hostile else "accuracy",
        test_images=4321,
        layers=layers,
        kinds=kinds,
        scores=scores,
    )
