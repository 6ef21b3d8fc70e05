"""Reader of the uncompressed, multi-part OpenEXR files that the renderer writes."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

TYPES = {0: "<u4", 1: "<f2", 2: "<f4"}


def read_exr(path: Path) -> dict[str, np.ndarray]:
    """Read all channels of all parts: name without the layer -> float32 [height, width]."""
    data = Path(path).read_bytes()
    magic, version = struct.unpack_from("<II", data)
    if magic != 20000630 or not version & 0x1000:
        raise ValueError(f"{path} is no multi-part OpenEXR file")
    at, parts = 8, []
    while data[at]:
        header, at = _header(data, at)
        if header["compression"] != b"\0":
            raise ValueError(f"{path} is compressed")
        parts.append(header)
    at += 1
    channels = {}
    for header in parts:
        left, top, right, bottom = struct.unpack("<4i", header["dataWindow"])
        layout = _layout(header["channels"], right - left + 1)
        offsets = np.frombuffer(data, "<u8", bottom - top + 1, at)
        at += 8 * len(offsets)
        # A chunk is one line: number of the part, line, size, then the channels one by one.
        rows = [np.frombuffer(data, layout, 1, int(offset) + 12)[0] for offset in offsets]
        for name in layout.names:
            channels[name] = np.stack([row[name] for row in rows]).astype(np.float32)
    return channels


def _header(data: bytes, at: int) -> tuple[dict[str, bytes], int]:
    header = {}
    while data[at]:
        end = data.index(b"\0", at)
        name = data[at:end].decode()
        at = data.index(b"\0", end + 1) + 1
        size = struct.unpack_from("<i", data, at)[0]
        header[name] = data[at + 4 : at + 4 + size]
        at += 4 + size
    return header, at + 1


def _layout(text: bytes, width: int) -> np.dtype:
    channels, at = [], 0
    while text[at]:
        end = text.index(b"\0", at)
        kind = TYPES[struct.unpack_from("<i", text, end + 1)[0]]
        channels.append((text[at:end].decode().partition(".")[2], kind, (width,)))
        at = end + 17
    return np.dtype(channels)
