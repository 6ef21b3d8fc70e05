"""Tar archives of images, as WebDataset writes them: ``KEY.jpg`` and beside it ``KEY.cls``."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from typing import BinaryIO, NoReturn, cast

from vizreport.data.image import UnreadableImage
from vizreport.data.image_files import SUFFIXES, why_not_read
from vizreport.data.shard import Shard, ShardMember
from vizreport.data.storage import LARGEST, Storage
from vizreport.errors import RequestError
from vizreport.wording.foreign_text import brief

_LABELS = ("cls", "json")
_IN_JSON = ("label", "cls", "class")
_LARGEST_LABEL = 2**20  # bytes
_LARGEST_HEADER = 2**20  # bytes, of long names and the like
_BLOCK = 512


class _Headers:
    """A tar archive's file, of which only headers and labels are read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek, self.tell = file.seek, file.tell

    def read(self, size: int) -> bytes:
        if size > max(_LARGEST_HEADER, _LARGEST_LABEL) + _BLOCK:
            raise tarfile.ReadError(f"a header of {size:,} bytes")
        return self._file.read(size)


def open_tar(storage: Storage, path: str) -> Shard:
    """List the images in a tar archive; read from by the offsets of its members.

    Members of one key, which is a name up to its first dot, follow each other. ``KEY.cls`` holds
    a class's number or name; ``KEY.json`` has it as ``label``, ``cls`` or ``class``. Without both,
    an image's class is the first folder on its way.

    Raises
    ------
    RequestError
        While members are gone through, if the archive is damaged: names it, and the last member
        that is whole.
    """
    skipped: list[tuple[str, str]] = []

    def read(place: tuple[int, int]) -> bytes:
        content = storage.read(path, *place)
        if len(content) < place[1] - place[0]:
            raise UnreadableImage("the tar archive is truncated here")
        return content

    return Shard(_members(storage, path, skipped), read, (), skipped)


def _members(storage: Storage, path: str, skipped: list[tuple[str, str]]) -> Iterator[ShardMember]:
    sample: list[tarfile.TarInfo] = []
    labels: dict[str, bytes] = {}
    key = None
    for info, content in _infos(storage, path):
        name = info.name.removeprefix("./")
        folder, _, base = name.rpartition("/")
        if base.startswith(".") or "__MACOSX" in name.split("/"):
            continue
        stem, _, ending = base.partition(".")
        if (folder, stem) != key:
            yield from _sample(path, sample, labels)
            sample, labels, key = [], {}, (folder, stem)
        if ending.lower() in _LABELS:
            labels[ending.lower()] = content
        elif base.lower().endswith(SUFFIXES):
            if info.issparse() or info.size > LARGEST:
                skipped.append((name, f"it is sparse or larger than {LARGEST // 2**30} GB"))
            else:
                sample.append(info)
        elif reason := why_not_read(base, lambda: b""):
            skipped.append((name, reason))
    yield from _sample(path, sample, labels)


def _infos(storage: Storage, path: str) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
    """Yield the regular members, and the content of those that are labels."""
    where, last = f"{storage.where}/{path}", ""
    try:
        with (
            storage.open(path) as file,
            tarfile.open(fileobj=cast(BinaryIO, _Headers(file)), mode="r:") as archive,
        ):
            before = -1
            while (info := archive.next()) is not None:
                archive.members = []  # type: ignore[attr-defined]  # it would keep them all
                if archive.offset <= before:
                    _damaged(where, last, "an offset points backwards")
                before = archive.offset
                content = b""
                if info.isreg() and info.name.lower().endswith(tuple(f".{e}" for e in _LABELS)):
                    if info.size > _LARGEST_LABEL:
                        _damaged(where, info.name, f"a label of {info.size:,} bytes")
                    label = archive.extractfile(info)
                    content = label.read() if label else b""
                if info.isreg():
                    yield info, content
                last = info.name
            file.seek(archive.offset)  # a header that is none ends the archive silently
            if any(file.read(_BLOCK)):
                _damaged(where, last, "no member header follows")
    except UnreadableImage as error:
        raise RequestError(f"{where} cannot be read: {error}; fix or exclude it") from error
    except (tarfile.TarError, OSError, EOFError, ValueError) as error:
        _damaged(where, last, brief(error))


def _damaged(where: str, last: str, reason: str) -> NoReturn:
    after = f"after its member {last}" if last else "at its beginning"
    raise RequestError(
        f"the tar archive {where} is damaged {after} ({reason}); download it again, or exclude it"
    )


def _sample(
    path: str, images: list[tarfile.TarInfo], labels: dict[str, bytes]
) -> Iterator[ShardMember]:
    """Yield a sample's image; without a plain KEY.ENDING, each image is a sample."""
    plain = [info for info in images if info.name.rpartition("/")[2].count(".") == 1]
    for info in plain[:1] or images:
        name = info.name.removeprefix("./")
        label, class_name = _label(path, name, labels)
        if label is None and class_name is None and "/" in name:
            class_name = name.split("/")[0]
        yield ShardMember(name, (info.offset_data, info.offset_data + info.size), class_name, label)


def _label(path: str, name: str, labels: dict[str, bytes]) -> tuple[int | None, str | None]:
    """Return a class's number, or its name."""
    found: object = None
    try:
        if "cls" in labels:
            found = labels["cls"].decode("utf-8").strip()
        elif "json" in labels:
            values = json.loads(labels["json"])
            if isinstance(values, dict):
                found = next((values[each] for each in _IN_JSON if each in values), None)
    except (ValueError, RecursionError) as error:
        raise RequestError(
            f"the label of {name} in {path} cannot be read ({brief(error)}); it must contain a "
            "class number or name"
        ) from error
    if isinstance(found, bool):
        found = int(found)
    if isinstance(found, str) and found.isdecimal():
        found = int(found)
    if isinstance(found, int):
        return (found, None) if 0 <= found < 2**31 else (None, None)
    return (None, found) if isinstance(found, str) and found else (None, None)
