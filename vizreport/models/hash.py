"""The hash that stands for a checkpoint in every result's key. No TensorFlow here."""

from __future__ import annotations

import hashlib
from pathlib import Path

from vizreport.errors import RequestError
from vizreport.models.sidecar import sidecar_paths
from vizreport.paths import problem


def checkpoint_hash(path: str | Path) -> str:
    """Hash a checkpoint and its sidecars by content.

    Parameters
    ----------
    path : str or Path
        A ``.keras`` or ``.h5`` file; where it lies and what it is called do not matter.

    Returns
    -------
    str
        sha256, 64 hexadecimal digits, of the files' own digests.

    Raises
    ------
    RequestError
        The file cannot be read.
    """
    path = Path(path)
    combined = hashlib.sha256()
    for file in (path, *sidecar_paths(path)):
        wrong = problem(file)
        if wrong:
            raise RequestError(f"{file} {wrong}; give a checkpoint of regular files")
        try:
            with file.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256")
        except OSError as error:
            raise RequestError(f"{file} cannot be read: {error.strerror}") from error
        # The kind of file, so that a mean never stands for a description.
        kind = "checkpoint" if file == path else file.suffix
        combined.update(f"{kind} {digest.hexdigest()}\n".encode())
    return combined.hexdigest()
