"""What HOG keeps of images, and what layers of the network show of the same ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

METHODS = ("paired dictionaries", "ridge regression", "mean image")


@dataclass(frozen=True)
class HogResult:
    """Inversions of HOG descriptors (Vondrick et al. 2013, HOGgles) beside projections.

    I images are shown, T images measured (those shown among them); none of the T was used for
    learning, nor a copy of it. Grey pictures are H x W, the shorter side 96 px; windows are
    n x n = p pixels. K atoms, descriptors of d values.

    Attributes
    ----------
    paths : list of str
        Of the images shown.
    names : list of str
        Their true classes; the predicted ones where those are not known, "" without any.
    pictures : uint8 [I, h, w, 3]
        What the network saw, in its own colours.
    glyphs : uint8 [I, H, W]
        scikit-image's HOG picture (9 unsigned orientations), white the strongest.
    originals : uint8 [I, H, W]
        Grey picture with its contrast normalised: what an inversion is compared with.
        round(128 + 127 * clip(value / 1.5, -1, 1)), as the next ones.
    inversions : uint8 [2, I, H, W]
        By paired dictionaries and by ridge regression.
    mean_picture : uint8 [H, W]
        Mean of the normalised pictures learned from.
    shown : int32 [I]
        Number of each image shown among the T measured.
    correlations : float32 [3, T]
        Pearson's, of each method's picture (:data:`METHODS`) with the normalised original.
    learned_images, learned_windows : int
        How many images and windows of them the dictionaries were learned from.
    hog_mean : float32 [d]
        This and the next five are the dictionaries, see
        :class:`vizreport.experiments.hog.dictionaries.Paired`.
    hog_scale : float
    hog_atoms : float32 [K, d]
    pixel_offset : float32 [p]
    pixel_atoms : float32 [2, K, p]
    sparsity : float
    weights : float32 [2, K]
        Mean code of each atom and of its negative over the windows of the images shown.
    window, cell : int
        Sides, px of the grey picture.
    used : float
        Share of the codes that are not zero in the windows of the images shown.
    layers : list of str
        Early layer and last convolution; one where they are the same, none without convolutions.
    problems : list of str
        Why a layer could not be projected; "" where it was.
    units : int32 [L, I]
        Units projected: the strongest of each of the most active maps, at most 16 maps.
    projections : uint8 [L, I, h, w, 3]
        Sum of their projections, round(128 + 127 * clip(p / scale, -1, 1)).
    scales : float32 [L, I]
        What is shown as full white in each of ``projections``.
    rule : str
        Preset of backward rules.
    """

    paths: Annotated[list[str], "[I]"]
    names: Annotated[list[str], "[I]"]
    pictures: Annotated[np.ndarray, "uint8 [I, h, w, 3]"]
    glyphs: Annotated[np.ndarray, "uint8 [I, H, W]"]
    originals: Annotated[np.ndarray, "uint8 [I, H, W]"]
    inversions: Annotated[np.ndarray, "uint8 [2, I, H, W]"]
    mean_picture: Annotated[np.ndarray, "uint8 [H, W]"]
    shown: Annotated[np.ndarray, "int32 [I]"]
    correlations: Annotated[np.ndarray, "float32 [3, T]"]
    learned_images: int
    learned_windows: int
    hog_mean: Annotated[np.ndarray, "float32 [d]"]
    hog_scale: float
    hog_atoms: Annotated[np.ndarray, "float32 [K, d]"]
    pixel_offset: Annotated[np.ndarray, "float32 [p]"]
    pixel_atoms: Annotated[np.ndarray, "float32 [2, K, p]"]
    sparsity: float
    weights: Annotated[np.ndarray, "float32 [2, K]"]
    window: int
    cell: int
    used: float
    layers: Annotated[list[str], "[L]"]
    problems: Annotated[list[str], "[L]"]
    units: Annotated[np.ndarray, "int32 [L, I]"]
    projections: Annotated[np.ndarray, "uint8 [L, I, h, w, 3]"]
    scales: Annotated[np.ndarray, "float32 [L, I]"]
    rule: str
