"""Files that are there whole or not at all."""

from __future__ import annotations

import secrets
from pathlib import Path


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file under a temporary name in its own folder, then rename it.

    Parameters
    ----------
    path : Path
        Its folder is made when it is missing. A file of that name is replaced.
    content : bytes

    Raises
    ------
    OSError
        If the folder cannot be written to; a former file of that name is then as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not tempfile: its files are readable by their owner only, and reports are shared.
    temporary = path.with_name(f".{path.name[:80]}.{secrets.token_hex(4)}.tmp")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_text(path: Path, content: str) -> None:
    """Write a UTF-8 text file as :func:`write_bytes` does."""
    # Names of files may hold bytes that are no UTF-8; they must not end the run.
    write_bytes(path, content.encode("utf-8", errors="backslashreplace"))
