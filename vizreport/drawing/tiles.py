"""Tiles of a gallery: squares of input pixels centred on a unit's receptive field."""

from __future__ import annotations

import numpy as np

from vizreport.graph.fields import Fields

ENERGY_SHARE = 0.98
GREY = 128
_PERCENTILE = 99.5


def energies(projections: np.ndarray) -> np.ndarray:
    """Sum squares over the channels of [..., C]: float64 [...].

    A channel at a time, which takes a third of the time of a sum over the last axis.
    """
    channels = np.moveaxis(projections, -1, 0)
    energy = np.square(channels[0], dtype=np.float64)
    for channel in channels[1:]:
        energy += np.square(channel, dtype=np.float64)
    return energy


def energy_by_side(
    projections: np.ndarray, tops: np.ndarray, lefts: np.ndarray, fields: Fields
) -> np.ndarray:
    """Sum the energy of projections by the side of the centred square that just holds it.

    Parameters
    ----------
    projections : float array [U, h, w, C]
        On crops.
    tops, lefts : int array [U]
        Where each crop lies in the input.
    fields : Fields
        Of the same units.

    Returns
    -------
    float array
        Entry s is the energy that a square of side s holds and one of side s - 1 does not.
    """
    height, width = projections.shape[1:3]
    rows = _sides(tops, height, fields.low[:, 0], fields.high[:, 0])
    cols = _sides(lefts, width, fields.low[:, 1], fields.high[:, 1])
    found = np.zeros(1 + max(rows.max(initial=0), cols.max(initial=0)))
    for picture, row, col in zip(projections, rows, cols, strict=True):
        energy = energies(picture)
        sides = np.maximum(row[:, None], col)
        found += np.bincount(sides.ravel(), energy.ravel(), len(found))
    return found


def _sides(starts: np.ndarray, count: int, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Return the side of the square about each field's centre that just reaches each pixel."""
    positions = starts[:, None] + np.arange(count)[None]
    return np.abs(2 * positions - (low + high)[:, None]) + 1


def window_side(energy: np.ndarray, full: int) -> tuple[int, float]:
    """Return the side of the smallest centred square that holds 98 % of the energy.

    Parameters
    ----------
    energy : float array
        See :func:`energy_by_side`, summed over a layer's sample.
    full : int
        Side of the whole receptive field; the window has its parity and is not larger.

    Returns
    -------
    side : int
    share : float
        Of the energy inside, 0 to 1.
    """
    total = energy.sum()
    if total == 0:
        return full, 1.0
    inside = np.cumsum(energy) / total
    side = int(np.searchsorted(inside, ENERGY_SHARE - 1e-12))
    side = min(side + (full - side) % 2, full)
    return side, min(float(inside[min(side, len(inside) - 1)]), 1.0)


def cut_tiles(
    pictures: np.ndarray,
    tops: np.ndarray,
    lefts: np.ndarray,
    fields: Fields,
    side: int,
    fill: float,
) -> np.ndarray:
    """Cut a square about each unit's centre out of its picture or projection.

    Parameters
    ----------
    pictures : array [U, h, w, C]
        Crops or whole inputs.
    tops, lefts : int array [U]
        Where each lies in the input.
    fields : Fields
        Receptive field of each unit.
    side : int
        Of a tile, px.
    fill : float
        Value where a tile leaves what was given.

    Returns
    -------
    array [U, side, side, C]
    """
    count, height, width, channels = pictures.shape
    tiles = np.full((count, side, side, channels), fill, pictures.dtype)
    first_rows = (fields.low[:, 0] + fields.high[:, 0] + 1 - side) // 2 - tops
    first_cols = (fields.low[:, 1] + fields.high[:, 1] + 1 - side) // 2 - lefts
    for tile, picture, row, col in zip(tiles, pictures, first_rows, first_cols, strict=True):
        top, bottom = max(row, 0), min(row + side, height)
        left, right = max(col, 0), min(col + side, width)
        if top < bottom and left < right:
            tile[top - row : bottom - row, left - col : right - col] = picture[
                top:bottom, left:right
            ]
    return tiles


def display_scale(strength: np.ndarray) -> float:
    """Return the absolute value shown as full white: the 99.5th percentile.

    Where nearly all is zero, so that the percentile is too, it is taken of the rest, which
    would not be seen otherwise.
    """
    if not strength.any():
        return 0.0
    scale = float(np.percentile(strength, _PERCENTILE))
    if scale == 0:
        scale = float(np.percentile(strength[strength > 0], _PERCENTILE))
    return scale


def quantised(projections: np.ndarray, scales: np.ndarray) -> np.ndarray:
    """Store signed projections in 8 bits, zero as 128.

    Parameters
    ----------
    projections : float array [U, h, w, 3]
        Signed, linear.
    scales : float array [U]
        Value that becomes 255 (or, negative, 1); beyond it they are cut off.

    Returns
    -------
    uint8 array [U, h, w, 3]
    """
    safe = np.where(scales > 0, scales, 1)[:, None, None, None]
    shown = projections / safe  # in place from here: these are the largest arrays of a report
    np.clip(shown, -1, 1, out=shown)
    shown *= 127
    shown += GREY
    return np.rint(shown, out=shown).astype(np.uint8)


def mosaic(tiles: np.ndarray) -> np.ndarray:
    """Lay tiles [K, s, s, 3] out in a square, row by row; missing ones are grey."""
    count, side = tiles.shape[:2]
    per_row = int(np.ceil(np.sqrt(count)))
    full = np.full((per_row * per_row, side, side, tiles.shape[3]), GREY, tiles.dtype)
    full[:count] = tiles
    grid = full.reshape(per_row, per_row, side, side, -1).swapaxes(1, 2)
    return grid.reshape(per_row * side, per_row * side, -1)
