"""Results of experiments on disk (docs/format.md describes the layout)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import msgspec

from vizreport.results import archive, schema
from vizreport.results.atomic import write_text, write_with
from vizreport.results.groups import taken_apart
from vizreport.results.origin import SUFFIX, Origin, read_origin, write_origin
from vizreport.system.documents import JsonObject
from vizreport.system.paths import file_sha256, read_bytes

SCHEMA_VERSION = 1
DONE: Literal["done"] = "done"
NOT_APPLICABLE: Literal["not applicable"] = "not applicable"


Status = Literal["done", "not applicable"]


class StoredResult(Protocol):
    """What is stored of an experiment."""

    @property
    def name(self) -> str:
        """Folder of its results."""

    @property
    def version(self) -> int:
        """Of the result's meaning."""

    @property
    def result_type(self) -> type:
        """Dataclass of the result."""


class Unusable(Exception):
    """A stored result is missing, damaged or of another version; says so in a clause."""


class OtherVersion(Unusable):
    """A stored result is of another version."""


@dataclass(frozen=True)
class _Record:
    """A result's ``.json``."""

    schema_version: int
    experiment: str
    version: int
    key: str
    status: Status
    reason: str
    arrays_sha256: str
    values: JsonObject


@dataclass(frozen=True)
class Outcome:
    """A finished experiment.

    Attributes
    ----------
    status : {"done", "not applicable"}
        Whether it has a result.
    reason : str or None
        Why it is not applicable; None when it is done.
    result : dataclass instance or None
        None when it is not applicable.
    """

    status: Status
    reason: str | None
    result: Any


class Store:
    """Results below one run's folder, as ``results/<experiment>/<key>.npz`` and ``.json``.

    A result is there once its ``.json``, written last, is there and agrees with its ``.npz``.
    Whatever is damaged or half written counts as absent.

    Parameters
    ----------
    folder : Path
        Folder of the run; made when the first result is saved.

    Attributes
    ----------
    saved : set of str
        Experiments whose result this very object saved.
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        self.saved: set[str] = set()

    def path(self, experiment_name: str, key: str, suffix: str) -> Path:
        """Return where a result's file is or would be; ``suffix`` is ".npz", ".json" or so."""
        return self.folder / "results" / experiment_name / f"{key}{suffix}"

    def save(
        self,
        experiment_name: str,
        key: str,
        result: Any,
        version: int,
        status: str = DONE,
        reason: str | None = None,
        origin: Origin | None = None,
    ) -> None:
        """Write a result, atomically and in its final form.

        Parameters
        ----------
        experiment_name, key : str
            Folder and name of the files.
        result : dataclass instance or None
            None when the status is "not applicable".
        version : int
            Version of the experiment's result.
        status : {"done", "not applicable"}
            Whether there is a result: both outcomes are kept.
        reason : str, optional
            Why it is not applicable.
        origin : Origin, optional
            How it was computed; written beside it as ``KEY.run.json``.

        Raises
        ------
        TypeError
            If a field cannot be stored (see :func:`vizreport.results.archive.split`).
        ValueError
            If the status is another one, a finished result is None, or its fields are not as its
            dataclass declares them.
        OSError
            If the folder cannot be written to.
        """
        if status not in (DONE, NOT_APPLICABLE):
            raise ValueError(f"a stored status is {DONE!r} or {NOT_APPLICABLE!r}, not {status!r}")
        if (status == DONE) != (result is not None):
            raise ValueError(f"status {status!r} does not go with result {type(result).__name__}")
        arrays, values = archive.split(result) if result is not None else ({}, {})
        if result is not None:
            schema.check(type(result), taken_apart(result))
        columns = archive.columns_of(type(result)) if result is not None else ()
        path = self.path(experiment_name, key, ".npz")
        write_with(path, lambda file: archive.write(file, arrays, columns))
        record = {
            "schema_version": SCHEMA_VERSION,
            "experiment": experiment_name,
            "version": version,
            "key": key,
            "status": status,
            "reason": reason or "",
            "arrays_sha256": file_sha256(path),
            "arrays": {
                name: {"dtype": str(array.dtype), "shape": list(array.shape)}
                for name, array in sorted(arrays.items())
            },
            "values": values,
        }
        text = json.dumps(record, indent=1, allow_nan=False) + "\n"
        if origin is not None:
            write_origin(self.path(experiment_name, key, SUFFIX), origin)
        write_text(self.path(experiment_name, key, ".json"), text)
        self.saved.add(experiment_name)

    def read(self, experiment: StoredResult, key: str) -> Outcome:
        """Read a result, once validated against what its dataclass declares.

        Parameters
        ----------
        experiment : StoredResult
            Its name gives the folder, its ``result`` the dataclass, its version must agree.
        key : str
            Name of the files.

        Raises
        ------
        Unusable
            If it is missing, damaged or of another version; the message says which.
        """
        return self.read_as(experiment.name, key, experiment.version, experiment.result_type)

    def read_as(self, experiment_name: str, key: str, version: int, kind: type) -> Outcome:
        """Read what is not an experiment's whole result, as :meth:`read` does; of a dataclass."""
        record, path = self._read(experiment_name, key)
        if record.version != version:
            raise OtherVersion(
                f"its stored result has version {record.version}, but this vizreport reads "
                f"version {version}"
            )
        if record.status == NOT_APPLICABLE:
            return Outcome(NOT_APPLICABLE, record.reason, None)
        try:
            arrays = archive.read(path, archive.columns_of(kind))
            result = archive.join(kind, arrays, record.values)
        except Exception as error:  # what NumPy and zipfile raise for odd bytes has no end
            raise _damaged(path.with_suffix(".json"), error) from error
        return Outcome(DONE, None, result)

    def load(self, experiment: StoredResult, key: str) -> Outcome | None:
        """Read a result as :meth:`read` does; None where it cannot be used."""
        try:
            return self.read(experiment, key)
        except Unusable:
            return None

    def origin(self, experiment_name: str, key: str) -> Origin | None:
        """Return how a result was computed; None where that is not known."""
        return read_origin(self.path(experiment_name, key, SUFFIX))

    def has(self, experiment_name: str, key: str) -> bool:
        """Return whether an undamaged result is there, by its hash, without decoding it."""
        try:
            self._read(experiment_name, key)
        except Unusable:
            return False
        return True

    def _read(self, experiment_name: str, key: str) -> tuple[_Record, Path]:
        """Return a result's record and the archive of its arrays, whose hash agrees with it."""
        path = self.path(experiment_name, key, ".json")
        try:
            record = msgspec.convert(archive.read_json(read_bytes(path)), _Record)
            found = file_sha256(path.with_suffix(".npz"))
            if record.schema_version != SCHEMA_VERSION:
                raise ValueError(f"its layout has version {record.schema_version}")
            if (record.experiment, record.key) != (experiment_name, key):
                raise ValueError("it was moved here from elsewhere")
            if record.arrays_sha256 != found:
                raise ValueError("its arrays are not the ones that were written")
        except FileNotFoundError as error:
            raise Unusable("its stored result is missing") from error
        except (OSError, ValueError, msgspec.ValidationError) as error:
            raise _damaged(path, error) from error
        return record, path.with_suffix(".npz")


def _damaged(path: Path, error: Exception) -> Unusable:
    said = " ".join(str(error).replace("`", "").split()) or type(error).__name__
    if isinstance(error, OSError):
        said = error.strerror or type(error).__name__
    return Unusable(f"its stored result {path.parent.name}/{path.name} is damaged ({said})")
