"""How features and class probability change as an image moves, grows and turns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np


@dataclass(frozen=True)
class InvarianceResult:
    """Transformations of I images: P <= 5 that are shown, others for the mean (Fig. 5).

    Dicts are named after the transformation: "vertical" and "horizontal" translation, "scale",
    "rotation"; each takes S values. L is the number of layers.

    Attributes
    ----------
    paths : list of str
        File name, or path within the data, of each of the P images shown.
    given : bool
        Whether these were asked for by file; else they are a seeded choice of images, one a class,
        whose probability is above 0.5 and falls by more than 0.2; where those are too few, of
        correctly classified ones that lose most.
    pictures : uint8 [P, h, w, 3]
        What the network saw of them, in its own colours.
    images : int32 [I]
        Number in the mining result, -1 for an image that is not in the data. The first P are
        those shown.
    sampled : bool [I]
        Whether the image belongs to the seeded sample whose mean is drawn.
    classes : int32 [I]
        The class whose probability is given: the true one, or, where that is not known, the
        predicted one; -1 where images have no class.
    known : bool [I]
        Whether it is the true class.
    class_names : list of str
        Name of each class of the network.
    layers : list of str
        Whose features are compared, from the input to the output.
    lengths : list of int
        Number of features of each layer: its stage's output after pooling and normalisation.
    values : dict of float64 [S]
        Translation in px of the input (down, right), factor, degrees counter-clockwise.
    distances : dict of float32 [I, L, S]
        Euclidean distance between the features of the image and of the transformed image, in
        units of activation.
    norms : float32 [I, L]
        Euclidean norm of the image's features. Distance / norm is what is drawn.
    apart : float32 [I, L]
        Euclidean distance between the features of the image and of another one that was
        transformed; NaN where there is no other.
    probabilities : dict of float32 [I, S]
        Of ``classes``; NaN where images have no class.
    interpolation : {"nearest", "bilinear", "bicubic"}
        Between pixels, see ``transform``.
    fill : {"edge", "reflect", "grey", "mean"}
        What is seen beyond the image's edge.
    """

    paths: Annotated[list[str], "[P]"]
    given: bool
    pictures: Annotated[np.ndarray, "uint8 [P, h, w, 3]"]
    images: Annotated[np.ndarray, "int32 [I]"]
    sampled: Annotated[np.ndarray, "bool [I]"]
    classes: Annotated[np.ndarray, "int32 [I]"]
    known: Annotated[np.ndarray, "bool [I]"]
    class_names: list[str]
    layers: Annotated[list[str], "[L]"]
    lengths: Annotated[list[int], "[L]"]
    values: Annotated[dict[str, np.ndarray], "float64 [S]"]
    distances: Annotated[dict[str, np.ndarray], "float32 [I, L, S]"]
    norms: Annotated[np.ndarray, "float32 [I, L]"]
    apart: Annotated[np.ndarray, "float32 [I, L]"]
    probabilities: Annotated[dict[str, np.ndarray], "float32 [I, S]"]
    interpolation: str
    fill: str
