"""The nine strongest activations of feature maps, projected, beside their patches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from vizreport.subject.replaced import Replaced

SHOWN = 16  # maps a layer on the main page and in print


@dataclass(frozen=True)
class TopPatchesResult:
    """Top-9 patches and projections (Zeiler & Fergus, Fig. 2).

    For each layer, m chosen feature maps with K = 9 tiles each. Tiles are ``window`` pixels
    square, centred on the unit, laid out as a 3 x 3 mosaic of one picture a map: (3 window) x
    (3 window) x 3, strongest first, row by row, without gaps. Mosaics are stored encoded, one
    after the other in one byte vector; mosaic i of layer L begins at byte
    ``patch_offsets[L][i]`` of ``patches[L]`` and ends before ``patch_offsets[L][i + 1]``.
    Patches are lossy WebP (lossless in tiles up to 16 px); projections are WebP of round(128 +
    127 * clip(p / scale, -1, 1)), so 128 is zero, lossless unless the layer's mosaics together
    have more than 6 million pixels. Where a tile leaves the
    image both are 128. A missing tile (fewer than K images) is 128 throughout.

    Attributes
    ----------
    layers : list of str
        Chosen layers from the input to the output.
    status : dict of str
        "" where the layer was projected, else why it was not (an operation without a rule): it
        then has patches alone, and no bytes of projections.
    replaced : list of Replaced
        Layers of the default choice that gave their place away.
    maps : dict of int32 [m]
        Chosen feature maps, in rising order.
    rank : dict of int32 [m]
        Of each, its place where only the first few are shown, 0 first.
    selective : dict of bool [m]
        Whether a map was chosen because it is selective and unlike the others so chosen; else it
        is of the random half.
    inactive : dict of int32 [d]
        All maps of the layer that are dead or nearly dead: above 0 in under 1 % of the images, or
        never above a tenth of the median map's strongest activation. They are chosen only where
        all are.
    values : dict of float32 [m, K]
        Activations; NaN where there is none.
    images, rows, cols : dict of int32 [m, K]
        Image (numbered as in the mining result) and place of each unit.
    window : dict of int
        Side of a tile, px of the network's input.
    energy_share : dict of float
        Share of the layer's projections' energy that lies in the window (0 to 1), over all of
        the sample together; of its units' plain gradients where it was not projected.
    receptive_field : dict of [height, width]
        Of the layer's units, px; 0, 0 where they see the whole image.
    fields : dict of int32 [m, K, 4]
        Each unit's receptive field in the network's input, clipped: left, top, right, bottom.
    patches, projections : dict of uint8 [bytes]
        The mosaics of each layer.
    patch_offsets, projection_offsets : dict of int64 [m + 1]
        Where each mosaic begins in them, and where the last one ends.
    scales : dict of float32 [m, K]
        Value that each projection's tile is stored with as 255 (or, negative, as 1): the larger of
        its own scale and, up to its peak, that of the nine, so that it can be drawn on either.
    map_scales : dict of float32 [m]
        Value shown as full white (or, negative, full black) where the nine share a scale: the
        99.5th percentile of their absolute values (of what is not zero, where that would be 0).
    tile_scales : dict of float32 [m, K]
        The same of each tile alone.
    peaks : dict of float32 [m, K]
        Largest absolute value of each tile's projection; 0 where nothing of the signal is left
        at the input.
    strengths : dict of float32 [m, K]
        Root mean square of each tile's projection as it is stored. It counts as blank up to 1 % of
        the median over the maps of their strongest.
    inside : dict of float32 [m, K]
        Share of each projection's energy (sum of squares over its whole receptive field) that
        lies on the object; NaN where there is no projection, no energy or no mask.
    inside_area, inside_elsewhere : dict of float32 [m, K]
        Chance: the same for energy spread evenly over the receptive field, and for the same
        projection over the objects of all images in turn.
    shown : dict of bool [m, K]
        Whether there is an image that excites the map: of the network's output any image, of
        other layers one with an activation above 0. Projected are those above 0.
    dead : dict of bool [m]
        Maps that nothing excites: they have grey mosaics.
    purity : dict of float32 [m]
        Share of the most frequent class among the nine; NaN for dead maps.
    rule : str
        Preset of backward rules.
    labelled : bool
        Whether ``purity`` counts true classes; else predicted ones, where labels are not known
        or no class has two images.
    """

    layers: list[str]
    status: Annotated[dict[str, str], "by layers"]
    replaced: list[Replaced]
    maps: Annotated[dict[str, np.ndarray], "int32 [m] by layers"]
    rank: Annotated[dict[str, np.ndarray], "int32 [m] by layers"]
    selective: Annotated[dict[str, np.ndarray], "bool [m] by layers"]
    inactive: Annotated[dict[str, np.ndarray], "int32 [d] by layers"]
    values: Annotated[dict[str, np.ndarray], "float32 [m, K] by layers"]
    images: Annotated[dict[str, np.ndarray], "int32 [m, K] by layers"]
    rows: Annotated[dict[str, np.ndarray], "int32 [m, K] by layers"]
    cols: Annotated[dict[str, np.ndarray], "int32 [m, K] by layers"]
    window: Annotated[dict[str, int], "by layers"]
    energy_share: Annotated[dict[str, float], "by layers"]
    receptive_field: Annotated[dict[str, list[int]], "by layers"]
    fields: Annotated[dict[str, np.ndarray], "int32 [m, K, 4] by layers"]
    patches: Annotated[dict[str, np.ndarray], "uint8 [*] by layers"]
    projections: Annotated[dict[str, np.ndarray], "uint8 [*] by layers"]
    patch_offsets: Annotated[dict[str, np.ndarray], "int64 [m + 1] by layers"]
    projection_offsets: Annotated[dict[str, np.ndarray], "int64 [m + 1] by layers"]
    scales: Annotated[dict[str, np.ndarray], "float32 [m, K] by layers"]
    map_scales: Annotated[dict[str, np.ndarray], "float32 [m] by layers"]
    tile_scales: Annotated[dict[str, np.ndarray], "float32 [m, K] by layers"]
    peaks: Annotated[dict[str, np.ndarray], "float32 [m, K] by layers"]
    strengths: Annotated[dict[str, np.ndarray], "float32 [m, K] by layers"]
    inside: Annotated[dict[str, np.ndarray], "float32 [m, K] by layers"]
    inside_area: Annotated[dict[str, np.ndarray], "float32 [m, K] by layers"]
    inside_elsewhere: Annotated[dict[str, np.ndarray], "float32 [m, K] by layers"]
    shown: Annotated[dict[str, np.ndarray], "bool [m, K] by layers"]
    dead: Annotated[dict[str, np.ndarray], "bool [m] by layers"]
    purity: Annotated[dict[str, np.ndarray], "float32 [m] by layers"]
    rule: str
    labelled: bool


def first_places(result: TopPatchesResult, layer: str, shown: int = SHOWN) -> list[int]:
    """Return the places of the maps that are shown first, the selective ones before the others.

    Parameters
    ----------
    result : TopPatchesResult
        Has the rank of each map.
    layer : str
        Name of the layer.
    shown : int
        At most.
    """
    first = np.flatnonzero(result.rank[layer] < shown)
    selective = result.selective[layer][first]
    return [*first[selective].tolist(), *first[~selective].tolist()]
