"""Zip archives and ``.npz`` files of a user's, checked before anything in them is unpacked."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import IO
from zipfile import (
    ZIP_BZIP2,
    ZIP_DEFLATED,
    ZIP_LZMA,
    ZIP_STORED,
    BadZipFile,
    ZipFile,
    ZipInfo,
)

import numpy as np

from vizreport.system.paths import problem

MOST_MEMBERS = 10_000
SUSPICIOUS_BYTES = 2**30
SUSPICIOUS_EXPANSION = 200
"""More than this many bytes from each one stored, above ``SUSPICIOUS_BYTES``, is a bomb.

Deflate reaches 1,032; weights and photographs reach 2, drawings 50.
"""

_METHODS = (ZIP_STORED, ZIP_DEFLATED, ZIP_BZIP2, ZIP_LZMA)
_ENCRYPTED = 0x1
DAMAGED = "is truncated or damaged"
_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


class BadArchive(Exception):
    """An archive cannot be read; the message follows its path, such as "is encrypted"."""


def check_members(archive: ZipFile) -> None:
    """Refuse an archive by what its directory says, before a byte of it is unpacked.

    Raises
    ------
    BadArchive
        A member is encrypted or of an unknown compression, there are too many of them, or they
        unpack to far more than is stored.
    """
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise BadArchive(f"is damaged or malicious: it has {len(members):,} members")
    for member in members:
        if member.flag_bits & _ENCRYPTED:
            raise BadArchive("is encrypted")
        if member.compress_type not in _METHODS:
            raise BadArchive(
                f"is compressed in a way that Python cannot read (method {member.compress_type})"
            )
    size = sum(member.file_size for member in members)
    stored = sum(member.compress_size for member in members)
    for total, of in [(m.file_size, m.compress_size) for m in members] + [(size, stored)]:
        if is_bomb(total, of):
            raise BadArchive(
                f"would unpack to {readable(total)} from {readable(of)}, which only a malicious "
                "archive does"
            )


def is_bomb(unpacked: int, stored: int) -> bool:
    """Return whether a compression ratio is too high to be honest."""
    return unpacked > max(SUSPICIOUS_BYTES, SUSPICIOUS_EXPANSION * stored)


def check_content(archive: ZipFile) -> None:
    """Refuse an archive whose members do not have the checksums they were stored with.

    Raises
    ------
    BadArchive
        As :func:`check_members`, or a member is damaged.
    """
    check_members(archive)
    try:
        broken = archive.testzip()
    except Exception as error:  # damaged members make zipfile raise nearly anything
        raise BadArchive(DAMAGED) from error
    if broken:
        raise BadArchive(DAMAGED)


def read_arrays(path: Path, wanted: Sequence[str] | None = None) -> dict[str, np.ndarray]:
    """Read arrays of an ``.npz`` file.

    Parameters
    ----------
    path : Path
        The ``.npz`` file; named in the message.
    wanted : sequence of str, optional
        Names of the arrays, those that are missing left out; all by default.

    Returns
    -------
    dict of str to ndarray
        Without pickled objects. In the order of the archive.

    Raises
    ------
    BadArchive
        The file is none, is damaged, holds Python objects or a single array, or an array's
        header does not agree with its size or asks for more than the machine's memory.
    """
    found = problem(path)
    if found:
        raise BadArchive(found)
    try:
        with path.open("rb") as file:
            if file.read(6) == np.lib.format.MAGIC_PREFIX:
                raise BadArchive("holds a single array")
            file.seek(0)
            with ZipFile(file) as archive:
                check_members(archive)
                return {
                    name: _read_array(archive, member, name)
                    for member in archive.infolist()
                    if (name := member.filename.removesuffix(".npy")) in (wanted or (name,))
                }
    except BadArchive:
        raise
    except MemoryError as error:
        raise BadArchive("needs more memory than this machine has") from error
    except PermissionError as error:
        raise BadArchive(f"cannot be read: {error.strerror}") from error
    except BadZipFile as error:
        raise BadArchive(f"{DAMAGED}, or not a .npz file") from error
    except Exception as error:  # seeking, zlib and the headers' parser raise nearly anything
        raise BadArchive(DAMAGED) from error


def array_names(path: Path) -> list[str]:
    """Return the names of a file's arrays; raises BadZipFile or OSError."""
    with ZipFile(path) as archive:
        return [name.removesuffix(".npy") for name in archive.namelist()]


def _read_array(archive: ZipFile, member: ZipInfo, name: str) -> np.ndarray:
    with archive.open(member) as stream:
        _check_header(stream, member, name)
    with archive.open(member) as stream:
        array = np.lib.format.read_array(stream, allow_pickle=False)
        stream.read(1)  # the end, where the checksum is compared
    return array


def _check_header(stream: IO[bytes], member: ZipInfo, name: str) -> None:
    version = np.lib.format.read_magic(stream)
    if version not in _HEADERS:
        raise BadArchive(f"has an array {name!r} that is not of plain numbers or strings")
    shape, _, dtype = _HEADERS[version](stream)
    if dtype.hasobject:
        raise BadArchive(f"has an array {name!r} of Python objects")
    if any(side < 0 for side in shape):
        raise BadArchive(f"has an array {name!r} of shape {shape}")
    declared, held = math.prod(shape) * dtype.itemsize, member.file_size - stream.tell()
    if declared != held:
        raise BadArchive(
            f"has an array {name!r} that declares {readable(declared)} but contains "
            f"{readable(held)}"
        )
    if declared > physical_memory():
        raise BadArchive(
            f"has an array {name!r} of {readable(declared)}, more than this machine's memory"
        )


def physical_memory() -> int:
    """Return the bytes of this machine's memory."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def readable(count: int) -> str:
    """Return a number of bytes with a unit of three digits or fewer before the point."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000  # type: ignore[assignment]
    return f"{count:,.3g} TB" if count < 1000 else f"{count:,.0f} TB"
