"""Whether the report in a folder is still the one that would be drawn.

``results/rendered.json`` says of what it was drawn, and which files it rests on and consists of.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from vizreport.experiments.registry import experiments
from vizreport.report import drawn, kept_pages, templates
from vizreport.report.drawing_code import Modules, fingerprint
from vizreport.report.drawn import digest
from vizreport.report.unchanged import State, is_unchanged, state
from vizreport.results.atomic import write_text
from vizreport.results.manifest import add, read
from vizreport.results.run import RunRecord
from vizreport.results.run_folder import (
    FINDINGS,
    HTML_PARTS,
    PDF,
    RENDERED,
    REPORT,
    result_files,
)

_LIBRARIES = ("matplotlib", "Pillow", "numpy", "scipy", "jinja2", "weasyprint")
_ASKED_BY = ("command",)  # of the run's record: says how it came about, and changes no result


def of(run: RunRecord, html: bool, pdf: bool) -> str:
    """Hash what a report is drawn of, its results' files aside.

    Parameters
    ----------
    run : RunRecord
        With the settings that the report is drawn by.
    html, pdf : bool
        Which parts are drawn.
    """
    known = experiments()
    packages = (known[each.name].package for each in run.experiments if each.name in known)
    record = {name: value for name, value in asdict(run).items() if name not in _ASKED_BY}
    libraries = [version(name) for name in _LIBRARIES]
    return digest([record, html, pdf, fingerprint(packages), libraries])


def stands(folder: Path, drawn_of: str) -> bool:
    """Return whether the report in a folder is what would be drawn now.

    Parameters
    ----------
    folder : Path
        The run's.
    drawn_of : str
        See :func:`of`.
    """
    try:
        known = json.loads((folder / RENDERED).read_text("utf-8"))
        if known["of"] != drawn_of:
            return False
        return all(is_unchanged(folder / name, each) for name, each in known["files"].items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def kept_pdf(folder: Path, set_of: str) -> Path | None:
    """Return a folder's PDF if it is what would be set; see :func:`set_of`."""
    try:
        known = json.loads((folder / RENDERED).read_text("utf-8"))
        kept = known["set"] == set_of and is_unchanged(folder / PDF, known["files"][PDF])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return folder / PDF if kept else None


def set_of(filled: str, stage: Path, paper: str) -> str:
    """Hash what a PDF is set of.

    Parameters
    ----------
    filled : str
        Its filled template.
    stage : Path
        Folder of the drawn report.
    paper : str
        Size of its pages.
    """
    pictures = {name: sha256 for name, (_, _, sha256) in drawn.states(stage).items()}
    style = (templates.folder() / "assets" / "print.css").read_text("utf-8")
    code = Modules().code_of("vizreport.report.pdf:print_page")
    return digest([filled, pictures, style, paper, code, version("weasyprint")])


def write(
    folder: Path, run: RunRecord, drawn_of: str, html: bool, pdf: bool, set_of: str = ""
) -> None:
    """Note of what the report in a folder was drawn, and its PDF set."""
    add(folder, REPORT, [RENDERED])
    names = {*_results(run), *_drawn(folder, html, pdf)}
    known: dict[str, State] = {}
    for kept in (drawn, kept_pages):
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            known |= kept.states(folder)
    files = {
        name: state(folder / name, known.get(name))
        for name in sorted(names)
        if (folder / name).is_file()
    }
    write_text(folder / RENDERED, json.dumps({"of": drawn_of, "set": set_of, "files": files}))


def _results(run: RunRecord) -> Iterable[str]:
    for record in run.experiments:
        yield from result_files(record.name, record.key)


def _drawn(folder: Path, html: bool, pdf: bool) -> Iterable[str]:
    parts = (FINDINGS, *(HTML_PARTS if html else ()), *((PDF,) if pdf else ()))
    return (name for name in read(folder, REPORT) or () if name.startswith(parts))
