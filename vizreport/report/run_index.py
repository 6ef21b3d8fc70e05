"""Many runs below one folder, listed on one page."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from PIL import Image

from vizreport.errors import RequestError
from vizreport.experiments.registry import experiments
from vizreport.findings.record import FAULT
from vizreport.findings.stored import stored_findings
from vizreport.report import templates
from vizreport.report.reading import FAILED, read_result
from vizreport.report.reproducible import as_shown
from vizreport.report.stage import stage_in
from vizreport.results.manifest import prepare, replace
from vizreport.results.run import FILE_NAME, RunRecord, read_run
from vizreport.results.run_folder import FINDINGS, PAGE, adopted_pages, is_page_of_vizreport
from vizreport.results.store import DONE, Store
from vizreport.wording.text import network_name, percent

FILES = "index-of-runs"  # what the page needs, beside it
_DEPTH = 3  # folders below each other in which runs are looked for
_THUMBNAIL = (480, 270)  # px, at most
_WRITER = "index"
_PARTS = (f"{FILES}/", PAGE)


@dataclass(frozen=True)
class ListedRun:
    """A run in the index.

    Attributes
    ----------
    folder : str
        Below the index, with "/".
    href : str
        Address of its report relative to the index, "" where it has none.
    epochs : str
        Address of the list of its epochs' galleries, "" where it has none.
    title, network, data, date, error : str
        As they are shown; "" where not known.
    top1_error : float or None
        Percent; None where not known.
    images : int
        Number of images of the data.
    when : float
        Seconds since 1970 at its start.
    failed : tuple of str
        Sections that failed.
    faults : int
        Findings of its report that are faults.
    picture : str
        Its thumbnail below ``FILES``, "" where it has none.
    size : (int, int)
        Of the thumbnail, px.
    reason : str
        Why it cannot be read, else "".
    """

    folder: str
    href: str
    epochs: str
    title: str = ""
    network: str = ""
    data: str = ""
    images: int = 0
    date: str = ""
    when: float = 0.0
    error: str = ""
    top1_error: float | None = None
    failed: tuple[str, ...] = ()
    picture: str = ""
    size: tuple[int, int] = (0, 0)
    reason: str = ""
    faults: int = 0


def write_index(root: Path) -> tuple[ListedRun, ...]:
    """Write ``index.html`` over the runs below a folder; a former one is replaced.

    All addresses are relative: the folder can be moved. Damaged runs are listed with the reason.

    Parameters
    ----------
    root : Path
        Folder below which runs are looked for.

    Returns
    -------
    tuple of ListedRun
        The damaged runs.

    Raises
    ------
    RequestError
        If the folder is missing, is itself a run, holds no run, has an ``index.html`` that is not
        such an index, or cannot be written to.
    """
    if not root.is_dir():
        raise RequestError(f"{root} is not a folder; name the one that contains the runs' folders")
    if (root / FILE_NAME).exists():
        raise RequestError(f"{root} is a run's folder; name the folder that contains the runs")
    prepare(root, _WRITER, _PARTS, _adopted)
    with stage_in(root) as stage:
        (stage / FILES / "assets").mkdir(parents=True)
        (stage / FILES / "thumbnails").mkdir()
        listed = [_listed_run(root, folder, stage / FILES) for folder in _runs(root, _DEPTH)]
        if not listed:
            raise RequestError(
                f"{root} contains no runs; name the folder that vizreport build writes to"
            )
        for name in ("report.css", "report.js", "runs.js"):
            shutil.copyfile(templates.folder() / "assets" / name, stage / FILES / "assets" / name)
        kept = sorted((b for b in listed if not b.reason), key=lambda b: (-b.when, b.folder))
        damaged = sorted((b for b in listed if b.reason), key=lambda b: b.folder)
        filled = templates.fill(
            "runs.html",
            medium="html",
            root=f"{FILES}/",
            run=templates.Heading(f"Reports in {root.resolve().name}"),
            listed=kept,
            damaged=damaged,
        )
        (stage / "index.html").write_text(filled, "utf-8")
        replace(stage, root, _WRITER, _PARTS)
    return tuple(damaged)


def _adopted(root: Path) -> Iterator[str]:
    """Name the files of an index of the first edition."""
    page = root / PAGE
    if is_page_of_vizreport(page) and f'"{FILES}/' in page.read_text("utf-8", errors="replace"):
        yield from adopted_pages(root, _PARTS)


def _runs(folder: Path, depth: int) -> Iterator[Path]:
    """Find folders of runs, finished or not; what lies within a run is its own."""
    try:
        below = sorted(each for each in folder.iterdir() if each.is_dir())
    except OSError:
        return
    for each in below:
        if each.name.startswith(".") or each.is_symlink():
            continue
        begun = ("results", "epochs/epochs.json")
        if (each / FILE_NAME).exists() or any((each / name).exists() for name in begun):
            yield each
        elif depth > 1:
            yield from _runs(each, depth - 1)


def _listed_run(root: Path, folder: Path, files: Path) -> ListedRun:
    place = os.fsencode(folder.relative_to(root).as_posix())
    address = quote(place)
    shown = place.decode("utf-8", "backslashreplace")
    href = f"{address}/index.html" if (folder / "index.html").is_file() else ""
    listed = folder / "epochs" / "index.html"
    epochs = f"{address}/epochs/index.html" if listed.is_file() else ""
    if epochs and not (folder / FILE_NAME).exists():
        return ListedRun(shown, href, epochs, title=f"Training {folder.name}")
    try:
        run = as_shown(read_run(folder))
        name, top1_error = _measured(folder, run)
        date, when = _date(run)
    except RequestError as wrong:
        # Where the folder stands on this machine is nobody's business, and soon wrong.
        said = str(wrong).replace(f"{folder}/", "").replace(str(folder), shown)
        return ListedRun(shown, href, epochs, reason=said)
    picture, size = _thumbnail(folder, files, hashlib.sha256(place).hexdigest()[:16])
    return ListedRun(
        shown,
        href,
        epochs,
        run.title,
        name or run.checkpoint_file,
        run.data_name,
        run.data_images,
        date,
        when,
        "" if top1_error is None else percent(top1_error / 100, 1),
        top1_error,
        tuple(record.name for record in run.experiments if record.status == FAILED),
        picture,
        size,
        faults=sum(each.get("severity") == FAULT for each in stored_findings(folder / FINDINGS)),
    )


def _measured(folder: Path, run: RunRecord) -> tuple[str, float | None]:
    """Return the network's name, "" where it is not known, and its top-1 error in percent."""
    record = next((record for record in run.experiments if record.name == "overview"), None)
    if record is None or record.status != DONE:
        return "", None
    status, reason, overview = read_result(Store(folder), experiments()["overview"], record)
    if status != DONE:
        raise RequestError(f"overview: {reason}")
    name = network_name(overview.model_name, run.checkpoint_file)
    return name, overview.top1_error


def _date(run: RunRecord) -> tuple[str, float]:
    try:
        begun = datetime.fromisoformat(run.date)
    except ValueError:
        return "", 0.0
    if begun.tzinfo is None:
        begun = begun.replace(tzinfo=UTC)
    return begun.isoformat(" ", "minutes")[:16], begun.timestamp()


def _thumbnail(folder: Path, files: Path, name: str) -> tuple[str, tuple[int, int]]:
    """Write a small copy of a telling picture, of top-9 patches where there is one."""
    figures = folder / "figures"
    found = sorted(figures.glob("highlight-*"))[::-1] or sorted(figures.glob("*.png"))
    for path in found:
        try:
            with Image.open(path) as opened:
                picture: Any = opened.convert("RGB")
            picture.thumbnail(_THUMBNAIL)
        except Exception:  # what Pillow raises for damaged files has no end
            continue
        picture.save(files / "thumbnails" / f"{name}.jpg", quality=85)
        return f"thumbnails/{name}.jpg", picture.size
    return "", (0, 0)
