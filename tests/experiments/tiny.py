"""A tiny network and tiny data, as files and as a subject of the experiments."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

SIZE = (24, 28)
CLASSES = ("circle", "square", "star")


def write_data(path: Path, count: int = 14, seed: int = 0) -> Path:
    """Random pictures with labels; picture 3 is repeated as picture 7."""
    random = np.random.default_rng(seed)
    # Smooth blobs, which lossy compression keeps.
    coarse = random.integers(0, 256, (count, 6, 7, 3), dtype=np.uint8)
    size = (SIZE[1], SIZE[0])
    images = np.stack([np.asarray(Image.fromarray(c).resize(size, 2)) for c in coarse])
    if count > 7:
        images[7] = images[3]
    labels = random.integers(0, len(CLASSES), count)
    np.savez(path, images=images, labels=labels, class_names=np.array(CLASSES))
    return path


def write_checkpoint(path: Path, seed: int = 0, activation: str = "relu", dead: int = 2) -> Path:
    """Two convolutions and class scores, with a sidecar; map ``dead`` of conv1 is never active."""
    import keras
    from keras import layers

    from tests.engine.float64 import randomise
    from vizreport.data.presets import preset
    from vizreport.models.sidecar import Sidecar, write_sidecar

    image = keras.Input((*SIZE, 3))
    x = layers.Conv2D(6, 5, 2, activation=activation, name="conv1")(image)
    x = layers.MaxPooling2D(2, name="pool1")(x)
    x = layers.Conv2D(5, 3, activation="relu", name="conv2")(x)
    x = layers.Flatten()(x)
    x = layers.Dense(len(CLASSES), activation="softmax", name="classes")(x)
    model = randomise(keras.Model(image, x, name="tiny"), seed)
    kernel, bias = model.get_layer("conv1").get_weights()
    bias = np.abs(bias)
    kernel[..., dead], bias[dead] = -np.abs(kernel[..., dead]), -1.0
    kernel[..., 1] *= 9.0  # drowns the others
    model.get_layer("conv1").set_weights([kernel, bias])
    model.save(path)
    preprocessing = preset("unit", SIZE, 3, {"channels": "BGR"})
    write_sidecar(
        path, Sidecar(preprocessing=preprocessing, class_names=CLASSES, labels_in_order=True)
    )
    return path


@cache
def files(folder: str) -> tuple[Path, Path]:
    """Write checkpoint and data once."""
    root = Path(folder)
    return write_checkpoint(root / "tiny.keras"), write_data(root / "data.npz")


def write_epochs(folder: Path, checkpoint: Path, epochs: tuple[int, ...] = (1, 4, 9)) -> Path:
    """Write a folder of epochs that ends with a checkpoint; the others differ, most at first."""
    import keras

    from vizreport.models.sidecar import read_sidecar, write_sidecar

    sidecar, model = read_sidecar(checkpoint), keras.models.load_model(checkpoint)
    final = model.get_weights()
    for epoch in epochs:
        random = np.random.default_rng(epoch)
        size = 0.0 if epoch == epochs[-1] else 0.4 / epoch
        model.set_weights([w + size * random.normal(size=w.shape) for w in final])
        model.save(folder / f"tiny-{epoch}.keras")
        write_sidecar(folder / f"tiny-{epoch}.keras", replace(sidecar, epoch=epoch))
    return folder


def subject(checkpoint: Path, data: Path, dataset: Any = None, **settings: Any):
    """Make the subject of a build, of a checkpoint or a folder of epochs, and its settings."""
    from vizreport.data.sources import open_dataset
    from vizreport.models.epochs import epoch_checkpoints
    from vizreport.subject.network import StoredNetwork
    from vizreport.subject.options import NetworkOptions
    from vizreport.subject.subject import Subject

    epochs = epoch_checkpoints(checkpoint) if checkpoint.is_dir() else ()
    last = epochs[-1].path if epochs else checkpoint
    network = StoredNetwork(last, epochs)
    made = Subject(network, NetworkOptions(), dataset or open_dataset(str(data)))
    return asking(made, **settings)


def asking(context_: Any, **settings: Any):
    """Give a subject the settings that ``computing`` takes from it."""
    from vizreport.experiments.settings import Settings

    context_.asked = Settings(**settings)
    context_.batch_size = context_.asked.batch_size
    return context_


def changed(context_, **settings: Any):
    """Return a subject with other settings, which shares the model."""
    other = type(context_)(context_.network, context_.options, context_.dataset)
    other.model = context_.model
    return asking(other, **{**context_.asked.as_dict(), **settings})


def computing(name: str):
    """Return an experiment's compute, which is given what it declares of a subject's settings."""
    from vizreport.building.running import called
    from vizreport.experiments.registry import experiments

    experiment = experiments()[name]

    def compute(context_, required: dict[str, Any]):
        given = context_.asked.of(experiment)
        return called(experiment.load(experiment.compute), context_, given, required)

    return compute
