"""Memory given back to the system between the experiments of a build."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def long_lived() -> Iterator[None]:
    """Within, garbage is looked for only among what was made since :func:`release_memory`.

    A backend and its compiled functions are over a million objects, which last as long as the
    build; to look at each of them after each experiment takes seconds.
    """
    try:
        yield
    finally:
        gc.unfreeze()


def release_memory() -> None:
    """Return freed memory to the system, so that one experiment's peak is not the next one's base.

    The C library keeps what TensorFlow's threads have freed, each thread's by itself. Other
    systems than Linux with glibc have no such call, and nothing happens there.
    """
    gc.collect()  # compiled functions hold each other
    gc.freeze()
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
