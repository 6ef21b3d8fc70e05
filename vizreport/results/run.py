"""The record of a run: what was asked of which network and data, and how it went."""

from __future__ import annotations

import dataclasses
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal, TypedDict, get_args
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from vizreport.errors import RequestError
from vizreport.results.archive import from_json, read_json, to_json
from vizreport.results.atomic import write_text
from vizreport.system.documents import JsonObject
from vizreport.system.paths import read_bytes

SCHEMA_VERSION = 1
FILE_NAME = "run.json"

# Names and keys become parts of paths: they cannot lead out of the run's folder.
Name = Annotated[str, Meta(pattern=r"^\w[\w.-]{0,99}\Z")]
Key = Annotated[str, Meta(pattern=r"^[\w-]{0,64}\Z")]
Count = Annotated[int, Meta(ge=0)]
Seconds = Annotated[float, Meta(ge=0)]
Status = Literal["done", "not applicable", "failed"]


class ReadSettings(TypedDict, total=False):
    """The settings that a report is drawn by."""

    paper: Literal["a4", "letter"]
    maps_in_print: Annotated[int, Meta(ge=1)] | None
    appendix: bool
    seed: int
    rule: str


@dataclass(frozen=True)
class ExperimentRecord:
    """How one experiment of a run went.

    Attributes
    ----------
    name : str
        The experiment's.
    key : str
        Key of its result; "" where it failed before there was one.
    status : {"done", "not applicable", "failed"}
        Whether there is a result; a failed one is computed again by the next build.
    reason : str
        Why it is not applicable or failed, in a sentence or two; else "".
    seconds : float
        Wall-clock time its result took, in this build or an earlier one; 0 where not known.
    """

    name: Name
    key: Key
    status: Status
    reason: str = ""
    seconds: Seconds = 0.0


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
        Hash of the images' contents.
    settings : dict
        Fields of :class:`vizreport.experiments.settings.Settings`.
    experiments : tuple of ExperimentRecord
        In the order of the report.
    seconds : float
        Wall-clock time of all the results.
    host : dict of str
        Such as ``system``, ``machine``, ``processors``, ``devices``.
    versions : dict of str
        Version of each package that took part, Python included.
    date : str
        When the first of the results was begun, ISO 8601 with its offset from UTC.
    command : str
        The command line that asked for it, or "".
    links : tuple of (str, str)
        Other pages to lead to: text, and address, ``http(s)`` or relative to this run's folder.
    epoch : int
        Of a training's gallery, the epoch that it shows, from 1; 0 in every other report.
    """

    name: str
    title: str
    checkpoint_file: str
    checkpoint_sha256: str
    data_name: str
    data_images: Count
    data_fingerprint: str
    settings: JsonObject
    experiments: tuple[ExperimentRecord, ...]
    seconds: Seconds = 0.0
    host: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    date: str = ""
    command: str = ""
    links: tuple[tuple[str, str], ...] = ()
    epoch: Count = 0


def write_run(folder: Path, run: RunRecord) -> None:
    """Write ``run.json`` in the folder of a run, atomically.

    Raises
    ------
    ValueError
        If an experiment's status is not one of ``Status``.
    """
    for record in run.experiments:
        if record.status not in get_args(Status):
            raise ValueError(f"{record.name}: {record.status!r} is none of {get_args(Status)}")
    content = {"schema_version": SCHEMA_VERSION, **to_json(dataclasses.asdict(run), FILE_NAME)}
    write_text(Path(folder) / FILE_NAME, json.dumps(content, indent=1, allow_nan=False) + "\n")


def read_run(folder: Path) -> RunRecord:
    """Read ``run.json`` of a run, and check it against :class:`RunRecord`, here and nowhere else.

    Links that lead anywhere but to ``http(s)`` or relative addresses are left out.

    Raises
    ------
    RequestError
        If the folder has none, or it is damaged, or a newer vizreport wrote it.
    """
    path = Path(folder) / FILE_NAME
    try:
        content = from_json(read_json(read_bytes(path)))
        written = content.get("schema_version") if isinstance(content, dict) else None
        if isinstance(written, int) and written != SCHEMA_VERSION:
            raise RequestError(
                f"{path} has schema version {written}, but this vizreport reads {SCHEMA_VERSION}; "
                "render it with the vizreport that built it, or build it again."
            )
        run = msgspec.convert(content, RunRecord)
        msgspec.convert(run.settings, ReadSettings)
        names = [record.name for record in run.experiments]
        if len(set(names)) < len(names):
            raise ValueError("an experiment is named twice")
    except FileNotFoundError:
        raise RequestError(
            f"{path} does not exist; pass the folder of a finished run, or run `vizreport build`."
        ) from None
    except (OSError, ValueError, msgspec.ValidationError) as error:
        said = error.strerror if isinstance(error, OSError) else _clause(str(error))
        raise RequestError(
            f"{path} cannot be read ({said}); run `vizreport build` again (finished results are "
            "kept)."
        ) from None
    return dataclasses.replace(run, links=tuple(link for link in run.links if is_safe(link[1])))


def is_safe(address: str) -> bool:
    """Return whether a link may lead there: ``http(s)``, or relative to the page it stands on."""
    # Browsers drop control characters and take a backslash for a slash.
    if re.search(r"[\x00-\x20\x7f\\]", address):
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if parts.scheme:
        return parts.scheme in ("http", "https") and bool(parts.netloc)
    return not address.startswith("/")


def _clause(said: str) -> str:
    """Return msgspec's message without the marks of a path: "Expected int - at seconds"."""
    return re.sub(r"\$\.?", "", said.replace("`", "")).strip()
