"""How close pictures made of HOG come to the original, without a network.

Learns the paired dictionaries and the ridge regression of the section HOG on some images of a data
source, inverts others, and prints the correlations that docs/hog.md quotes, with the processor
time of each step.

    python benchmarks/hog.py --data scenes --split test
    python benchmarks/hog.py --data photos/ --max-images 200 --measured 100

It takes about 15 s of processor time. Another ``--seed`` draws other images.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from vizreport.data.presets import preset
from vizreport.data.reading import read_batches
from vizreport.data.sources import open_dataset
from vizreport.experiments.hog.compute import LEARNED, MEASURED, learn, measure, shrunk
from vizreport.experiments.hog.result import METHODS

SIDE = 128  # px of the square pictures that HOG is taken of


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True)
    parser.add_argument("--split")
    parser.add_argument("--max-images", type=int, help="drawn at random; all where not given")
    parser.add_argument("--measured", type=int, default=MEASURED)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()

    dataset = open_dataset(arguments.data, arguments.split, arguments.max_images, arguments.seed)
    batches = list(read_batches(dataset, preset("unit", (SIDE, SIDE), 3, {}), 32))
    pictures = np.concatenate([batch.pictures for batch in batches])
    # Copies of an image would be learned from and measured.
    contents = np.concatenate([batch.sha256 for batch in batches])
    _, first = np.unique(contents, axis=0, return_index=True)
    order = np.random.default_rng(arguments.seed).permutation(np.sort(first))
    measured, learned = order[: arguments.measured], order[arguments.measured :][:LEARNED]

    start = time.process_time()
    paired, ridge, mean = learn(shrunk(pictures[learned]), arguments.seed)
    middle = time.process_time()
    found = measure(shrunk(pictures[measured]), (paired, ridge), mean).correlations
    end = time.process_time()
    print(f"{len(learned)} images learned from, {len(measured)} measured")
    print(f"learning {middle - start:.1f} s, measuring {end - middle:.1f} s of processor time")
    for name, row in zip(METHODS, found.astype(np.float64), strict=True):
        print(f"{name:20} {row.mean():.3f} ± {row.std():.3f} over images")
    gap = found[0].astype(np.float64) - found[1]
    error = gap.std(ddof=1) / np.sqrt(len(gap))
    print(
        f"paired less ridge    {gap.mean():.4f}, standard error {error:.4f}; "
        f"closer in {(gap > 0).mean():.0%} of the images"
    )


if __name__ == "__main__":
    main()
