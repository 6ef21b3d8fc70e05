"""What the device of Keras' backend is, its memory, and how long something takes on it."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from vizreport import backend

DEFAULT_MEMORY = 2**32
"""Bytes, where a device does not tell."""


def on_gpu() -> bool:
    """Whether the backend computes on anything but the CPU."""
    return any(name != "CPU" for name in backend.devices())


def describe() -> str:
    """Name the devices, and say how float32 is multiplied."""
    names = ", ".join(name for name in backend.devices() if name != "CPU" or not on_gpu())
    return f"{names}; float32 in full precision (TF32 off)"


def memory() -> int:
    """Return the device's memory in bytes: what the backend or nvidia-smi says."""
    if keras.backend.backend() == "jax":
        import jax

        found = (jax.devices()[0].memory_stats() or {}).get("bytes_limit")
        if found:
            return int(found)
    if on_gpu() and shutil.which("nvidia-smi"):
        asked = ["nvidia-smi", "--query-gpu=memory.total", "--format=csv,noheader,nounits"]
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
        sizes = [int(line) for line in done.stdout.split() if line.isdigit()]
        if sizes:
            return min(sizes) * 2**20
    return DEFAULT_MEMORY


def peak_memory() -> int | None:
    """Return the most bytes that tensors took on the device so far; None on the CPU."""
    if not on_gpu():
        return None
    if keras.backend.backend() == "jax":
        import jax

        stats = jax.devices()[0].memory_stats() or {}
        return stats.get("peak_bytes_in_use")
    import tensorflow as tf

    return int(tf.config.experimental.get_memory_info("GPU:0")["peak"])


def arrays(outputs: Any) -> Any:
    """Return tensors as arrays, which waits for them."""
    return keras.tree.map_structure(np.asarray, outputs)


def seconds(work: Callable[[], Any], least: float) -> float:
    """Return the shortest time of several runs, after one that compiles.

    Parameters
    ----------
    work : callable
        Returns once its results are on the host.
    least : float
        Run again until this many seconds have passed, twice at least.
    """
    work()
    taken: list[float] = []
    while len(taken) < 2 or sum(taken) < least:
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return min(taken)
