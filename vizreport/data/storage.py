"""Where the files of a source lie: what there is, and their bytes."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from vizreport.data.image import UnreadableImage
from vizreport.system.paths import IS_FOLDER, problem

LARGEST = 2**30
"""Bytes of the largest file that is taken for an image."""


class Unlistable(Exception):
    """A folder cannot be listed; the message is the reason."""


@dataclass(frozen=True)
class Item:
    """A file or a folder as it is listed.

    Attributes
    ----------
    name : str
        The last part of its path.
    folder : bool
        Whether it is a folder.
    size : int
        Bytes.
    tag : str
        The entity tag and the size, which change with the content; "" where the storage gives
        no tag.
    problem : str
        What follows "it" where it is not a file that can be read; else "".
    link : bool
        Whether it is a symbolic link.
    times : (int, int, int)
        When its content was changed, when its entry in the storage was, and when it was listed,
        in ns; zeros where the storage does not tell.
    """

    name: str
    folder: bool
    size: int = 0
    tag: str = ""
    problem: str = ""
    link: bool = False
    times: tuple[int, int, int] = (0, 0, 0)


class Storage(Protocol):
    """A place with files, whose paths below it have forward slashes.

    Attributes
    ----------
    where : str
        The place itself, for messages.
    name : str
        Its last part, which a reader of the report sees.
    remote : bool
        Whether reading waits for a network.
    """

    @property
    def where(self) -> str: ...  # noqa: D102

    @property
    def name(self) -> str: ...  # noqa: D102

    @property
    def remote(self) -> bool: ...  # noqa: D102

    def below(self, path: str) -> Storage:
        """Return a folder of this one."""

    def items(self, path: str) -> list[Item]:
        """List a folder ("" for the place itself), by name; raises Unlistable."""

    def item(self, path: str) -> Item | None:
        """Return a file or folder; None where there is none."""

    def read(self, path: str, begin: int = 0, end: int | None = None) -> bytes:
        """Return a file's bytes, or those from ``begin`` to ``end``; from several threads, too.

        Raises
        ------
        UnreadableImage
            If it is this file that cannot be read.
        RequestError
            If it is the storage that fails.
        """

    def open(self, path: str) -> BinaryIO:
        """Open a file for reading here and there; raises as :meth:`read` does."""


class LocalFolder:
    """A folder of this machine, or of a disk that it shares: a :class:`Storage`."""

    remote = False

    def __init__(self, root: Path) -> None:
        self._root = root

    @property
    def where(self) -> str:
        """The folder's path."""
        return str(self._root)

    @property
    def name(self) -> str:
        """The folder's name."""
        return self._root.resolve().name

    def below(self, path: str) -> LocalFolder:
        """Return a folder of this one."""
        return LocalFolder(self._root / path)

    def items(self, path: str) -> list[Item]:
        """List a folder, without those of its folders that it lies in itself (by links)."""
        folder = self._root / path
        above = {_identity(each) for each in (folder, *folder.parents) if self._holds(each)}
        try:
            with os.scandir(folder) as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError as error:
            raise Unlistable(error.strerror) from error
        return [
            item
            for entry in entries
            if not (item := _item(entry)).folder or _identity(Path(entry.path)) not in above
        ]

    def item(self, path: str) -> Item | None:
        """Return a file or folder; None where there is none."""
        found = self._root / path
        wrong = problem(found)
        if not os.path.lexists(found):
            return None
        if wrong == IS_FOLDER:
            return Item(found.name, True)
        size, times = (0, (0, 0, 0)) if wrong else _facts(found.stat())
        return Item(found.name, False, size, "", wrong, times=times)

    def read(self, path: str, begin: int = 0, end: int | None = None) -> bytes:
        """Return a file's bytes, or those from ``begin`` to ``end``."""
        with self.open(path) as file:
            try:
                most = os.fstat(file.fileno()).st_size - begin if end is None else end - begin
                if most > LARGEST:
                    raise UnreadableImage(f"it has more than {LARGEST // 2**30} GB, the limit")
                return os.pread(file.fileno(), most, begin)
            except OSError as error:
                raise UnreadableImage(f"the file cannot be read: {error.strerror}") from error

    def open(self, path: str) -> BinaryIO:
        """Open a file; not a pipe or a device, at which reading would not end."""
        file = self._root / path
        if wrong := problem(file):
            raise UnreadableImage(f"it {wrong}")
        try:
            return file.open("rb")
        except OSError as error:
            raise UnreadableImage(f"the file cannot be opened: {error.strerror}") from error

    def _holds(self, folder: Path) -> bool:
        return folder == self._root or self._root in folder.parents


def _item(entry: os.DirEntry[str]) -> Item:
    try:
        if entry.is_dir():
            return Item(entry.name, True)
    except OSError:  # a link that leads back to itself
        pass
    wrong, link = problem(entry.path), entry.is_symlink()
    try:
        size, times = (0, (0, 0, 0)) if wrong else _facts(entry.stat())
    except OSError:  # it has just gone
        size, times = 0, (0, 0, 0)
    return Item(entry.name, False, size, "", "" if wrong == IS_FOLDER else wrong, link, times)


def _facts(status: os.stat_result) -> tuple[int, tuple[int, int, int]]:
    """Return size and times of a file."""
    return status.st_size, (status.st_mtime_ns, status.st_ctime_ns, time.time_ns())


def _identity(folder: Path) -> tuple[int, int]:
    status = folder.stat()
    return status.st_dev, status.st_ino
