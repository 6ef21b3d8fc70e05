"""A folder of checkpoints, one for each of some epochs of one training. No TensorFlow here."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vizreport.errors import RequestError
from vizreport.models.checkpoint_file import EXTENSIONS, about_folder, check_file, model_config
from vizreport.models.hash import checkpoint_hash
from vizreport.models.history import TIMES, read_history
from vizreport.models.sidecar import Sidecar, read_sidecar
from vizreport.system.documents import JsonObject
from vizreport.system.paths import folder_problem

# Entries of a model's description that change nothing of what it computes.
_TRAINING_ONLY = ("trainable", "seed", "rate", "compile_config", "build_config", "dtype",
                  "shared_object_id")  # fmt: skip
_TRAINING_ENDS = ("_initializer", "_regularizer", "_constraint")


@dataclass(frozen=True)
class EpochCheckpoint:
    """A checkpoint and the epoch that its sidecar names."""

    epoch: int
    path: Path


def epoch_checkpoints(folder: str | Path) -> tuple[EpochCheckpoint, ...]:
    """Find the checkpoints in a folder, in the order of their epochs.

    Parameters
    ----------
    folder : str or Path
        Its ``.keras`` and ``.h5`` files count; hidden files, files of weights alone and
        subfolders do not.

    Returns
    -------
    tuple of EpochCheckpoint
        At least one, in rising order of the epochs, all of one architecture and preprocessing.

    Raises
    ------
    RequestError
        There is no checkpoint, one does not name its epoch, two name the same one, or they are
        not of one network; the message names the files.
    """
    folder = Path(folder)
    files = sorted(
        file
        for file in folder.iterdir()
        if file.suffix in EXTENSIONS
        and not file.name.startswith(".")
        and not file.name.endswith(".weights.h5")
    )
    if not files:
        raise RequestError(about_folder(folder))
    found: dict[int, Path] = {}
    first: tuple[Path, str, Sidecar] | None = None
    for file in files:
        check_file(file)
        sidecar = read_sidecar(file)
        if sidecar is None or sidecar.epoch is None:
            raise RequestError(
                f'{file} does not state its epoch; add "epoch" to '
                f"{file.stem}.vizreport.json, or pass a single checkpoint instead of the folder"
            )
        if sidecar.epoch in found:
            raise RequestError(
                f"{found[sidecar.epoch].name} and {file.name} in {folder} are both of epoch "
                f"{sidecar.epoch}; move one of them away"
            )
        architecture = _architecture(model_config(file))
        first = first or (file, architecture, sidecar)
        different = (
            "architectures"
            if architecture != first[1]
            else "preprocessings"
            if _prepared(sidecar) != _prepared(first[2])
            else ""
        )
        if different:
            raise RequestError(
                f"{first[0].name} and {file.name} in {folder} have different {different}; a "
                "folder must contain the epochs of one network, so move the others away"
            )
        found[sidecar.epoch] = file
    return tuple(EpochCheckpoint(epoch, found[epoch]) for epoch in sorted(found))


def _prepared(sidecar: Sidecar) -> tuple[object, ...]:
    parts = {name: repr(value) for name, value in sidecar.parts.items()}
    return sidecar.preset, parts, sidecar.preprocessing


def last_checkpoint(path: str | Path) -> Path:
    """Return a checkpoint's own path, or of a folder the checkpoint of the last epoch.

    Raises
    ------
    RequestError
        As :func:`vizreport.models.checkpoint_file.check_file` and :func:`epoch_checkpoints`.
    """
    path = Path(path)
    return check_file(path) if folder_problem(path) else epoch_checkpoints(path)[-1].path


def epochs_hash(epochs: tuple[EpochCheckpoint, ...]) -> str:
    """Hash all the checkpoints of a folder by content, and the history beside them, less its times.

    Returns
    -------
    str
        sha256, 64 hexadecimal digits; "" where there are none.

    Raises
    ------
    RequestError
        A checkpoint cannot be read, or the history is damaged.
    """
    if not epochs:
        return ""
    contents: list[Any] = [[epoch.epoch, checkpoint_hash(epoch.path)] for epoch in epochs]
    for told in read_history(epochs[0].path.parent):
        values = asdict(told)
        contents.append({name: values[name] for name in values if name not in TIMES})
    return hashlib.sha256(json.dumps(contents).encode()).hexdigest()


def _architecture(config: JsonObject) -> str:
    """Describe what a model computes, apart from its weights and its layers' names."""
    names: dict[str, str] = {}

    def plain(value: Any) -> Any:
        if isinstance(value, list):
            return [plain(item) for item in value]
        if isinstance(value, str):
            return names.get(value, value)
        if not isinstance(value, dict):
            return value
        # Keras numbers its own names through a session: "conv2d_7" may be the first layer.
        for layer in value.get("layers") or ():
            name = layer.get("name") or layer.get("config", {}).get("name")
            names[str(name)] = f"layer {len(names)}"
        return {
            key: plain(item)
            for key, item in value.items()
            if key not in _TRAINING_ONLY and key != "name" and not key.endswith(_TRAINING_ENDS)
        }

    return json.dumps(plain(config), sort_keys=True)
