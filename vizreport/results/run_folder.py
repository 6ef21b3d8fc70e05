"""The names of a report's files, and which of a folder's files an earlier vizreport wrote.

Reports, comparisons and indexes of the first edition have no manifest: their files are known by
their documented names, pages by what they say of themselves, and figures by a page that shows
them, so that what a user put beside them is hardly taken for them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote

from vizreport.errors import RequestError
from vizreport.results.manifest import add, prepare
from vizreport.results.origin import SUFFIX as ORIGIN
from vizreport.results.run import FILE_NAME, read_run
from vizreport.system.paths import problem, read_bytes

REPORT = "report"
"""Writer of a run's folder, see :mod:`vizreport.results.manifest`."""

PAGE = "index.html"
HTML_PARTS = ("assets/", "figures/", "pages/", PAGE)
WHOLE = "pages/all.html"
"""All sections on one page."""
PDF = "report.pdf"
FINDINGS = "findings.json"
SINGLE_FILE = "report.html"
SLIDES = "slides.pptx"
RENDERED = "results/rendered.json"

_ENDINGS = (".npz", ".json", ORIGIN)  # of a result's files
_MARK = re.compile(r'<meta name="generator" content="vizreport\b')
_HEAD = 4000  # characters in which the mark stands
# What pages do not name: scripts, pictures that scripts ask for or that the front page had no room
# for.
_UNSEEN = re.compile(
    r"assets/(report\.css|\w+\.js)|figures/(highlight-[^/]+|(drawn|claims|pages)\.json)|(figures|pages)/[^/]+/[^/]+\.(webp|png|jpg)"
)
_SHOWN = re.compile(r"[^\s\"'/&;,()]+\.(?:html|webp|png|svg|jpg|css|js)\b")


def prepare_run(folder: Path, pdf: bool = True, single_file: bool = False) -> None:
    """Make sure that the folder can take a report.

    Raises
    ------
    RequestError
        If something is in the way that is not a report's, or the folder cannot be written to.
    """
    names = [*HTML_PARTS, FINDINGS, "results/", FILE_NAME]
    names += [PDF] * pdf + [SINGLE_FILE] * single_file
    prepare(folder, REPORT, names, adopted_run)


def add_results(folder: Path, keys: dict[str, str]) -> None:
    """Name the results that are about to be computed, by their experiments' keys.

    Raises
    ------
    RequestError
        If something is in the way that is not a report's.
    """
    results = [file for name, key in keys.items() for file in result_files(name, key)]
    add(folder, REPORT, [*results, RENDERED, FILE_NAME])


def result_files(folder: str, key: str) -> list[str]:
    """Name the files of a result, or of a piece of one, below ``results/``."""
    return [f"results/{folder}/{key}{end}" for end in _ENDINGS]


def adopted_run(folder: Path) -> Iterator[str]:
    """Name the files of a report of the first edition, finished or stopped."""
    for path in folder.glob("results/*/*.json"):
        if _is_result(path):
            yield from (f"results/{path.parent.name}/{path.stem}{end}" for end in _ENDINGS)
    try:
        read_run(folder)
    except RequestError:
        return
    yield from (FILE_NAME, RENDERED)
    if is_page_of_vizreport(folder / PAGE):
        yield from (PDF, SLIDES, FINDINGS)
        yield from adopted_pages(folder, HTML_PARTS)
    if is_page_of_vizreport(folder / SINGLE_FILE):
        yield SINGLE_FILE


def _is_result(path: Path) -> bool:
    try:
        content = json.loads(read_bytes(path))
        return (content["experiment"], content["key"]) == (path.parent.name, path.stem)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return False


def adopted_comparison(folder: Path) -> Iterator[str]:
    """Name the files of a comparison of the first edition."""
    if is_page_of_vizreport(folder / PAGE) and not (folder / FILE_NAME).exists():
        found = {*adopted_pages(folder, HTML_PARTS)}
        if any(name.startswith("figures/") for name in found):
            yield from found
            yield PDF


def adopted_pages(folder: Path, parts: Iterable[str]) -> Iterator[str]:
    """Name a page and, of the files in some folders, those that a report of its kind has."""
    pages = [folder / PAGE, *folder.glob("pages/**/*.html")]
    texts = (read_bytes(page).decode("utf-8", "replace") for page in pages if not problem(page))
    shown = {unquote(name) for text in texts for name in _SHOWN.findall(text)}
    yield PAGE
    for part in parts:
        for path in (folder / part).rglob("*") if part.endswith("/") else ():
            name = path.relative_to(folder).as_posix()
            if (path.name in shown or _UNSEEN.fullmatch(name)) and path.is_file():
                yield name


def is_page_of_vizreport(page: Path) -> bool:
    """Return whether an HTML file states that vizreport wrote it."""
    if problem(page):
        return False
    try:
        with page.open(encoding="utf-8", errors="replace") as file:
            return _MARK.search(file.read(_HEAD)) is not None
    except OSError:
        return False
