"""Which files of a folder are a training's."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from vizreport.models.history import HISTORY, TABLE
from vizreport.results.manifest import add, prepare
from vizreport.training.request import TrainingRequest
from vizreport.training.state import STATE, checkpoint_path

TRAINING = "training"
"""Writer of a training's folder, see :mod:`vizreport.results.manifest`."""

_CHECKPOINT = re.compile(r".+-epoch-\d{3,}\.(keras|vizreport\.json|vizreport\.npz)")


def prepare_training(request: TrainingRequest, checkpoints: bool = True) -> None:
    """Make sure that the folder can take a training.

    Raises
    ------
    RequestError
        If something is in the way that is not a training's, or the folder cannot be written to.
    """
    epochs = range(1, request.epochs + 1) if checkpoints else ()
    names = [name for epoch in epochs for name in _names(request.model, epoch)]
    prepare(request.out, TRAINING, [*names, HISTORY, TABLE, STATE], _adopted)


def add_state(out: Path) -> None:
    """Name what is about to be written before the first epoch."""
    add(out, TRAINING, [STATE])


def add_epoch(out: Path, model: str, epoch: int) -> None:
    """Name what is about to be written after an epoch."""
    add(out, TRAINING, [*_names(model, epoch), HISTORY, TABLE])


def _names(model: str, epoch: int) -> tuple[str, ...]:
    checkpoint = checkpoint_path(Path(), model, epoch)
    endings = (".keras", ".vizreport.json", ".vizreport.npz")
    return tuple(f"{checkpoint.stem}{ending}" for ending in endings)


def _adopted(out: Path) -> Iterator[str]:
    """Name the files of a training of the first edition: its state tells it from others."""
    try:
        with np.load(out / STATE, allow_pickle=False) as archive:
            model = json.loads(str(archive["about"]))["identity"]["model"]
    except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile):
        return
    yield from (HISTORY, TABLE, STATE)
    for path in out.glob(f"{model}-epoch-*"):
        if _CHECKPOINT.fullmatch(path.name):
            yield path.name
