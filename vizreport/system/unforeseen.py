"""What no one foresaw: the traceback goes to a file, the reader gets one sentence."""

from __future__ import annotations

import os
import tempfile
import traceback
from pathlib import Path

from vizreport.wording.foreign_text import brief


def unforeseen(error: BaseException, folder: Path | None = None) -> str:
    """Save an error's traceback and report in one sentence what happened.

    Parameters
    ----------
    error : BaseException
        As it was caught.
    folder : Path, optional
        Where the traceback goes; the folder for temporary files if it is not there or cannot be
        written to.

    Returns
    -------
    str
        The kind of error, its message and the traceback's file.
    """
    kind, message = type(error).__name__, brief(error)
    if isinstance(error, MemoryError):
        what = "not enough memory; try a smaller --batch-size or fewer images"
    else:
        what = f"unexpected {kind}" + (f": {message}" if message else "")
    kept = _keep("".join(traceback.format_exception(error)), folder)
    where = f"the traceback is in {kept}" if kept else "the traceback could not be written"
    return f"{what} ({where})"


def _keep(text: str, folder: Path | None) -> Path | None:
    """Write a new file into the first folder that takes one."""
    for place in (folder, None):
        try:
            if place is not None and not place.is_dir():
                continue
            number, name = tempfile.mkstemp(".txt", "vizreport-traceback-", place)
            with os.fdopen(number, "w", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
        except OSError:  # a full disk, a folder of someone else's
            continue
        return Path(name)
    return None
