"""Which code and templates a report was drawn with."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path

from vizreport.report import templates

OWN = "vizreport"


def fingerprint(packages: Iterable[str]) -> str:
    """Hash vizreport's code and templates, and those of the packages that brought sections.

    Parameters
    ----------
    packages : iterable of str
        Those that draw a section, as `Experiment.package` names them ("" where there is none);
        one that cannot be found counts by its name.

    Returns
    -------
    str
        SHA-256 of the modules' and templates' names and contents.
    """
    brought = {name for name in packages if name and name.partition(".")[0] != OWN}
    found = hashlib.sha256()
    for name in (OWN, *sorted(brought)):
        found.update(name.encode())
        for path, inside in _files(name):
            found.update(f"\0{inside}\0".encode())
            found.update(path.read_bytes())
    return found.hexdigest()


def _files(package: str) -> Iterator[tuple[Path, str]]:
    """Return a package's modules and templates, with their names in it."""
    try:
        spec = find_spec(package)
    except Exception:  # it imports the package around it, which may be broken: a failed section
        spec = None
    if spec is None:
        return
    folders = [Path(each) for each in spec.submodule_search_locations or ()]
    if not folders and spec.origin:
        yield Path(spec.origin), Path(spec.origin).name
    for folder in folders:
        below = templates.folder() if package == OWN else folder / templates.FOLDER
        modules = ((path, path.relative_to(folder)) for path in folder.rglob("*.py"))
        pages = ((path, path.relative_to(below)) for path in below.rglob("*") if path.is_file())
        for path, inside in (*sorted(modules), *sorted(pages)):
            yield path, inside.as_posix()
