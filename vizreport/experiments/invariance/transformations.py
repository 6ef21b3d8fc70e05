"""Pictures moved, enlarged and turned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

GREY = 128
# Zeiler & Fergus 2013, Fig. 5: pixels of an image of 224.
_SHIFT, _SIDE = 60, 224
_STEPS = 13
_PIXELS = 1024  # worked on at a time, so that they stay in the processor's cache
_KEYS = -0.5  # the cubic convolution of Keys (1981) that is exact for parabolas


@dataclass(frozen=True)
class Transformation:
    """One of the ways in which images are changed, and how far.

    Attributes
    ----------
    name : {"vertical", "horizontal", "scale", "rotation"}
        A translation down or to the right, or the other two.
    values : float64 [S]
        In rising order: px down or to the right, factor, degrees counter-clockwise.
    identity : int
        Which of the values leaves the image as it is.
    """

    name: str
    values: np.ndarray
    identity: int


def transformations(height: int, width: int) -> list[Transformation]:
    """Return what Fig. 5 does to images, scaled to their size; and horizontal translation.

    Translations go from -60 to 60 px of 224 in 12 steps, each of whole pixels (fewer steps where
    that is less than a pixel each); scales from 1 to 1.8, rotations from 0 to 350 degrees.

    Parameters
    ----------
    height, width : int
        Size of the network's input, px.
    """
    return [
        _known("vertical", _shifts(height), 0),
        _known("horizontal", _shifts(width), 0),
        _known("scale", np.arange(10, 19) / 10, 1),
        _known("rotation", np.arange(0.0, 360.0, 10.0), 0),
    ]


def _shifts(side: int) -> np.ndarray:
    furthest = round(_SHIFT * side / _SIDE)
    return np.unique(np.rint(np.linspace(-furthest, furthest, _STEPS)))


def _known(name: str, values: np.ndarray, identity: float) -> Transformation:
    return Transformation(name, values, int(np.flatnonzero(values == identity)[0]))


def transform(
    pictures: np.ndarray, name: str, value: float, interpolation: str, fill: str
) -> np.ndarray:
    """Move, enlarge or turn pictures about their centre.

    Parameters
    ----------
    pictures : uint8 [N, h, w, C]
        Of one size.
    name : {"vertical", "horizontal", "scale", "rotation"}
        Which transformation.
    value : float
        As in :class:`Transformation`.
    interpolation : {"nearest", "bilinear", "bicubic"}
        Between pixels. Bicubic is the cubic convolution of Keys (1981), a = -0.5.
    fill : {"edge", "reflect", "grey", "mean"}
        What is seen beyond the picture's edge: its last pixel again, its mirror image (the last
        pixel twice), RGB 128, or its mean colour.

    Returns
    -------
    uint8 [N, h, w, C]
        Rounded.
    """
    count, height, width, channels = pictures.shape
    rows, cols = _origins(name, value, height, width)
    down, down_weights = _taps(rows.ravel(), interpolation)
    across, across_weights = _taps(cols.ravel(), interpolation)
    down, down_inside = _brought_in(down, height, fill)
    across, across_inside = _brought_in(across, width, fill)
    colours = _colours(pictures, fill)
    # Pixel by pixel, all pictures at once: what is gathered lies together.
    flat = pictures.transpose(1, 2, 0, 3).reshape(height * width, -1).astype(np.float32)
    total = np.zeros_like(flat)
    for start in range(0, len(flat), _PIXELS):
        part = slice(start, start + _PIXELS)
        beyond = np.ones(len(flat[part]), np.float32)
        for i in range(len(down)):
            for j in range(len(across)):
                weights = (down_weights[i, part] * across_weights[j, part]).astype(np.float32)
                if colours is not None:
                    weights *= down_inside[i, part] & across_inside[j, part]
                if not weights.any():
                    continue  # such as three of four neighbours after a shift of whole pixels
                beyond -= weights
                total[part] += flat[down[i, part] * width + across[j, part]] * weights[:, None]
        if colours is not None:
            total[part] += colours * beyond[:, None]
    moved = np.clip(np.rint(total), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(moved.reshape(height, width, count, channels).transpose(2, 0, 1, 3))


def _origins(name: str, value: float, height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Return where in the picture each pixel of the transformed one comes from."""
    rows, cols = np.indices((height, width), np.float64)
    if name == "vertical":
        return rows - value, cols
    if name == "horizontal":
        return rows, cols - value
    y, x = (height - 1) / 2, (width - 1) / 2
    if name == "scale":
        return (rows - y) / value + y, (cols - x) / value + x
    # Exact for quarter turns, where the sine of a float is not.
    sine, cosine = (np.round(f(np.deg2rad(value)), 15) for f in (np.sin, np.cos))
    return (
        cosine * (rows - y) + sine * (cols - x) + y,
        -sine * (rows - y) + cosine * (cols - x) + x,
    )


def _taps(places: np.ndarray, interpolation: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the pixels that a place between them is made of, and their weights, [taps, places]."""
    if interpolation == "nearest":
        return np.floor(places + 0.5).astype(np.int64)[None], np.ones((1, len(places)))
    below = np.floor(places)
    if interpolation == "bilinear":
        offsets = np.arange(0, 2)
        distances = np.abs(places - below - offsets[:, None])
        weights = 1 - distances
    else:
        offsets = np.arange(-1, 3)
        d, a = np.abs(places - below - offsets[:, None]), _KEYS
        weights = np.where(
            d < 1, ((a + 2) * d - (a + 3)) * d * d + 1, (((d - 5) * d + 8) * d - 4) * a
        )
    return below.astype(np.int64) + offsets[:, None], weights


def _brought_in(places: np.ndarray, side: int, fill: str) -> tuple[np.ndarray, np.ndarray]:
    """Return pixels inside the picture for those beyond, and which were inside."""
    inside = (places >= 0) & (places < side)
    if fill == "reflect":
        around = places % (2 * side)
        return np.minimum(around, 2 * side - 1 - around), inside
    return np.clip(places, 0, side - 1), inside


def _colours(pictures: np.ndarray, fill: str) -> np.ndarray | None:
    """Return the colours beyond the pictures' edges [N * C]; None where pixels continue them."""
    if fill == "grey":
        return np.full(len(pictures) * pictures.shape[3], GREY, np.float32)
    if fill == "mean":
        mean = pictures.mean(axis=(1, 2), dtype=np.float64)
        return np.rint(mean).astype(np.float32).ravel()
    return None
