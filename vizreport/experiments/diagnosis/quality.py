"""How sharp images are, and how strongly compressed."""

from __future__ import annotations

import numpy as np

CROP = 192
"""Side of the middle of an image that is measured, px; a multiple of 8."""
BLOCK = 8
"""Of JPEG, px."""


def middle(image: np.ndarray) -> np.ndarray:
    """Return the luminance of the middle of an image, cut at the borders of its blocks."""
    height, width = image.shape[:2]
    top, left = ((max(0, side - CROP) // 2 // BLOCK) * BLOCK for side in (height, width))
    part = image[top : top + CROP, left : left + CROP].astype(np.float32)
    return np.asarray(part.mean(axis=2))


def blur(grey: np.ndarray) -> float:
    """Return the perceptual blur, 0 to 1 (Crété et al. 2007); NaN for a picture of one grey."""
    if min(grey.shape) < 2 * BLOCK or not np.ptp(grey):
        return float("nan")
    from skimage.measure import blur_effect  # slow to import

    return float(blur_effect(grey, h_size=11))


def blocks(grey: np.ndarray) -> float:
    """Return the mean step at borders of blocks over that inside of blocks; NaN without steps."""
    at, inside = 0.0, 0.0
    for axis in (0, 1):
        steps = np.abs(np.diff(grey, axis=axis)).mean(axis=1 - axis)
        border = np.arange(len(steps)) % BLOCK == BLOCK - 1
        if border.sum() < 2:
            return float("nan")
        at += float(steps[border].mean())
        inside += float(steps[~border].mean())
    return at / inside if inside > 0 else float("nan")
