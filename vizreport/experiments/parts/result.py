"""Which named part of an object each feature map responds to, for data that know their parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np


@dataclass(frozen=True)
class PartsResult:
    """Parts as names of feature maps; see docs/parts.md.

    Empty where the data know neither masks nor parts. M is the number of feature maps of a
    layer, h x w the network's input.

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
    layers : list of str
        Layers whose maps have places, from the input to the output; empty where no parts are known.
    least : dict of float
        Least tolerance, px of the network's input: half the diagonal between neighbouring units.
    part : dict of int32 [M]
        Index into ``names``; -1 for a map that is never active in the first half.
    chosen : dict of float32 [M]
        Average precision for that part on the half it was chosen on; NaN without a part.
    precision, chance : dict of float32 [M]
        Average precision on the other half, and what it would be with the map's places exchanged
        among the images of a class; NaN without a part.
    """

    mean_mask: Annotated[np.ndarray, "float32 [h, w]"]
    masks: int
    names: Annotated[list[str], "[Q]"]
    halves: Annotated[list[int], "[2]"]
    shown: Annotated[np.ndarray, "int32 [Q, 2]"]
    tolerance: float
    layers: list[str]
    least: Annotated[dict[str, float], "by layers"]
    part: Annotated[dict[str, np.ndarray], "int32 [M] by layers"]
    chosen: Annotated[dict[str, np.ndarray], "float32 [M] by layers"]
    precision: Annotated[dict[str, np.ndarray], "float32 [M] by layers"]
    chance: Annotated[dict[str, np.ndarray], "float32 [M] by layers"]
