"""Figures that tell what the eye sees in a network's first two layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np


@dataclass(frozen=True)
class ArchitectureResult:
    """Signs of a badly chosen architecture (Zeiler & Fergus, section 4.1 and Fig. 6).

    M is the number of layer-1 filters, m of the maps of a layer.

    Attributes
    ----------
    layer : str
        The first convolution's reportable layer.
    stride : list of int
        Its stride, px: rows, columns.
    radii : float32 [R]
        Spatial frequencies, cycles a pixel of the input, evenly spaced in octaves.
    spectra : float32 [M, R]
        Each filter's energy density at these frequencies, averaged over all directions; sums to
        1. NaN for a filter of zeros.
    rms : float32 [M]
        Root mean square of each filter as it acts on RGB pixels from 0 to 255.
    filter_twins : int32 [M]
        The most similar filter among the earlier ones, -1 for the first.
    filter_similarity : float32 [M]
        Cosine between the two; NaN where there is none or one of them is zero.
    twins : dict of int32 [m]
        For each mined layer with places, the earlier map most correlated with each map; -1 for
        the first.
    correlation : dict of float32 [m]
        Correlation of the two maps' activations over images and places; NaN where there is no
        earlier map or one of them is constant.
    correlated_images : int
        Number of images of that sample.
    second : str
        Name of layer 2; "" where there is none.
    second_reason : str
        Why nothing is said of its projections; "" where something is.
    tiles : uint8 [n, side, side, 3]
        Strongest projection of a sample of its maps, in the manner of the top-9 tiles: 128 is
        zero, each on a scale of its own.
    tile_maps : int32 [n]
        Which maps they are.
    """

    layer: str
    stride: Annotated[list[int], "[2]"]
    radii: Annotated[np.ndarray, "float32 [R]"]
    spectra: Annotated[np.ndarray, "float32 [M, R]"]
    rms: Annotated[np.ndarray, "float32 [M]"]
    filter_twins: Annotated[np.ndarray, "int32 [M]"]
    filter_similarity: Annotated[np.ndarray, "float32 [M]"]
    twins: Annotated[dict[str, np.ndarray], "int32 [m]"]
    correlation: Annotated[dict[str, np.ndarray], "float32 [m]"]
    correlated_images: int
    second: str
    second_reason: str
    tiles: Annotated[np.ndarray, "uint8 [n, side, side, 3]"]
    tile_maps: Annotated[np.ndarray, "int32 [n]"]
