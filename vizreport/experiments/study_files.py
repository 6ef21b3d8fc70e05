"""A study's files: a JSON document, and an ``.npz`` archive of its arrays beside it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from zipfile import BadZipFile

from vizreport.errors import RequestError
from vizreport.results.atomic import write_bytes, write_text
from vizreport.system.documents import JsonObject
from vizreport.system.paths import read_bytes

T = TypeVar("T")


@dataclass(frozen=True)
class StudyKind:
    """How the documents of one kind of study are stored.

    Attributes
    ----------
    version : int
        ``schema_version`` of those that this vizreport reads and writes.
    arrays : bool
        Whether an archive lies beside them.
    if_other : str
        What to do about one of another version, a clause.
    if_damaged : str
        What to do about one that cannot be read, a clause.
    """

    version: int
    arrays: bool
    if_other: str
    if_damaged: str

    def write(self, path: Path, values: JsonObject, content: bytes | None = None) -> None:
        """Write a document; before it its archive, where there is one."""
        if content is not None:
            write_bytes(path.with_suffix(".npz"), content)
        document = {"schema_version": self.version, **values}
        write_text(path, json.dumps(document, indent=1, allow_nan=False) + "\n")

    def read(self, path: Path, make: Callable[[JsonObject], T]) -> T:
        """Read a document.

        Parameters
        ----------
        path : Path
            Of the ``.json``.
        make : callable
            Takes its entries but for ``schema_version``, and may read the archive; what goes wrong
            in it is damage.

        Raises
        ------
        RequestError
            The document or the archive is damaged, or of another version.
        """
        try:
            values = json.loads(read_bytes(path))
            if values.pop("schema_version") != self.version:
                raise RequestError(f"{path} has another schema version; {self.if_other}")
            return make(values)
        except (
            OSError,
            ValueError,
            RecursionError,
            KeyError,
            TypeError,
            AttributeError,
            BadZipFile,
        ) as error:
            files = f"{path} or the .npz beside it" if self.arrays else str(path)
            raise RequestError(f"{files} is damaged ({error}); {self.if_damaged}") from error
