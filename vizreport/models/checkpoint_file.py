"""What can be said of a checkpoint's file before Keras opens it. No TensorFlow here."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile, is_zipfile

from vizreport.errors import RequestError
from vizreport.models.shipped import SHIPPED

EXTENSIONS = (".keras", ".h5")
_HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_SAVE_WHOLE = "save the whole network with model.save('NAME.keras')"


def check_file(path: str | Path) -> Path:
    """Refuse what is no file of a whole Keras model.

    Returns
    -------
    Path
        An existing ``.keras`` archive or ``.h5`` file with an architecture in it.

    Raises
    ------
    RequestError
        An address instead of a path, a missing file, a folder, another extension, a file of
        weights only, or a damaged file; the message names the cure.
    """
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:/", str(path)):
        raise RequestError(
            f"{path} is an address, and checkpoints are read from disk only: download it and give "
            "the file"
        )
    path = Path(path)
    if path.is_dir():
        raise RequestError(about_folder(path))
    if not path.exists():
        raise RequestError(
            f"there is no file {path}; check the path given to --checkpoint, or name a "
            f"checkpoint that comes with vizreport: {', '.join(SHIPPED)}"
        )
    if path.name.endswith(".weights.h5"):
        raise RequestError(_weights_only(path))
    if path.suffix not in EXTENSIONS:
        raise RequestError(f"{path} is no .keras or .h5 file; {_SAVE_WHOLE} and give that file")
    try:
        if path.suffix == ".keras":
            _check_keras(path)
        else:
            _check_hdf5(path)
    except OSError as error:
        if error.errno is not None:
            raise RequestError(f"{path} cannot be read: {error.strerror}") from error
        raise RequestError(damaged(path)) from error
    return path


def damaged(path: Path) -> str:
    """Sentence about a truncated or corrupt file."""
    return f"{path} is truncated or damaged; copy it again, or save the model once more"


def model_config(path: Path) -> dict[str, Any]:
    """Keras's description of the model in a file that :func:`check_file` let pass."""
    if path.suffix == ".keras":
        with ZipFile(path) as archive:
            config = archive.read("config.json")
    else:
        import h5py

        with h5py.File(path, "r") as file:
            config = file.attrs["model_config"]
    described: dict[str, Any] = json.loads(config)
    return described


def _weights_only(path: Path) -> str:
    return f"{path} holds weights without an architecture; {_SAVE_WHOLE} instead"


def about_folder(path: Path) -> str:
    """Sentence about a folder where a checkpoint's file is needed."""
    if (path / "saved_model.pb").exists():
        return (
            f"{path} is a SavedModel folder, which Keras 3 does not load; load it with the Keras 2 "
            "(tf_keras) that wrote it and save it with model.save('NAME.h5')"
        )
    checkpoints = sorted(
        file.name
        for file in path.iterdir()
        if file.suffix in EXTENSIONS and not file.name.endswith(".weights.h5")
    )
    if checkpoints:
        return f"{path} is a folder; give one of its checkpoints, for example {checkpoints[-1]}"
    return f"{path} is a folder without a .keras or .h5 file; give a checkpoint's file"


def _check_keras(path: Path) -> None:
    if not is_zipfile(path):
        with path.open("rb") as stream:
            is_hdf5 = stream.read(len(_HDF5_SIGNATURE)) == _HDF5_SIGNATURE
        if is_hdf5:
            _check_hdf5(path)
            raise RequestError(
                f"{path} is an HDF5 file with the name of a .keras file; rename it to "
                f"{path.stem}.h5"
            )
        raise RequestError(damaged(path))
    try:
        with ZipFile(path) as archive:
            names = set(archive.namelist())
            broken = archive.testzip()
    except BadZipFile as error:
        raise RequestError(damaged(path)) from error
    if broken:
        raise RequestError(damaged(path))
    if "config.json" not in names:
        raise RequestError(_weights_only(path))
    if not names & {"model.weights.h5", "model.weights.npz"}:
        raise RequestError(f"{path} holds an architecture without weights; {_SAVE_WHOLE}")


def _check_hdf5(path: Path) -> None:
    import h5py

    if is_zipfile(path):
        raise RequestError(
            f"{path} is a .keras archive with the name of an .h5 file; rename it to "
            f"{path.stem}.keras"
        )
    with h5py.File(path, "r") as file:
        if "model_config" not in file.attrs:
            raise RequestError(_weights_only(path))
        if "model_weights" not in file:
            raise RequestError(f"{path} holds an architecture without weights; {_SAVE_WHOLE}")
