"""Which part of a tile lies inside the image: the rest of it is padding."""

from __future__ import annotations

import numpy as np

from vizreport.experiments.top_patches.result import TopLayer, TopPatchesResult


def insides(
    result: TopPatchesResult, name: str, rows: np.ndarray, cols: np.ndarray, side: int
) -> np.ndarray:
    """Return the part of units' tiles that is image: int [U, 4], left, top, right, bottom.

    Parameters
    ----------
    result : TopPatchesResult
        Its units say where the fields of a layer lie.
    name : str
        Of the layer.
    rows, cols : int array [U]
        Places of the units.
    side : int
        Of a tile, which is centred on the unit's field, px.
    """
    layer, parts = result.layers[name], []
    for axis, units in ((0, rows), (1, cols)):
        length = _length(result, axis)
        size = int(layer.tiles.receptive_field[axis]) or length
        low = _lowest(layer, axis, size, length, np.asarray(units))
        start = (2 * low + size - side) // 2
        parts.append((np.clip(-start, 0, side), np.clip(length - start, 0, side)))
    (top, bottom), (left, right) = parts
    return np.stack([left, top, right, bottom], axis=-1)


def _length(result: TopPatchesResult, axis: int) -> int:
    """Return the image's height or width: as far as any field reaches, which is enough here."""
    every = (layer.tiles.fields for layer in result.layers.values())
    return max(int(fields[..., 3 - axis].max(initial=1)) for fields in every)


def _lowest(layer: TopLayer, axis: int, size: int, length: int, units: np.ndarray) -> np.ndarray:
    """Return where units' fields begin, which is before 0 for those cut off by the image's edge.

    Fields of neighbouring units lie one stride apart, so that two that are known give all.
    """
    known = layer.images >= 0
    index, fields = (layer.rows, layer.cols)[axis][known], layer.tiles.fields[known]
    first, last = fields[:, 1 - axis], fields[:, 3 - axis]
    whole = (first > 0) | (last - first == size)
    sure = whole | (last < length)
    index, begin = index[sure], np.where(whole, first, last - size)[sure]
    if not len(index) or index.min() == index.max():
        # One place, or none that tells: its field if it is known, else centred.
        lone = int(begin[0]) if len(begin) else (length - size) // 2
        return np.full(units.shape, lone, np.int64)
    least, most = int(np.argmin(index)), int(np.argmax(index))
    stride = (begin[most] - begin[least]) / (index[most] - index[least])
    found: np.ndarray = np.rint(begin[least] + stride * (units - index[least])).astype(np.int64)
    return found
