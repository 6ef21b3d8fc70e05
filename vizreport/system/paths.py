"""Where a user's path leads: to a file that can be read, or to what else.

Reading a named pipe waits for ever and reading a device never ends, so whatever is opened on a
user's word is looked at first.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from io import BufferedReader
from pathlib import Path

from vizreport.errors import RequestError

TEXT_LIMIT = 64 * 2**20
"""Bytes of the largest text file that is read: labels, sidecars, parts."""

MISSING = "does not exist"
IS_FOLDER = "is a folder, not a file"
_KINDS = (
    (stat.S_ISDIR, IS_FOLDER),
    (stat.S_ISFIFO, "is a named pipe, not a file"),
    (stat.S_ISCHR, "is a device, not a file"),
    (stat.S_ISBLK, "is a device, not a file"),
    (stat.S_ISSOCK, "is a socket, not a file"),
)


def problem(path: str | Path) -> str:
    """Explain why a path is not a regular file.

    Parameters
    ----------
    path : str or Path
        Need not exist.

    Returns
    -------
    str
        What follows "PATH" in a sentence, such as "is a named pipe, not a file"; "" where it is a
        regular file, or a link to one.
    """
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116  Path.stat raises more kinds of errors
    except OSError as error:
        return _reason(path, error)
    except ValueError:  # a zero byte
        return MISSING
    return next((words for is_kind, words in _KINDS if is_kind(mode)), "")


def folder_problem(path: str | Path) -> str:
    """Explain why a path is not a folder, as :func:`problem` does for files; "" where it is one."""
    found = problem(path)
    if found == IS_FOLDER:
        return ""
    return found.replace("not a file", "not a folder") or "is a file, not a folder"


def is_there(path: str | Path) -> bool:
    """Return whether a path exists, including dangling links; never raises."""
    return os.path.lexists(path)


def opened(path: Path) -> BufferedReader:
    """Open a file for reading, unless it is a pipe or a device, at which that would not end.

    Raises
    ------
    OSError
        It is not a regular file, or cannot be read; FileNotFoundError where there is none.
    """
    wrong = problem(path)
    if wrong and wrong != MISSING:
        raise OSError(errno.EINVAL, f"it {wrong}", str(path))
    return path.open("rb")


def read_bytes(path: Path) -> bytes:
    """Read a file; raises as :func:`opened` does."""
    with opened(path) as file:
        return file.read()


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, hexadecimal; raises as :func:`opened` does."""
    with opened(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_text(path: Path, what: str, advice: str) -> str:
    """Read a text file of a user's, UTF-8, with or without a byte order mark.

    Parameters
    ----------
    path : Path
        Named in messages.
    what : str
        What it is, such as "the labels file".
    advice : str
        What to do where it cannot be read.

    Raises
    ------
    RequestError
        It is not a regular file, cannot be opened, is larger than ``TEXT_LIMIT`` or is not UTF-8.
    """
    found = problem(path)
    try:
        if not found and path.stat().st_size > TEXT_LIMIT:
            found = f"is larger than {TEXT_LIMIT // 2**20} MB"
        if found:
            raise RequestError(f"{what} {path} {found}; {advice}")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise RequestError(f"{what} {path} cannot be read: {error.strerror}; {advice}") from error
    except UnicodeDecodeError as error:
        raise RequestError(f"{what} {path} is not UTF-8 text; save it as UTF-8") from error


def _reason(path: str | Path, error: OSError) -> str:
    if error.errno == errno.ENAMETOOLONG:
        return "has a name that is too long for this system"
    if error.errno == errno.ELOOP:
        return "is a link that points back to itself"
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return "is a broken link" if os.path.lexists(path) else MISSING
    return f"cannot be read: {error.strerror}"
