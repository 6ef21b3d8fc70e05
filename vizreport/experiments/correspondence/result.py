"""How alike the changes of features are when the same part is hidden in several pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np


@dataclass(frozen=True)
class ComparedLayer:
    """What hiding P parts, D random and S shared places changes in a layer.

    A distance is that of two sign vectors, the share of features (0 to 1) in which they differ; its
    Q = I (I - 1) / 2 values are those of the pairs i < j of the I pictures, in the order of
    ``numpy.triu_indices(I, 1)``.

    Attributes
    ----------
    part_distances : float32 [P, Q]
        Between the pictures with the same part hidden.
    random_distances : float32 [D, Q]
        Between the pictures' random places of the same number.
    shared_distances : float32 [S, Q]
        With the same shared place hidden.
    part_changed : float32 [P]
        Share of features that hiding the part changes, mean over pictures.
    random_changed, shared_changed : float
        The same over pictures and places.
    agreements : float32 [I, P + D, I, P + D]
        Agreement beyond chance (Cohen's kappa, ``statistics.agreement``) of the signs of every
        picture and place, first the parts, then the random draws, with every other.
    shared_agreement : float32 [S, Q]
        Agreement beyond chance of the same pairs.
    p_values : float64 [P]
        Of the one-sided permutation test of the part against random places, see
        ``statistics.permutation_p``; not corrected.
    p_all : float
        Of the same test of the mean over the parts.
    """

    part_distances: Annotated[np.ndarray, "float32 [P, Q]"]
    random_distances: Annotated[np.ndarray, "float32 [D, Q]"]
    shared_distances: Annotated[np.ndarray, "float32 [S, Q]"]
    part_changed: Annotated[np.ndarray, "float32 [P]"]
    random_changed: float
    shared_changed: float
    agreements: Annotated[np.ndarray, "float32 [I, P + D, I, P + D]"]
    shared_agreement: Annotated[np.ndarray, "float32 [S, Q]"]
    p_values: Annotated[np.ndarray, "float64 [P]"]
    p_all: float


@dataclass(frozen=True)
class CorrespondenceResult:
    """Correspondence of P parts in I pictures of one class (Zeiler & Fergus, Table 1).

    Pictures are h x w, the size of the network's input.

    Attributes
    ----------
    class_name : str
        "" where the data have no classes.
    asked : bool
        Whether the class was asked for; else it is the one with the most usable pictures.
    source : {"data", "file"}
        Whether the parts come with the data or from a CSV file.
    object : {"mask", "box"}
        What random places are drawn from: the object's pixels, or the box around the parts, larger
        by a square's side on each side.
    paths : list of str
        Of the I pictures.
    pictures : uint8 [I, h, w, 3]
        What the network saw, in its own colours.
    usable : int
        Pictures of the class with all P parts in view.
    right : int
        Of the I pictures, how many the network classifies correctly; -1 where it is not known.
    parts : list of str
        Their names: "left eye".
    points : float32 [I, P, 2]
        x and y of each part, px of the network's input; the first pixel's centre is at 0.5, 0.5.
    side : int
        Side of the squares, px.
    part_squares : int32 [I, P, 2]
        Left and top of the square that hides each part, px.
    random_squares : int32 [I, D, 2]
        D random places on the object, drawn separately for each picture.
    shared_squares : int32 [I, S, 2]
        S places drawn for all pictures: number s is at the same place of the object's box in each.
    layers : dict of ComparedLayer
        By name, those whose features are compared, from the input to the output.
    lengths : list of int
        Number of features of each layer: of the stage's output.
    """

    class_name: str
    asked: bool
    source: str
    object: str
    paths: Annotated[list[str], "[I]"]
    pictures: Annotated[np.ndarray, "uint8 [I, h, w, 3]"]
    usable: int
    right: int
    parts: Annotated[list[str], "[P]"]
    points: Annotated[np.ndarray, "float32 [I, P, 2]"]
    side: int
    part_squares: Annotated[np.ndarray, "int32 [I, P, 2]"]
    random_squares: Annotated[np.ndarray, "int32 [I, D, 2]"]
    shared_squares: Annotated[np.ndarray, "int32 [I, S, 2]"]
    layers: Annotated[dict[str, ComparedLayer], "[L]"]
    lengths: Annotated[list[int], "[L]"]
