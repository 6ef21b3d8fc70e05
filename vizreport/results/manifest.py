"""What vizreport wrote into a folder, so that nothing else in it is replaced or removed.

A folder has a manifest for each writer, ``.vizreport/WRITER.json`` (docs/format.md). A name is
put into it before the file is written: whenever the program is killed, all its files are named.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from vizreport.errors import RequestError
from vizreport.results.atomic import write_text
from vizreport.results.disk import require_writable
from vizreport.system import interruption
from vizreport.system.paths import read_bytes

FOLDER = ".vizreport"
SCHEMA_VERSION = 1
WRITERS = {
    "report": "build",
    "training": "train",
    "gallery": "train --gallery",
    "ablation": "ablate",
    "transfer": "transfer",
    "deconvolutional": "deconvnet-learn",
    "comparison": "compare",
    "index": "index",
}
"""The writers, with the command that each belongs to."""

_SHOWN = 3  # names in a message, at most


def prepare(
    folder: Path,
    writer: str,
    names: Iterable[str],
    adopt: Callable[[Path], Iterable[str]] = lambda _: (),
) -> None:
    """Make sure that a folder can take what is about to be computed.

    Parameters
    ----------
    folder : Path
        It need not exist; nothing is left in it but, where files are adopted, their manifest.
    writer : str
        Of :data:`WRITERS`.
    names : iterable of str
        What would be written, relative to the folder, with "/". One that ends in "/" is a folder
        for files whose names are not known yet.
    adopt : callable
        Names the files that an earlier vizreport wrote into a folder without a manifest, or would
        have written.

    Raises
    ------
    RequestError
        If this writer did not write what has such a name, or the folder cannot be written to.
    """
    if not os.path.isdir(folder):  # noqa: PTH112  a name may be too long for Path's
        require_writable(folder)
        return
    owned, adopted = read(folder, writer), frozenset[str]()
    if owned is None:
        owned = adopted = frozenset(n for n in adopt(folder) if os.path.lexists(folder / n))
    _require_free(folder, writer, names, owned)
    require_writable(folder)
    if adopted:
        _write(folder, writer, adopted)


def read(folder: Path, writer: str) -> frozenset[str] | None:
    """Return the names in a manifest; None where there is none.

    Raises
    ------
    RequestError
        If the manifest is damaged.
    """
    path = folder / FOLDER / f"{writer}.json"
    try:
        content = json.loads(read_bytes(path))
        if content["schema_version"] != SCHEMA_VERSION:
            raise ValueError(f"schema version {content['schema_version']!r}")
        if wrong := [name for name in content["files"] if not _is_inside(name)]:
            raise ValueError(f"{wrong[0]!r} is not a file of this folder")
        return frozenset(content["files"])
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise RequestError(
            f"{path}, the list of files written by vizreport, cannot be read ({error}); restore "
            "it or choose another folder"
        ) from None


def add(folder: Path, writer: str, names: Iterable[str]) -> None:
    """Put names into a manifest, before the files are written.

    Several processes may do so at once.

    Parameters
    ----------
    folder : Path
        Made when it is missing.
    writer : str
        Of :data:`WRITERS`.
    names : iterable of str
        Of files, relative to the folder, with "/".

    Raises
    ------
    RequestError
        If a name is taken by what this writer did not write, or the manifest is damaged.
    OSError
        If the manifest cannot be written.
    """
    names = frozenset(names)
    with _locked(folder):
        known = read(folder, writer) or frozenset()
        if new := names - known:
            _require_free(folder, writer, sorted(new), known)
            _write(folder, writer, known | new)


def replace(stage: Path, folder: Path, writer: str, parts: Sequence[str]) -> None:
    """Move finished files into a folder, and remove those they take the place of.

    Parameters
    ----------
    stage : Path
        Where the new files are, on the same disk.
    folder : Path
        Where they go.
    writer : str
        Of :data:`WRITERS`: whose manifest names them.
    parts : sequence of str
        Files, and folders (which end in "/") of files, in the order in which they are moved. The
        former files of those that are not in the stage are left.

    Raises
    ------
    RequestError
        If something is in the way that the writer did not write; nothing is then moved.
    """
    interruption.check()
    made = tuple(part for part in parts if (stage / part).exists())
    new = [name for part in made for name in _files(stage, part)]
    former = read(folder, writer) or frozenset()
    add(folder, writer, new)
    for name in new:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (stage / name).replace(folder / name)
    remove(folder, writer, {name for name in former if name.startswith(made)} - {*new})


def remove(folder: Path, writer: str, names: Iterable[str]) -> None:
    """Remove files of a manifest, and the folders that this leaves empty.

    What the manifest does not name is left, and so is what lies behind a link.
    """
    with _locked(folder):
        known = read(folder, writer) or frozenset()
        ours = known & frozenset(names)
        gone = [name for name in ours if _obstacle(folder, known, name) is None]
        for name in gone:
            (folder / name).unlink(missing_ok=True)
        left = {parent for name in gone for parent in PurePosixPath(name).parents[:-1]}
        for parent in sorted(left, reverse=True):
            with suppress(OSError):  # something else is in it
                (folder / parent).rmdir()
        if ours:
            _write(folder, writer, known - ours)


def discard(folder: Path, writer: str) -> None:
    """Remove all files of a manifest, the manifest, and the folder where nothing else is in it."""
    remove(folder, writer, read(folder, writer) or ())
    (folder / FOLDER / f"{writer}.json").unlink(missing_ok=True)
    for each in (folder / FOLDER, folder):
        with suppress(OSError):
            each.rmdir()


def _require_free(folder: Path, writer: str, names: Iterable[str], owned: frozenset[str]) -> None:
    found = {_obstacle(folder, owned, name): name for name in names}
    if (folder / FOLDER).is_symlink() or (folder / FOLDER).is_file():
        found[FOLDER] = FOLDER
    found.pop(None, None)
    if not found:
        return
    taken = [str(folder / obstacle) for obstacle in found if obstacle is not None]
    shown = ", ".join(taken[:_SHOWN])
    if len(taken) > _SHOWN:
        shown += f" and {len(taken) - _SHOWN} more"
    several = len(taken) > 1
    for other, command in WRITERS.items():
        theirs = read(folder, other) or () if other != writer else ()
        if any(each.startswith(name) for name in found.values() for each in theirs):
            belong = "belong" if several else "belongs"
            raise RequestError(f"{shown} {belong} to vizreport {command}; choose another folder")
    it = "them" if several else "it"
    raise RequestError(
        f"{shown} would be overwritten, but vizreport {WRITERS[writer]} did not write {it}; move "
        f"{it} away or choose another folder"
    )


def _obstacle(folder: Path, owned: frozenset[str], name: str) -> str | None:
    """Return what keeps a name from being written, relative to the folder."""
    for parent in [*PurePosixPath(name).parents][-2::-1]:
        path = folder / parent
        if not os.path.lexists(path):
            return None
        if path.is_symlink() or not path.is_dir():
            return str(parent)
    path = folder / name
    if not os.path.lexists(path):
        return None
    if name.endswith("/"):
        free = any(each.startswith(name) for each in owned)
        return None if free and path.is_dir() and not path.is_symlink() else name.rstrip("/")
    is_folder = path.is_dir() and not path.is_symlink()
    return None if name in owned and not is_folder else name


def _files(stage: Path, part: str) -> list[str]:
    if not part.endswith("/"):
        return [part]
    found = (path for path in (stage / part).rglob("*") if path.is_file())
    return sorted(path.relative_to(stage).as_posix() for path in found)


def _is_inside(name: object) -> bool:
    if not isinstance(name, str) or "\0" in name:
        return False
    return not {"", ".", ".."}.intersection(name.split("/"))


def _write(folder: Path, writer: str, names: frozenset[str]) -> None:
    content = {"schema_version": SCHEMA_VERSION, "files": sorted(names)}
    write_text(folder / FOLDER / f"{writer}.json", json.dumps(content, indent=0) + "\n")


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    (folder / FOLDER).mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / FOLDER, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network disks know no locks of folders
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
