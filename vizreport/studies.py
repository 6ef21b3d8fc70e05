"""Studies: results that another verb made beforehand, and that a report shows."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path
from typing import Any

from vizreport.settings import Settings

STUDIES = ("ablation", "transfer", "deconvolutional")
"""Settings that name the folder of a study."""


def with_studies(settings: Settings, checkpoint: Path) -> Settings:
    """Name the studies that lie in folders beside the checkpoint, unless others were named."""
    found: dict[str, Any] = {
        name: str(checkpoint.parent / name)
        for name in STUDIES
        if getattr(settings, name) is None and (checkpoint.parent / name).is_dir()
    }
    return dataclasses.replace(settings, **found)


def study_hash(folder: str | None) -> list[list[str]] | None:
    """Name and sha256 of each result of a study; None for no study.

    What is below its subfolders does not count: trainings under way.
    """
    if folder is None:
        return None
    files = [path for path in Path(folder).glob("*.*") if path.suffix in (".json", ".npz")]
    return [[path.name, hashlib.sha256(path.read_bytes()).hexdigest()] for path in sorted(files)]


def study_name(folder: str | None) -> str | None:
    """Last part of the folder's path, which a reader sees."""
    return None if folder is None else Path(folder).resolve().name
