"""What a run's record says of how it was made: settings, machine, versions, command."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import TypedDict

from vizreport.results.run import ExperimentRecord
from vizreport.results.store import Store
from vizreport.system.installed import installed_version
from vizreport.version import __version__

_PACKAGES = ("tensorflow", "keras", "numpy", "pillow", "matplotlib", "weasyprint")


def now() -> str:
    """Return the date and time, ISO 8601 with the offset from UTC."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


class Made(TypedDict):
    """When, on what and in which time results were computed: fields of a run's record."""

    seconds: float
    date: str
    host: dict[str, str]
    versions: dict[str, str]


def of_results(store: Store, records: Sequence[ExperimentRecord]) -> Made:
    """State of a run's results when, on what and in which time they were computed.

    Parameters
    ----------
    store : Store
        Has the record of each result's computing.
    records : sequence of ExperimentRecord
        One for each experiment of the run.

    Returns
    -------
    Made
        Where results differ in one of the last two, all values are listed; of backends with
        their experiments.
    """
    known = [store.origin(record.name, record.key) for record in records]
    origins = [origin for origin in known if origin is not None]
    dates = [origin.date for origin in origins]
    hosts = _listed([origin.host for origin in origins] or [host()])
    used = by_backend(store, records)
    if len(used) > 1:
        hosts["backend"] = "; ".join(f"{name}: {', '.join(made)}" for name, made in used.items())
    return {
        "seconds": sum(record.seconds for record in records),
        "date": min(dates, key=datetime.fromisoformat) if dates else now(),
        "host": hosts,
        "versions": _listed([*(origin.versions for origin in origins), versions()]),
    }


def by_backend(store: Store, records: Sequence[ExperimentRecord]) -> dict[str, list[str]]:
    """Name the experiments whose results were computed on each backend, as far as is known.

    Parameters
    ----------
    store : Store
        Has the record of each result's computing.
    records : sequence of ExperimentRecord
        One for each experiment of the run.

    Returns
    -------
    dict of list of str
        By the backend's name.
    """
    found: dict[str, list[str]] = {}
    for record in records:
        origin = store.origin(record.name, record.key)
        if origin is not None and "backend" in origin.host:
            found.setdefault(origin.host["backend"], []).append(record.name)
    return found


def _listed(found: Sequence[dict[str, str]]) -> dict[str, str]:
    values: dict[str, dict[str, None]] = {}
    for each in found:
        for name, value in each.items():
            values.setdefault(name, {})[value] = None
    return {name: "; ".join(differing) for name, differing in values.items()}


def host() -> dict[str, str]:
    """Describe the machine, and where Keras has been imported its backend and devices."""
    found = {
        "system": platform.system(),
        "machine": platform.machine(),
        "processors": str(os.cpu_count()),
    }
    if "keras" in sys.modules:
        import keras

        from vizreport import backend

        found["backend"] = keras.backend.backend()
        devices = backend.devices()
        found["devices"] = ", ".join(
            f"{devices.count(kind)} {kind}" for kind in sorted(set(devices))
        )
    return found


def versions() -> dict[str, str]:
    """Return the versions of this program, Python and the packages that matter."""
    found = {"vizreport": __version__, "python": platform.python_version()}
    jax = ("jax",) if "jax" in sys.modules else ()
    for package in (*_PACKAGES, *jax):
        version = installed_version(package)
        if version is not None:
            found[package] = version
    return found


def command() -> str:
    """Return the command line of ``vizreport``; empty where something else called."""
    return " ".join(["vizreport", *sys.argv[1:]]) if sys.argv[0].endswith("vizreport") else ""
