"""Where a result came from: when, on what and in which time it was computed."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from vizreport.results.atomic import write_text

SUFFIX = ".run.json"


@dataclass(frozen=True)
class Origin:
    """How a result was computed; no key and no comparison of bytes counts it.

    Attributes
    ----------
    seconds : float
        Wall-clock time.
    date : str
        Start, ISO 8601 with its offset from UTC.
    host : dict of str
        Such as ``system``, ``machine``, ``processors``, ``devices``.
    versions : dict of str
        Version of each package that took part, Python included.
    """

    seconds: float
    date: str
    host: dict[str, str]
    versions: dict[str, str]


def write_origin(path: Path, origin: Origin) -> None:
    """Write it, atomically."""
    write_text(path, json.dumps(dataclasses.asdict(origin), indent=1) + "\n")


def read_origin(path: Path) -> Origin | None:
    """Read it; None where it is missing or damaged, which loses nothing but these facts."""
    try:
        origin = msgspec.json.decode(path.read_bytes(), type=Origin)
        known = datetime.fromisoformat(origin.date).tzinfo is not None
    except (OSError, ValueError, RecursionError):  # msgspec's errors are ValueErrors
        return None
    return origin if known and origin.seconds >= 0 else None
