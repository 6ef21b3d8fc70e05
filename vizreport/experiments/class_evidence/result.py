"""Where classes see their evidence, by three methods, and how two of them stand tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

METHODS = ("grad-cam", "integrated-gradients")
BASELINES = ("random", "centre")
"""Orders in which cells are deleted and inserted that know nothing of the network."""


@dataclass(frozen=True)
class ClassEvidenceResult:
    """Grad-CAM, integrated gradients and occlusion of I images, and tests on N others.

    Pictures are h x w, the size of the network's input. The square is the largest one of the
    occlusion; its upper left corner is at row ``tops[r]`` and column ``lefts[c]``, R x C places.

    Attributes
    ----------
    methods : list of str
        Of "grad-cam" and "integrated-gradients", those that are defined for the network.
    problems : dict of str
        Why another one is not.
    layer : str
        Whose feature maps Grad-CAM weighs; "" without.
    paths : list of str
        The occlusion's examples, then photographs.
    pictures : uint8 [I, h, w, 3]
        What the network saw, in its own colours.
    masks : bool [I, h, w]
        Where the object is seen, for data that know it; else False.
    classes : int32 [I]
        The class looked at: the true one, or, where that is not known, the predicted one.
    class_names : list of str
        Name of each class of the network.
    probabilities : float32 [I]
        Of that class.
    size : int
        Side of the square, px.
    tops, lefts : int32 [R], int32 [C]
        Rows and columns of the squares' upper left corners, px.
    falls : float32 [I, R, C]
        Fall of the class's probability while a grey square hides the place.
    maps : dict of float32 [I, R, C]
        By method: mean of Grad-CAM, or sum of the integrated gradients, over the same square.
    scores, grey_scores : float32 [I]
        The class's score of the image and of the grey one, between which gradients are integrated.
    totals : float32 [I]
        Sum of the integrated gradients over the whole image; NaN without.
    sample : int32 [N]
        Correctly classified images (numbered as in the mining result), in a seeded random order.
    orders : list of str
        ``methods``, then "random" and "centre".
    fractions : float32 [F]
        Share of the cells that is deleted or inserted, 0 to 1.
    deletion, insertion : dict of float32 [N, F]
        Probability of the class while the cells that come first in an order are grey, and while
        they alone are shown.
    cells : list of [rows, columns]
        Of the grid whose cells are ranked.
    areas : float32 [N]
        Share of the pixels that show the object; NaN where that is not known.
    hits : dict of bool [N]
        By order: whether the strongest pixel (of the mean over the square) lies on the object; a
        random pixel, and that of the centre.
    missed : float32 [N]
        How far the integrated gradients' sum is from the difference of the scores, as a share of
        it; NaN without.
    tested : int32 [S]
        Places in ``sample`` of the images whose maps are made again with random weights.
    similarity : dict of float32 [2, D, S]
        By method: rank correlation of the cells with the trained network's map, in D draws, with
        the topmost layer's weights in random order and with all layers'. NaN where a map is blank.
    chance : dict of float
        By method: mean rank correlation of the trained network's maps of different images.
    steps, test_steps : int
        Points of the integration, and of those with random weights.
    multiplications : float
        Of all forward and backward passes, a backward pass counted as two forward ones.
    """

    methods: list[str]
    problems: dict[str, str]
    layer: str
    paths: Annotated[list[str], "[I]"]
    pictures: Annotated[np.ndarray, "uint8 [I, h, w, 3]"]
    masks: Annotated[np.ndarray, "bool [I, h, w]"]
    classes: Annotated[np.ndarray, "int32 [I]"]
    class_names: list[str]
    probabilities: Annotated[np.ndarray, "float32 [I]"]
    size: int
    tops: Annotated[np.ndarray, "int32 [R]"]
    lefts: Annotated[np.ndarray, "int32 [C]"]
    falls: Annotated[np.ndarray, "float32 [I, R, C]"]
    maps: Annotated[dict[str, np.ndarray], "float32 [I, R, C] by methods"]
    scores: Annotated[np.ndarray, "float32 [I]"]
    grey_scores: Annotated[np.ndarray, "float32 [I]"]
    totals: Annotated[np.ndarray, "float32 [I]"]
    sample: Annotated[np.ndarray, "int32 [N]"]
    orders: list[str]
    fractions: Annotated[np.ndarray, "float32 [F]"]
    deletion: Annotated[dict[str, np.ndarray], "float32 [N, F] by orders"]
    insertion: Annotated[dict[str, np.ndarray], "float32 [N, F] by orders"]
    cells: Annotated[list[int], "[2]"]
    areas: Annotated[np.ndarray, "float32 [N]"]
    hits: Annotated[dict[str, np.ndarray], "bool [N] by orders"]
    missed: Annotated[np.ndarray, "float32 [N]"]
    tested: Annotated[np.ndarray, "int32 [S]"]
    similarity: Annotated[dict[str, np.ndarray], "float32 [2, D, S] by methods"]
    chance: Annotated[dict[str, float], "by methods"]
    steps: int
    test_steps: int
    multiplications: float
