"""One epoch: its steps, then the error on the validation images."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from vizreport.models.accuracy import ranks, top_errors
from vizreport.models.history import Epoch
from vizreport.system.progress import progress
from vizreport.training.distribution import local_replicas, sum_over_processes
from vizreport.training.geometry import CENTRE, CROPS, sub_crops
from vizreport.training.pictures import Pictures, ahead, in_order
from vizreport.training.request import TrainingRequest
from vizreport.training.steps import Rows, Stepper, distribute


def run_epoch(
    stepper: Stepper,
    training: Pictures,
    validation: Pictures,
    number: int,
    rate: float,
    request: TrainingRequest,
    show: bool = True,
) -> Epoch:
    """Run the steps of one epoch, then validate.

    Order, sub-crops and dropout follow from the seed and the epoch's number alone. Images that do
    not fill the last batch wait for another epoch's order.

    Parameters
    ----------
    stepper : Stepper
        Has the network; trains it step by step, and classifies with it.
    training, validation : Pictures
        Images that train and images that validate.
    number : int
        Of the epoch, from 1.
    rate : float
        Learning rate.
    request : TrainingRequest
        Its seed and its batch size.
    show : bool
        Whether to show the progress.
    """
    size, batch_size = stepper.model.input_shape[1:3], request.batch_size
    replicas = local_replicas(stepper.strategy)
    share = batch_size // stepper.strategy.num_replicas_in_sync
    own = slice(replicas[0] * share, (replicas[-1] + 1) * share)
    steps = len(training.image_set.labels) // batch_size
    losses, wrongs = [], []
    started = time.monotonic()
    with progress(f"epoch {number}", steps * batch_size if show else 0, "images") as bar:
        batches = step_batches(training, request, number, own, size)
        for step, rows in enumerate(ahead(batches)):
            inputs = distribute(stepper.strategy, rows, replicas)
            loss, wrong = stepper.step(inputs, rate, (request.seed, number * 1_000_000 + step))
            losses.append(loss)
            wrongs.append(wrong)
            if show:
                bar.update(batch_size)
    loss = float(np.mean([float(loss) for loss in losses]))
    wrong = sum(int(wrong) for wrong in wrongs)
    seconds = time.monotonic() - started
    validation_loss, first, fifth = validate(stepper, training.mean, validation, batch_size, show)
    return Epoch(
        epoch=number,
        learning_rate=rate,
        training_loss=loss,
        training_error=wrong / (steps * batch_size),
        validation_loss=validation_loss,
        validation_error=first,
        validation_top5_error=fifth,
        seconds=round(seconds, 3),
        images_per_second=round(steps * batch_size / seconds, 1),
    )


def step_batches(
    pictures: Pictures, request: TrainingRequest, number: int, own: slice, size: tuple[int, int]
) -> Iterator[Rows]:
    """Yield what each step of an epoch is given.

    Parameters
    ----------
    pictures : Pictures
        Those that train.
    request : TrainingRequest
        Its seed and its batch size.
    number : int
        Of the epoch, from 1.
    own : slice
        This process's rows of a batch.
    size : (int, int)
        Height and width of a sub-crop, px.
    """
    steps = len(pictures.image_set.labels) // request.batch_size
    random = np.random.default_rng((request.seed, number))
    order = random.permutation(len(pictures.image_set.labels))[: steps * request.batch_size]
    crops = random.integers(0, CROPS, len(order), np.int32)
    order, crops = (array.reshape(steps, request.batch_size)[:, own] for array in (order, crops))
    squares = in_order(pictures, order.ravel(), order.shape[1])
    for square, positions, chosen in zip(squares, order, crops, strict=True):
        yield Rows(sub_crops(square, chosen, size), chosen, pictures.image_set.labels[positions])


def validate(
    stepper: Stepper, mean: np.ndarray, pictures: Pictures, batch_size: int, show: bool = True
) -> tuple[float, float, float | None]:
    """Mean loss, top-1 and top-5 error of the central crops, over the processes' shares.

    Parameters
    ----------
    stepper : Stepper
        Has the network; trains it step by step, and classifies with it.
    mean : float32 array [R, R, 3]
        Per-pixel mean of the training images' squares.
    pictures : Pictures
        Those that validate.
    batch_size : int
        Images at a time.
    show : bool
        Whether to show the progress.
    """
    replicas = local_replicas(stepper.strategy)
    workers = stepper.strategy.num_replicas_in_sync // len(replicas)
    labels = pictures.image_set.labels
    mine = np.arange(replicas[0] // len(replicas), len(labels), workers)
    classes = stepper.model.output_shape[-1]
    sums = np.zeros(3)
    starts = range(0, len(mine), batch_size)
    batches = in_order(pictures, mine, batch_size)
    with progress("validating", len(mine) if show else 0, "images") as bar:
        for start, squares in zip(starts, batches, strict=True):
            true = labels[mine[start : start + batch_size]]
            output = predict_crop(stepper, squares, mean, CENTRE, batch_size)
            at = ranks(output, true)
            first, fifth = top_errors(at, classes)
            chance = np.take_along_axis(output, true[:, None].astype(np.intp), 1)
            sums += (
                -np.log(np.maximum(chance, 1e-30)).sum(),
                first * len(at),
                (fifth or 0) * len(at),
            )
            if show:
                bar.update(len(squares))
    loss, first, fifth = sum_over_processes(stepper.strategy, sums) / len(labels)
    return float(loss), float(first), float(fifth) if classes > 5 else None


def predict_crop(
    stepper: Stepper, squares: np.ndarray, mean: np.ndarray, crop: int, batch_size: int
) -> np.ndarray:
    """Class probabilities of one of the ten crops of each picture, without dropout.

    Parameters
    ----------
    stepper : Stepper
        Has the network; trains it step by step, and classifies with it.
    squares : uint8 array [n, R, R, 3]
        At most ``batch_size``.
    mean : float32 array [R, R, 3]
        Per-pixel mean of the training images' squares.
    crop : int
        0 to 9.
    batch_size : int
        Images in a pass.

    Returns
    -------
    float64 array [n, C]
    """
    size = stepper.model.input_shape[1:3]
    cut = sub_crops(squares, np.full(len(squares), crop), size)
    # Always a whole batch, so that one graph does for all.
    inputs = np.zeros((batch_size, *cut.shape[1:]), np.float32)
    inputs[: len(cut)] = cut.astype(np.float32) - sub_crops(mean[None], np.array([crop]), size)
    return np.asarray(stepper.predict(inputs), np.float64)[: len(cut)]
