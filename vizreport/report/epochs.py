"""The galleries of a training: linked with each other, and listed on one page."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from vizreport.report import templates
from vizreport.report.html import ASSETS
from vizreport.report.render import render
from vizreport.results.atomic import write_text
from vizreport.results.manifest import add, prepare
from vizreport.results.run import RunRecord, read_run, write_run
from vizreport.results.run_folder import prepare_run
from vizreport.version import __version__

LIST = "epochs.json"
_WRITER = "gallery"
_GALLERIES = "epochs/assets/epochs.js"
_NAMES = (
    f"epochs/{LIST}",
    "epochs/index.html",
    _GALLERIES,
    *(f"epochs/assets/{name}" for name in ASSETS),
)


@dataclass(frozen=True)
class Entry:
    """One epoch's gallery.

    Attributes
    ----------
    epoch : int
        From 1.
    logs : mapping of str to float
        What the training said of the epoch.
    error : str
        Why there is no gallery, else "".
    """

    epoch: int
    logs: Mapping[str, float]
    error: str


def epoch_folder(out: Path, epoch: int) -> Path:
    """Return the folder of an epoch's gallery, as in ``epochs/epoch-010``."""
    return out / "epochs" / f"epoch-{epoch:03d}"


def prepare_galleries(out: Path, epochs: Collection[int] | None) -> None:
    """Make sure that a folder can take the galleries of some epochs; None for all.

    Raises
    ------
    RequestError
        If something is in the way that is not a gallery's, or the folder cannot be written to.
    """
    prepare(out, _WRITER, ("epochs/", *_NAMES), _adopted)
    for folder in (out / "epochs").glob("epoch-*"):
        number = folder.name.removeprefix("epoch-")
        if number.isdecimal() and (epochs is None or int(number) in epochs):
            prepare_run(folder, pdf=False)


def _adopted(out: Path) -> tuple[str, ...]:
    """Name the files of the list of galleries of the first edition."""
    try:
        known = json.loads((out / "epochs" / LIST).read_text("utf-8"))
        [Entry(**each) for each in known]
    except (OSError, ValueError, TypeError, RecursionError):
        return ()
    return _NAMES


def add_entry(out: Path, entry: Entry) -> None:
    """Put an epoch in the list, in place of a former one, and link it with its neighbours.

    Parameters
    ----------
    out : Path
        Folder of the run.
    entry : Entry
        Where it has no error, its gallery is in its folder.
    """
    add(out, _WRITER, _NAMES)
    path = out / "epochs" / LIST
    known = json.loads(path.read_text("utf-8")) if path.exists() else []
    entries = {each["epoch"]: Entry(**each) for each in known} | {entry.epoch: entry}
    ordered = [entries[epoch] for epoch in sorted(entries)]
    write_text(path, json.dumps([dataclasses.asdict(each) for each in ordered], indent=1) + "\n")
    drawn = [each.epoch for each in ordered if not each.error]
    for place, epoch in enumerate(drawn):
        _link(out, drawn[max(0, place - 1) : place + 2], epoch)
    _write_list(out, ordered)


def _link(out: Path, near: Sequence[int], epoch: int) -> None:
    """Give a gallery its links, and draw it again where they are others than before."""
    links = [
        [f"← Epoch {each}" if each < epoch else f"Epoch {each} →",
         f"../{epoch_folder(out, each).name}/index.html"]
        for each in near
        if each != epoch
    ]  # fmt: skip
    links.append(["All epochs", "../index.html"])
    if (out / "index.html").exists():
        links.append(["The run", "../../index.html"])
    folder = epoch_folder(out, epoch)
    run = read_run(folder)
    if [list(link) for link in run.links] != links:
        write_run(folder, dataclasses.replace(run, links=tuple(map(tuple, links))))  # type: ignore[arg-type]
        render(folder, pdf=False)


def _write_list(out: Path, entries: Sequence[Entry]) -> None:
    folder = out / "epochs"
    (folder / "assets").mkdir(parents=True, exist_ok=True)
    for name in ASSETS:
        shutil.copyfile(templates.folder() / "assets" / name, folder / "assets" / name)
    drawn = [entry for entry in entries if not entry.error]
    # The galleries' slider reads it: so an older one knows of those that came after it.
    listed = json.dumps([[each.epoch, epoch_folder(out, each.epoch).name] for each in drawn])
    write_text(out / _GALLERIES, f"const galleries = {listed};\n")
    columns = list(dict.fromkeys(name for entry in entries for name in entry.logs))
    rows = [
        {
            "epoch": entry.epoch,
            "logs": [entry.logs.get(name) for name in columns],
            "error": entry.error,
            "folder": epoch_folder(out, entry.epoch).name,
            "pictures": _pictures(out, entry),
        }
        for entry in entries
    ]
    run = RunRecord(
        name="epochs",
        title=f"Epochs of {out.resolve().name}",
        checkpoint_file="",
        checkpoint_sha256="",
        data_name="",
        data_images=0,
        data_fingerprint="",
        settings={},
        experiments=(),
        versions={"vizreport": __version__},
    )
    page = templates.fill(
        "epochs.html",
        medium="html",
        root="",
        run=run,
        rows=rows,
        drawn=[entry.epoch for entry in drawn],
        columns=columns,
        report=(out / "index.html").exists(),
    )
    write_text(folder / "index.html", page)


def _pictures(out: Path, entry: Entry) -> list[tuple[str, int, int, str]]:
    """Return an epoch's telling pictures with their sizes and what they show."""
    folder, found = epoch_folder(out, entry.epoch), []
    for path in [] if entry.error else sorted((folder / "figures").glob("highlight-*")):
        with Image.open(path) as picture:
            width, height = picture.size
        layer = path.stem.removeprefix("highlight-")
        what = "Layer-1 filters" if layer == "filters" else f"Top-9 of a map in {layer}"
        found.append((f"{folder.name}/figures/{path.name}", width, height, what))
    return found
