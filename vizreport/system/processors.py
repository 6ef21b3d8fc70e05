"""How many processors there are to use."""

from __future__ import annotations

import os


def processors() -> int:
    """Return how many processors this process may use.

    As many threads do work that holds large arrays: more would hold more and not be faster.
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
