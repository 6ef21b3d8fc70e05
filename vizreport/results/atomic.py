"""Files that are there whole or not at all."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from vizreport.results.claims import SUFFIX, claim, sweep
from vizreport.system import interruption


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file of this content as :func:`write_with` does."""
    write_with(path, lambda file: file.write(content))


def write_with(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a file under a temporary name in its own folder, then rename it.

    Temporary files that killed processes left in that folder are removed.

    Parameters
    ----------
    path : Path
        Its folder is made when it is missing. A file of that name is replaced.
    write : callable
        Writes all of the content to the file it is given.

    Raises
    ------
    OSError
        If the folder cannot be written to; a former file of that name is then as it was.
    """
    interruption.check()
    path.parent.mkdir(parents=True, exist_ok=True)
    sweep(path.parent)
    temporary, file = _begin(path)
    try:
        with file:
            write(file)
            file.flush()
            temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        if error.errno is None:
            raise
        # A full disk says so without a name.
        raise OSError(error.errno, error.strerror, str(path)) from error
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_text(path: Path, content: str) -> None:
    """Write a UTF-8 text file as :func:`write_bytes` does."""
    # Names of files may hold bytes that are not UTF-8; they must not end the run.
    write_bytes(path, content.encode("utf-8", errors="backslashreplace"))


def _begin(path: Path) -> tuple[Path, BinaryIO]:
    while True:
        # Not tempfile: its files are readable by their owner only, and reports are shared.
        temporary = path.with_name(f".{path.name[:40]}.{secrets.token_hex(4)}{SUFFIX}")
        file = claim(temporary)
        if file is not None:
            return temporary, file
