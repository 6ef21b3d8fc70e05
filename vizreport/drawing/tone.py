"""How projections are drawn: one rule for every figure that shows them.

A projection is stored signed and linear. Drawn so, a deep one is nearly all grey: few pixels hold
most of its strength. Here each picture has its own scale, a signed power lifts what is weak, and
most of the colour goes into lightness. Zero is mid-grey.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

POWER = 0.55
LUMINANCE = 0.65
BLANK = 0.01
"""Share of the median map's root mean square up to which a projection counts as blank."""

CAPTION = (
    "each tile has its own scale (the 99.5th percentile of the absolute value) and a signed power "
    f"of {POWER} amplifies weak values; colours are muted"
)
_WEIGHTS = np.array([0.299, 0.587, 0.114], np.float32)  # of red, green and blue in lightness
_PERCENTILE = 99.5
_GREY = 128


def signed(picture: np.ndarray) -> np.ndarray:
    """Return a stored picture's values, -1 to 1 of its scale.

    Parameters
    ----------
    picture : uint8 array
        128 + 127 times the value.
    """
    return (picture.astype(np.float32) - _GREY) / 127


def full_scale(values: np.ndarray) -> float:
    """Return the 99.5th percentile of the absolute value; of what is not zero, where it is 0."""
    strength = np.abs(values)
    if not strength.any():
        return 0.0
    scale = float(np.percentile(strength, _PERCENTILE))
    return scale or float(np.percentile(strength[strength > 0], _PERCENTILE))


def toned(values: np.ndarray) -> np.ndarray:
    """Draw a projection on its own scale.

    Parameters
    ----------
    values : float array [h, w, 3]
        Signed, linear.

    Returns
    -------
    uint8 array [h, w, 3]
        Mid-grey (128) throughout where all is zero.
    """
    lightness = (values @ _WEIGHTS)[..., None]
    mixed = LUMINANCE * lightness + (1 - LUMINANCE) * values
    scale = full_scale(mixed)
    if not scale:
        return np.full(values.shape, _GREY, np.uint8)
    mixed = np.clip(mixed / scale, -1, 1)
    lifted = np.sign(mixed) * np.abs(mixed) ** POWER
    return np.rint(_GREY + 127 * lifted).astype(np.uint8)


def reduced(values: np.ndarray, height: int, width: int) -> np.ndarray:
    """Reduce signed values so that thin lines stay: each pixel the strongest it stands for.

    Averaging would cancel a white line beside a black one.

    Parameters
    ----------
    values : float array [h, w, C]
        Signed.
    height, width : int
        At most; what is smaller is left alone.
    """
    for axis, length in ((0, height), (1, width)):
        given = values.shape[axis]
        if length >= given:
            continue
        starts = np.arange(length) * given // length
        high = np.maximum.reduceat(values, starts, axis=axis)
        low = np.minimum.reduceat(values, starts, axis=axis)
        values = np.where(high >= -low, high, low)
    return values


def root_mean_squares(values: np.ndarray, scales: np.ndarray) -> np.ndarray:
    """Return how strong stored tiles are: float64 [K].

    Parameters
    ----------
    values : float array [K, h, w, 3]
        In units of their scales.
    scales : float array [K]
        Value that each tile's 1 stands for.
    """
    sums = np.einsum("khwc,khwc->k", values, values, dtype=np.float64)
    strengths: np.ndarray = np.sqrt(sums / values[0].size) * np.asarray(scales, np.float64)
    return strengths


def typical(strengths: np.ndarray) -> float:
    """Return the strength of a layer's projections, by which :func:`blank` recognises blank ones.

    That of the median map, not of the strongest one: in many layers one map is a hundred times
    stronger than others whose pictures are as plain.

    Parameters
    ----------
    strengths : float array [m, K]
        Root mean squares of K projections of each of a layer's maps.
    """
    strongest = strengths.max(axis=1, initial=0)
    return float(np.median(strongest)) if len(strongest) else 0.0


def blank(strengths: np.ndarray, of: float | None = None) -> np.ndarray:
    """Return which projections are blank: almost nothing of the signal arrives at the pixels.

    Parameters
    ----------
    strengths : float array [m, K]
        Root mean squares of K projections of each of a layer's maps.
    of : float, optional
        What is :func:`typical` of the layer; by default, of these maps.

    Returns
    -------
    bool [m, K]
    """
    weak: np.ndarray = strengths <= BLANK * (typical(strengths) if of is None else of)
    return weak


def drawn(picture: np.ndarray, linear: bool = False) -> Image.Image:
    """Draw a stored projection at its own size; those of layer 1 stay as they are stored."""
    return Image.fromarray(picture if linear else toned(signed(picture)))


def fitted(picture: np.ndarray, side: int, linear: bool = False) -> Image.Image:
    """Draw a stored projection at a height of about ``side`` px.

    Small ones are enlarged by a whole factor, pixels staying squares; large ones are reduced by
    the strongest value before they are drawn.

    Parameters
    ----------
    picture : uint8 array [h, w, 3]
        128 + 127 times the value.
    side : int
        Height, px.
    linear : bool
        Whether it keeps its stored scale and is drawn linear: so are projections of layer 1.
    """
    height, width = picture.shape[:2]
    if height > side:
        values = reduced(signed(picture), side, max(1, round(width * side / height)))
        small = np.rint(_GREY + 127 * values).astype(np.uint8) if linear else toned(values)
        return Image.fromarray(small)
    factor = max(1, side // height)
    whole = drawn(picture, linear)
    return whole.resize((width * factor, height * factor), Image.Resampling.NEAREST)
