"""Check the packed scenes against triviality; prints the figures of docs/scenes.md.

    python tools/scenes/check.py [--pack FILE.npz] [--checkpoint NETWORK.keras] [--preset caffe]

Colours and HOG: linear classifiers on histograms of 8 x 8 x 8 colours, and of oriented gradients
(9 directions, cells of 8 px, blocks of 2 x 2 cells), trained on the train split.
Spectrum: slope of the mean power spectrum against the frequency, 2 to 60 cycles a picture, both
logarithmic. Network: how often a network with ImageNet's 1000 classes names the object among its
five strongest outputs, for the classes and designs that ImageNet knows.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from skimage.feature import hog
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from vizreport.data import scenes
from vizreport.data.dataset import Dataset
from vizreport.data.scenes import open_scenes

# ImageNet's outputs that name the object.
NAMES = {
    "cat": range(281, 286),
    "car": (436, 468, 511, 609, 627, 654, 656, 661, 717, 751, 817),
    "bicycle": (444, 671),
    "clock": (409, 530, 892),
    "mug": (504, 968),
    "aeroplane": (404, 895),
    "fish": (*range(7), *range(389, 398)),
    "chair": (423, 559, 765, 857),
    "flower": (985,),
}
DESIGNS = {"flower": ("daisy",), "fish": ("goldfish", "clownfish", "salmon", "puffer")}
"""Only these designs, where ImageNet does not know the others."""


def histograms(dataset: Dataset) -> np.ndarray:
    """Square roots of the shares of 8 x 8 x 8 colours: [N, 512]."""
    rows = []
    for record in dataset.records:
        bins = (dataset.read(record.index) >> 5).astype(int).reshape(-1, 3) @ (64, 8, 1)
        rows.append(np.sqrt(np.bincount(bins, minlength=512) / len(bins)))
    return np.array(rows)


def gradients(dataset: Dataset) -> np.ndarray:
    """Histograms of oriented gradients: [N, 8100]."""
    return np.array(
        [
            hog(dataset.read(r.index).mean(-1), 9, (8, 8), (2, 2)).astype(np.float32)
            for r in dataset.records
        ]
    )


def colour_models() -> list:
    """Linear classifiers of the colours, of several strengths of regularisation."""
    return [LogisticRegression(C=c, max_iter=300) for c in (1e-4, 1e-3, 1e-2, 1e-1)]


def gradient_models() -> list:
    """Linear classifiers of the gradients, of several strengths of regularisation."""
    return [LinearSVC(C=c) for c in (1e-5, 1e-4, 1e-3)]


def accuracy(sets: dict[str, Dataset], features, models: list) -> dict[str, float]:
    """Accuracy of the model that is best on val, on the splits but train."""
    labels = {s: np.array([r.label for r in d.records]) for s, d in sets.items()}
    x = {split: features(dataset) for split, dataset in sets.items()}
    scaler = StandardScaler().fit(x["train"])
    x = {split: scaler.transform(value) for split, value in x.items()}
    for model in models:
        model.fit(x["train"], labels["train"])
    best = max(models, key=lambda model: model.score(x["val"], labels["val"]))
    return {split: best.score(x[split], labels[split]) for split in sets if split != "train"}


def spectrum_slope(dataset: Dataset, low: int = 2, high: int = 60) -> float:
    """Slope of the mean power spectrum of the mean of the channels, rings of equal frequency."""
    power = np.zeros(())
    for record in dataset.records:
        grey = dataset.read(record.index).mean(-1)
        power = power + np.abs(np.fft.fft2(grey - grey.mean())) ** 2
    side = len(power)
    cycles = side * np.hypot(np.fft.fftfreq(side)[:, None], np.fft.fftfreq(side))
    rings = np.arange(low, high + 1)
    mean = [power[(cycles >= r - 0.5) & (cycles < r + 0.5)].mean() for r in rings]
    # Even steps of the logarithm, so that the many high frequencies do not decide alone.
    steps = np.geomspace(low, high, 25)
    curve = np.interp(np.log(steps), np.log(rings), np.log(mean))
    return float(np.polyfit(np.log(steps), curve, 1)[0])


def named_among_five(checkpoint: Path, preset: str, dataset: Dataset) -> dict[str, np.ndarray]:
    """Count the pictures and those whose object the network names: class -> [2]."""
    from vizreport.data.presets import PRESETS
    from vizreport.data.reading import read_batches
    from vizreport.models.load import load_checkpoint

    model = load_checkpoint(checkpoint)
    preprocessing = PRESETS[preset](tuple(model.input_shape[1:3]), model.input_shape[3])
    counts = {name: np.zeros(2, int) for name in NAMES}
    chosen = [
        record.index
        for record in dataset.records
        if record.class_name in NAMES
        and dataset.truth(record.index).design
        in DESIGNS.get(record.class_name, (dataset.truth(record.index).design,))
    ]
    for batch in read_batches(dataset, preprocessing, 32, chosen):
        outputs = model.predict_on_batch(preprocessing.tensor(batch.pictures))
        top = np.argsort(-outputs, axis=1)[:, :5]
        for index, five in zip(batch.indices, top, strict=True):
            name = dataset.records[index].class_name
            counts[name] += 1, bool(set(five.tolist()) & set(NAMES[name]))
    return counts


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pack", type=Path, default=scenes.PACK)
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--preset", default="caffe")
    arguments = parser.parse_args()
    scenes.PACK = arguments.pack
    parts = [name for name in scenes.read_pack(scenes.PACK).get("held_out_names", ["", ""]) if name]
    tests = [f"test-{part}" for part in parts] or ["test"]
    sets = {split: open_scenes(split) for split in ("train", "val", *tests)}
    for split, dataset in sets.items():
        print(f"{split}: {len(dataset.records)} pictures, slope {spectrum_slope(dataset):.2f}")
    for name, features, models in (
        ("colour histograms", histograms, colour_models()),
        ("HOG", gradients, gradient_models()),
    ):
        for split, value in accuracy(sets, features, models).items():
            print(f"linear classifier on {name}, {split}: {100 * value:.1f} % right")
    if arguments.checkpoint:
        total = {}
        for split, dataset in sets.items():
            counts = named_among_five(arguments.checkpoint, arguments.preset, dataset)
            print_named(split, counts)
            for name, pair in counts.items():
                total[name] = total.get(name, np.zeros(2, int)) + pair
        print_named("all", total)


def print_named(split: str, counts: dict) -> None:
    """Print how many pictures of each class, and of all, the network names."""
    whole = np.sum(list(counts.values()), 0)
    for name, (count, named) in {**counts, "all of these": whole}.items():
        print(f"{split}, {name}: named among five in {named} of {count}, {named / count:.1%}")


if __name__ == "__main__":
    main()
