"""The checkpoints that come with the program. No TensorFlow here."""

from __future__ import annotations

from pathlib import Path

from vizreport.system.bundled import bundled_folder

SHIPPED = {"demo": "demo", "squeezenet": "squeezenet/squeezenet.keras"}
"""By name, their places in ``checkpoints/``."""


def shipped_checkpoint(name: str) -> Path:
    """Return the file of one of :data:`SHIPPED`, or the folder with one for each epoch."""
    return bundled_folder("checkpoints") / SHIPPED[name]
