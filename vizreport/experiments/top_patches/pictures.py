"""How tiles are stored: WebP, without loss where loss would be seen or is not needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

# Lossy WebP halves the resolution of colours, which in tiles up to this side bleed into the next.
SMALL = 16
# Pixels of a layer's mosaics up to which projections are stored without loss.
_EXACT = 6_000_000


def patch_encoder(side: int, maps: int) -> Callable[[np.ndarray], bytes]:
    """Return what encodes patches ``side`` px wide of so many maps."""
    if side <= SMALL:
        return lossless
    return lossy if _pixels(side, maps) <= _EXACT else partial(_webp, quality=40, method=3)


def projection_encoder(side: int, maps: int) -> Callable[[np.ndarray], bytes]:
    """Return what encodes projections ``side`` px wide of so many maps."""
    if side <= SMALL or _pixels(side, maps) <= _EXACT:
        return lossless
    return partial(_webp, quality=30, method=3)


def drawn_encoder(side: int, maps: int = 1) -> Callable[[Image.Image], bytes]:
    """Return what encodes drawn tiles, parts of which are transparent, of so many maps.

    Of many large ones little detail is stored, and so much would be lost on the pages too.
    """
    if side <= SMALL:
        return _lossless_picture
    return _lossy_picture if _pixels(side, maps) <= _EXACT else partial(_lossy_picture, quality=60)


def _lossless_picture(picture: Image.Image) -> bytes:
    return _saved(picture, lossless=True, quality=50, method=2, exact=True)


def _lossy_picture(picture: Image.Image, quality: int = 75) -> bytes:
    return _saved(picture, quality=quality, method=2, exact=True)


def lossless(picture: np.ndarray) -> bytes:
    """Encode a picture without loss, with least effort: in a tenth of the time 6 % larger."""
    return _webp(picture, lossless=True, quality=0, method=0, exact=True)


def lossy(picture: np.ndarray) -> bytes:
    """Encode a picture so that loss is hardly seen."""
    return _webp(picture, quality=80, method=2)


def offsets(parts: Sequence[bytes]) -> np.ndarray:
    """Return where each of some byte strings begins when joined, and the end: int64 [n + 1]."""
    return np.cumsum([0, *map(len, parts)], dtype=np.int64)


def _pixels(side: int, maps: int) -> int:
    return 9 * side * side * maps


def _webp(picture: np.ndarray, **options: Any) -> bytes:
    return _saved(Image.fromarray(picture), **options)


def _saved(picture: Image.Image, **options: Any) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, "WEBP", **options)
    return buffer.getvalue()
