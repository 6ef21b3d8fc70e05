"""Whether a folder can be written to, and what a full disk looks like."""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO

from vizreport.errors import RequestError
from vizreport.results.claims import SUFFIX

SCARCE = 500_000_000
"""Bytes; a report of a large network takes about as much."""

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# HDF5 says it in its text alone.
_IN_TEXT = re.compile(rf"errno = ({'|'.join(map(str, _FULL))})\b")


def require_writable(folder: Path) -> None:
    """Create a folder and write a file into it, then remove both again.

    Raises
    ------
    RequestError
        If that is not possible.
    """
    try:
        try:
            _try_to_write(folder)
        except FileNotFoundError:  # another process has just removed a folder that it tried
            _try_to_write(folder)
    except OSError as error:
        reason = error.strerror or str(error)
        raise RequestError(
            f"{folder} cannot be created or written to ({reason}); choose another folder, or make "
            "this one writable"
        ) from None


def require_file(path: Path) -> None:
    """Make sure that a file can be written, in place of one of that name.

    Raises
    ------
    RequestError
        If a folder has that name, or its own folder cannot be written to.
    """
    if os.path.isdir(path):  # noqa: PTH112  names too long
        raise RequestError(f"{path} is a folder; name a file")
    require_writable(path.parent)


def _try_to_write(folder: Path) -> None:
    missing = [each for each in (folder, *folder.parents) if not os.path.lexists(each)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        trial = folder / f".trial.{secrets.token_hex(4)}{SUFFIX}"
        try:
            trial.write_bytes(b"vizreport")
        finally:
            with suppress(OSError):
                trial.unlink(missing_ok=True)
    finally:
        for each in missing:
            with suppress(OSError):
                each.rmdir()


def warn_if_scarce(folder: Path) -> None:
    """Warn on standard error that the disk of a folder, which need not exist, is nearly full."""
    existing = next((each for each in (folder, *folder.parents) if each.is_dir()), Path())
    free = shutil.disk_usage(existing).free
    if free < SCARCE:
        print(
            f"vizreport: warning: the disk of {folder} has only {free / 1e6:,.1f} MB left",
            file=sys.stderr,
        )


def reserve(file: IO[bytes], start: int, size: int, place: Path | str) -> None:
    """Take room on the disk for a file that is written through memory.

    Without, a disk that fills up ends the process without a word (SIGBUS).

    Parameters
    ----------
    file : binary file
        Open for writing.
    start, size : int
        Bytes.
    place : Path or str
        Where the file is, for the error.

    Raises
    ------
    OSError
        If there is not that much room.
    """
    if not size or not hasattr(os, "posix_fallocate"):  # not on macOS
        return
    try:
        os.posix_fallocate(file.fileno(), start, size)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(place)) from None


def write_at(file: IO[bytes], content: bytes | memoryview, start: int, place: Path | str) -> None:
    """Write into a file, all of it, from a place on.

    Parameters
    ----------
    file : binary file
        Open for writing.
    content : bytes or contiguous memoryview
        What to write.
    start : int
        Where in the file, bytes.
    place : Path or str
        Where the file is, for the error.

    Raises
    ------
    OSError
        If there is not that much room.
    """
    left = memoryview(content).cast("B")
    try:
        while left:
            written = os.pwrite(file.fileno(), left, start)
            left, start = left[written:], start + written
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(place)) from None


def full_disk(error: BaseException | None) -> OSError | None:
    """Return the error of a full disk, of a quota or of a limit on file sizes behind an error.

    Returns
    -------
    OSError or None
        None where the error is of another kind.
    """
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, OSError) and error.errno in _FULL:
            return error
        found = _IN_TEXT.search(str(error))
        if found:
            number = int(found[1])
            return OSError(number, os.strerror(number))
        error = error.__cause__ or error.__context__
    return None
