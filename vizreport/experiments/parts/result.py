"""Which named part of an object each feature map responds to, for data that know their parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np


@dataclass(frozen=True)
class NamedMaps:
    """The part that each of a layer's M feature maps responds to.

    Attributes
    ----------
    part : int32 [M]
        Index into the result's ``names``; -1 for a map that is never active in the first half.
    chosen : float32 [M]
        Average precision for that part on the half it was chosen on; NaN without a part.
    precision, chance : float32 [M]
        Average precision on the other half, and what it would be with the map's places exchanged
        among the images of a class; NaN without a part.
    """

    part: Annotated[np.ndarray, "int32 [M]"]
    chosen: Annotated[np.ndarray, "float32 [M]"]
    precision: Annotated[np.ndarray, "float32 [M]"]
    chance: Annotated[np.ndarray, "float32 [M]"]


@dataclass(frozen=True)
class NamedLayer:
    """A layer whose maps have places.

    Attributes
    ----------
    least : float
        Least tolerance, px of the network's input: half the diagonal between neighbouring units.
    maps : NamedMaps
    """

    least: float
    maps: NamedMaps


@dataclass(frozen=True)
class PartsResult:
    """Parts as names of feature maps; see docs/parts.md.

    Empty where the data know neither masks nor parts. h x w is the network's input.

    Attributes
    ----------
    mean_mask : float32 [h, w]
        Share of the images whose object shows at a pixel, 0 to 1; [0, 0] where no masks are known.
    masks : int
        Number of those images.
    names : list of str
        What a map may be named after, such as "left eye (cat)" or "eye".
    halves : [int, int]
        Images on which parts are chosen, and others on which the precision is measured.
    shown : int32 [Q, 2]
        In how many images of each half the part of a name is seen.
    tolerance : float
        How far from a part a place may lie to be at it, as a share of the longer side of the
        object's box.
    layers : dict of NamedLayer
        By name, from the input to the output; empty where no parts are known.
    """

    mean_mask: Annotated[np.ndarray, "float32 [h, w]"]
    masks: int
    names: Annotated[list[str], "[Q]"]
    halves: Annotated[list[int], "[2]"]
    shown: Annotated[np.ndarray, "int32 [Q, 2]"]
    tolerance: float
    layers: dict[str, NamedLayer]
