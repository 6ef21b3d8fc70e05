"""What was learned, as files. No TensorFlow here."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from vizreport.errors import RequestError
from vizreport.experiments.deconvolutional.result import DeconvolutionalResult
from vizreport.results.archive import join, pack, read, split
from vizreport.results.atomic import write_bytes, write_text
from vizreport.results.manifest import add, prepare
from vizreport.system.paths import read_bytes

SCHEMA_VERSION = 1
NAME = "deconvolutional"
_WRITER = "deconvolutional"
_FILES = (f"{NAME}.npz", f"{NAME}.json")


def prepare_learned(folder: Path) -> None:
    """Make sure that the folder can take what is learned.

    Raises
    ------
    RequestError
        If something is in the way that was not learned before, or the folder cannot be written to.
    """
    prepare(folder, _WRITER, _FILES, _adopted)


def _adopted(folder: Path) -> tuple[str, ...]:
    """Name the files of the first edition."""
    try:
        read_learned(folder)
    except RequestError:
        return ()
    return _FILES


def write_learned(folder: Path, learned: DeconvolutionalResult) -> None:
    """Write ``deconvolutional.npz`` (arrays), then ``deconvolutional.json`` (the rest)."""
    add(folder, _WRITER, _FILES)
    arrays, values = split(learned)
    write_bytes(folder / f"{NAME}.npz", pack(arrays))
    document = {"schema_version": SCHEMA_VERSION, **values}
    write_text(folder / f"{NAME}.json", json.dumps(document, indent=1, allow_nan=False) + "\n")


def read_learned(folder: Path) -> DeconvolutionalResult:
    """Read what :func:`write_learned` wrote.

    Raises
    ------
    RequestError
        The files are missing, damaged or of another schema version.
    """
    path = folder / f"{NAME}.json"
    if not path.exists():
        raise RequestError(
            f"{folder} contains no {NAME}.json; pass the --out folder of vizreport deconvnet-learn"
        )
    try:
        values = json.loads(read_bytes(path))
        if values.pop("schema_version") != SCHEMA_VERSION:
            raise RequestError(f"{path} has another schema version; learn again")
        arrays = read(path.with_suffix(".npz"))
        learned: DeconvolutionalResult = join(DeconvolutionalResult, arrays, values)
    except (
        OSError,
        ValueError,
        RecursionError,
        KeyError,
        TypeError,
        AttributeError,
        zipfile.BadZipFile,
    ) as error:
        raise RequestError(
            f"{path} or the .npz beside it is damaged ({error}); run vizreport deconvnet-learn "
            "again"
        ) from error
    return learned
