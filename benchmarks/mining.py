"""Mining against the bare forward pass, in processor time.

The same images, in turn in one run: the network's own forward pass on preprocessed pixels in
memory; mining's reduction and merging of the same pixels; reading the files and preparing the
pictures for the network; and mining from the files. *In memory* is bare / mining of pixels, *from
files* (reading + bare) / mining from files. Goals: 0.95 and 0.9.

    python benchmarks/mining.py --checkpoint squeezenet --data photos/ --images 128
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

ROUNDS = 4


def measure(checkpoint: str, data: str, images: int) -> dict[str, Any]:
    """Return milliseconds an image of each way, and the two ratios."""
    from vizreport.system.tensorflow_start import start_tensorflow

    start_tensorflow()
    import numpy as np

    from vizreport import backend
    from vizreport.backend import Spec
    from vizreport.data.sources import open_dataset
    from vizreport.engine.mining import checked_reduction_function, one_ahead
    from vizreport.engine.strongest import from_batch, merge
    from vizreport.experiments import values
    from vizreport.experiments.mining.mined_images import mine
    from vizreport.graph.layers import reportable_layers
    from vizreport.models.epochs import last_checkpoint
    from vizreport.models.preprocessing_choice import PreprocessingRequest
    from vizreport.subject.network import StoredNetwork
    from vizreport.subject.options import NetworkOptions
    from vizreport.subject.subject import Subject

    dataset = open_dataset(data)
    network = StoredNetwork(last_checkpoint(values.checkpoint(checkpoint)))
    subject = Subject(network, NetworkOptions(PreprocessingRequest(None)), dataset)
    records = range(min(images, len(dataset.records)))
    graph, model = subject.graph, subject.model
    layers, checked = subject.chosen_layers(None), reportable_layers(graph)
    tensors = [subject.preprocessing.tensor(batch.pictures) for batch in subject.read(records)]
    bare = backend.compiled(
        lambda x: model(x, training=False),
        Spec(("images", *graph.input_shape), graph.dtype),
        variables=model.variables,
    )
    reduce = checked_reduction_function(graph, layers, checked)
    labels = np.full(len(dataset.records), -1)
    shard = mine(subject, 9, layers, checked, labels, True)

    def forward() -> None:
        for _ in one_ahead(bare, tensors):
            pass

    def from_pixels() -> None:
        strongest: dict[str, Any] = {}
        for _, (reduced, _, _) in one_ahead(reduce, tensors):
            for layer, parts in zip(layers, reduced, strict=True):
                found = from_batch(*parts, 0, 9)
                former = strongest.get(layer.name)
                strongest[layer.name] = merge(former, found, 9) if former else found

    def reading() -> None:
        for batch in subject.read(records):
            subject.preprocessing.tensor(batch.pictures)

    def from_files() -> None:
        shard(records, lambda _: None)

    ways: dict[str, Callable[[], None]] = {
        "bare": forward, "mining": from_pixels, "reading": reading, "files": from_files,
    }  # fmt: skip
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(ROUNDS + 1):
        for name, way in ways.items():
            started = time.process_time()
            way()
            if turn:  # the first compiles
                taken[name].append(time.process_time() - started)
    least = {name: 1000 * min(seconds) / len(records) for name, seconds in taken.items()}
    return {
        "network": f"{model.name}, {graph.input_shape[0]} px",
        "images": len(records),
        "milliseconds": least,
        "in memory": least["bare"] / least["mining"],
        "from files": (least["reading"] + least["bare"]) / least["files"],
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint", default="demo")
    parser.add_argument("--data", default="scenes")
    parser.add_argument("--images", type=int, default=128)
    arguments = parser.parse_args()
    found = measure(arguments.checkpoint, arguments.data, arguments.images)
    print(f"{found['network']}, {found['images']} images, milliseconds of processor time an image")
    for name, taken in found["milliseconds"].items():
        print(f"{name:8} {taken:7.2f}")
    print(f"in memory {found['in memory']:.2f} (goal 0.95), from files "
          f"{found['from files']:.2f} (goal 0.9)")  # fmt: skip


if __name__ == "__main__":
    main()
