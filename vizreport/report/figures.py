"""The figures of a finished run by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from PIL import Image

from vizreport.drawing.section import Figure
from vizreport.errors import RequestError
from vizreport.report.numbering import number_figures
from vizreport.report.reading import FAILED, ReadSection, read_sections
from vizreport.results.run import RunRecord


@dataclass(frozen=True)
class Listed:
    """A figure of a run.

    Attributes
    ----------
    number : str
        Its number in the report.
    section : str
        Name of its section, which is its experiment's.
    section_title : str
        Heading of that section.
    figure : Figure
        As its section declares it.
    """

    number: str
    section: str
    section_title: str
    figure: Figure

    @property
    def name(self) -> str:
        """Name of the figure, unique in the run."""
        return self.figure.name


def list_figures(
    run_folder: Path, run: RunRecord, failed: Callable[[ReadSection], None] | None = None
) -> Iterator[Listed]:
    """Find the figures of a run, in the order of the report; nothing is drawn.

    Parameters
    ----------
    run_folder : Path
        Of a finished or stopped build.
    run : RunRecord
        Says which sections there are.
    failed : callable, optional
        Called with each section that failed; it has no figures, nor has one that does not apply.
    """
    counts: dict[bool, int] = {}
    for read in read_sections(run_folder, run):
        if failed and read.status == FAILED:
            failed(read)
        if read.experiment is None:
            continue
        figures = read.section.figures
        for figure, number in zip(figures, number_figures(figures, counts), strict=True):
            yield Listed(number, read.record.name, read.experiment.title, figure)


def find_figure(run_folder: Path, run: RunRecord, name: str) -> Listed:
    """Return the figure of a name, as soon as it is found.

    Raises
    ------
    RequestError
        If there is none; the message has the names that are like it, and what failed.
    """
    known: list[str] = []
    failed: list[ReadSection] = []
    for listed in list_figures(run_folder, run, failed.append):
        if listed.name == name:
            return listed
        known.append(listed.name)
    lost = ", ".join(read.record.name for read in failed)
    lost = f"; failed, and without figures: {lost}" if lost else ""
    if not known:
        raise RequestError(
            f"{run_folder} has no figures: its sections failed or do not apply, as the report says"
            f"{lost}"
        )
    raise RequestError(
        f"{run_folder} has no figure {name!r}: {near(name, known)} "
        f"(vizreport list {run_folder} names all){lost}"
    )


def near(name: str, known: list[str]) -> str:
    """List the known names similar to a name."""
    alike = get_close_matches(name, known, 3, 0.5) or [
        each for each in known if name.lower() in each
    ]
    if alike:
        return "did you mean " + " or ".join(dict.fromkeys(alike[:3])) + "?"
    shown = ", ".join(known[:6])
    return f"there are {shown}" + (f" and {len(known) - 6} more" if len(known) > 6 else "")


def drawn_size(run_folder: Path, name: str) -> tuple[int, int] | None:
    """Return width and height in px of a figure's file in the report; None before it is drawn."""
    for ending in ("png", "jpg"):
        try:
            with Image.open(run_folder / "figures" / f"{name}.{ending}") as picture:
                return picture.size
        except OSError:
            continue
    return None
