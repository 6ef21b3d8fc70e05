"""Versions of the packages that are installed."""

from __future__ import annotations

from importlib import metadata

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
