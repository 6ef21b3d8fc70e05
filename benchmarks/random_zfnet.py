"""A full-size ZFNet with random weights, for the largest report: every map alive, classes varied.

Weights are drawn as the paper draws them (normal, 0.01). With biases of zero many maps would be
dead and most predictions one class, which would make the report smaller: each map's bias is set
so that its mean before rectification is zero over some of the photographs.

    python benchmarks/random_zfnet.py --photographs photos/ --out zfnet-random.keras
"""

from __future__ import annotations

import argparse
from pathlib import Path

import keras
import numpy as np
from PIL import Image

from vizreport.models.network import build_network
from vizreport.models.paper_networks import ZFNET

SIDE = 224
USED = 16
MEAN = (104, 117, 123)  # BGR, as --preprocess caffe subtracts it


def main() -> None:
    """Write the network."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photographs", type=Path, required=True, help="folder of images")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    keras.utils.set_random_seed(7)
    model = build_network(ZFNET, 1000, SIDE, 1.0)
    files = sorted(path for path in arguments.photographs.rglob("*") if path.is_file())
    signal = np.stack([read(path) for path in files[:: max(1, len(files) // USED)][:USED]])
    for layer in model.layers[1:]:
        if layer.name.startswith(("conv", "fc")):
            activation, layer.activation = layer.activation, keras.activations.linear
            found = np.asarray(layer(signal))
            layer.activation = activation
            layer.bias.assign(-found.mean(axis=tuple(range(found.ndim - 1))))
        signal = layer(signal)
    model.save(arguments.out)


def read(path: Path) -> np.ndarray:
    """Read a photograph as ``--preprocess caffe`` does: float32 [SIDE, SIDE, 3]."""
    edge = (256 - SIDE) // 2
    with Image.open(path) as picture:
        squashed = picture.convert("RGB").resize((256, 256), Image.Resampling.BILINEAR)
    pixels = np.asarray(squashed, np.float32)[edge : edge + SIDE, edge : edge + SIDE, ::-1]
    return pixels - np.array(MEAN, np.float32)


if __name__ == "__main__":
    main()
