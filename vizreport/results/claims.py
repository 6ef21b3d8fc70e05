"""Files and folders in the making, told apart from those that a killed process left behind.

Whoever makes one holds a lock on it, which the system releases however its process ends.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import stat
from pathlib import Path
from typing import BinaryIO

SUFFIX = ".vizreport.tmp"
"""Of files in the making; their names start with a dot."""
STAGE = ".rendering-"
"""Of folders in the making."""
LOCK = ".lock"
"""File within such a folder that is locked."""

_OURS = re.compile(rf"\..+\.[0-9a-f]{{8}}{re.escape(SUFFIX)}|{re.escape(STAGE)}[a-z0-9_]{{8}}")


def claim(path: Path) -> BinaryIO | None:
    """Create a file and lock it until it is closed.

    Parameters
    ----------
    path : Path
        A new file, or ``LOCK`` in a new folder.

    Returns
    -------
    binary file or None
        None where another process took it for abandoned before it was locked: begin again.
    """
    try:
        file = path.open("wb")
    except FileNotFoundError:  # with its folder
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
    except OSError:
        return file  # a file system without locks, where nothing is swept either
    try:
        if os.path.samestat(os.fstat(file.fileno()), path.stat()):
            return file
    except FileNotFoundError:
        pass
    file.close()
    return None


def sweep(folder: Path) -> None:
    """Remove from a folder what killed processes left half made; what is in the making stays.

    Parameters
    ----------
    folder : Path
        Folders below it are not looked at.
    """
    with os.scandir(folder) as entries:
        found = [entry.name for entry in entries if _OURS.fullmatch(entry.name)]
    for name in found:
        _remove_abandoned(folder / name)


def _remove_abandoned(path: Path) -> None:
    try:
        kind = path.lstat().st_mode
        if not (stat.S_ISDIR(kind) or stat.S_ISREG(kind)):
            return
        with (path / LOCK if stat.S_ISDIR(kind) else path).open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if stat.S_ISREG(kind):
                path.unlink(missing_ok=True)
                return
            shutil.rmtree(path, ignore_errors=True)
    except OSError:  # in the making, or not ours to remove
        return
    # A file on a network drive vanishes only once it is closed, and its folder after it.
    shutil.rmtree(path, ignore_errors=True)
