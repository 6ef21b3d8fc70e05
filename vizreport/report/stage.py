"""The folder in which a report is drawn before it takes its place."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vizreport.errors import RequestError
from vizreport.results.claims import LOCK, STAGE, claim, sweep


@contextmanager
def stage_in(folder: Path) -> Iterator[Path]:
    """Make a folder for what is not finished; it is removed at the end.

    What killed processes left in ``folder`` is removed first; what another process is drawing
    there stays.

    Parameters
    ----------
    folder : Path
        Exists.

    Raises
    ------
    RequestError
        If the folder cannot be written to.
    """
    held = None
    try:
        sweep(folder)
        while held is None:
            stage = Path(tempfile.mkdtemp(prefix=STAGE, dir=folder))
            held = claim(stage / LOCK)
    except OSError as error:
        raise RequestError(
            f"{folder} cannot be written to ({error.strerror}); make it writable, or choose "
            "another folder"
        ) from error
    try:
        yield stage
    finally:
        held.close()
        shutil.rmtree(stage, ignore_errors=True)
