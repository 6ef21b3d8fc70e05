"""From an image file to RGB pixels, or to the reason why not."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from vizreport.data.dataset import Size, UnreadableImage
from vizreport.foreign_text import brief
from vizreport.paths import problem

MAX_PIXELS = 89_478_485
"""Images of more pixels are refused: Pillow's own threshold of suspicion, 268 MB as RGB."""

SUFFIXES = (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp")

# Told by content, not by suffix: many a ".jpg" is a PNG or a GIF. Others stay out, since some of
# Pillow's readers start programs (EPS).
_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF")

_ORIENTATION = 0x0112

# Pillow warns of large images, of broken EXIF blocks and the like; what matters of it is said
# here by an exception with a reason.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")


def decode(
    file: Path | BytesIO, least: Callable[[int, int], Size] | None = None
) -> tuple[np.ndarray, Size]:
    """Decode an image to RGB as a person sees it.

    EXIF rotation is applied, transparency is composited on white, CMYK is converted without
    colour profile, 16-bit greyscale keeps its upper 8 bits (rounded), of an animation the first
    frame is taken. Embedded colour profiles are ignored, as training pipelines do.

    Parameters
    ----------
    file : Path or BytesIO
    least : callable, optional
        Width and height of the original -> least size that will do. A JPEG file is then decoded
        at 1/2, 1/4 or 1/8 scale where the result is not below it in either direction.

    Returns
    -------
    pixels : uint8 [H, W, 3]
    size : (int, int)
        Width and height of the original after rotation, pixels.

    Raises
    ------
    UnreadableImage
        With the reason: empty, damaged, truncated, no image, or above ``MAX_PIXELS``.
    """
    if isinstance(file, Path) and (wrong := problem(file)):
        raise UnreadableImage(f"it {wrong}")
    if _is_empty(file):
        raise UnreadableImage("the file is empty")
    # Other libraries, WeasyPrint among them, switch this on for the whole process.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with Image.open(file, formats=_FORMATS) as image:
            return _pixels(image, least)
    except UnreadableImage:
        raise
    except Image.DecompressionBombError:
        raise UnreadableImage(f"it has more than {_megapixels(MAX_PIXELS)}, the limit") from None
    except UnidentifiedImageError:
        raise UnreadableImage("it is not a JPEG, PNG, WebP or BMP image") from None
    except Exception as error:  # damaged files make Pillow raise nearly anything
        raise UnreadableImage(_reason(error)) from error


def _is_empty(file: Path | BytesIO) -> bool:
    if isinstance(file, BytesIO):
        return file.getbuffer().nbytes == 0
    try:
        return file.stat().st_size == 0
    except OSError as error:
        raise UnreadableImage(_reason(error)) from error


def _pixels(
    image: Image.Image, least: Callable[[int, int], Size] | None
) -> tuple[np.ndarray, Size]:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise UnreadableImage(
            f"its {width} x {height} pixels are more than {_megapixels(MAX_PIXELS)}, the limit"
        )
    orientation = _orientation(image)
    turned = orientation in (5, 6, 7, 8)
    size = (height, width) if turned else (width, height)
    if least is not None:
        least_width, least_height = least(*size)
        image.draft(None, (least_height, least_width) if turned else (least_width, least_height))
    upright = ImageOps.exif_transpose(image) if orientation > 1 else image
    return np.array(_rgb(upright), dtype=np.uint8), size


def _orientation(image: Image.Image) -> int:
    try:
        value = image.getexif().get(_ORIENTATION, 1)
    except Exception:  # a broken EXIF block does not make the picture unreadable
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode == "RGB" and "transparency" not in image.info:
        return image
    if image.mode == "I" or image.mode.startswith("I;16"):
        wide = np.asarray(image).astype(np.int64).clip(0, 65535)
        return Image.fromarray(((wide + 128) // 257).astype(np.uint8)).convert("RGB")
    if "A" in image.mode.upper() or "transparency" in image.info:
        with_alpha = image.convert("RGBA")
        white = Image.new("RGBA", with_alpha.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, with_alpha).convert("RGB")
    return image.convert("RGB")


def _reason(error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    if "truncated" in text.lower():
        return "the file is truncated"
    if isinstance(error, OSError) and error.errno is not None:
        return f"the file cannot be opened: {text}"
    return f"the file is damaged: {brief(text)}"


def _megapixels(pixels: int) -> str:
    return f"{pixels / 1e6:.0f} million pixels"
