"""What is installed, and the command that installs what is not."""

from __future__ import annotations

import json
import re
import shlex
import sys
from importlib import metadata
from pathlib import Path
from urllib.parse import unquote, urlsplit

_ALSO = {"tensorflow": ("tensorflow-cpu",)}
"""Other distributions of the same modules."""


def installed_version(package: str) -> str | None:
    """Return a package's version, or that of another distribution of it; None where missing."""
    for name in (package, *_ALSO.get(package, ())):
        try:
            return metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return None


def pip_install(*packages: str) -> str:
    """Return the command that installs packages beside this program, as versions it asks for.

    It names this very interpreter, so that it works whichever environment is active, and needs
    no ``vizreport`` on a package index.
    """
    return _install(*(shlex.quote(requirement(name)) for name in packages))


def reinstall() -> str:
    """Return the command that installs this program again, from where it was installed."""
    source, editable = _source()
    if source is None:
        return "reinstall vizreport, from its wheel or its clone (docs/install.md)"
    way = ["--editable"] if editable else ["--force-reinstall", "--no-deps"]
    return _install(*way, shlex.quote(str(source)))


def clone() -> Path | None:
    """Return the clone that this program is run from; None where it was installed otherwise."""
    folder = Path(__file__).parent.parent.parent
    return folder if (folder / "pyproject.toml").is_file() else None


def requirement(name: str) -> str:
    """Return what this program asks for of a package, such as "python-pptx>=1.0"."""
    try:
        lines = metadata.requires("vizreport") or ()
    except metadata.PackageNotFoundError:  # run from a clone that was not installed
        lines = ()
    for line in lines:
        found = line.partition(";")[0].strip()
        if re.split("[<>=!~]", found)[0] == name:
            return found
    return name


def _install(*what: str) -> str:
    python = shlex.quote(sys.executable)
    try:
        by = (metadata.distribution("vizreport").read_text("INSTALLER") or "").strip()
    except metadata.PackageNotFoundError:
        by = ""
    # An environment of uv's has no pip.
    start = ["uv pip install --python", python] if by == "uv" else [python, "-m pip install"]
    return " ".join([*start, *what])


def _source() -> tuple[Path | None, bool]:
    """Return the clone or wheel that was installed, if it is still there; and if editable."""
    try:
        recorded = metadata.distribution("vizreport").read_text("direct_url.json") or "{}"
    except metadata.PackageNotFoundError:
        return None, False
    record = json.loads(recorded)
    path = Path(unquote(urlsplit(record.get("url", "")).path))
    there = record.get("url", "").startswith("file:") and path.exists()
    return (path if there else None), bool(record.get("dir_info", {}).get("editable"))
