"""Pictures as they are stored in results: encoded, one after the other in one vector of bytes."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image


def lossless(picture: np.ndarray) -> bytes:
    """Encode uint8 [h, w, 3] as WebP without loss."""
    return _webp(picture, lossless=True, quality=50, method=2, exact=True)


def lossy(picture: np.ndarray) -> bytes:
    """Encode uint8 [h, w, 3] as WebP of quality 90."""
    return _webp(picture, quality=90, method=4)


def _webp(picture: np.ndarray, **options: Any) -> bytes:
    buffer = BytesIO()
    Image.fromarray(picture).save(buffer, "WEBP", **options)
    return buffer.getvalue()


def joined(parts: Sequence[bytes]) -> np.ndarray:
    """Put encoded pictures one after the other: uint8 [bytes]."""
    return np.frombuffer(b"".join(parts), np.uint8)


def offsets(parts: Sequence[bytes]) -> np.ndarray:
    """Return where each of n joined pictures begins, and the end: int64 [n + 1]."""
    return np.cumsum([0, *map(len, parts)], dtype=np.int64)


def encoded(content: np.ndarray, starts: np.ndarray, place: int) -> bytes:
    """Return one of the joined pictures."""
    return content[int(starts[place]) : int(starts[place + 1])].tobytes()
