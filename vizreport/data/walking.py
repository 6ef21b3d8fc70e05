"""The image files below a folder, and the shards that others keep images in."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from vizreport.data.image import UnreadableImage
from vizreport.data.image_files import SUFFIXES, why_not_read
from vizreport.data.storage import Item, Storage, Unlistable
from vizreport.results.columns import ColumnFile, StringsFile

TAR, PARQUET = ".tar", ".parquet"


@dataclass
class ListedFiles:
    """What is below a folder, in the order of the paths' parts.

    Attributes
    ----------
    images, tags : StringsFile
        Path and entity tag of each image file.
    sizes, times : ColumnFile
        Bytes of each, and its ``Item.times``.
    shards : list of (path, Item)
        Files that may hold images: tar archives and Parquet files.
    skipped : list of (path, reason)
        What looks like an image and cannot be read.
    """

    images: StringsFile = field(default_factory=StringsFile)
    tags: StringsFile = field(default_factory=StringsFile)
    sizes: ColumnFile = field(default_factory=partial(ColumnFile, np.int64))
    times: ColumnFile = field(default_factory=partial(ColumnFile, np.int64, (3,)))
    shards: list[tuple[str, Item]] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)


def walk(storage: Storage) -> ListedFiles:
    """List the images below a folder, at any depth.

    Images are the files that end in ``SUFFIXES``, in any case. What looks like an image
    otherwise, by its ending or, on this machine, by its first bytes, is listed as skipped. Names
    that start with a dot are ignored.
    """
    found = ListedFiles()
    _walk(storage, "", found)
    return found


def folders(storage: Storage) -> list[str]:
    """Return the names of a folder's folders, sorted; raises Unlistable."""
    return [item.name for item in storage.items("") if item.folder and not _is_hidden(item.name)]


def shown(name: str) -> str:
    """Return a file name that can be written to JSON and HTML, whatever its bytes."""
    return os.fsencode(name).decode("utf-8", "replace")


def _walk(storage: Storage, folder: str, found: ListedFiles) -> None:
    try:
        items = storage.items(folder)
    except Unlistable as error:
        found.skipped.append((shown(folder), f"the folder cannot be listed: {error}"))
        return
    for item in items:
        path = f"{folder}/{item.name}" if folder else item.name
        lower = item.name.lower()
        if _is_hidden(item.name):
            continue
        if item.folder:
            _walk(storage, path, found)
        elif lower.endswith(SUFFIXES):
            if item.problem:  # a broken link, a pipe
                found.skipped.append((shown(path), f"it {item.problem}"))
            else:
                found.images.append(path)
                found.tags.append(item.tag)
                found.sizes.append(item.size)
                found.times.append(item.times)
        elif item.problem:
            if item.link:
                found.skipped.append((shown(path), f"it {item.problem}"))
        elif lower.endswith((TAR, PARQUET)):
            found.shards.append((path, item))
        elif reason := why_not_read(item.name, partial(_head, storage, path)):
            found.skipped.append((shown(path), reason))


def _head(storage: Storage, path: str) -> bytes:
    """Return a file's first bytes; none over a network, where each file would be a request."""
    if storage.remote:
        return b""
    try:
        return storage.read(path, 0, 132)
    except UnreadableImage:
        return b""


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name == "__MACOSX"
