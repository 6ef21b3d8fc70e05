"""Pictures of the report that lies in the folder, taken over where they would be drawn the same.

``figures/drawn.json`` says of each section of what its pictures were drawn and which files they
are. A section is drawn again where its results, the settings, the code it is drawn by or a file
differ.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from vizreport.drawing.section import Figure, Highlight
from vizreport.report.drawing_code import Modules
from vizreport.report.files import Placed, place
from vizreport.report.reading import ReadSection
from vizreport.report.unchanged import State, is_unchanged, state, take
from vizreport.results.run import RunRecord
from vizreport.system.documents import JsonObject

FILE = "figures/drawn.json"
_LAYOUT = ("paper", "appendix")  # settings that no picture depends on
_LIBRARIES = ("matplotlib", "Pillow", "numpy")


@dataclass(frozen=True)
class SectionPictures:
    """A section's pictures.

    Attributes
    ----------
    figures : mapping of str to Placed
        By name, without numbers.
    highlights : tuple of Placed
        In the section's order.
    """

    figures: Mapping[str, Placed]
    highlights: tuple[Placed, ...]


def keys(reads: Sequence[ReadSection], run: RunRecord, modules: Modules) -> dict[str, str]:
    """Return of what each section's pictures are drawn, by section.

    Parameters
    ----------
    reads : sequence of ReadSection
        All sections.
    run : RunRecord
        Its settings may change pictures.
    modules : Modules
        The code there is.
    """
    results = {record.name: record.key for record in run.experiments}
    common = [
        modules.code_of(f"{place.__module__}:{place.__name__}"),
        [version(name) for name in _LIBRARIES],
        {name: value for name, value in run.settings.items() if name not in _LAYOUT},
    ]
    found = {}
    for read in reads:
        if read.experiment is not None:
            known = read.experiment
            needed = results if known.summary else (*known.requires, known.name)
            found[known.name] = digest(
                [
                    common,
                    modules.code_of(known.section),
                    {name: results.get(name) for name in needed},
                ]
            )
    return found


def digest(values: Any) -> str:
    """Hash plain values."""
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


class Former:
    """The pictures of the report in a run's folder.

    Parameters
    ----------
    folder : Path
        The run's; may have no report.

    Attributes
    ----------
    states : dict of str to State
        Of the files that were taken over.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._whole = folder, folder.resolve()
        self._inside: dict[Path, bool] = {}
        self.states: dict[str, State] = {}
        try:
            self._sections = json.loads((folder / FILE).read_text("utf-8"))
        except (OSError, ValueError):
            self._sections = {}

    def take(self, read: ReadSection, key: str, stage: Path) -> SectionPictures | None:
        """Copy a section's pictures into a new report; None where one has to be drawn.

        Parameters
        ----------
        read : ReadSection
            The section as it is now.
        key : str
            Of what its pictures would be drawn, see :func:`keys`.
        stage : Path
            Folder of the new report.
        """
        section = read.section
        try:
            kept = self._sections[read.record.name]
            if kept["key"] != key or set(section.files) - kept["files"].keys():
                return None
            if not all(self._is_there(name, each) for name, each in kept["files"].items()):
                return None
            pictures = SectionPictures(
                {one.name: _placed(one, kept["figures"][one.name]) for one in section.figures},
                tuple(_placed(one, kept["highlights"][one.name]) for one in section.highlights),
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None  # whatever is wrong with what is kept, it is drawn again
        for name, known in kept["files"].items():
            take(self._folder / name, stage / name)
            self.states[name] = known
        return pictures

    def _is_there(self, name: str, known: State) -> bool:
        path = self._folder / name
        if path.parent not in self._inside:
            self._inside[path.parent] = path.parent.resolve().is_relative_to(self._whole)
        inside = self._inside[path.parent] and path.name != ".."
        return inside and not path.is_symlink() and is_unchanged(path, known)


def write(
    stage: Path,
    drawn: Iterable[tuple[ReadSection, str, SectionPictures]],
    states: Mapping[str, State],
) -> None:
    """Write of what the pictures of a report were drawn.

    Parameters
    ----------
    stage : Path
        Folder of the report.
    drawn : iterable of (ReadSection, str, SectionPictures)
        Sections that could be drawn, with their keys.
    states : mapping of str to State
        Of files that were taken over.
    """
    sections = {}
    for read, key, pictures in drawn:
        every = (*pictures.figures.values(), *pictures.highlights)
        names = {name for one in every for name in (one.kept, one.screen, one.printed, one.dark)}
        files = {*(name for name in names if name), *read.section.files}
        sections[read.record.name] = {
            "key": key,
            "figures": {name: _record(one) for name, one in pictures.figures.items()},
            "highlights": {one.figure.name: _record(one) for one in pictures.highlights},
            "files": {name: states.get(name) or state(stage / name) for name in sorted(files)},
        }
    (stage / FILE).parent.mkdir(exist_ok=True)
    (stage / FILE).write_text(json.dumps(sections, indent=1), "utf-8")


def states(folder: Path) -> dict[str, State]:
    """Return what the sections' files of the report in a folder are known by."""
    sections = json.loads((folder / FILE).read_text("utf-8"))
    return {name: known for each in sections.values() for name, known in each["files"].items()}


def _record(placed: Placed) -> JsonObject:
    names = ("kept", "screen", "printed", "width", "height", "dark")
    return {name: getattr(placed, name) for name in names}


def _placed(figure: Figure | Highlight, record: Mapping[str, Any]) -> Placed:
    return Placed("", figure, **record)
