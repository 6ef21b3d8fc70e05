"""The ablation table: variants trained with the same seeds, images and budget."""

from __future__ import annotations

import fcntl
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from vizreport.errors import RequestError
from vizreport.experiments.ablation.trial import (
    Trial,
    read_trial,
    require_same,
    trial_name,
    write_trial,
)
from vizreport.models.accuracy import ranks, top_errors
from vizreport.models.variants import variant_architecture
from vizreport.parallel.engine import engine_at
from vizreport.parallel.piece import Compute, Failed, Piece, Work
from vizreport.parallel.pieces import Pieces
from vizreport.results.disk import warn_if_scarce
from vizreport.results.manifest import add, discard, prepare
from vizreport.system.documents import JsonObject
from vizreport.system.progress import progress
from vizreport.training.distribution import prepare_devices
from vizreport.training.epoch import predict_crop
from vizreport.training.geometry import CROPS
from vizreport.training.image_sets import open_image_sets
from vizreport.training.loop import Diverged, train_on
from vizreport.training.network import rms_limits
from vizreport.training.ownership import TRAINING, prepare_training
from vizreport.training.pictures import Images, Pictures, in_order, read_images
from vizreport.training.request import TrainingRequest, identity
from vizreport.training.state import STATE, read_state
from vizreport.training.steps import Stepper
from vizreport.version import __version__

_WRITER = "ablation"


@dataclass(frozen=True)
class AblationRequest:
    """What a user asks of ``vizreport ablate``.

    Attributes
    ----------
    training : TrainingRequest
        Data and budget of every training; its model and seed are not looked at. ``out`` is the
        folder of the results.
    variants : tuple of str
        Networks to train, of :data:`vizreport.models.variants.VARIANTS`.
    seeds : tuple of int
        Every network is trained once with each.
    keep_checkpoints : bool
        Whether to keep each training's folder.
    cluster : str or None
        Where to train, as for a build; the folder and the data have to be there under the same
        paths.
    """

    training: TrainingRequest
    variants: tuple[str, ...]
    seeds: tuple[int, ...]
    keep_checkpoints: bool = False
    cluster: str | None = None


def ablate(request: AblationRequest, log: Callable[[str], None] = print) -> None:
    """Train every variant with every seed, and write the errors of each as it is finished.

    Trainings go on where they were stopped. Several processes with the same request share the
    work: each takes the next training that no other one is at. The images that train and those
    that validate are the same for all seeds.

    Parameters
    ----------
    request : AblationRequest
        Networks, seeds, data and budget.
    log : callable
        Is given a line for each epoch.

    Raises
    ------
    RequestError
        A variant or the data is wrong, or the folder holds what no ablation wrote, where it would
        write, or cannot be written to; or a training diverged, and the others are finished first.
    """
    common = replace(request.training, seed=0)
    for variant in request.variants:
        variant_architecture(variant)
    # The whole table once before the second seed.
    wanted = [(variant, seed) for seed in request.seeds for variant in request.variants]
    for variant, seed in wanted:
        one = replace(
            common, model=variant, seed=seed, out=_work(common.out) / trial_name(variant, seed)
        )
        prepare_training(one, request.keep_checkpoints)
    names = [name for pair in wanted for name in _files(*pair)]
    prepare(common.out, _WRITER, [*names, "work/"], lambda out: _adopted(out, wanted))
    warn_if_scarce(common.out)
    log(f"device: {prepare_devices()}")
    sets = open_image_sets(common)
    for variant in request.variants:
        rms_limits(variant, len(sets.class_names), common.input_size, common.width)
    settings = _settings(common, sets.fingerprints)
    left = [pair for pair in wanted if not _finished(common.out, *pair, settings)]
    log(f"{len(wanted) - len(left)} of {len(wanted)} runs are finished")
    if not left:
        return
    if request.cluster:
        _spread(request, left, log)
        return
    images = read_images(common, sets, log)
    diverged = []
    for variant, seed in left:
        name = trial_name(variant, seed)
        add(common.out, _WRITER, _files(variant, seed))
        with _claimed(_work(common.out) / f"{name}.lock") as mine:
            if not mine:
                log(f"{name}: another process is training it")
                continue
            if _finished(common.out, variant, seed, settings):
                continue
            one = replace(common, model=variant, seed=seed, out=_work(common.out) / name)
            try:
                trial = _train(images, one, settings, request.keep_checkpoints, log)
            except Diverged as error:
                log(f"{name}: {error}")
                diverged.append(name)
                continue
            write_trial(common.out, trial)
            if not request.keep_checkpoints:
                discard(one.out, TRAINING)
            log(f"{name}: {_line(trial)}")
        # Else the graphs of all networks stay in memory.
        keras.backend.clear_session()
        gc.collect()
    if diverged:
        raise RequestError(
            f"{', '.join(diverged)} diverged; the same command tries again, and a lower --rate "
            "may help"
        )


@dataclass(frozen=True)
class TrainingReport:
    """A worker's report on a training: its last line, and whether that is an error."""

    line: str
    failed: bool


def train_one(_subject: Any, request: AblationRequest) -> Compute:
    """Return what trains a variant with a seed: from the two to TrainingReport."""

    def compute(pair: tuple[str, int], done: Callable[[int], Any]) -> TrainingReport:
        lines: list[str] = []
        one = replace(request, variants=pair[:1], seeds=pair[1:], cluster=None)
        try:
            ablate(one, lines.append)
        except RequestError as error:  # trying again does not help
            return TrainingReport(str(error), True)
        return TrainingReport(lines[-1], False)

    return compute


