"""Studies: results that another verb made beforehand, and that a report shows."""

from __future__ import annotations

import hashlib
from pathlib import Path

from vizreport.errors import NotApplicable
from vizreport.system.paths import problem


def study_folder(folder: str | None, name: str, verb: str) -> Path:
    """Return the folder of a study.

    Parameters
    ----------
    folder : str or None
        As asked for, or found beside the checkpoint.
    name : str
        Of the setting.
    verb : str
        Of ``vizreport`` that fills such a folder.

    Raises
    ------
    NotApplicable
        None was named, and there is none beside the checkpoint.
    """
    if folder is None:
        raise NotApplicable(
            f"there are no results of vizreport {verb}; pass their folder with --{name}, or put "
            f"it beside the checkpoint as {name}/"
        )
    return Path(folder)


def study_hash(folder: str | None) -> list[list[str]] | None:
    """Name and sha256 of each result of a study; None for no study.

    What is below its subfolders does not count: trainings under way.
    """
    if folder is None:
        return None
    files = [
        path
        for path in Path(folder).glob("*.*")
        if path.suffix in (".json", ".npz") and not problem(path)
    ]
    return [[path.name, hashlib.sha256(path.read_bytes()).hexdigest()] for path in sorted(files)]


def study_name(folder: str | None) -> str | None:
    """Last part of the folder's path, which a reader sees."""
    return None if folder is None else Path(folder).resolve().name
