"""Whether a file is still the one that was written: by time and size, else by its content."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import Any

State = list[Any]
"""Time of the last change, ns; size, bytes; SHA-256."""


def state(path: Path, known: State | None = None) -> State:
    """Return what a file is known by; one of the time and size of ``known`` is not read."""
    found = path.stat()
    if (
        isinstance(known, list)
        and len(known) == 3
        and known[:2] == [found.st_mtime_ns, found.st_size]
    ):
        return known
    return [found.st_mtime_ns, found.st_size, _hash(path)]


def is_unchanged(path: Path, known: State) -> bool:
    """Return whether a file is unchanged; if its time differs, its content decides."""
    try:
        found = path.stat()
        changed, size, sha256 = known
        return found.st_size == size and (found.st_mtime_ns == changed or _hash(path) == sha256)
    except (OSError, ValueError, TypeError):
        return False


def take(source: Path, target: Path) -> None:
    """Hard-link a file, or copy it where the file system has no hard links."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
