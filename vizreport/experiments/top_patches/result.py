"""The nine strongest activations of feature maps, projected, beside their patches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from vizreport.subject.replaced import Replaced

SHOWN = 16  # maps a layer on the main page and in print


@dataclass(frozen=True)
class Tiles:
    """The mosaics of a layer's m chosen maps, K = 9 tiles each, and what is measured of them.

    Tiles are ``window`` pixels square, centred on the unit, laid out as a 3 x 3 mosaic of one
    picture a map: (3 window) x (3 window) x 3, strongest first, row by row, without gaps. Mosaics
    are stored encoded, one after the other in one byte vector; mosaic i begins at byte
    ``patch_offsets[i]`` of ``patches`` and ends before ``patch_offsets[i + 1]``. Patches are lossy
    WebP (lossless in tiles up to 16 px); projections are WebP of round(128 + 127 * clip(p / scale,
    -1, 1)), so 128 is zero, lossless unless the layer's mosaics together have more than 6 million
    pixels. Where a tile leaves the image both are 128. A missing tile (fewer than K images) is 128
    throughout.

    Attributes
    ----------
    status : str
        "" where the layer was projected, else why it was not (an operation without a rule): it
        then has patches alone, and no bytes of projections.
    window : int
        Side of a tile, px of the network's input.
    energy_share : float
        Share of the layer's projections' energy that lies in the window (0 to 1), over all of
        the sample together; of its units' plain gradients where it was not projected.
    receptive_field : list of int
        Height and width, px; 0, 0 where units see the whole image.
    fields : int32 [m, K, 4]
        Each unit's receptive field in the network's input, clipped: left, top, right, bottom.
    patches, projections : uint8 [bytes]
        The mosaics.
    patch_offsets, projection_offsets : int64 [m + 1]
        Where each mosaic begins in them, and where the last one ends.
    scales : float32 [m, K]
        Value that each projection's tile is stored with as 255 (or, negative, as 1): the larger of
        its own scale and, up to its peak, that of the nine, so that it can be drawn on either.
    map_scales : float32 [m]
        Value shown as full white (or, negative, full black) where the nine share a scale: the
        99.5th percentile of their absolute values (of what is not zero, where that would be 0).
    tile_scales : float32 [m, K]
        The same of each tile alone.
    peaks : float32 [m, K]
        Largest absolute value of each tile's projection; 0 where nothing of the signal is left
        at the input.
    strengths : float32 [m, K]
        Root mean square of each tile's projection as it is stored. It counts as blank up to 1 % of
        the median over the maps of their strongest.
    inside : float32 [m, K]
        Share of each projection's energy (sum of squares over its whole receptive field) that
        lies on the object; NaN where there is no projection, no energy or no mask.
    inside_area, inside_elsewhere : float32 [m, K]
        Chance: the same for energy spread evenly over the receptive field, and for the same
        projection over the objects of all images in turn.
    """

    status: str
    window: int
    energy_share: float
    receptive_field: list[int]
    fields: Annotated[np.ndarray, "int32 [m, K, 4]"]
    patches: Annotated[np.ndarray, "uint8 [*]"]
    projections: Annotated[np.ndarray, "uint8 [*]"]
    patch_offsets: Annotated[np.ndarray, "int64 [m + 1]"]
    projection_offsets: Annotated[np.ndarray, "int64 [m + 1]"]
    scales: Annotated[np.ndarray, "float32 [m, K]"]
    map_scales: Annotated[np.ndarray, "float32 [m]"]
    tile_scales: Annotated[np.ndarray, "float32 [m, K]"]
    peaks: Annotated[np.ndarray, "float32 [m, K]"]
    strengths: Annotated[np.ndarray, "float32 [m, K]"]
    inside: Annotated[np.ndarray, "float32 [m, K]"]
    inside_area: Annotated[np.ndarray, "float32 [m, K]"]
    inside_elsewhere: Annotated[np.ndarray, "float32 [m, K]"]


@dataclass(frozen=True)
class TopLayer:
    """The strongest activations of m chosen maps of a layer, K = 9 of each.

    Attributes
    ----------
    maps : int32 [m]
        Chosen feature maps, in rising order.
    rank : int32 [m]
        Of each, its place where only the first few are shown, 0 first.
    selective : bool [m]
        Whether a map was chosen because it is selective and unlike the others so chosen; else it
        is of the random half.
    inactive : int32 [d]
        All maps of the layer that are dead or nearly dead: above 0 in under 1 % of the images, or
        never above a tenth of the median map's strongest activation. They are chosen only where
        all are.
    values : float32 [m, K]
        Activations; NaN where there is none.
    images, rows, cols : int32 [m, K]
        Image (numbered as in the mining result) and place of each unit.
    tiles : Tiles
        Their patches and projections.
    shown : bool [m, K]
        Whether there is an image that excites the map: of the network's output any image, of
        other layers one with an activation above 0. Projected are those above 0.
    dead : bool [m]
        Maps that nothing excites: they have grey mosaics.
    purity : float32 [m]
        Share of the most frequent class among the nine; NaN for dead maps.
    """

    maps: Annotated[np.ndarray, "int32 [m]"]
    rank: Annotated[np.ndarray, "int32 [m]"]
    selective: Annotated[np.ndarray, "bool [m]"]
    inactive: Annotated[np.ndarray, "int32 [d]"]
    values: Annotated[np.ndarray, "float32 [m, K]"]
    images: Annotated[np.ndarray, "int32 [m, K]"]
    rows: Annotated[np.ndarray, "int32 [m, K]"]
    cols: Annotated[np.ndarray, "int32 [m, K]"]
    tiles: Tiles
    shown: Annotated[np.ndarray, "bool [m, K]"]
    dead: Annotated[np.ndarray, "bool [m]"]
    purity: Annotated[np.ndarray, "float32 [m]"]

    @property
    def excited(self) -> np.ndarray:
        """Which tiles show an image that excites their map: bool [m, K]."""
        return np.asarray(self.shown & ~self.dead[:, None])


@dataclass(frozen=True)
class TopPatchesResult:
    """Top-9 patches and projections (Zeiler & Fergus, Fig. 2).

    Attributes
    ----------
    layers : dict of TopLayer
        By name, from the input to the output.
    replaced : list of Replaced
        Layers of the default choice that gave their place away.
    rule : str
        Preset of backward rules.
    labelled : bool
        Whether ``purity`` counts true classes; else predicted ones, where labels are not known
        or no class has two images.
    """

    layers: dict[str, TopLayer]
    replaced: list[Replaced]
    rule: str
    labelled: bool


def first_places(layer: TopLayer, shown: int = SHOWN) -> list[int]:
    """Return the places of the maps that are shown first, the selective ones before the others.

    Parameters
    ----------
    layer : TopLayer
        Has the rank of each map.
    shown : int
        At most.
    """
    first = np.flatnonzero(layer.rank < shown)
    selective = layer.selective[first]
    return [*first[selective].tolist(), *first[~selective].tolist()]
