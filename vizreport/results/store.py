"""Results of experiments on disk (docs/format.md describes the layout)."""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vizreport.experiments.experiment import Experiment
from vizreport.results import archive
from vizreport.results.atomic import write_bytes, write_text

SCHEMA_VERSION = 1
DONE = "done"
NOT_APPLICABLE = "not applicable"

_DAMAGED = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    EOFError,
    NotImplementedError,
    zipfile.BadZipFile,
    zlib.error,
)


@dataclass(frozen=True)
class Outcome:
    """A finished experiment.

    Attributes
    ----------
    status : {"done", "not applicable"}
    reason : str
        Why it is not applicable; "" when it is done.
    result : dataclass instance or None
        None when it is not applicable.
    """

    status: str
    reason: str
    result: Any


class Store:
    """Results below one run's folder, as ``results/<experiment>/<key>.npz`` and ``.json``.

    A result is there once its ``.json``, written last, is there and agrees with its ``.npz``.
    Whatever is damaged or half written counts as absent.

    Parameters
    ----------
    folder : Path
        Folder of the run; made when the first result is saved.
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)

    def path(self, experiment_name: str, key: str, suffix: str) -> Path:
        """Return where a result's file is or would be; ``suffix`` is ".npz" or ".json"."""
        return self.folder / "results" / experiment_name / f"{key}{suffix}"

    def save(
        self,
        experiment_name: str,
        key: str,
        result: Any,
        version: int,
        status: str = DONE,
        reason: str = "",
    ) -> None:
        """Write a result, atomically and in its final form.

        Parameters
        ----------
        experiment_name, key : str
        result : dataclass instance or None
            None when the status is "not applicable".
        version : int
            Version of the experiment's result.
        status : {"done", "not applicable"}
        reason : str
            Why it is not applicable.

        Raises
        ------
        TypeError
            If a field cannot be stored (see :func:`vizreport.results.archive.split`).
        ValueError
            If the status is another one, or a finished result is None.
        OSError
            If the folder cannot be written to.
        """
        if status not in (DONE, NOT_APPLICABLE):
            raise ValueError(f"a stored status is {DONE!r} or {NOT_APPLICABLE!r}, not {status!r}")
        if (status == DONE) != (result is not None):
            raise ValueError(f"status {status!r} does not go with result {type(result).__name__}")
        arrays, values = archive.split(result) if result is not None else ({}, {})
        content = archive.pack(arrays)
        record = {
            "schema_version": SCHEMA_VERSION,
            "experiment": experiment_name,
            "version": version,
            "key": key,
            "status": status,
            "reason": reason,
            "arrays_sha256": hashlib.sha256(content).hexdigest(),
            "arrays": {
                name: {"dtype": str(array.dtype), "shape": list(array.shape)}
                for name, array in sorted(arrays.items())
            },
            "values": values,
        }
        text = json.dumps(record, indent=1, allow_nan=False) + "\n"
        write_bytes(self.path(experiment_name, key, ".npz"), content)
        write_text(self.path(experiment_name, key, ".json"), text)

    def load(self, experiment: Experiment, key: str) -> Outcome | None:
        """Read a result.

        Parameters
        ----------
        experiment : Experiment
            Its name gives the folder, its ``result`` the dataclass, its version must agree.
        key : str

        Returns
        -------
        Outcome or None
            None where there is no undamaged result of that key.
        """
        try:
            record, content = self._read(experiment.name, key)
            if record["version"] != experiment.version:
                return None
            if record["status"] == NOT_APPLICABLE:
                return Outcome(NOT_APPLICABLE, str(record["reason"]), None)
            arrays = archive.unpack(content)
            result = archive.join(experiment.result, arrays, record["values"])
        except _DAMAGED:
            return None
        return Outcome(DONE, "", result)

    def has(self, experiment_name: str, key: str) -> bool:
        """Tell whether an undamaged result is there, by its hash, without decoding it."""
        try:
            self._read(experiment_name, key)
        except _DAMAGED:
            return False
        return True

    def _read(self, experiment_name: str, key: str) -> tuple[dict[str, Any], bytes]:
        record = json.loads(self.path(experiment_name, key, ".json").read_text("utf-8"))
        content = self.path(experiment_name, key, ".npz").read_bytes()
        if record["schema_version"] != SCHEMA_VERSION:
            raise ValueError("a result of another schema version")
        if (record["experiment"], record["key"]) != (experiment_name, key):
            raise ValueError("a result moved here from elsewhere")
        if record["status"] not in (DONE, NOT_APPLICABLE):
            raise ValueError("a result with an unknown status")
        if record["arrays_sha256"] != hashlib.sha256(content).hexdigest():
            raise ValueError("arrays that do not belong to this result")
        return record, content
