"""Memory given back to the system between the experiments of a build."""

from __future__ import annotations

import ctypes
import gc
from contextlib import suppress


def give_back() -> None:
    """Return freed memory to the system, so that one experiment's peak is not the next one's base.

    The C library keeps what TensorFlow's threads have freed, each thread's by itself. Other
    systems than Linux with glibc have no such call, and nothing happens there.
    """
    gc.collect()  # compiled functions hold each other
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
