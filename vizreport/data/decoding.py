"""From an image file to RGB pixels, or to the reason why not."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError, features

from vizreport.data.image import DEFAULT_DECODING, Decoding, Size, UnreadableImage
from vizreport.data.image_files import KINDS, READ, kind_by_content, unsupported
from vizreport.system.paths import problem
from vizreport.wording.foreign_text import brief

MAX_PIXELS = 89_478_485
"""Images of more pixels are refused: Pillow's own threshold of suspicion, 268 MB as RGB."""

# Told by content, not by suffix: many a ".jpg" is a PNG or a GIF. Others stay out, since some of
# Pillow's readers start programs (EPS).
_FORMATS = tuple(kind.upper() for kind in READ)

_RANGES = (255, 4095, 65535)
"""Largest values of 8, 12 and 16 bits."""

_ORIENTATION = 0x0112

# Pillow warns of large images, of broken EXIF blocks and the like; what matters of it is said
# here by an exception with a reason.
warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")


def decode(
    file: Path | BytesIO,
    least: Callable[[int, int], Size] | None = None,
    decoding: Decoding = DEFAULT_DECODING,
) -> tuple[np.ndarray, Size]:
    """Decode an image to RGB as a person sees it.

    EXIF rotation is applied, transparency is composited on white (``decoding`` can say otherwise),
    CMYK is converted without colour profile, of an animation or a file of several pages the first
    one is taken. Embedded colour profiles are ignored, as training pipelines do.

    Greyscale of more than 8 bits is divided by the largest value of 8, 12 or 16 bits, the least
    that holds the picture's own: cameras and scanners store 12 bits in 16.

    Parameters
    ----------
    file : Path or BytesIO
        An image file, or its content.
    least : callable, optional
        Width and height of the original -> least size that will do. A JPEG file is then decoded
        at 1/2, 1/4 or 1/8 scale where the result is not below it in either direction.
    decoding : Decoding
        What is done with EXIF rotation and transparency.

    Returns
    -------
    pixels : uint8 [H, W, 3]
    size : (int, int)
        Width and height of the original after rotation, pixels.

    Raises
    ------
    UnreadableImage
        With the reason: empty, damaged, truncated, no image, above ``MAX_PIXELS``, or numbers
        whose range is not known.
    """
    if isinstance(file, Path) and (wrong := problem(file)):
        raise UnreadableImage(f"it {wrong}")
    if _is_empty(file):
        raise UnreadableImage("the file is empty")
    # Other libraries, WeasyPrint among them, switch this on for the whole process.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with Image.open(file, formats=_FORMATS) as image:
            return _pixels(image, least, decoding)
    except UnreadableImage:
        raise
    except Image.DecompressionBombError:
        raise UnreadableImage(f"it has more than {_megapixels(MAX_PIXELS)}, the limit") from None
    except UnidentifiedImageError:
        raise UnreadableImage(_unidentified(file)) from None
    except Exception as error:  # damaged files make Pillow raise nearly anything
        raise UnreadableImage(_reason(error)) from error


def _is_empty(file: Path | BytesIO) -> bool:
    if isinstance(file, BytesIO):
        return file.getbuffer().nbytes == 0
    try:
        return file.stat().st_size == 0
    except OSError as error:
        raise UnreadableImage(_reason(error)) from error


def _unidentified(file: Path | BytesIO) -> str:
    with BytesIO(file.getvalue()) if isinstance(file, BytesIO) else file.open("rb") as opened:
        kind = kind_by_content(opened.read(132))
    if kind == "AVIF" and not features.check("avif"):
        return "this installation of Pillow cannot read AVIF; save it as PNG or JPEG"
    if kind in READ:
        return f"the {kind} file is damaged, or of an unsupported variant"
    return unsupported(kind) if kind else f"it is not a {KINDS} image"


def _pixels(
    image: Image.Image, least: Callable[[int, int], Size] | None, decoding: Decoding
) -> tuple[np.ndarray, Size]:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise UnreadableImage(
            f"its {width} x {height} pixels are more than {_megapixels(MAX_PIXELS)}, the limit"
        )
    # Of colours of 16 bits Pillow keeps the upper 8.
    tiles = image.tile if isinstance(image, ImageFile.ImageFile) else []
    halved = image.mode.startswith("RGB") and any(";16" in str(tile.args) for tile in tiles)
    orientation = _orientation(image) if decoding.exif == "apply" else 1
    turned = orientation in (5, 6, 7, 8)
    size = (height, width) if turned else (width, height)
    if least is not None:
        least_width, least_height = least(*size)
        image.draft(None, (least_height, least_width) if turned else (least_width, least_height))
    upright = ImageOps.exif_transpose(image) if orientation > 1 else image
    if halved and _is_black(upright):
        raise UnreadableImage(
            "its 16-bit colours leave the upper 4 bits unused and would appear nearly black; save "
            "it with 8 bits"
        )
    return np.array(_rgb(upright, decoding), dtype=np.uint8), size


def _is_black(image: Image.Image) -> bool:
    return bool(np.asarray(image.convert("RGB")).max() <= _RANGES[1] >> 8)


def _orientation(image: Image.Image) -> int:
    try:
        value = image.getexif().get(_ORIENTATION, 1)
    except Exception:  # a broken EXIF block does not make the picture unreadable
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _rgb(image: Image.Image, decoding: Decoding) -> Image.Image:
    if image.mode == "F":
        raise UnreadableImage(
            "its pixels are floating-point numbers of unknown range; save it with 8 or 16 bits"
        )
    if image.mode == "I" or image.mode.startswith("I;16"):
        return _grey(np.asarray(image).astype(np.int64)).convert("RGB")
    transparent = "A" in image.mode.upper() or "transparency" in image.info
    if transparent and decoding.alpha == "white":
        with_alpha = image.convert("RGBA")
        white = Image.new("RGBA", with_alpha.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, with_alpha).convert("RGB")
    return image.convert("RGB")


def _grey(wide: np.ndarray) -> Image.Image:
    least, most = int(wide.min()), int(wide.max())
    if least < 0 or most > _RANGES[-1]:
        raise UnreadableImage(
            f"its values range from {least} to {most}, beyond 16 bits; save it with 8 or 16 bits"
        )
    white = next(largest for largest in _RANGES if most <= largest)
    return Image.fromarray(((wide * 510 + white) // (2 * white)).astype(np.uint8))


def _reason(error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    if "truncated" in text.lower():
        return "the file is truncated"
    if isinstance(error, OSError) and error.errno is not None:
        return f"the file cannot be opened: {text}"
    return f"the file is damaged: {brief(text)}"


def _megapixels(pixels: int) -> str:
    return f"{pixels / 1e6:.0f} million pixels"
