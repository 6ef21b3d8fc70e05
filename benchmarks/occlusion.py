"""Occlusion maps in windows, against the plain way in batches of 64.

One image, all places of a square; processor time of one map, the ways in turn. The first maps
include compiling.

    python benchmarks/occlusion.py                                  # ZFNet 224 px, random weights
    python benchmarks/occlusion.py --checkpoint squeezenet.keras --image dog.jpg \
        --preprocess caffe --square 45

Beside the ratio stand the bounds: plain multiplications over those in windows as they are grouped,
and over those if each place's windows were as small as they can be. Expect at least 3 times, and a
first map in windows that costs no more than the first plain one; --refine is an approximation and
at least 2 times faster again. What is missing to the bound is copying (windows are completed from
the clean image) and calls (places whose windows differ in size cannot share one); the costs in
``backend`` by which places are grouped say how much of each there should be.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np

PLAIN_BATCH = 64
RUNS = 3


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--image", type=Path)
    parser.add_argument("--preprocess", default="caffe")
    parser.add_argument("--layer", help="whose map is summed (the last convolution)")
    parser.add_argument("--square", type=int, default=50)
    parser.add_argument("--stride", type=int, default=8)
    arguments = parser.parse_args()
    for line in lines(
        measure(
            arguments.checkpoint,
            arguments.image,
            arguments.preprocess,
            arguments.layer,
            arguments.square,
            arguments.stride,
        )
    ):
        print(line)


def measure(
    checkpoint: Path | None,
    photograph: Path | None,
    preset_name: str,
    layer_name: str | None,
    square: int,
    stride: int,
) -> dict[str, Any]:
    """Time the ways in turn; return times, ratios, bounds and differences."""
    from vizreport.system.tensorflow_start import start_tensorflow

    start_tensorflow()
    from vizreport.data.presets import preset
    from vizreport.data.reading import read_image
    from vizreport.engine import Deconvnet
    from vizreport.engine.occlusion import Running, Squares, count_gain, occlude, refine
    from vizreport.models.load import load_checkpoint
    from vizreport.models.variants import build_variant

    model = load_checkpoint(checkpoint) if checkpoint else build_variant("zfnet")
    deconvnet = Deconvnet(model)
    height, width, channels = deconvnet.graph.input_shape
    preprocessing = preset(preset_name, (height, width), channels)
    if photograph:
        picture = preprocessing.picture(read_image(photograph))
    else:
        picture = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    image = preprocessing.tensor(picture[None])[0]
    fill = preprocessing.tensor(np.full((1, height, width, 3), 128, np.uint8))[0]
    layers = [layer for layer in deconvnet.layers() if layer.kind == "convolution"]
    layer = deconvnet.layer(layer_name) if layer_name else layers[-1]
    tops, lefts = (_places(side, square, stride) for side in (height, width))
    grid = [part.ravel() for part in np.meshgrid(tops, lefts, indexing="ij")]
    strongest = _strongest(deconvnet, image, layer)
    plain_memory = _memory_for(deconvnet, layer, PLAIN_BATCH)

    def places(net, rows, cols, way, memory=2**30):  # type: ignore[no-untyped-def]
        return occlude(
            net, image, fill, Squares(rows, cols, square), layer, strongest, Running(memory, way)
        )

    true = int(places(deconvnet, [0], [0], "plain").outputs.argmax())

    def ways(net):  # type: ignore[no-untyped-def]
        return {
            "plain": lambda: places(net, *grid, "plain", plain_memory),
            "windows": lambda: places(net, *grid, "incremental"),
            "refined": lambda: refine(
                (len(tops), len(lefts)),
                lambda rows, cols: places(net, tops[rows], lefts[cols], "incremental"),
                true,
            )[0],
        }

    first = {}
    for name in ("windows", "plain"):
        started = time.process_time()
        ways(Deconvnet(model))[name]()
        first[name] = time.process_time() - started
    scores: dict[str, Any] = {}
    times: dict[str, list[float]] = {name: [] for name in ways(deconvnet)}
    for run in range(RUNS + 1):
        for name, way in ways(deconvnet).items():
            started = time.process_time()
            scores[name] = way()
            if run:
                times[name].append(time.process_time() - started)
    gain = count_gain(deconvnet.graph, layer, *grid, square)
    return {
        "network": f"{model.name} {height}x{width}",
        "square": square,
        "stride": stride,
        "places": len(grid[0]),
        "layer": layer.name,
        "times": {name: min(taken) for name, taken in times.items()},
        "first": first,
        "groups": gain.groups,
        "bound": gain.ratio,
        "exact": _exact_bound(deconvnet.graph, layer, grid, square),
        "differences": {
            name: _differences(scores["plain"], scores[name], true)
            for name in ("windows", "refined")
        },
    }


def lines(found: dict[str, Any]) -> list[str]:
    """Return what was measured, as text."""
    times, first = found["times"], found["first"]
    ratio = times["plain"] / times["windows"]
    text = [
        f"{found['network']}, square {found['square']}, stride {found['stride']}, "
        f"{found['places']} places, layer {found['layer']}",
        *(f"{name:8} {taken:7.2f} s" for name, taken in times.items()),
        f"plain / windows {ratio:.2f}; bound for {found['layer']} in {found['groups']} groups "
        f"{found['bound']:.2f}, with every window as small as it can be {found['exact']:.2f}",
        f"not multiplying: {1 - ratio / found['bound']:.0%} of the time in windows",
        f"first map, compiling included: plain {first['plain']:.2f} s, "
        f"windows {first['windows']:.2f} s",
        f"windows / refined {times['windows'] / times['refined']:.2f}",
    ]
    for name, (change, of_true, mean, activation) in found["differences"].items():
        text.append(
            f"{name}: largest difference of probabilities {change:.1e} (of the class "
            f"{of_true:.1e}, mean {mean:.1e}), of activations {activation:.1e} relative"
        )
    return text


def _differences(exact, found, true):  # type: ignore[no-untyped-def]
    change = np.abs(found.outputs - exact.outputs)
    activation = np.abs(found.activations - exact.activations).max()
    scale = max(np.abs(exact.activations).max(), 1e-30)
    return [float(x) for x in (change.max(), change[:, true].max(), change[:, true].mean(),
                               activation / scale)]  # fmt: skip


def _exact_bound(graph, layer, grid, square):  # type: ignore[no-untyped-def]
    """Return the bound if groups cost nothing."""
    from vizreport import backend
    from vizreport.engine.occlusion import count_gain

    kept = backend.GROUP_COST, backend.WEIGHT_COST
    backend.GROUP_COST = backend.WEIGHT_COST = 0
    try:
        return count_gain(graph, layer, *grid, square).ratio
    finally:
        backend.GROUP_COST, backend.WEIGHT_COST = kept


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
