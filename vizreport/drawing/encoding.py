"""Pictures as PNG or JPEG, for screens and for print."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

DPI = 300
"""Of charts, and at most of JPEGs in print."""


_LARGE = 1_000_000  # bytes


class _TooLong(Exception):
    """More was written than there is room for."""


class _Limited(io.BytesIO):
    """A file in memory that takes ``limit`` bytes at most."""

    def __init__(self, limit: float) -> None:
        super().__init__()
        self._limit = limit

    def write(self, content: Any) -> int:
        written = super().write(content)
        if self.tell() > self._limit:
            raise _TooLong
        return written


def encoded(picture: Image.Image, width: float) -> tuple[tuple[str, bytes], tuple[str, bytes]]:
    """Encode a picture for screens and for print.

    Pictures of few, enlarged pixels are smaller as PNG, and exact; photographs would take
    megabytes. Screens get the PNG, or a JPEG that is less than half as large; of pictures above a
    megabyte, which are mosaics of noise, the smaller file. Print gets the smaller one of the PNG
    and of a JPEG of at most 300 dots per inch.

    Parameters
    ----------
    picture : Image
        What is drawn on.
    width : float
        Printed width, mm.

    Returns
    -------
    screen, printed : (str, bytes)
        Ending, ".png" or ".jpg", and content.
    """
    picture = picture.convert("RGB")
    jpeg, printed = jpeg_bytes(picture), _printed_jpeg(picture, width)
    try:  # what is longer is not needed
        limit = max(len(printed), len(jpeg), min(_LARGE, 2 * len(jpeg) + 1))
        png = _png(picture, _Limited(limit))
    except _TooLong:
        return (".jpg", jpeg), (".jpg", printed)
    worth = len(png) if len(png) > _LARGE else len(png) // 2
    return (
        (".jpg", jpeg) if len(jpeg) < worth else (".png", png),
        (".png", png) if len(png) <= len(printed) else (".jpg", printed),
    )


def png_bytes(picture: Image.Image) -> bytes:
    """Encode a picture without loss."""
    return _png(picture, io.BytesIO())


def _png(picture: Image.Image, buffer: io.BytesIO) -> bytes:
    picture.convert("RGB").save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def jpeg_bytes(picture: Image.Image) -> bytes:
    """Encode a picture for pages: quality 90, colours at full resolution."""
    buffer = io.BytesIO()
    picture.convert("RGB").save(buffer, "JPEG", quality=90, subsampling=0)
    return buffer.getvalue()


def _printed_jpeg(picture: Image.Image, width: float) -> bytes:
    buffer, most = io.BytesIO(), round(width / 25.4 * DPI)
    if picture.width > most:
        height = round(picture.height * most / picture.width)
        picture = picture.resize((most, height), Image.Resampling.LANCZOS)
    picture.save(buffer, "JPEG", quality=75, subsampling="4:2:0", optimize=True)
    return buffer.getvalue()
