"""What a run's record says of how it was made: settings, machine, versions, command."""

from __future__ import annotations

import dataclasses
import os
import platform
import sys
from pathlib import Path
from typing import Any

from vizreport.installed import installed_version
from vizreport.settings import Settings
from vizreport.studies import STUDIES, study_name
from vizreport.version import __version__

_PACKAGES = ("tensorflow", "keras", "numpy", "pillow", "matplotlib", "weasyprint")


def shown_settings(settings: Settings) -> dict[str, Any]:
    """Return the settings by name; of files and folders the last part of the path alone."""
    shown = dataclasses.asdict(settings)
    for folder in STUDIES:
        shown[folder] = study_name(shown[folder])
    for files in ("photographs", "occlude", "invariance"):
        shown[files] = [Path(name).name for name in shown[files]]
    if shown["parts"] is not None:
        shown["parts"] = Path(shown["parts"]).name
    return shown


def host(computed: bool) -> dict[str, str]:
    """Describe the machine, and where something was computed TensorFlow's devices."""
    found = {
        "system": platform.system(),
        "machine": platform.machine(),
        "processors": str(os.cpu_count()),
    }
    if computed and "tensorflow" in sys.modules:
        import tensorflow as tf

        devices = [device.device_type for device in tf.config.get_visible_devices()]
        found["devices"] = ", ".join(
            f"{devices.count(kind)} {kind}" for kind in sorted(set(devices))
        )
    return found


def versions() -> dict[str, str]:
    """Return the versions of this program, Python and the packages that matter."""
    found = {"vizreport": __version__, "python": platform.python_version()}
    for package in _PACKAGES:
        version = installed_version(package)
        if version is not None:
            found[package] = version
    return found


def command() -> str:
    """Return the command line of ``vizreport``; empty where something else called."""
    return " ".join(["vizreport", *sys.argv[1:]]) if sys.argv[0].endswith("vizreport") else ""
