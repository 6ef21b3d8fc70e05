"""Peak memory of a build by the number of images.

    python benchmarks/memory.py --images 600 6000 60000 --work /tmp/memory

Small JPEG files of noise are made below the folder of work, and a network of two convolutions
with random weights; each build is a process of its own. Printed are, for each number of images, the
peak of the resident memory in each section and over all, MB. The kernel's own record of the
peak is set back before each section (Linux).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

SIDE = 32
CLASSES = 10


def make_images(folder: Path, count: int) -> None:
    """Write what is missing of so many JPEG files, in a subfolder for each class."""
    random = np.random.default_rng(0)
    for name in range(CLASSES):
        (folder / f"class-{name}").mkdir(parents=True, exist_ok=True)
    for number in range(count):
        coarse = random.integers(0, 256, (6, 6, 3), dtype=np.uint8)
        path = folder / f"class-{number % CLASSES}" / f"{number:06d}.jpg"
        if not path.exists():
            Image.fromarray(coarse).resize((SIDE, SIDE), 2).save(path, quality=80)


def make_network(path: Path) -> None:
    """Write a network of two convolutions."""
    import keras

    keras.utils.set_random_seed(0)
    image = keras.Input((SIDE, SIDE, 3))
    x = keras.layers.Rescaling(1 / 255)(image)
    for maps in (8, 12):
        x = keras.layers.Conv2D(maps, 3, activation="relu")(x)
        x = keras.layers.MaxPooling2D(2)(x)
    x = keras.layers.Flatten()(x)
    keras.Model(image, keras.layers.Dense(CLASSES, activation="softmax")(x)).save(path)


def measured(checkpoint: Path, data: str, out: Path) -> None:
    """Build a report in this process; print the peak of each section as a line of JSON."""
    from vizreport.building.build import build
    from vizreport.building.request import BuildRequest
    from vizreport.experiments.settings import Settings
    from vizreport.results.store import Store
    from vizreport.subject.options import NetworkOptions

    save = Store.save

    def saved(store: Store, name: str, *arguments: Any, **options: Any) -> None:
        save(store, name, *arguments, **options)
        if "/" not in name:  # no piece of a section
            _report(name)

    Store.save = saved  # type: ignore[method-assign]
    network = NetworkOptions(labels_in_order=True)
    build(BuildRequest(checkpoint, data, out, Settings(), network, pdf=False))
    _report("drawing")


def _report(name: str) -> None:
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    peak = int(status["VmHWM"].split()[0]) / 1024
    print(json.dumps([name, peak, time.process_time()]), flush=True)
    Path("/proc/self/clear_refs").write_text("5")  # sets the peak back


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, nargs="+", default=[600, 6000])
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--data", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    network = asked.work / "network.keras"
    if asked.data:
        measured(network, asked.data, asked.work / f"report-{Path(asked.data).name}")
        return
    asked.work.mkdir(parents=True, exist_ok=True)
    peaks: dict[int, dict[str, float]] = {}
    for count in asked.images:
        folder = asked.work / f"images-{count}"
        make_images(folder, count)
        if not network.exists():
            make_network(network)
        command = [sys.executable, __file__, "--work", str(asked.work), "--data", str(folder)]
        said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        rows = [json.loads(line) for line in said.splitlines() if line.startswith("[")]
        peaks[count] = {}
        for name, peak, _ in rows:
            peaks[count][name] = max(peak, peaks[count].get(name, 0))
        print(f"{count:,} images: {max(peaks[count].values()):.0f} MB, {rows[-1][2]:.0f} s")
    print("| section | " + " | ".join(f"{count:,}" for count in peaks) + " |")
    print("| --- |" + " --- |" * len(peaks))
    for name in peaks[asked.images[0]]:
        row = [f"{found.get(name, float('nan')):.0f}" for found in peaks.values()]
        print(f"| {name} | " + " | ".join(row) + " |")
    whole = [f"**{max(found.values()):.0f}**" for found in peaks.values()]
    print("| whole | " + " | ".join(whole) + " |")


if __name__ == "__main__":
    main()
