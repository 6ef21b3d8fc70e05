"""Which files are images: by their ending, and by their first bytes."""

from __future__ import annotations

import re
from collections.abc import Callable

READ = {
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "PNG": (".png",),
    "WebP": (".webp",),
    "BMP": (".bmp",),
    "GIF": (".gif",),
    "TIFF": (".tif", ".tiff"),
    "AVIF": (".avif",),
    "PPM": (".ppm", ".pgm", ".pbm", ".pnm"),
}
"""Formats that are read, and how their files' names end."""

SUFFIXES = tuple(suffix for suffixes in READ.values() for suffix in suffixes)

NOT_IN_BROWSERS = READ["TIFF"] + READ["PPM"]
"""Endings of files that are read, but that no browser shows."""

KINDS = f"{', '.join(list(READ)[:-1])} or {list(READ)[-1]}"
"""The formats that are read, in words."""

_NOT_READ = {
    "HEIC": (".heic", ".heif"),
    "JPEG 2000": (".jp2", ".j2k", ".jpx"),
    "JPEG XL": (".jxl",),
    "SVG": (".svg", ".svgz"),
    "Photoshop": (".psd",),
    "raw": (".dng", ".nef", ".cr2", ".cr3", ".arw", ".orf", ".rw2", ".raf"),
    "OpenEXR": (".exr",),
    "Radiance": (".hdr",),
    "TGA": (".tga",),
    "ICO": (".ico",),
    "DICOM": (".dcm",),
    "NIfTI": (".nii", ".nii.gz"),
}

_FIRST_BYTES = {
    "JPEG": rb"\xff\xd8\xff",
    "PNG": rb"\x89PNG\r\n\x1a\n",
    "GIF": rb"GIF8[79]a",
    "WebP": rb"RIFF.{4}WEBP",
    "BMP": rb"BM.{4}\0{4}.{3}\0",
    "TIFF": rb"II\*\0|MM\0\*|II\+\0|MM\0\+",
    "AVIF": rb".{4}ftypavi[fs]",
    "PPM": rb"P[1-6][ \t\r\n]+(#[^\n]*\n)?\s*\d+\s+\d+\s",
    "HEIC": rb".{4}ftyp(hei[cxms]|hev[cx]|mif1|msf1)",
    "JPEG 2000": rb"\0\0\0\x0cjP  \r\n\x87\n|\xff\x4f\xff\x51",
    "JPEG XL": rb"\xff\x0a|\0\0\0\x0cJXL \r\n\x87\n",
    "Photoshop": rb"8BPS\0",
    "OpenEXR": rb"v/1\x01",
    "DICOM": rb".{128}DICM",
}


def kind_by_content(head: bytes) -> str:
    """Name the format that a file's first 132 bytes belong to; "" for none that is known."""
    for kind, pattern in _FIRST_BYTES.items():
        if re.match(pattern, head, re.DOTALL):
            return kind
    return ""


def why_not_read(name: str, head: Callable[[], bytes]) -> str:
    """Explain why a file that looks like an image is not read as one; "" for other files.

    Parameters
    ----------
    name : str
        Of a file; it does not end in ``SUFFIXES``.
    head : callable
        Returns the file's first 132 bytes, or none; asked where the name does not tell.
    """
    for kind, suffixes in _NOT_READ.items():
        if name.lower().endswith(suffixes):
            return unsupported(kind)
    kind = kind_by_content(head())
    if kind in READ:
        return (
            f"its content is a {kind} image, but its name does not end in {' or '.join(READ[kind])}"
        )
    return unsupported(kind) if kind else ""


def unsupported(kind: str) -> str:
    """Describe what to do with an image of a format that is not read."""
    return f"{kind} images are not supported; save it as PNG or JPEG"
