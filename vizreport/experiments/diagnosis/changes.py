"""Images changed so that predictions tell what they rest on."""

from __future__ import annotations

import numpy as np

NONE, COLOUR, SHUFFLED, OBJECT, BACKGROUND = "none", "colour", "shuffled", "object", "background"
SHIFTS = ((1, 0), (-1, 0), (0, 1), (0, -1))
"""Rows and columns by which images are shifted, px."""


def only_colour(pictures: np.ndarray) -> np.ndarray:
    """Replace all pixels of each picture by their mean: uint8 [n, h, w, C]."""
    mean = np.rint(pictures.mean(axis=(1, 2), keepdims=True)).astype(np.uint8)
    return np.broadcast_to(mean, pictures.shape).copy()


def shuffled(pictures: np.ndarray, seed: int) -> np.ndarray:
    """Put the pixels of each picture in random order, the same for all: uint8 [n, h, w, C]."""
    n, height, width, channels = pictures.shape
    order = np.random.default_rng(seed).permutation(height * width)
    return np.asarray(pictures.reshape(n, -1, channels)[:, order].reshape(pictures.shape))


def covered(pictures: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """Cover what a mask shows with the mean colour of the rest: uint8 [n, h, w, C].

    Parameters
    ----------
    pictures : uint8 [n, h, w, C]
        In their own colours.
    masks : bool [n, h, w]
        What to cover.
    """
    out = pictures.copy()
    for i, mask in enumerate(masks):
        rest = pictures[i][~mask] if (~mask).any() else pictures[i].reshape(-1, out.shape[-1])
        out[i][mask] = np.rint(rest.mean(axis=0)).astype(np.uint8)
    return out


def shifted(pictures: np.ndarray, down: int, right: int) -> np.ndarray:
    """Shift pictures by a pixel; the edge is seen twice: uint8 [n, h, w, C]."""
    height, width = pictures.shape[1:3]
    rows = np.clip(np.arange(height) - down, 0, height - 1)
    cols = np.clip(np.arange(width) - right, 0, width - 1)
    return np.asarray(pictures[:, rows][:, :, cols])


def grown(masks: np.ndarray, by: int) -> np.ndarray:
    """Widen masks by some pixels, so that an object's outline goes with it: bool [n, h, w]."""
    from scipy import ndimage  # slow to import

    square = np.ones((2 * by + 1, 2 * by + 1), bool)
    return np.stack([ndimage.binary_dilation(mask, square) for mask in masks])