def _spread(
    request: AblationRequest, left: list[tuple[str, int]], log: Callable[[str], None]
) -> None:
    """Train on workers, a variant and a seed each; they write the results."""
    cut = [Piece(trial_name(*pair), pair, 1, trial_name(*pair)) for pair in left]
    work = Work("trainings", train_one, (request,), cut, TrainingReport, "training", "trainings")
    failed: list[str] = []
    with engine_at(request.cluster) as engine:
        for outcome in Pieces(engine).outcomes(None, work):
            if isinstance(outcome, Failed):
                failed.append(f"{outcome.piece.what}: {outcome.reason}")
            elif outcome.result.failed:
                failed.append(outcome.result.line)
            else:
                log(outcome.result.line)
    if failed:
        raise RequestError("; ".join(failed))


def _settings(common: TrainingRequest, fingerprints: tuple[str, str]) -> JsonObject:
    shared = identity(common, fingerprints)
    del shared["model"], shared["seed"]
    return {"epochs": common.epochs, **shared}


def _work(out: Path) -> Path:
    return out / "work"


def _files(variant: str, seed: int) -> tuple[str, ...]:
    """Name what is written for a training, but for what its own folder holds."""
    name = trial_name(variant, seed)
    return f"{name}.json", f"{name}.npz", f"work/{name}.lock"


def _adopted(out: Path, wanted: list[tuple[str, int]]) -> Iterator[str]:
    """Name the files of an ablation of the first edition: finished trainings, and those begun."""
    for variant, seed in wanted:
        result, arrays, lock = _files(variant, seed)
        with suppress(RequestError):  # of another kind
            if read_trial(out, variant, seed) is not None:
                yield from (result, arrays)
        state = f"work/{trial_name(variant, seed)}/{STATE}"
        if (out / state).exists():
            yield from (lock, state)


def _finished(out: Path, variant: str, seed: int, settings: JsonObject) -> bool:
    trial = read_trial(out, variant, seed)
    if trial is not None:
        require_same(out / f"{trial_name(variant, seed)}.json", trial.settings, settings)
    return trial is not None


@contextmanager
def _claimed(path: Path) -> Iterator[bool]:
    """Hold a training against other processes; False where one of them is at it.

    The system lets go of the lock of a process that was killed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
        path.unlink()


def _train(
    images: Images,
    request: TrainingRequest,
    settings: JsonObject,
    checkpoints: bool,
    log: Callable[[str], None],
) -> Trial:
    """Train one network, or go on with it, and measure its errors."""
    name = trial_name(request.model, request.seed)
    prepare_training(request, checkpoints)
    state = read_state(request.out, identity(request, tuple(settings["data"])))
    stepper, state = train_on(
        images,
        request,
        state,
        tf.distribute.get_strategy(),
        lambda line: log(f"{name}: {line}"),
        checkpoints,
    )
    mean, classes = images.training.mean, len(images.class_names)
    trained = ten_crops(stepper, images.training, mean, request.batch_size)
    training_error, _ = top_errors(ranks(trained, images.training.image_set.labels), classes)
    validation = ten_crops(stepper, images.validation, mean, request.batch_size)
    labels = images.validation.image_set.labels
    first, fifth = top_errors(ranks(validation, labels), classes)
    return Trial(
        variant=request.model,
        seed=request.seed,
        parameters=stepper.model.count_params(),
        training_error=training_error,
        validation_error=first,
        validation_top5_error=fifth,
        seconds=round(sum(epoch.seconds for epoch in state.epochs), 3),
        epochs=state.epochs,
        settings=settings,
        data=images.training.image_set.dataset.name,
        validation_data=images.validation.image_set.dataset.name,
        training_images=len(images.training.image_set.labels),
        validation_images=len(labels),
        versions={
            "vizreport": __version__,
            "tensorflow": tf.__version__,
            "keras": keras.__version__,
        },
        probabilities=validation,
        labels=labels,
    )


def ten_crops(
    stepper: Stepper, pictures: Pictures, mean: np.ndarray, batch_size: int
) -> np.ndarray:
    """Class probabilities averaged over the ten crops of each picture (paper, section 3).

    Parameters
    ----------
    stepper : Stepper
        Has the network; trains it step by step, and classifies with it.
    pictures : Pictures
        Those to classify.
    mean : float32 array [R, R, 3]
        Per-pixel mean of the training images' squares.
    batch_size : int
        Images in a pass.

    Returns
    -------
    float32 array [n, C]
    """
    count = len(pictures.image_set.labels)
    found = np.empty((count, stepper.model.output_shape[-1]), np.float32)
    done = 0
    with progress("measuring", count, "images") as bar:
        for squares in in_order(pictures, np.arange(count), batch_size):
            crops = [predict_crop(stepper, squares, mean, i, batch_size) for i in range(CROPS)]
            found[done : done + len(squares)] = np.mean(crops, 0)
            done += len(squares)
            bar.update(len(squares))
    return found


def _line(trial: Trial) -> str:
    return (
        f"error {100 * trial.training_error:.1f} % training, {100 * trial.validation_error:.1f} % "
        f"validation, {trial.seconds:.0f} s of steps"
    )
