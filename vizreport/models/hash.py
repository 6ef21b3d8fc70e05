"""The hash that stands for a checkpoint in every result's key. No TensorFlow here."""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import BadZipFile, ZipFile, ZipInfo

from vizreport.errors import RequestError
from vizreport.models.sidecar import sidecar_paths
from vizreport.system.documents import JsonObject
from vizreport.system.paths import problem
from vizreport.wording.nearest import meant

_DESCRIPTION, _SAVED = "config.json", "metadata.json"
_LONGEST_DESCRIPTION = 64 * 2**20  # bytes
_LOCAL_HEADER = 30  # bytes, before a member's name
_ADDRESS = "shared_object_id"
_DAMAGED = (BadZipFile, EOFError, KeyError, OSError, RuntimeError, TypeError, ValueError,
            zlib.error)  # fmt: skip


def checkpoint_hash(path: str | Path) -> str:
    """Hash a checkpoint and its sidecars by content.

    Of a ``.keras`` file weights and description count, not when and by which Keras they were
    saved: saving a network again, or training it again to the same weights, gives the same hash.

    Parameters
    ----------
    path : str or Path
        A ``.keras`` or ``.h5`` file; where it lies and what it is called do not matter.

    Returns
    -------
    str
        sha256, 64 hexadecimal digits, of the files' own digests.

    Raises
    ------
    RequestError
        The file cannot be read.
    """
    path = Path(path)
    combined = hashlib.sha256()
    for file in (path, *sidecar_paths(path)):
        wrong = problem(file)
        if wrong:
            raise RequestError(f"{file} {wrong}; {_instead(file)}")
        # The kind of file, so that a mean never stands for a description.
        kind = "checkpoint" if file == path else file.suffix
        try:
            with file.open("rb") as stream:
                digest = _archive_digest(stream) if file.suffix == ".keras" else None
                digest = digest or _digest(stream, 0, None)
        except OSError as error:
            raise RequestError(f"{file} cannot be read: {error.strerror}") from error
        combined.update(f"{kind} {digest}\n".encode())
    return combined.hexdigest()


def _instead(file: Path) -> str:
    """Return what to do, such as the name of a file beside it that is nearly the same."""
    beside = [each.name for each in file.parent.glob("*") if each.suffix == file.suffix]
    return meant(file.name, beside, "pass a .keras or .h5 file")


def _archive_digest(stream: BinaryIO) -> str | None:
    """Hash the members of a ``.keras`` archive; None for what is none, or a damaged one."""
    try:
        with ZipFile(stream) as archive:
            members = sorted(archive.infolist(), key=lambda member: member.filename)
            if sum(member.compress_size for member in members) > os.fstat(stream.fileno()).st_size:
                return None  # members within each other, which would take for ever to read
            description = _description(archive)
        lines = [f"{_DESCRIPTION} {hashlib.sha256(description).hexdigest()}"]
        for member in members:
            if member.filename not in (_DESCRIPTION, _SAVED):
                start = _start(stream, member)
                # As they lie there: nothing is unpacked, and Keras stores without compression.
                content = _digest(stream, start, member.compress_size)
                lines.append(f"{member.filename} {member.compress_type} {content}")
    except _DAMAGED:
        return None
    return hashlib.sha256(json.dumps(lines).encode()).hexdigest()


def _description(archive: ZipFile) -> bytes:
    """Return Keras's description of the network, its addresses in memory numbered instead."""
    if archive.getinfo(_DESCRIPTION).file_size > _LONGEST_DESCRIPTION:
        raise ValueError("too long")
    numbers: dict[Any, int] = {}

    def numbered(entries: list[tuple[str, Any]]) -> JsonObject:
        return {
            name: numbers.setdefault(value, len(numbers)) if name == _ADDRESS else value
            for name, value in entries
        }

    known = json.loads(archive.read(_DESCRIPTION), object_pairs_hook=numbered)
    return json.dumps(known, sort_keys=True).encode()


def _start(stream: BinaryIO, member: ZipInfo) -> int:
    stream.seek(member.header_offset)
    header = stream.read(_LOCAL_HEADER)
    if len(header) < _LOCAL_HEADER:
        raise BadZipFile(member.filename)
    lengths = (int.from_bytes(header[at : at + 2], "little") for at in (26, 28))
    return member.header_offset + _LOCAL_HEADER + sum(lengths)


def _digest(stream: BinaryIO, start: int, length: int | None) -> str:
    """Hash a part of a file; all to its end where ``length`` is None."""
    stream.seek(start)
    digest = hashlib.sha256()
    for block in _blocks(stream, length):
        digest.update(block)
    return digest.hexdigest()


def _blocks(stream: BinaryIO, length: int | None) -> Iterator[bytes]:
    while length is None or length > 0:
        block = stream.read(2**20 if length is None else min(2**20, length))
        if not block:
            return
        yield block
        length = None if length is None else length - len(block)
