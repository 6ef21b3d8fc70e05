"""Folders that come with the program: templates, checkpoints."""

from __future__ import annotations

from pathlib import Path


def bundled_folder(name: str) -> Path:
    """Return a folder of the installed package, or the one beside the package in a checkout."""
    package = Path(__file__).parent.parent
    inside = package / name
    return inside if inside.is_dir() else package.parent / name
