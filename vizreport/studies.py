"""Studies: results that another verb made beforehand, and that a report shows."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path
from typing import Any

from vizreport.errors import NotApplicable
from vizreport.paths import problem
from vizreport.settings import Settings

STUDIES = {"ablation": "ablate", "transfer": "transfer", "deconvolutional": "deconvnet-learn"}
"""Settings that name the folder of a study, with the verb that fills it."""


def with_studies(settings: Settings, checkpoint: Path) -> Settings:
    """Name the studies that lie in folders beside the checkpoint, unless others were named."""
    found: dict[str, Any] = {
        name: str(checkpoint.parent / name)
        for name in STUDIES
        if getattr(settings, name) is None and (checkpoint.parent / name).is_dir()
    }
    return dataclasses.replace(settings, **found)


def study_folder(settings: Settings, name: str) -> Path:
    """Return the folder of a study.

    Parameters
    ----------
    settings : Settings
    name : str
        Of :data:`STUDIES`.

    Raises
    ------
    NotApplicable
        None was named, and there is none beside the checkpoint.
    """
    folder: str | None = getattr(settings, name)
    if folder is None:
        raise NotApplicable(
            f"there are no results of vizreport {STUDIES[name]}: name their folder with --{name}, "
            f"or put it beside the checkpoint as {name}/"
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
