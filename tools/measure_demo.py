"""Print the figures of docs/demo.md, from the shipped files and a report of them.

    vizreport build --checkpoint demo --data scenes --out reports/demo
    python tools/measure_demo.py reports/demo

Errors are those that tools/train_demo.py measured for each seed. Dead maps have no activation
above 0 in any picture of the test split. Blank tiles have a projection whose largest value is below
1 % of the layer's largest. A class unit's own are those of its nine strongest pictures that are of
its class.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

import vizreport
from vizreport.data.sources import open_dataset
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.top_patches.result import TopPatchesResult
from vizreport.models.epochs import last_checkpoint
from vizreport.models.sidecar import read_sidecar
from vizreport.system.bundled import bundled_folder
from vizreport.system.tensorflow_start import start_tensorflow
from vizreport.wording.text import wilson

BLANK = 0.01
SPLITS = ("val", "test-ranges", "test-construction")


def dead_maps(checkpoint: Path) -> dict[str, float]:
    """Share of the maps of each layer with a ReLU that no picture of the test split excites."""
    start_tensorflow()
    import keras

    from vizreport.models.load import load_checkpoint

    model = load_checkpoint(checkpoint)
    preprocessing = read_sidecar(checkpoint).preprocessing
    dataset = open_dataset("scenes", "test")
    names = [layer.name for layer in model.layers if layer.name.startswith(("conv", "fc"))][:-1]
    probe = keras.Model(model.inputs, [model.get_layer(name).output for name in names])
    strongest: dict[str, np.ndarray] = {}
    for start in range(0, len(dataset.records), 60):
        pictures = [
            preprocessing.picture(dataset.read(record.index))
            for record in dataset.records[start : start + 60]
        ]
        outputs = probe.predict_on_batch(preprocessing.tensor(np.stack(pictures)))
        for name, output in zip(names, outputs, strict=True):
            values = output.max(tuple(range(output.ndim - 1)))
            strongest[name] = np.maximum(strongest.get(name, values), values)
    return {name: float(np.mean(values <= 0)) for name, values in strongest.items()}


def blank_tiles(patches: TopPatchesResult) -> dict[str, float]:
    """Share of each projected layer's tiles that are below ``BLANK`` of its largest value."""
    found = {}
    for name, layer in patches.layers.items():
        peaks = layer.tiles.peaks[layer.excited]
        if peaks.size and not layer.tiles.status:
            found[name] = float(np.mean(peaks < BLANK * peaks.max()))
    return found


def class_units(mining: MiningResult) -> dict[str, int]:
    """How many of each class unit's nine strongest pictures are of its class."""
    images = mining.layers[mining.output_layer].images
    return {
        name: int((mining.labels[images[unit]] == unit).sum())
        for unit, name in enumerate(mining.class_names)
    }


def print_errors(folder: Path) -> None:
    """Print the errors of all seeds that are there, with mean and spread."""
    seeds = [json.loads(path.read_text()) for path in sorted(folder.glob("training-seed-*.json"))]
    for split in SPLITS:
        errors = [about["errors"][split] for about in seeds]
        for key, crops in (("top1", "central crop"), ("ten_crop_top1", "ten crops")):
            each = [100 * error[key] for error in errors]
            line = f"{split}, {crops}: " + ", ".join(f"{value:.1f}" for value in each)
            if len(each) > 1:
                line += f" %; mean {np.mean(each):.1f} ± {np.std(each, ddof=1):.1f}"
            print(line, "%")
        wrong, images = round(errors[0]["top1"] * errors[0]["images"]), errors[0]["images"]
        low, high = wilson(wrong, images)
        print(f"  first seed: {wrong} of {images}, interval {100 * low:.1f} to {100 * high:.1f} %")


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("run", type=Path, help="folder of a report of the demo on scenes")
    arguments = parser.parse_args()
    folder = bundled_folder("checkpoints") / "demo"
    print_errors(folder)
    run = vizreport.open_run(arguments.run)
    mining, patches = run.result("mining"), run.result("top_patches")
    for what, shares in (
        ("dead maps", dead_maps(last_checkpoint(folder))),
        ("blank tiles", blank_tiles(patches)),
    ):
        print(f"{what}, %: " + ", ".join(f"{k} {100 * v:.1f}" for k, v in shares.items()))
    units = class_units(mining)
    print("of its own class among nine: " + ", ".join(f"{k} {v}" for k, v in units.items()))


if __name__ == "__main__":
    main()
