"""Checkpoints, and the state from which a training goes on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import keras
import numpy as np

from vizreport.errors import RequestError
from vizreport.models.history import Epoch
from vizreport.models.sidecar import Sidecar, write_sidecar
from vizreport.system import interruption
from vizreport.system.archives import BadArchive, read_arrays
from vizreport.system.documents import JsonObject

STATE = "training-state.npz"


@dataclass(frozen=True)
class State:
    """A training between two epochs.

    Attributes
    ----------
    identity : dict
        What is trained on what; see :func:`vizreport.training.request.identity`.
    epochs : tuple of Epoch
        History so far.
    weights, velocities : sequence of float32 arrays
        In the model's order; none before the first epoch.
    """

    identity: JsonObject
    epochs: tuple[Epoch, ...]
    weights: Sequence[np.ndarray] = ()
    velocities: Sequence[np.ndarray] = ()


def checkpoint_path(out: Path, model: str, epoch: int) -> Path:
    """Name of an epoch's checkpoint, as in ``zfnet-epoch-007.keras``."""
    return out / f"{model}-epoch-{epoch:03d}.keras"


def write_checkpoint(path: Path, model: keras.Model, sidecar: Sidecar) -> None:
    """Save a network, without the optimiser's state, and its sidecar; each is there whole or not.

    Parameters
    ----------
    path : Path
        A ``.keras`` file; its folder exists.
    model : keras.Model
        float32.
    sidecar : Sidecar
        What lies beside the checkpoint.
    """
    temporary = path.with_name(f".{path.stem}.partial.keras")
    try:
        model.save(temporary)
        write_sidecar(path, sidecar)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_state(out: Path, state: State) -> None:
    """Write the state in one file, ``training-state.npz``, in place of the epoch's before."""
    about = {"identity": state.identity, "epochs": [asdict(epoch) for epoch in state.epochs]}
    arrays = {f"weights/{i:03d}": array for i, array in enumerate(state.weights)}
    arrays |= {f"velocities/{i:03d}": array for i, array in enumerate(state.velocities)}
    temporary = out / ".training-state.partial.npz"
    try:
        np.savez(temporary, about=np.array(json.dumps(about)), allow_pickle=False, **arrays)
        interruption.check()
        temporary.replace(out / STATE)
    finally:
        temporary.unlink(missing_ok=True)


def read_state(out: Path, identity: JsonObject) -> State:
    """Read the state of the training in a folder, or begin one.

    Parameters
    ----------
    out : Path
        The folder; it may be empty.
    identity : dict
        Of the training asked for.

    Raises
    ------
    RequestError
        The folder holds another training, or its state is damaged.
    """
    path = out / STATE
    if not path.exists():
        if out.is_dir() and any(out.glob("*-epoch-*.keras")):
            raise RequestError(
                f"{out} contains checkpoints but no {STATE} to resume from; choose another --out"
            )
        return State(identity, ())
    try:
        arrays = read_arrays(path)
        about = json.loads(str(arrays["about"]))
        weights, velocities = (
            [arrays[name] for name in sorted(arrays) if name.startswith(kind)]
            for kind in ("weights/", "velocities/")
        )
        epochs = tuple(Epoch(**epoch) for epoch in about["epochs"])
        known: JsonObject = about["identity"]
    except (BadArchive, ValueError, RecursionError, KeyError, TypeError) as error:
        raise RequestError(
            f"{path} is damaged; remove the folder to start over, or choose another --out"
        ) from error
    # Through JSON: tuples come back as lists.
    wanted = json.loads(json.dumps(identity))
    for name in wanted:
        if known.get(name) != wanted[name]:
            change = (
                "other data" if name == "data" else f"{name} {known.get(name)}, not {wanted[name]}"
            )
            raise RequestError(
                f"{out} contains a run with {change}; choose another --out, or pass the same "
                "options to resume"
            )
    return State(identity, epochs, weights, velocities)
