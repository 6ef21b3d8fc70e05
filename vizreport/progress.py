"""Progress of anything that takes longer than two seconds."""

from __future__ import annotations

import sys
from typing import Any

from tqdm import tqdm


def progress(what: str, total: int, unit: str) -> tqdm[Any]:
    """Return a bar with the time left; silent where standard error is not a terminal.

    Parameters
    ----------
    what : str
        What is being done.
    total : int
        Number of units of work.
    unit : str
        Their name, such as "images".
    """
    return tqdm(
        total=total,
        desc=what,
        unit=f" {unit}",
        delay=2,
        disable=None,
        leave=False,
        file=sys.stderr,
    )
