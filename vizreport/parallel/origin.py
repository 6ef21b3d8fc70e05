"""Where and when a piece was computed."""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from vizreport.results import provenance
from vizreport.results.origin import Origin


def timed(compute: Callable[..., Any], *arguments: Any) -> tuple[Any, Origin]:
    """Call a function; return its result and where and in which time it was computed."""
    begun, date = time.monotonic(), provenance.now()
    result = compute(*arguments)
    host, versions = _process()
    return result, Origin(time.monotonic() - begun, date, host, versions)


@cache
def _process() -> tuple[dict[str, str], dict[str, str]]:
    return {**provenance.host(), "device": device()}, provenance.versions()


def device() -> str:
    """Name the GPU that Keras computes on, else the processor."""
    accelerators = []
    if "keras" in sys.modules:
        from vizreport import backend

        accelerators = [name for name in backend.devices() if name != "CPU"]
    return accelerators[0] if accelerators else _processor()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(errors="replace").splitlines()
    except OSError:  # not on Linux
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.machine()
