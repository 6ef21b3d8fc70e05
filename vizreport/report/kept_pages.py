"""Pages of layers and maps, taken over from the report that lies in the folder.

``figures/pages.json`` says of what they were filled and which files they are. All are filled again
where one of the sections that they show differs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from vizreport.findings.stored import findings_json
from vizreport.report.contents import Shown
from vizreport.report.drawing_code import Modules, pages_of
from vizreport.report.drawn import digest
from vizreport.report.unchanged import State, is_unchanged, state, take
from vizreport.results.run import RunRecord

FILE = "figures/pages.json"


def as_pages_show(run: RunRecord) -> RunRecord:
    """Return what pages of layers and maps are told of a run: nothing of how it came about."""
    return replace(run, experiments=(), seconds=0.0, date="", command="", links=(), host={})


def key(sections: Iterable[Shown], run: RunRecord) -> str:
    """Hash of what the pages of some sections are filled.

    Parameters
    ----------
    sections : iterable of Shown
        Those that have pages, and those that these show parts of.
    run : RunRecord
        See :func:`as_pages_show`.
    """
    sections = list(sections)
    known: list[Any] = [Modules().code_of(f"{__package__}.html:write_html"), asdict(run)]
    known.append([pages_of(package) for package in sorted({s.package for s in sections})])
    for shown in sections:
        numbers = {name: placed.number for name, placed in shown.figures.items()}
        # Read back from the report before, counts are no longer integers.
        found = json.loads(findings_json({shown.name: shown.section.findings}), parse_int=float)
        known.append([shown.name, shown.status, shown.key, numbers, found])
    return digest(known)


class KeptPages:
    """The pages of the report that lies in a run's folder.

    Parameters
    ----------
    folder : Path
        The run's; may have no report.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: Any = None
        with suppress(OSError, ValueError):  # they are filled again
            self._known = json.loads((folder / FILE).read_text("utf-8"))

    def take(self, key: str, names: list[str], stage: Path) -> bool:
        """Copy the pages into a new report; False where they have to be filled.

        Parameters
        ----------
        key : str
            See :func:`key`.
        names : list of str
            The pages' files, relative to the report.
        stage : Path
            Folder of the new report.
        """
        try:
            files = self._known["files"]
            same = self._known["key"] == key and files.keys() == set(names)
            if not same or not all(is_unchanged(self._folder / n, files[n]) for n in names):
                return False
        except (KeyError, TypeError, AttributeError):
            return False
        for name in names:
            if not (stage / name).exists():
                take(self._folder / name, stage / name)
        (stage / FILE).write_text(json.dumps(self._known), "utf-8")
        return True


def states(folder: Path) -> dict[str, State]:
    """Return what the pages of the report in a folder are known by."""
    return dict(json.loads((folder / FILE).read_text("utf-8"))["files"])


def write(key: str, names: list[str], stage: Path) -> None:
    """Write of what the pages of a report were filled."""
    known = {"key": key, "files": {name: state(stage / name) for name in names}}
    (stage / FILE).write_text(json.dumps(known), "utf-8")
