"""What a network says of images while a square hides a part of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

LEAST = 0.05
"""Fall of the probability below which an image says nothing of where it falls."""


@dataclass(frozen=True)
class OcclusionResult:
    """Occlusion of I images (Zeiler & Fergus, Fig. 7).

    Pictures are h x w, the size of the network's input. Squares have one of several sizes; dicts
    are named after the side in px, such as "45", and hold R x C places each: the square's upper
    left corner is at row ``tops[r]`` and column ``lefts[c]``.

    Attributes
    ----------
    paths : list of str
        File name, or path within the data, of each image.
    given : bool
        Whether the images were asked for by file; else they are a seeded choice of correctly
        classified ones, one a class, whose probability is above 0.5 and falls by more than 0.2.
    sure : float
        Share of all images (0 to 1) that are classified correctly with a probability above 0.5.
    tried, telling : int
        Such images whose probability was computed over a coarse grid of places, and those of them
        in which it falls by more than 0.2; 0 where images were asked for.
    pictures : uint8 [I, h, w, 3]
        What the network saw, in its own colours.
    masks : bool [I, h, w]
        Where the object is seen, for data that know it; else False.
    masked : bool [I]
        Whether that is known.
    classes : int32 [I]
        The class whose probability is mapped: the true one, or, where that is not known, the
        predicted one.
    known : bool [I]
        Whether it is the true class.
    class_names : list of str
        Name of each class of the network.
    clean_probabilities : float32 [I]
        Of ``classes``, nothing hidden.
    clean_best : int32 [I]
        Most probable class, nothing hidden.
    clean_best_probabilities : float32 [I]
        Its probability.
    layer : str
        The layer whose strongest map is summed.
    maps : int32 [I]
        Feature map of the layer with the largest sum of activations in the clean image.
    clean_activations : float32 [I]
        That sum.
    units : int
        Places that it sums over.
    sizes : list of int
        Sides of the squares, px.
    strides : list of int
        Distance of neighbouring places, px; the last place of a row or column is flush with the
        edge and may be nearer. One for each size.
    fill : {"grey", "mean", "blur", "noise"}
        What the square shows: RGB 128, the mean colour, the picture blurred, or noise.
    draws : int
        Draws of noise that were averaged; 1 for the others.
    tops, lefts : dict of int32 [R], int32 [C]
        Rows and columns of the squares' upper left corners, px.
    fills : dict of uint8 [I, h, w, 3]
        What the square shows in place of the picture; for noise the first draw.
    probabilities : dict of float32 [I, R, C]
        Of ``classes``.
    activations : dict of float32 [I, R, C]
        Sum over places of the strongest map.
    best : dict of int32 [I, R, C]
        Most probable class.
    best_probabilities : dict of float32 [I, R, C]
        Its probability.
    refined : bool
        Whether a coarse grid of places was computed first and finer ones only where the maps
        change: an approximation.
    computed : dict of bool [I, R, C]
        Whether a place was computed, not interpolated.
    errors : dict of float32 [I]
        Largest error of a probability that interpolation made at the up to 24 places where it is
        least sure (largest range over the 5 x 5 places around); 0 where none was interpolated.
    errors_drawn : dict of float32 [I, 59]
        Its errors at places drawn at random; NaN where fewer were interpolated. The places of
        both were computed after all.
    projection_problem : str
        Why there are no projections; "" where there are.
    others : int32 [I, 3]
        Images (numbered as in the mining result) with the map's strongest activations, the image
        itself left out; -1 where there is none.
    other_pictures : uint8 [I, 3, h, w, 3]
        128 where there is none.
    values : float32 [I, 4]
        Activation that was projected, in the image itself and in the others; NaN where there is
        none.
    fields : int32 [I, 4, 4]
        Receptive field of that unit, clipped: left, top, right, bottom, px.
    projections : uint8 [I, 4, h, w, 3]
        round(128 + 127 * clip(p / scale, -1, 1)) over the whole input, one scale for the four;
        128 throughout where there is none.
    projection_scales : float32 [I]
        What is shown as full white in each image's four projections; 0 where there are none.
    sample : int32 [N]
        Correctly classified images whose objects are known (numbered as in the mining result), in
        a seeded random order, occluded by the largest square at about 8 x 8 places; until 30 of
        them have a share, or 60 have been looked at.
    sample_clean, sample_lowest : float32 [N]
        Probability of the class, nothing hidden and at the worst place.
    sample_shares : float32 [N]
        Of the fall of the probability, what lies on the object, 0 to 1; NaN where it falls by less
        than 0.05 everywhere.
    sample_areas : float32 [N]
        Share of the pixels that show the object: what it would be by chance.
    sample_hits : bool [N]
        Whether the pixel with the largest fall lies on the object.
    rule : str
        Preset of backward rules.
    """

    paths: Annotated[list[str], "[I]"]
    given: bool
    sure: float
    tried: int
    telling: int
    pictures: Annotated[np.ndarray, "uint8 [I, h, w, 3]"]
    masks: Annotated[np.ndarray, "bool [I, h, w]"]
    masked: Annotated[np.ndarray, "bool [I]"]
    classes: Annotated[np.ndarray, "int32 [I]"]
    known: Annotated[np.ndarray, "bool [I]"]
    class_names: list[str]
    clean_probabilities: Annotated[np.ndarray, "float32 [I]"]
    clean_best: Annotated[np.ndarray, "int32 [I]"]
    clean_best_probabilities: Annotated[np.ndarray, "float32 [I]"]
    layer: str
    maps: Annotated[np.ndarray, "int32 [I]"]
    clean_activations: Annotated[np.ndarray, "float32 [I]"]
    units: int
    sizes: Annotated[list[int], "[Z]"]
    strides: Annotated[list[int], "[Z]"]
    fill: str
    draws: int
    tops: Annotated[dict[str, np.ndarray], "int32 [R] by sizes"]
    lefts: Annotated[dict[str, np.ndarray], "int32 [C] by sizes"]
    fills: Annotated[dict[str, np.ndarray], "uint8 [I, h, w, 3] by sizes"]
    probabilities: Annotated[dict[str, np.ndarray], "float32 [I, R, C] by sizes"]
    activations: Annotated[dict[str, np.ndarray], "float32 [I, R, C] by sizes"]
    best: Annotated[dict[str, np.ndarray], "int32 [I, R, C] by sizes"]
    best_probabilities: Annotated[dict[str, np.ndarray], "float32 [I, R, C] by sizes"]
    refined: bool
    computed: Annotated[dict[str, np.ndarray], "bool [I, R, C] by sizes"]
    errors: Annotated[dict[str, np.ndarray], "float32 [I] by sizes"]
    errors_drawn: Annotated[dict[str, np.ndarray], "float32 [I, 59] by sizes"]
    projection_problem: str
    others: Annotated[np.ndarray, "int32 [I, 3]"]
    other_pictures: Annotated[np.ndarray, "uint8 [I, 3, h, w, 3]"]
    values: Annotated[np.ndarray, "float32 [I, 4]"]
    fields: Annotated[np.ndarray, "int32 [I, 4, 4]"]
    projections: Annotated[np.ndarray, "uint8 [I, 4, h, w, 3]"]
    projection_scales: Annotated[np.ndarray, "float32 [I]"]
    sample: Annotated[np.ndarray, "int32 [N]"]
    sample_clean: Annotated[np.ndarray, "float32 [N]"]
    sample_lowest: Annotated[np.ndarray, "float32 [N]"]
    sample_shares: Annotated[np.ndarray, "float32 [N]"]
    sample_areas: Annotated[np.ndarray, "float32 [N]"]
    sample_hits: Annotated[np.ndarray, "bool [N]"]
    rule: str
