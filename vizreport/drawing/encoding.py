"""Pictures as PNG or JPEG, for screens and for print."""

from __future__ import annotations

import io

from PIL import Image

DPI = 300
"""Of charts, and at most of JPEGs in print."""


_LARGE = 1_000_000  # bytes


def picture_bytes(picture: Image.Image) -> tuple[str, bytes]:
    """Encode a picture for screens: its PNG, or a JPEG that is less than half as large.

    Pictures of few, enlarged pixels stay exact; photographs would take megabytes. Of pictures above
    a megabyte, which are mosaics of noise, the smaller file is kept.

    Returns
    -------
    ending : {".png", ".jpg"}
    content : bytes
    """
    png, jpeg = png_bytes(picture), jpeg_bytes(picture)
    worth = len(png) if len(png) > _LARGE else len(png) // 2
    return (".jpg", jpeg) if len(jpeg) < worth else (".png", png)


def png_bytes(picture: Image.Image) -> bytes:
    """Encode a picture without loss."""
    buffer = io.BytesIO()
    picture.convert("RGB").save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def jpeg_bytes(picture: Image.Image) -> bytes:
    """Encode a picture for pages: quality 90, colours at full resolution."""
    buffer = io.BytesIO()
    picture.convert("RGB").save(buffer, "JPEG", quality=90, subsampling=0)
    return buffer.getvalue()


def for_print(picture: Image.Image, width: float) -> tuple[str, bytes]:
    """Encode a picture for print: the smaller one of its PNG and of a JPEG.

    Pictures of few, enlarged pixels are smaller as PNG, and exact; photographs are not.

    Parameters
    ----------
    picture : Image
        What is drawn on.
    width : float
        Printed width, mm: the JPEG has at most 300 dots per inch.

    Returns
    -------
    ending : {".png", ".jpg"}
    content : bytes
    """
    png, jpeg = png_bytes(picture), io.BytesIO()
    most = round(width / 25.4 * DPI)
    shrunk = picture.convert("RGB")
    if picture.width > most:
        height = round(picture.height * most / picture.width)
        shrunk = shrunk.resize((most, height), Image.Resampling.LANCZOS)
    shrunk.save(jpeg, "JPEG", quality=75, subsampling="4:2:0", optimize=True, progressive=True)
    return (".png", png) if len(png) <= jpeg.tell() else (".jpg", jpeg.getvalue())
