"""Foreign files of every name that a command writes, and what its manifests name."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from vizreport.errors import RequestError
from vizreport.results.manifest import FOLDER, WRITERS, read

FOREIGN = b"a user's own"


def tree(folder: Path) -> dict[str, bytes | None]:
    """Return what lies below a folder: contents of files, None for folders."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


def files(folder: Path) -> list[str]:
    """Name the files below a folder, but for the manifests."""
    return sorted(
        name for name, content in tree(folder).items() if content is not None and FOLDER not in name
    )


def assert_all_are_named(folder: Path) -> None:
    """Each file is in the manifest of a writer, in its folder or one above."""
    every = files(folder)
    above = {parent for name in every for parent in Path(name).parents}
    named = {
        (each / known).as_posix()
        for each in above
        for writer in WRITERS
        for known in read(folder / each, writer) or ()
    }
    unnamed = [name for name in every if name not in named]
    assert not unnamed, unnamed


def assert_foreign_files_are_refused(
    written: Path, scratch: Path, command: Callable[[Path], object]
) -> None:
    """Put a foreign file in the place of each file that a command wrote, one after the other.

    Parameters
    ----------
    written : Path
        A folder that the command filled.
    scratch : Path
        Folder to be made and removed.
    command : callable
        Takes the output folder; raises the RequestError.
    """
    every = files(written)
    assert every
    # Of many in a folder the first of each kind.
    kinds = {(Path(name).parent, Path(name).suffix): name for name in reversed(every)}
    for name in kinds.values():
        path = scratch / name
        path.parent.mkdir(parents=True)
        path.write_bytes(FOREIGN)
        before = tree(scratch)
        with pytest.raises(RequestError) as refused:
            command(scratch)
        taken = [str(each) for each in (path, *path.parents) if scratch in each.parents]
        assert any(f"{each} would be overwritten" in str(refused.value) for each in taken), name
        assert tree(scratch) == before
        shutil.rmtree(scratch)
