"""The strongest activations of each map, what they look at, and what they project to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from vizreport.deconvolutional.operator import POOLING, project

TOP = 9
_GREY = 128


@dataclass(frozen=True)
class Extremes:
    """Largest and smallest activation of each map in each picture.

    Attributes
    ----------
    values : float32 [2, N, K]
        Largest, and smallest times -1.
    places : int32 [2, N, K, 2]
        Row and column.
    """

    values: np.ndarray
    places: np.ndarray


def extremes(maps: np.ndarray) -> Extremes:
    """Find them in maps [N, h, w, K]."""
    count, _, width, depth = maps.shape
    flat = maps.reshape(count, -1, depth)
    both = [flat.argmax(1), flat.argmin(1)]
    values = [
        sign * np.take_along_axis(flat, where[:, None], 1)[:, 0]
        for sign, where in zip((1, -1), both, strict=True)
    ]
    places = [np.stack(np.divmod(where, width), -1) for where in both]
    return Extremes(np.stack(values).astype(np.float32), np.stack(places).astype(np.int32))


def joined(parts: Sequence[Extremes]) -> Extremes:
    """Put the extremes of batches together."""
    return Extremes(
        np.concatenate([part.values for part in parts], 1),
        np.concatenate([part.places for part in parts], 1),
    )


def strongest(found: Extremes) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Choose the nine strongest activations of each map, one a picture.

    Returns
    -------
    signs : int8 [K]
        Of the map's activation of largest magnitude; all nine have it.
    values : float32 [K, 9]
        Magnitudes, falling; 0 where there are fewer.
    pictures : int32 [K, 9]
    places : int32 [K, 9, 2]
    """
    _, count, depth = found.values.shape
    side = found.values.max(1).argmax(0)  # 0: positive
    values = np.zeros((depth, TOP), np.float32)
    pictures = np.zeros((depth, TOP), np.int32)
    places = np.zeros((depth, TOP, 2), np.int32)
    for k in range(depth):
        order = np.argsort(-found.values[side[k], :, k], kind="stable")[:TOP]
        values[k, : len(order)] = np.maximum(found.values[side[k], order, k], 0)
        pictures[k, : len(order)] = order
        places[k, : len(order)] = found.places[side[k], order, k]
    return np.where(side == 0, 1, -1).astype(np.int8), values, pictures, places


def window(sides: Sequence[int]) -> int:
    """Return how many pixels a unit of the highest layer reaches, from the filters' sides."""
    size = sides[-1]
    for side in reversed(sides[:-1]):
        size = POOLING * size + side - 1
    return size


def corner(place: np.ndarray, sides: Sequence[int]) -> np.ndarray:
    """Return the first row and column of the picture that a unit reaches; may be negative."""
    start = place - (sides[-1] - 1)
    for side in reversed(sides[:-1]):
        start = POOLING * start - (side - 1)
    return start


def cut(picture: np.ndarray, start: np.ndarray, size: int, beyond: float) -> np.ndarray:
    """Cut size x size px from [H, W, C], filled with a value beyond its edge."""
    padded = np.pad(picture, ((size, size), (size, size), (0, 0)), constant_values=beyond)
    top, left = start + size
    return padded[top : top + size, left : left + size]


def patches(
    pictures: np.ndarray, which: np.ndarray, places: np.ndarray, sides: Sequence[int]
) -> np.ndarray:
    """Return what units look at.

    Parameters
    ----------
    pictures : uint8 array [N, H, W, 3]
        In their own colours.
    which : int array [K, 9]
        Picture of each unit.
    places : int array [K, 9, 2]
        Its row and column on its map.
    sides : sequence of int
        Of the filters of each layer down to the pixels, px.

    Returns
    -------
    uint8 array [K, 9, w, w, 3]
        Grey beyond a picture's edge.
    """
    size = window(sides)
    return np.array(
        [
            [
                cut(pictures[i], corner(place, sides), size, _GREY)
                for i, place in zip(row, spots, strict=True)
            ]
            for row, spots in zip(which, places, strict=True)
        ]
    )


def projections(
    filters: Sequence[tf.Tensor],
    switches: np.ndarray,
    shape: tuple[int, int],
    which: np.ndarray,
    places: np.ndarray,
    signs: np.ndarray,
) -> np.ndarray:
    """Carry single units of layer 2 down to the pixels, through the switches of their pictures.

    Parameters
    ----------
    filters : two of float [m, m, C, K]
        Of layers 1 and 2.
    switches : bool [N, 2 h, 2 w, K]
        Of the pooling between the layers: True at the place that each maximum came from.
    shape : (int, int)
        Rows and columns of layer 2's maps.
    which, places, signs
        As :func:`strongest` returns them.

    Returns
    -------
    int8 [K, 9, w, w, C]
        Each divided by its largest magnitude, which is 127.
    """
    sides = [bank.shape[0] for bank in filters]
    size = window(sides)
    run = tf.function(project, reduce_retracing=True)
    found = []
    for k, (row, spots) in enumerate(zip(which, places, strict=True)):
        maps = np.zeros((TOP, *shape, len(which)), np.float32)
        maps[np.arange(TOP), spots[:, 0], spots[:, 1], k] = signs[k]
        kept = tf.constant(switches[row].astype(np.float32))
        below = run(tf.constant(maps), tuple(filters), (kept,)).numpy()
        found.append(
            [
                cut(one, corner(place, sides), size, 0)
                for one, place in zip(below, spots, strict=True)
            ]
        )
    tiles = np.array(found)
    largest = np.abs(tiles).max((2, 3, 4), keepdims=True)
    return np.round(127 * tiles / np.where(largest > 0, largest, 1)).astype(np.int8)
