"""The record of a run: what was asked of which network and data, and how it went."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vizreport.errors import RequestError
from vizreport.results.archive import from_json, to_json
from vizreport.results.atomic import write_text

SCHEMA_VERSION = 1
FILE_NAME = "run.json"
STATUSES = ("done", "not applicable", "failed")


@dataclass(frozen=True)
class ExperimentRecord:
    """How one experiment of a run went.

    Attributes
    ----------
    name : str
    key : str
        Key of its result; "" where it failed before there was one.
    status : {"done", "not applicable", "failed"}
    reason : str
        Why it is not applicable or failed, in a sentence or two; else "".
    seconds : float
        Wall-clock time spent on it in this run; 0 where the stored result was used.
    """

    name: str
    key: str
    status: str
    reason: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class RunRecord:
    """Everything about a run that is not a result; stands outside keys and byte comparisons.

    Attributes
    ----------
    name : str
        Name of the report's folder.
    title : str
        Title of the report.
    checkpoint_file : str
        File name, without its folder.
    checkpoint_sha256 : str
        Hash of the checkpoint with its sidecars.
    data_name : str
        Data source as given.
    data_images : int
        Number of images listed in it, unreadable ones included.
    data_fingerprint : str
    settings : dict
        Fields of :class:`vizreport.settings.Settings`.
    experiments : tuple of ExperimentRecord
        In the order of the report.
    seconds : float
        Wall-clock time of the whole run.
    host : dict of str
        Such as ``system``, ``machine``, ``processors``, ``devices``.
    versions : dict of str
        Version of each package that took part, Python included.
    date : str
        Start of the run, ISO 8601 with its offset from UTC.
    command : str
        The command line that asked for it, or "".
    links : tuple of (str, str)
        Other pages to lead to: text, and address relative to this run's folder.
    """

    name: str
    title: str
    checkpoint_file: str
    checkpoint_sha256: str
    data_name: str
    data_images: int
    data_fingerprint: str
    settings: dict[str, Any]
    experiments: tuple[ExperimentRecord, ...]
    seconds: float = 0.0
    host: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    date: str = ""
    command: str = ""
    links: tuple[tuple[str, str], ...] = ()


def write_run(folder: Path, run: RunRecord) -> None:
    """Write ``run.json`` in the folder of a run, atomically.

    Raises
    ------
    ValueError
        If an experiment's status is not one of ``STATUSES``.
    """
    for record in run.experiments:
        if record.status not in STATUSES:
            raise ValueError(f"{record.name}: a status is one of {STATUSES}, not {record.status!r}")
    content = {"schema_version": SCHEMA_VERSION, **to_json(dataclasses.asdict(run), FILE_NAME)}
    write_text(Path(folder) / FILE_NAME, json.dumps(content, indent=1, allow_nan=False) + "\n")


def read_run(folder: Path) -> RunRecord:
    """Read ``run.json`` of a run.

    Raises
    ------
    RequestError
        If the folder has none, or it is damaged, or a newer vizreport wrote it.
    """
    path = Path(folder) / FILE_NAME
    try:
        content = from_json(json.loads(path.read_text("utf-8")))
        written = content.pop("schema_version")
        if written != SCHEMA_VERSION:
            raise RequestError(
                f"{path} has schema version {written}, this vizreport reads {SCHEMA_VERSION}: "
                "render it with the vizreport that built it, or build it again."
            )
        records = tuple(ExperimentRecord(**record) for record in content.pop("experiments"))
        links = tuple((str(text), str(target)) for text, target in content.pop("links", ()))
        return RunRecord(**content, experiments=records, links=links)
    except FileNotFoundError:
        raise RequestError(
            f"{path} does not exist: give the folder of a finished run, or run `vizreport build`."
        ) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise RequestError(
            f"{path} cannot be read ({error}): run `vizreport build` again; "
            "finished results are kept."
        ) from None
