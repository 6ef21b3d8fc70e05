"""Zip archives with something wrong in them."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

LOCAL, CENTRAL = b"PK\x03\x04", b"PK\x01\x02"
# Offsets in the two headers of a member: flags, method, size as it was before compression.
FLAGS, METHOD, SIZE = (6, 8), (8, 10), (22, 24)


def archive(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as target:
        for name, content in members.items():
            target.writestr(name, content)
    return buffer.getvalue()


def members(path: Path) -> dict[str, bytes]:
    """Return what an archive holds."""
    with zipfile.ZipFile(path) as source:
        return {name: source.read(name) for name in source.namelist()}


def patched(content: bytes, offsets: tuple[int, int], value: int, form: str = "<H") -> bytes:
    """Overwrite an entry of all members' headers, local and central."""
    changed = bytearray(content)
    for signature, offset in zip((LOCAL, CENTRAL), offsets, strict=True):
        at = content.find(signature)
        while at >= 0:
            struct.pack_into(form, changed, at + offset, value)
            at = content.find(signature, at + 4)
    return bytes(changed)


def encrypted(content: bytes) -> bytes:
    """Mark all members as encrypted."""
    return patched(content, FLAGS, 1)


def unknown_compression(content: bytes) -> bytes:
    """Name a way of compressing that there is none of."""
    return patched(content, METHOD, 77)


def enormous(content: bytes) -> bytes:
    """Let all members claim to unpack to 4 GiB."""
    return patched(content, SIZE, 2**32 - 16, "<I")


def spoilt(content: bytes) -> bytes:
    """Overwrite the deflated bytes of the first member."""
    changed = bytearray(content)
    changed[60:90] = b"\xff" * 30
    return bytes(changed)


def npy(array: np.ndarray | None = None, header: str = "") -> bytes:
    """Return an array as .npy, or a file of this header and no numbers."""
    if array is not None:
        buffer = io.BytesIO()
        np.save(buffer, array, allow_pickle=True)
        return buffer.getvalue()
    text = header.ljust(117).encode("latin-1") + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text
