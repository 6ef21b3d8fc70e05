"""Photographs that scikit-image installs, read where they lie."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from vizreport.errors import RequestError

PHOTOGRAPHS = ("astronaut", "chelsea", "coffee")
"""Those that anyone may use: the first is in the public domain, the others are CC0."""


def skimage_photograph(name: str) -> Path:
    """Return the file of one of :data:`PHOTOGRAPHS`.

    Raises
    ------
    RequestError
        There is no such photograph, or this installation of scikit-image lacks it.
    """
    if name not in PHOTOGRAPHS:
        known = ", ".join(f"skimage:{known}" for known in PHOTOGRAPHS)
        raise RequestError(f"there is no photograph skimage:{name}; available are {known}")
    spec = find_spec("skimage")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / "data" / f"{name}.png"
        if path.is_file():
            return path
    raise RequestError(f"scikit-image is installed without its {name}.png; pass another file")
