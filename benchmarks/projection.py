"""Projections on crops and through windows, against the same projections on whole images.

For each layer the nine strongest activations of 64 feature maps, found by mining, are projected
three ways in one run: as vizreport does, on whole images in batches of 32 with vizreport's own
operations ("whole"), and on whole images with TensorFlow's own gradients of convolutions
("plain", what an overridden GradientTape does). Processor time, the tracing of graphs left out.

    python benchmarks/projection.py --checkpoint squeezenet.keras --data photos/ \
        --preprocess caffe --layers conv1 fire3 fire5 fire9

On the SqueezeNet v1.0 (ImageNet, 227 px) and 600 photographs, two cores, expect the ratios of
docs/performance.md: at least 200 (conv1), 40 (fire3), 8 (fire5), 2 (fire9).
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np

from vizreport.data.sources import open_dataset
from vizreport.experiments.settings import Settings
from vizreport.models.preprocessing_choice import PreprocessingRequest
from vizreport.subject.network import StoredNetwork
from vizreport.subject.options import NetworkOptions
from vizreport.subject.subject import Subject

MAPS = 64


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--preprocess")
    parser.add_argument("--layers", nargs="+", required=True)
    parser.add_argument("--most", type=int, default=96, help="units measured on whole images")
    arguments = parser.parse_args()

    settings = Settings(layers=tuple(arguments.layers))
    options = NetworkOptions(PreprocessingRequest(arguments.preprocess))
    network, dataset = StoredNetwork(arguments.checkpoint), open_dataset(arguments.data)
    subject = Subject(network, options, dataset, settings.batch_size)
    deconvnet = subject.deconvnet(settings.rule)

    from vizreport.backend import tensorflow_convolutions as linear
    from vizreport.building.running import called
    from vizreport.engine.deconvnet import Deconvnet
    from vizreport.experiments.mining.compute import compute
    from vizreport.experiments.registry import experiments

    mining = called(compute, subject, settings.of(experiments()["mining"]), {})
    few_channels, linear._FEW_CHANNELS = linear._FEW_CHANNELS, 0
    plain = Deconvnet(subject.model, settings.rule, subject.preprocessing)
    print(
        f"{'layer':8} {'units':>5} {'images':>6} {'size':>9} {'ms each':>8} {'whole ms':>9} "
        f"{'plain ms':>9} {'whole/vizreport':>15} {'plain/vizreport':>15} {'difference':>10}"
    )
    for layer in subject.chosen_layers(settings.layers):
        random = np.random.default_rng(0)
        maps = np.sort(random.choice(layer.maps, min(MAPS, layer.maps), replace=False))
        units = np.argwhere(mining.layers[layer.name].values[maps] > 0)
        taken = tuple(units.T)
        images, rows, cols = (
            getattr(mining.layers[layer.name], field)[maps][taken]
            for field in ("images", "rows", "cols")
        )
        shown, numbers = np.unique(images, return_inverse=True)
        inputs = subject.preprocessing.tensor(subject.pictures(mining.records[shown]))
        every = (numbers, rows, cols, maps[units[:, 0]])
        some = np.linspace(0, len(units) - 1, min(arguments.most, len(units))).round().astype(int)
        sample = tuple(part[some] for part in every)

        linear._FEW_CHANNELS = 0
        plain_ms, _ = measure(plain, inputs, layer, sample, "whole")
        linear._FEW_CHANNELS = few_channels
        own_ms, size = measure(deconvnet, inputs, layer, every, "")
        whole_ms, _ = measure(deconvnet, inputs, layer, sample, "whole")
        difference = compare(deconvnet, inputs, layer, sample)
        print(
            f"{layer.name:8} {len(units):5} {len(shown):6} {size:>9} {own_ms:8.3f} "
            f"{whole_ms:9.2f} {plain_ms:9.2f} {whole_ms / own_ms:15.1f} "
            f"{plain_ms / own_ms:15.1f} {difference:10.1e}",
            flush=True,
        )


def measure(deconvnet, inputs, layer, units, way):  # type: ignore[no-untyped-def]
    """Return processor time in milliseconds a projection, the best of two after tracing."""
    few = tuple(part[:2] for part in units)
    for _ in deconvnet.project_units(inputs, layer, *few, way=way):
        pass
    best, size = np.inf, ""
    for _ in range(3):
        started = time.process_time()
        for part in deconvnet.project_units(inputs, layer, *units, way=way):
            size = "x".join(map(str, part.pictures.shape[1:3]))
        best = min(best, time.process_time() - started)
    return 1000 * best / len(units[0]), size


def compare(deconvnet, inputs, layer, units):  # type: ignore[no-untyped-def]
    """Return the largest difference to whole images, relative to the largest projection."""
    pictures = {}
    for way in ("", "whole"):
        full = np.zeros((len(units[0]), *inputs.shape[1:]), np.float32)
        for part in deconvnet.project_units(inputs, layer, *units, way=way):
            part.put_into(full)
        pictures[way] = full
    return np.abs(pictures[""] - pictures["whole"]).max() / np.abs(pictures["whole"]).max()


if __name__ == "__main__":
    main()
