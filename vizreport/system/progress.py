"""Progress of anything that takes longer than two seconds."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
    from tqdm import tqdm  # here, as who reads no data set does without

    return tqdm(
        total=total,
        desc=what,
        unit=f" {unit}",
        delay=2,
        disable=None,
        leave=False,
        file=sys.stderr,
    )


def log(line: str) -> None:
    """Print a line at once, where standard output is a file or a pipe too."""
    print(line, flush=True)


@contextmanager
def drawing(parts: int) -> Iterator[Callable[[str], None]]:
    """Show the progress of drawing a report; yields what to call as each part begins.

    Parameters
    ----------
    parts : int
        Sections, and the steps after them.
    """
    with progress("drawing", parts, "parts") as bar:

        def log(part: str) -> None:
            bar.set_postfix_str(part, refresh=False)
            bar.update()

        yield log
