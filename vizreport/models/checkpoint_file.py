"""What can be said of a checkpoint's file before Keras opens it. No TensorFlow here."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from zipfile import BadZipFile, ZipFile, is_zipfile

from vizreport.errors import RequestError
from vizreport.models.description import BadDescription, parse_description
from vizreport.models.hdf5_file import check_hdf5
from vizreport.models.shipped import SHIPPED
from vizreport.system.archives import DAMAGED, BadArchive, check_content
from vizreport.system.documents import JsonObject
from vizreport.system.paths import IS_FOLDER, MISSING, problem

EXTENSIONS = (".keras", ".h5")
_HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_WEIGHTS, _WEIGHTS_NPZ = "model.weights.h5", "model.weights.npz"
_SAVE_WHOLE = "save the whole network with model.save('NAME.keras')"
TRUSTED_COPY = "get the original file written by model.save from whoever trained the network"


def check_file(path: str | Path) -> Path:
    """Refuse what is not a file of a whole Keras model.

    Returns
    -------
    Path
        An existing ``.keras`` archive or ``.h5`` file with an architecture in it.

    Raises
    ------
    RequestError
        An address instead of a path, a missing file, a folder, a pipe, another extension, a file
        of weights only, a damaged file or one made to do harm; the message names the cure.
    """
    return checked_file(path)[0]


def checked_file(path: str | Path) -> tuple[Path, int]:
    """Do as :func:`check_file` does; return the bytes of the file's weights, too."""
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:/", str(path)):
        raise RequestError(
            f"{path} is an address, but checkpoints are read only from disk; download it and pass "
            "the file"
        )
    path = Path(path)
    wrong = problem(path)
    if wrong == IS_FOLDER:
        raise RequestError(about_folder(path))
    if wrong == MISSING:
        raise RequestError(
            f"there is no file {path}; check the path given to --checkpoint, or use one that "
            f"comes with vizreport: {', '.join(SHIPPED)}"
        )
    if wrong:
        raise RequestError(f"{path} {wrong}; pass --checkpoint a .keras or .h5 file")
    if path.name.endswith(".weights.h5"):
        raise RequestError(_weights_only(path))
    if path.suffix not in EXTENSIONS:
        raise RequestError(f"{path} is not a .keras or .h5 file; {_SAVE_WHOLE} and pass that file")
    try:
        if path.suffix == ".keras":
            weights = _check_keras(path)
        else:
            weights = _check_hdf5(path)
        model_config(path)
    except (BadArchive, BadDescription) as error:
        if str(error) == DAMAGED:
            raise RequestError(damaged(path)) from error
        raise RequestError(f"{path} {error}; {TRUSTED_COPY}") from error
    except RequestError:
        raise
    except OSError as error:
        if error.errno is not None:
            raise RequestError(f"{path} cannot be read: {error.strerror}") from error
        raise RequestError(damaged(path)) from error
    except Exception as error:  # damaged files make h5py raise nearly anything
        raise RequestError(damaged(path)) from error
    return path, weights


def damaged(path: Path) -> str:
    """Sentence about a truncated or corrupt file."""
    return f"{path} {DAMAGED}; copy it again, or save the model again"


def model_config(path: Path) -> JsonObject:
    """Keras's description of the model in a file that :func:`check_file` let pass."""
    if path.suffix == ".keras":
        with ZipFile(path) as archive:
            return parse_description(archive.read("config.json"))
    import h5py

    with h5py.File(path, "r") as file:
        return parse_description(file.attrs["model_config"])


def keras_version(path: Path) -> str:
    """Version of Keras that wrote a file that :func:`check_file` let pass; "" if not known."""
    try:
        if path.suffix == ".keras":
            with ZipFile(path) as archive:
                return str(json.loads(archive.read("metadata.json"))["keras_version"])
        import h5py

        with h5py.File(path, "r") as file:
            return str(file.attrs["keras_version"])
    except Exception:  # a part that no one checked; h5py raises nearly anything
        return ""


def _weights_only(path: Path) -> str:
    return f"{path} contains weights without an architecture; {_SAVE_WHOLE} instead"


def about_folder(path: Path) -> str:
    """Sentence about a folder where a checkpoint's file is needed."""
    if (path / "saved_model.pb").exists():
        return (
            f"{path} is a SavedModel folder, which Keras 3 cannot load; save the model itself, "
            "with model.save('NAME.keras') in Keras 3 or, with tf_keras, model.save('NAME.h5')"
        )
    checkpoints = sorted(
        file.name
        for file in path.iterdir()
        if file.suffix in EXTENSIONS and not file.name.endswith(".weights.h5")
    )
    if checkpoints:
        return f"{path} is a folder; pass one of its checkpoints, for example {checkpoints[-1]}"
    return f"{path} is a folder without a .keras or .h5 file; pass a checkpoint file"


def _check_keras(path: Path) -> int:
    """Check an archive; returns the bytes of its weights."""
    if not is_zipfile(path):
        with path.open("rb") as stream:
            is_hdf5 = stream.read(len(_HDF5_SIGNATURE)) == _HDF5_SIGNATURE
        if is_hdf5:
            _check_hdf5(path)
            raise RequestError(
                f"{path} is an HDF5 file named as a .keras file; rename it to {path.stem}.h5"
            )
        raise RequestError(damaged(path))
    try:
        with ZipFile(path) as archive:
            check_content(archive)
            sizes = {member.filename: member.file_size for member in archive.infolist()}
            if "config.json" not in sizes:
                raise RequestError(_weights_only(path))
            if _WEIGHTS in sizes:
                return _check_weights(archive.read(_WEIGHTS))
    except BadZipFile as error:
        raise RequestError(damaged(path)) from error
    if _WEIGHTS_NPZ not in sizes:
        raise RequestError(f"{path} holds an architecture without weights; {_SAVE_WHOLE}")
    return sizes[_WEIGHTS_NPZ]


def _check_hdf5(path: Path) -> int:
    """Check an HDF5 file of a whole network; returns the bytes of its numbers."""
    import h5py

    if is_zipfile(path):
        raise RequestError(
            f"{path} is a .keras archive named as an .h5 file; rename it to {path.stem}.keras"
        )
    with h5py.File(path, "r") as file:
        if "model_config" not in file.attrs:
            raise RequestError(_weights_only(path))
        size = check_hdf5(file)
        if "model_weights" not in file:
            raise RequestError(f"{path} holds an architecture without weights; {_SAVE_WHOLE}")
        if not isinstance(file["model_weights"], h5py.Group):
            raise BadArchive(DAMAGED)
        return size


def _check_weights(content: bytes) -> int:
    """Check the weights in an archive, an HDF5 file; returns the bytes of its numbers."""
    import h5py

    with h5py.File(io.BytesIO(content), "r") as file:
        return check_hdf5(file)
