"""The filters of the first convolution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np


@dataclass(frozen=True)
class FiltersResult:
    """First-layer filters as they act on RGB pixels (Zeiler & Fergus, Fig. 6 a-c).

    Attributes
    ----------
    layer : str
        Name of the first convolution.
    filters : float32 [M, h, w, 3]
        Signed weights carried back through the preprocessing's linear part to RGB.
    rms : float32 [M]
        Root mean square of each filter's own weights (as trained, before carrying back).
    dead : bool [M]
        The filter's map is above 0 in no image of the data.
    dominating : bool [M]
        RMS above ``dominating_ratio`` times the median RMS of the layer.
    dominating_ratio : float
        How many times the median counts as dominating.
    stride : int
        Pixels between neighbouring units.
    activity : float32 [M]
        Share of images in which the map is above 0.
    """

    layer: str
    filters: Annotated[np.ndarray, "float32 [M, h, w, 3]"]
    rms: Annotated[np.ndarray, "float32 [M]"]
    dead: Annotated[np.ndarray, "bool [M]"]
    dominating: Annotated[np.ndarray, "bool [M]"]
    dominating_ratio: float
    stride: int
    activity: Annotated[np.ndarray, "float32 [M]"]
