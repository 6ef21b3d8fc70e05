"""The training step against a bare Keras ``fit`` of the same network on the same images.

Both sides train the same scaled ZFNet on the same uint8 pictures held in memory, both without
XLA or both with it. vizreport's side is the whole epoch as ``vizreport train`` runs it: order, a
random one of ten sub-crops of each picture, the per-pixel mean, dropout, momentum,
renormalisation. Keras' side is ``model.fit`` on float32 arrays of central crops with the mean
subtracted beforehand, SGD with momentum, no metrics, no renormalisation. The two take turns, epoch
by epoch, inside of one ``fit``; the ratio is the median over pairs of epochs, of wall-clock time
and of the process's processor time, which other work on the machine disturbs less.

    python benchmarks/training.py
    python benchmarks/training.py --model zfnet --width 0.25 --input-size 112 --batch-size 64

Expect a ratio of at least 0.95.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from vizreport.system.tensorflow_start import start_tensorflow

start_tensorflow()

import keras  # noqa: E402
import numpy as np  # noqa: E402

from vizreport.experiments import values  # noqa: E402
from vizreport.training.distribution import make_strategy, prepare_devices  # noqa: E402
from vizreport.training.epoch import step_batches  # noqa: E402
from vizreport.training.geometry import CENTRE, recipe_preprocessing, square_of, sub_crops  # noqa: E402
from vizreport.training.image_sets import ImageSet  # noqa: E402
from vizreport.training.network import build, rms_limits  # noqa: E402
from vizreport.training.pictures import Pictures, ahead  # noqa: E402
from vizreport.training.request import TrainingRequest  # noqa: E402
from vizreport.training.steps import distribute, make_stepper  # noqa: E402

CLASSES = 100


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="zfnet")
    parser.add_argument("--width", type=values.fraction, default=0.25)
    parser.add_argument("--input-size", type=int, default=112)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--steps", type=int, default=10, help="of an epoch")
    parser.add_argument("--epochs", type=int, default=12, help="measured, after one not measured")
    parser.add_argument("--xla", action="store_true", help="compile both with XLA")
    arguments = parser.parse_args()
    print(f"device: {prepare_devices()}")

    network = (arguments.model, CLASSES, arguments.input_size, arguments.width)
    pictures = made_up(arguments.input_size, arguments.batch_size * arguments.steps)
    turns = Turns(vizreport_epoch(network, pictures, arguments))
    fit_keras(network, pictures, arguments, turns)
    images = len(pictures.part.labels)
    print(
        f"{arguments.model}, width {arguments.width:g}, {arguments.input_size} px, batches of "
        f"{arguments.batch_size}, {arguments.epochs} epochs of {arguments.steps} steps"
    )
    print("images/s       vizreport     keras   ratio (quartiles)")
    for clock, (own, bare) in turns.seconds().items():
        ratios = np.percentile(bare / own, (50, 25, 75))
        print(
            f"{clock:12} {images / np.median(own):11.1f} {images / np.median(bare):9.1f} "
            "{:7.2f} ({:.2f} to {:.2f})".format(*ratios)
        )


class Turns(keras.callbacks.Callback):
    """Runs and times vizreport's epoch after each epoch of Keras, inside of one ``fit``."""

    def __init__(self, own) -> None:
        super().__init__()
        self.own = own
        self.marks: list[list[tuple[float, float]]] = []

    def on_epoch_begin(self, epoch, logs=None):
        """Note the time."""
        self.marks.append([clocks()])

    def on_epoch_end(self, epoch, logs=None):
        """Take vizreport's turn."""
        self.marks[-1].append(clocks())
        self.own(epoch)
        self.marks[-1].append(clocks())

    def seconds(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """By clock: vizreport's and Keras' epochs, the first left out, in which both trace."""
        passed = np.diff(np.array(self.marks)[1:], axis=1)
        return {
            clock: (passed[:, 1, i], passed[:, 0, i])
            for i, clock in enumerate(("wall", "processor"))
        }


def clocks() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def made_up(input_size: int, count: int) -> Pictures:
    """Pictures of noise: what they show does not change the time."""
    random = np.random.default_rng(0)
    square = square_of(recipe_preprocessing(input_size))
    kept = random.integers(0, 256, (count, *square.input_size, 3), np.uint8)
    labels = random.integers(0, CLASSES, count).astype(np.int32)
    part = ImageSet(None, np.arange(count), labels)  # type: ignore[arg-type]
    return Pictures(part, square, kept, kept.mean(0).astype(np.float32), ())


def vizreport_epoch(network, pictures, arguments):
    """Epoch number -> None, as ``vizreport train`` runs it."""
    request = TrainingRequest("", Path(), batch_size=arguments.batch_size)
    strategy = make_strategy("none")
    model = build(*network)
    stepper = make_stepper(
        strategy, model, rms_limits(*network), pictures.mean, arguments.batch_size, arguments.xla
    )

    def run(number: int) -> None:
        batches = step_batches(pictures, request, number, slice(None), model.input_shape[1:3])
        losses = [
            stepper.step(distribute(strategy, rows, [0]), 1e-4, (0, step))[0]
            for step, rows in enumerate(ahead(batches))
        ]
        float(losses[-1])

    return run


def fit_keras(network, pictures, arguments, turns: Turns) -> None:
    """``fit`` on arrays in memory."""
    model = build(*network)
    model.compile(
        keras.optimizers.SGD(1e-4, momentum=0.9),
        "sparse_categorical_crossentropy",
        jit_compile=arguments.xla,
    )
    size = model.input_shape[1:3]
    middle = np.full(len(pictures.kept), CENTRE)
    mean = sub_crops(pictures.mean[None], middle[:1], size)
    inputs = sub_crops(pictures.kept, middle, size).astype(np.float32) - mean
    model.fit(
        inputs,
        pictures.part.labels,
        batch_size=arguments.batch_size,
        epochs=arguments.epochs + 1,
        verbose=0,
        callbacks=[turns],
    )


if __name__ == "__main__":
    main()
