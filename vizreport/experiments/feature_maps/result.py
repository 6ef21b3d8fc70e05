"""What the pages of single feature maps show beyond the top-9 patches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

RANKS = 3  # strongest units that are projected under the other rules


@dataclass(frozen=True)
class FeatureMapsResult:
    """Whole images, other backward rules and similarity of the maps shown in the top-9.

    m is the number of maps of a layer that the top-9 show and c the number of those that are
    projected under the other rules as well. Encoded pictures lie
    one after the other in one byte vector; picture i begins at byte ``offsets[i]`` and ends
    before ``offsets[i + 1]``.

    Attributes
    ----------
    layers : list of str
        Those of the top-9, from the input to the output.
    size : [height, width]
        Of the network's input, px.
    images : int32 [n]
        Images that are kept, numbered as in the mining result, rising.
    pictures : uint8 [bytes]
        What the network saw of them, in their own colours: lossy WebP.
    picture_offsets : int64 [n + 1]
        Where each of ``pictures`` begins, and where the last one ends.
    rules : dict of list of str
        Presets of backward rules other than the report's own that the layer can be projected
        under.
    maps : dict of int32 [c]
        Maps projected under them.
    projections : dict of uint8 [bytes]
        One WebP a map: a row of tiles for each of ``rules``, a column for each of the three
        strongest units; tiles as in the top-9, scaled to 128 + 127 p / scale.
    projection_offsets : dict of int64 [c + 1]
        The same of each layer's ``projections``.
    scales : dict of float32 [c, rules]
        Value shown as full white, one for a map's row.
    neighbours : dict of int32 [m, s]
        For each map of the top-9 those of them that are most like it, most alike first.
    similarity : dict of float32 [m, s]
        Correlation of the two maps' strongest activations over all images.
    order : dict of int32 [m]
        Each map's place in an order that puts like maps side by side: it begins with the first
        map, and next comes the one most like the last of those not placed yet.
    rule : str
        The report's own preset.
    """

    layers: list[str]
    size: Annotated[list[int], "[2]"]
    images: Annotated[np.ndarray, "int32 [n]"]
    pictures: Annotated[np.ndarray, "uint8 [*]"]
    picture_offsets: Annotated[np.ndarray, "int64 [n + 1]"]
    rules: Annotated[dict[str, list[str]], "by layers"]
    maps: Annotated[dict[str, np.ndarray], "int32 [c] by layers"]
    projections: Annotated[dict[str, np.ndarray], "uint8 [*] by layers"]
    projection_offsets: Annotated[dict[str, np.ndarray], "int64 [c + 1] by layers"]
    scales: Annotated[dict[str, np.ndarray], "float32 [c, rules] by layers"]
    neighbours: Annotated[dict[str, np.ndarray], "int32 [m, s] by layers"]
    similarity: Annotated[dict[str, np.ndarray], "float32 [m, s] by layers"]
    order: Annotated[dict[str, np.ndarray], "int32 [m] by layers"]
    rule: str
