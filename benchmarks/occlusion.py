"""Occlusion maps in windows, against the plain way in batches of 64.

One image, all places of a square; processor time of one map after tracing, the ways in turn.
Beside each ratio stands its bound, the ratio of the multiplications that are counted.

    python benchmarks/occlusion.py                                  # ZFNet 224 px, random weights
    python benchmarks/occlusion.py --checkpoint squeezenet.keras --image dog.jpg \
        --preprocess caffe --square 45

Expect at least 1.8 times; --refine is an approximation and at least 2 times faster again.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np

PLAIN_BATCH = 64
RUNS = 3


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--image", type=Path)
    parser.add_argument("--preprocess", default="caffe")
    parser.add_argument("--layer")
    parser.add_argument("--square", type=int, default=50)
    parser.add_argument("--stride", type=int, default=8)
    arguments = parser.parse_args()

    from vizreport.system.tensorflow_start import start_tensorflow

    start_tensorflow()
    from vizreport.data.presets import preset
    from vizreport.data.reading import read_image
    from vizreport.engine import Deconvnet
    from vizreport.engine.occlusion import count_gain, occlude, refine
    from vizreport.models.load import load_checkpoint
    from vizreport.models.zfnet import zfnet

    model = load_checkpoint(arguments.checkpoint) if arguments.checkpoint else zfnet()
    deconvnet = Deconvnet(model)
    height, width, channels = deconvnet.graph.input_shape
    preprocessing = preset(arguments.preprocess, (height, width), channels)
    if arguments.image:
        picture = preprocessing.picture(read_image(arguments.image))
    else:
        picture = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    image = preprocessing.tensor(picture[None])[0]
    fill = preprocessing.tensor(np.full((1, height, width, 3), 128, np.uint8))[0]
    layers = [layer for layer in deconvnet.layers() if layer.kind == "convolution"]
    layer = deconvnet.layer(arguments.layer) if arguments.layer else layers[-1]
    tops, lefts = (_places(side, arguments.square, arguments.stride) for side in (height, width))
    grid = [part.ravel() for part in np.meshgrid(tops, lefts, indexing="ij")]
    strongest = _strongest(deconvnet, image, layer)
    true = int(occlude(deconvnet, image, fill, [0], [0], 0, layer, 0).outputs.argmax())

    def places(rows, cols, way, memory=2**30):  # type: ignore[no-untyped-def]
        return occlude(
            deconvnet, image, fill, rows, cols, arguments.square, layer, strongest, memory, way
        )

    plain_memory = _memory_for(deconvnet, layer, PLAIN_BATCH)
    ways = {
        "plain": lambda: places(*grid, "plain", plain_memory),
        "windows": lambda: places(*grid, "incremental"),
        "refined": lambda: refine(
            (len(tops), len(lefts)),
            lambda rows, cols: places(tops[rows], lefts[cols], ""),
            true,
        )[0],
    }
    scores, times = {}, {name: [] for name in ways}
    for run in range(RUNS + 1):
        for name, way in ways.items():
            started = time.process_time()
            scores[name] = way()
            if run:
                times[name].append(time.process_time() - started)
    best = {name: min(taken) for name, taken in times.items()}
    gain = count_gain(deconvnet.graph, layer, *grid, arguments.square)
    print(f"{model.name} {height}x{width}, square {arguments.square}, stride {arguments.stride}, "
          f"{len(grid[0])} places, layer {layer.name}")  # fmt: skip
    for name, taken in best.items():
        print(f"{name:8} {taken:7.2f} s")
    print(f"plain / windows {best['plain'] / best['windows']:.2f} (bound {gain.ratio:.2f})")
    print(f"windows / refined {best['windows'] / best['refined']:.2f}")
    exact = scores["plain"]
    for name in ("windows", "refined"):
        change = np.abs(scores[name].outputs - exact.outputs)
        activation = np.abs(scores[name].activations - exact.activations).max()
        print(
            f"{name}: largest difference of probabilities {change.max():.1e} (of class {true} "
            f"{change[:, true].max():.1e}, mean {change[:, true].mean():.1e}), of activations "
            f"{activation / max(np.abs(exact.activations).max(), 1e-30):.1e} relative"
        )


def _strongest(deconvnet, image, layer):  # type: ignore[no-untyped-def]
    """Return the map with the largest sum of activations in the clean image."""
    from vizreport.engine.mining import reduction_function

    (reduced,), _ = reduction_function(deconvnet.graph, [layer])(image[None])
    return int(reduced[2].numpy()[0].argmax())


def _places(side: int, square: int, stride: int) -> np.ndarray:
    return np.unique(np.append(np.arange(0, side - square + 1, stride), side - square))


def _memory_for(deconvnet, layer, batch):  # type: ignore[no-untyped-def]
    """Return the memory setting that gives the plain way this batch size."""
    from vizreport.engine.occlusion.scores import places_at_once

    memory = 2**20
    while places_at_once(deconvnet.graph, layer, memory) < batch:
        memory = int(memory * 1.02) + 1
    return memory


if __name__ == "__main__":
    main()
