"""What the pages of single feature maps show beyond the top-9 patches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

RANKS = 3  # strongest units that are projected under the other rules


@dataclass(frozen=True)
class OtherRules:
    """Projections of c of a layer's maps under backward rules other than the report's own.

    Attributes
    ----------
    rules : list of str
        Presets of those rules that the layer can be projected under.
    maps : int32 [c]
        Maps projected under them.
    projections : uint8 [bytes]
        One WebP a map: a row of tiles for each of ``rules``, a column for each of the three
        strongest units; tiles as in the top-9, scaled to 128 + 127 p / scale.
    projection_offsets : int64 [c + 1]
        Where each of ``projections`` begins, and where the last one ends.
    scales : float32 [c, rules]
        Value shown as full white, one for a map's row.
    """

    rules: list[str]
    maps: Annotated[np.ndarray, "int32 [c]"]
    projections: Annotated[np.ndarray, "uint8 [*]"]
    projection_offsets: Annotated[np.ndarray, "int64 [c + 1]"]
    scales: Annotated[np.ndarray, "float32 [c, rules]"]


@dataclass(frozen=True)
class PagedLayer:
    """What the pages of a layer's maps show; m of them are in the top-9.

    Attributes
    ----------
    others : OtherRules
        Of some of the maps.
    neighbours : int32 [m, s]
        For each map of the top-9 those of them that are most like it, most alike first.
    similarity : float32 [m, s]
        Correlation of the two maps' strongest activations over all images.
    order : int32 [m]
        Each map's place in an order that puts like maps side by side: it begins with the first
        map, and next comes the one most like the last of those not placed yet.
    """

    others: OtherRules
    neighbours: Annotated[np.ndarray, "int32 [m, s]"]
    similarity: Annotated[np.ndarray, "float32 [m, s]"]
    order: Annotated[np.ndarray, "int32 [m]"]


@dataclass(frozen=True)
class FeatureMapsResult:
    """Whole images, other backward rules and similarity of the maps shown in the top-9.

    Encoded pictures lie one after the other in one byte vector; picture i begins at byte
    ``offsets[i]`` and ends before ``offsets[i + 1]``.

    Attributes
    ----------
    layers : dict of PagedLayer
        By name, those of the top-9, from the input to the output.
    size : [height, width]
        Of the network's input, px.
    images : int32 [n]
        Images that are kept, numbered as in the mining result, rising.
    pictures : uint8 [bytes]
        What the network saw of them, in their own colours: lossy WebP.
    picture_offsets : int64 [n + 1]
        Where each of ``pictures`` begins, and where the last one ends.
    rule : str
        The report's own preset.
    """

    layers: dict[str, PagedLayer]
    size: Annotated[list[int], "[2]"]
    images: Annotated[np.ndarray, "int32 [n]"]
    pictures: Annotated[np.ndarray, "uint8 [*]"]
    picture_offsets: Annotated[np.ndarray, "int64 [n + 1]"]
    rule: str
