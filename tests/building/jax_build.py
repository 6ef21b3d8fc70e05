"""Benchmark, build, gallery and doctor on JAX, in a process that cannot import TensorFlow.

KERAS_BACKEND=jax python -m tests.building.jax_build CHECKPOINT DATA FOLDER
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path

# What vizreport requires beside what the benchmark for GPUs may import.
REPORTS = {
    "matplotlib",
    "jinja2",
    "markupsafe",
    "msgspec",
    "weasyprint",
    "skimage",
    "sklearn",
    "imagehash",
    "tqdm",
}


class Wall:
    """Refuses modules."""

    def __init__(self, refused):
        self.refused = refused

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in self.refused:
            raise ModuleNotFoundError(f"{name} is not to be imported here", name=name)


def main(checkpoint: Path, data: Path, folder: Path) -> None:
    sys.meta_path.insert(0, Wall({"tensorflow"}))
    benchmark(checkpoint, folder)
    build(checkpoint, data, folder)
    train(checkpoint, data, folder)
    from vizreport.cli import main as vizreport_command

    assert vizreport_command(["doctor"]) == 0


def benchmark(checkpoint: Path, folder: Path) -> None:
    wall = Wall(REPORTS)
    sys.meta_path.insert(0, wall)
    from benchmarks import gpu

    options = ["--images", "4", "--places", "3", "--least", "0", "--out", str(folder / "gpu.jsonl")]
    assert gpu.main(["--networks", "--checkpoint", str(checkpoint), *options]) == 0
    sys.meta_path.remove(wall)


def build(checkpoint: Path, data: Path, folder: Path) -> None:
    from vizreport.cli import main as vizreport_command
    from vizreport.engine.deconvnet import Deconvnet

    functions, make = defaultdict(set), Deconvnet.compiled

    def compiled(self, key, *arguments):
        function = make(self, key, *arguments)
        if hasattr(function, "shapes"):  # a plan is kept in the same way, and compiles nothing
            functions[key[1]].add(function)  # a key: what it computes, of which layer's node, how
        return function

    Deconvnet.compiled = compiled
    options = ["--checkpoint", str(checkpoint), "--data", str(data), "--no-pdf", "--strict"]
    options += ["--image", "skimage:chelsea", "--sanity-units", "1", "--invariance-images", "10"]
    options += ["--maps", "3", "--occlusion-images", "1", "--occlusion-stride", "2"]
    assert vizreport_command(["build", *options, "--out", str(folder / "report")]) == 0
    Deconvnet.compiled = make
    counts = [sum(len(function.shapes) for function in made) for made in functions.values()]
    (folder / "shapes.json").write_text(json.dumps(counts))


def train(checkpoint: Path, data: Path, folder: Path) -> None:
    import keras
    import numpy as np

    import vizreport
    from vizreport.experiments.settings import Settings

    model = keras.models.load_model(checkpoint)
    model.compile("sgd", "sparse_categorical_crossentropy")
    with np.load(data) as archive:
        images, labels = archive["images"], archive["labels"]
    settings = Settings(layers=("conv1",))
    gallery = vizreport.GalleryCallback(
        images, folder / "gallery", (2,), preprocessing="unit", settings=settings
    )
    model.fit(images / np.float32(255), labels, epochs=2, verbose=0, callbacks=[gallery])


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
