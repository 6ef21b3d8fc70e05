"""The training: epochs of steps, each followed by validation, a checkpoint and the state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from vizreport.data.dataset import Dataset
from vizreport.data.preprocessing import Preprocessing
from vizreport.data.sources import open_dataset
from vizreport.errors import RequestError
from vizreport.experiments.settings import Settings
from vizreport.models.history import Epoch, write_history
from vizreport.models.sidecar import Sidecar
from vizreport.models.variants import variant_architecture
from vizreport.report.epochs import prepare_galleries
from vizreport.results.disk import warn_if_scarce
from vizreport.training.distribution import (
    is_chief,
    make_strategy,
    prepare_devices,
    sum_over_processes,
)
from vizreport.training.epoch import run_epoch
from vizreport.training.geometry import CENTRE, places, recipe_preprocessing
from vizreport.training.image_sets import open_image_sets
from vizreport.training.network import build, rms_limits
from vizreport.training.ownership import add_epoch, add_state, prepare_training
from vizreport.training.pictures import Images, Pictures, read_images
from vizreport.training.plateau import LEAST_SHARE, PAPER_BATCH, PAPER_RATE, learning_rate
from vizreport.training.request import TrainingRequest, identity
from vizreport.training.state import (
    State,
    checkpoint_path,
    read_state,
    write_checkpoint,
    write_state,
)
from vizreport.training.steps import Stepper, make_stepper


class Diverged(RequestError):
    """The loss is no longer a number."""


@dataclass(frozen=True)
class Trained:
    """What a training left.

    Attributes
    ----------
    checkpoint : Path
        Of the last epoch.
    epochs : tuple of Epoch
        The history.
    """

    checkpoint: Path
    epochs: tuple[Epoch, ...]


def train(request: TrainingRequest, log: Callable[[str], None] = print) -> Trained:
    """Train a network by the paper's recipe (section 3), or go on where a training was stopped.

    Each epoch ends with ``MODEL-epoch-NNN.keras`` and its sidecar, ``history.csv`` and
    ``history.json``, and ``training-state.npz``, from which the same request goes on. The weights
    are then those of a training that was never stopped. Where the request asks for galleries, its
    epochs end with one, as :class:`vizreport.GalleryCallback` draws it.

    Parameters
    ----------
    request : TrainingRequest
        Network, data, recipe and folder.
    log : callable
        Is given a line for each epoch and what else is worth knowing.

    Raises
    ------
    RequestError
        The data, the network, the batch size or the folder do not fit; the folder holds what no
        training wrote, where the training would write, or cannot be written to; the training
        diverges.
    """
    device = prepare_devices()
    strategy = make_strategy(request.strategy)
    chief = is_chief(strategy)
    log = log if chief else _silent
    replicas = strategy.num_replicas_in_sync
    log(f"device: {device}" + (f", {replicas} in step" if replicas > 1 else ""))
    if request.batch_size % replicas:
        raise RequestError(
            f"a batch of {request.batch_size} cannot be split among {replicas} devices; set "
            f"--batch-size to a multiple of {replicas}"
        )
    variant_architecture(request.model)  # an unknown name is refused before anything is read
    if chief:
        prepare_training(request)
        if request.gallery is not None:
            prepare_galleries(request.out, request.gallery_epochs)
        warn_if_scarce(request.out)
    sets = open_image_sets(request)
    if request.gallery is not None:
        shown = open_dataset(request.gallery, None, None, request.seed)
    state = read_state(request.out, identity(request, sets.fingerprints))
    done = sum_over_processes(strategy, np.array([len(state.epochs), 1]))
    if done[0] != done[1] * len(state.epochs):
        raise RequestError(
            f"the workers do not see the same {request.out}; pass --out a shared folder"
        )
    if len(state.epochs) >= request.epochs:
        log(f"{request.out} has all {request.epochs} epochs: nothing to do")
        return _trained(request, state)
    # Too small an input is refused before the images are read.
    rms_limits(request.model, len(sets.class_names), request.input_size, request.width)
    images = read_images(request, sets, log)
    gallery = None
    if request.gallery is not None and chief:
        gallery = _gallery(request, shown, images)
    _, state = train_on(images, request, state, strategy, log, checkpoints=True, gallery=gallery)
    return _trained(request, state)


def train_on(
    images: Images,
    request: TrainingRequest,
    state: State,
    strategy: tf.distribute.Strategy,
    log: Callable[[str], None],
    checkpoints: bool,
    gallery: keras.callbacks.Callback | None = None,
) -> tuple[Stepper, State]:
    """Train on images that have been read, from a state on.

    Parameters
    ----------
    images : Images
        Those that train and those that validate.
    request : TrainingRequest
        Network, recipe and folder.
    state : State
        Of this very training; its epochs are not run again.
    strategy : tf.distribute.Strategy
        One device or several in step; the network is made in its scope.
    log : callable
        Is given a line for each epoch.
    checkpoints : bool
        Whether to keep each epoch's checkpoint and the history beside the state.
    gallery : keras.callbacks.Callback or None
        Called after each epoch, if checkpoints are kept.

    Returns
    -------
    stepper : Stepper
        With the trained network.
    state : State
        With all epochs.

    Raises
    ------
    RequestError
        Something in the folder is in the way.
    Diverged
        The loss is no longer a number.
    """
    chief = is_chief(strategy)
    training, validation = images.training, images.validation
    keras.utils.set_random_seed(request.seed)
    network = (request.model, len(images.class_names), request.input_size, request.width)
    with strategy.scope():
        model = build(*network, request.mixed_precision)
    log(f"{request.model}: {model.count_params():,} parameters, {network[1]} classes")
    log(_rates(request))
    limits = rms_limits(*network)
    stepper = make_stepper(strategy, model, limits, training.mean, request.batch_size, request.xla)
    _restore(stepper, state)
    sidecar = _sidecar(request, training, images.class_names)
    saved = build(*network) if chief and checkpoints else None
    if gallery is not None:
        gallery.set_model(saved)
    about = {
        "model": request.model,
        "data": training.image_set.dataset.name,
        "data_fingerprint": training.image_set.dataset.fingerprint,
        "validation_data": validation.image_set.dataset.name,
        "training_images": len(training.image_set.labels),
        "validation_images": len(validation.image_set.labels),
        "settings": {name: value for name, value in state.identity.items() if name != "data"},
    }
    if chief:
        add_state(request.out)
        if not state.epochs:  # before the first checkpoint, which shows this folder is in use
            write_state(request.out, state)
    for number in range(len(state.epochs) + 1, request.epochs + 1):
        rate = learning_rate(
            request.first_rate,
            [epoch.validation_error for epoch in state.epochs],
            [epoch.validation_loss for epoch in state.epochs],
            request.epochs_waited,
        )
        epoch = run_epoch(stepper, training, validation, number, rate, request, chief)
        log(_line(epoch, request.epochs))
        _check_finite(epoch)
        state = State(state.identity, (*state.epochs, epoch))
        if not chief:
            continue
        values = [np.asarray(variable.value) for variable in model.trainable_variables]
        if saved is not None:
            saved.set_weights(values)
            add_epoch(request.out, request.model, number)
            checkpoint = checkpoint_path(request.out, request.model, number)
            write_checkpoint(checkpoint, saved, replace(sidecar, epoch=number))
            write_history(request.out, about, state.epochs)
            if gallery is not None:
                gallery.on_epoch_end(number - 1, _said(epoch))
        write_state(request.out, replace(state, weights=values, velocities=_velocities(stepper)))
    return stepper, state


def _restore(stepper: Stepper, state: State) -> None:
    if not state.weights:
        return
    for variable, value in zip(stepper.model.trainable_variables, state.weights, strict=True):
        variable.assign(value)
    for velocity, value in zip(stepper.velocities, state.velocities, strict=True):
        velocity.assign(value)


def _velocities(stepper: Stepper) -> list[np.ndarray]:
    return [np.asarray(velocity) for velocity in stepper.velocities]


def _sidecar(request: TrainingRequest, training: Pictures, class_names: tuple[str, ...]) -> Sidecar:
    size = (request.input_size, request.input_size)
    top, left = places(training.mean.shape[:2], size)[CENTRE // 2]
    mean = training.mean[top : top + size[0], left : left + size[1]]
    preprocessing: Preprocessing = replace(
        recipe_preprocessing(request.input_size), mean=(), mean_image=mean
    )
    return Sidecar(
        preprocessing,
        class_names,
        labels_in_order=True,
        data_source=training.image_set.dataset.name,
        seed=request.seed,
        mean_square=training.mean,
    )


def _gallery(request: TrainingRequest, shown: Dataset, images: Images) -> keras.callbacks.Callback:
    from vizreport.building.gallery import GalleryCallback  # draws, which few trainings need

    return GalleryCallback(
        shown,
        request.out,
        request.gallery_epochs,
        preprocessing=_sidecar(request, images.training, images.class_names).preprocessing,
        settings=Settings(seed=request.seed),
        class_names=images.class_names,
    )


def _said(epoch: Epoch) -> dict[str, float]:
    """Return what the list of galleries shows of an epoch: nats, and shares from 0 to 1."""
    return {
        "training loss": epoch.training_loss,
        "training error": epoch.training_error,
        "validation loss": epoch.validation_loss,
        "validation error": epoch.validation_error,
    }


def _rates(request: TrainingRequest) -> str:
    first = request.first_rate
    scaled = f" ({PAPER_RATE:g} x {request.batch_size} / {PAPER_BATCH})"
    return (
        f"initial learning rate {first:g}{scaled if request.rate is None else ''}, lowered on "
        f"plateaus to no less than {first * LEAST_SHARE:g}"
    )


def _line(epoch: Epoch, epochs: int) -> str:
    fifth = epoch.validation_top5_error
    return (
        f"epoch {epoch.epoch}/{epochs}: loss {epoch.training_loss:.4f}, "
        f"validation loss {epoch.validation_loss:.4f}, "
        f"error {100 * epoch.validation_error:.1f} %"
        + (f" (top 5: {100 * fifth:.1f} %)" if fifth is not None else "")
        + f", rate {epoch.learning_rate:g}, {epoch.seconds:.1f} s"
    )


def _check_finite(epoch: Epoch) -> None:
    if not (isfinite(epoch.training_loss) and isfinite(epoch.validation_loss)):
        raise Diverged(
            f"the training diverged in epoch {epoch.epoch}: the loss is not a finite number; the "
            "same command tries that epoch again, and a lower --rate may help"
        )


def _trained(request: TrainingRequest, state: State) -> Trained:
    last = len(state.epochs)
    return Trained(checkpoint_path(request.out, request.model, last), state.epochs)


def _silent(line: str) -> None:
    pass
