"""Made-up results of a transfer."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from vizreport.experiments.transfer.record import LayerScores, TransferRecord, write_record

LAYERS = ("conv1", "fire4", "fire8", "fire9")
REACHED = {"conv1": 0.2, "fire4": 0.45, "fire8": 0.73, "fire9": 0.7}


def made_up(data: str = "caltech101", names: tuple[str, ...] = (), control: bool = True):
    """Return a record of two numbers of images, both classifiers and a control.

    The mean of a split is the layer's figure, 0.05 less at 15 images, plus 0.01 a split; a
    softmax is 0.02 below.
    """
    names = names or tuple(f"class {i}" for i in range(25))
    random = np.random.default_rng(0)
    results = []

    def scores(mean: float) -> list[list[float | None]]:
        noise = random.normal(0, 0.05, len(names))
        noise -= noise.mean()
        return [[mean + 0.01 * split + float(n) for n in noise] for split in range(3)]

    for layer in LAYERS:
        for classifier, less in (("svm", 0.0), ("softmax", 0.02)):
            for per_class in (15, 30):
                mean = REACHED[layer] - less - (0.05 if per_class == 15 else 0)
                results.append(
                    LayerScores(
                        layer, classifier, 2048, [2, 2, 512], per_class, [0, 1, 2], scores(mean)
                    )
                )
    if control:
        results.append(LayerScores("zfnet", "scratch", 0, [], 30, [0], scores(0.4)[:1]))
    about = {
        "checkpoint": "squeezenet.keras",
        "network": "squeezenet",
        "data": data,
        "test_data": None,
        "class_names": list(names),
        "measure": "accuracy",
        "test_images": 1000,
    }
    return TransferRecord(about, LAYERS, tuple(results))


def write_transfer(folder: Path) -> Path:
    """Write the record; return the folder."""
    write_record(folder, made_up())
    return folder
