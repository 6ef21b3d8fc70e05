"""What the value of a setting stands for: itself, the files it names, a folder of results."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from vizreport.errors import RequestError
from vizreport.experiments.setting import Setting
from vizreport.experiments.settings import Settings, declared_settings
from vizreport.experiments.studies import study_hash, study_name
from vizreport.system.documents import JsonObject
from vizreport.system.paths import problem
from vizreport.wording.foreign_text import quoted


def with_studies(settings: Settings, checkpoint: Path) -> Settings:
    """Name the studies in folders beside the checkpoint, unless others were named."""
    return settings.replace(
        **{
            name: str(checkpoint.parent / name)
            for name, each in declared_settings().items()
            if each.content == "study"
            and getattr(settings, name) is None
            and (checkpoint.parent / name).is_dir()
        }
    )


def in_key(declared: Iterable[Setting], settings: Settings) -> JsonObject:
    """Return what the key of a result holds of the settings that it depends on.

    Parameters
    ----------
    declared : iterable of Setting
        Those of one experiment. What is only displayed or says how to run is left out.
    settings : Settings
        The values.

    Returns
    -------
    dict
        By name: the value; of files the name and the sha256 of each; of a folder of results those
        of each result.

    Raises
    ------
    RequestError
        If a file cannot be read.
    """
    found: JsonObject = {}
    for each in declared:
        value = getattr(settings, each.name)
        if each.role != "result":
            continue
        if each.content == "file":
            value = [[Path(file).name, _required_hash(file, each)] for file in _files(value)]
        elif each.content == "study":
            value = study_hash(value)
        found[each.name] = value
    return found


def shown(settings: Settings) -> JsonObject:
    """Return the settings by name; of files and folders the last part of the path alone."""
    values: JsonObject = settings.as_dict()
    for name, each in declared_settings().items():
        value = values[name]
        if each.content == "file":
            names = [Path(file).name for file in _files(value)]
            values[name] = names if each.repeat else next(iter(names), None)
        elif each.content == "study":
            values[name] = study_name(value)
    return values


def file_hash(path: Path) -> str | None:
    """Return the sha256 of a file's content; None where it cannot be read."""
    if problem(path):
        return None
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None


def _files(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def _required_hash(file: str, each: Setting) -> str:
    path = Path(file)
    found = file_hash(path)
    if found is None:
        wrong = problem(path) or "cannot be read"
        raise RequestError(f"{quoted(file)} {wrong}; pass a file with {each.option}")
    return found
