"""What a network says of images while a square hides a part of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from vizreport.results.groups import Stored

LEAST = 0.05
"""Fall of the probability below which an image says nothing of where it falls."""


@dataclass(frozen=True)
class Choice:
    """How the images were chosen.

    Attributes
    ----------
    given : bool
        Whether the images were asked for by file; else they are a seeded choice of correctly
        classified ones, one a class, whose probability is above 0.5 and falls by more than 0.2.
    sure : float
        Share of all images (0 to 1) that are classified correctly with a probability above 0.5.
    tried, telling : int
        Such images whose probability was computed over a coarse grid of places, and those of them
        in which it falls by more than 0.2; 0 where images were asked for.
    """

    given: bool
    sure: float
    tried: int
    telling: int


@dataclass(frozen=True)
class CleanImages:
    """I images with nothing hidden, h x w, and what the network says of them.

    Attributes
    ----------
    paths : list of str
        File name, or path within the data, of each image.
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
    probabilities : float32 [I]
        Of ``classes``.
    best : int32 [I]
        Most probable class.
    best_probabilities : float32 [I]
        Its probability.
    maps : int32 [I]
        Feature map of the layer with the largest sum of activations.
    activations : float32 [I]
        That sum.
    """

    paths: Annotated[list[str], "[I]"]
    pictures: Annotated[np.ndarray, "uint8 [I, h, w, 3]"]
    masks: Annotated[np.ndarray, "bool [I, h, w]"]
    masked: Annotated[np.ndarray, "bool [I]"]
    classes: Annotated[np.ndarray, "int32 [I]"]
    known: Annotated[np.ndarray, "bool [I]"]
    probabilities: Annotated[np.ndarray, "float32 [I]", Stored("clean_probabilities")]
    best: Annotated[np.ndarray, "int32 [I]", Stored("clean_best")]
    best_probabilities: Annotated[np.ndarray, "float32 [I]", Stored("clean_best_probabilities")]
    maps: Annotated[np.ndarray, "int32 [I]"]
    activations: Annotated[np.ndarray, "float32 [I]", Stored("clean_activations")]


@dataclass(frozen=True)
class SquareMaps:
    """What the network says of I images while a square of one size hides a part of them.

    It stands at R x C places: its upper left corner is at row ``tops[r]`` and column ``lefts[c]``.

    Attributes
    ----------
    tops, lefts : int32 [R], int32 [C]
        Rows and columns of the square's upper left corners, px.
    fills : uint8 [I, h, w, 3]
        What the square shows in place of the picture; for noise the first draw.
    probabilities : float32 [I, R, C]
        Of the images' ``classes``.
    activations : float32 [I, R, C]
        Sum over places of the strongest map.
    best : int32 [I, R, C]
        Most probable class.
    best_probabilities : float32 [I, R, C]
        Its probability.
    computed : bool [I, R, C]
        Whether a place was computed, not interpolated.
    errors : float32 [I]
        Largest error of a probability that interpolation made at the up to 24 places where it is
        least sure (largest range over the 5 x 5 places around); 0 where none was interpolated.
    errors_drawn : float32 [I, 59]
        Its errors at places drawn at random; NaN where fewer were interpolated. The places of
        both were computed after all.
    """

    tops: Annotated[np.ndarray, "int32 [R]"]
    lefts: Annotated[np.ndarray, "int32 [C]"]
    fills: Annotated[np.ndarray, "uint8 [I, h, w, 3]"]
    probabilities: Annotated[np.ndarray, "float32 [I, R, C]"]
    activations: Annotated[np.ndarray, "float32 [I, R, C]"]
    best: Annotated[np.ndarray, "int32 [I, R, C]"]
    best_probabilities: Annotated[np.ndarray, "float32 [I, R, C]"]
    computed: Annotated[np.ndarray, "bool [I, R, C]"]
    errors: Annotated[np.ndarray, "float32 [I]"]
    errors_drawn: Annotated[np.ndarray, "float32 [I, 59]"]


@dataclass(frozen=True)
class Projections:
    """The strongest unit of each image's map, projected in it and in the map's three top images.

    Attributes
    ----------
    problem : str
        Why there are none; "" where there are.
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
    projected : uint8 [I, 4, h, w, 3]
        round(128 + 127 * clip(p / scale, -1, 1)) over the whole input, one scale for the four;
        128 throughout where there is none.
    scales : float32 [I]
        What is shown as full white in each image's four projections; 0 where there are none.
    """

    problem: Annotated[str, Stored("projection_problem")]
    others: Annotated[np.ndarray, "int32 [I, 3]"]
    other_pictures: Annotated[np.ndarray, "uint8 [I, 3, h, w, 3]"]
    values: Annotated[np.ndarray, "float32 [I, 4]"]
    fields: Annotated[np.ndarray, "int32 [I, 4, 4]"]
    projected: Annotated[np.ndarray, "uint8 [I, 4, h, w, 3]", Stored("projections")]
    scales: Annotated[np.ndarray, "float32 [I]", Stored("projection_scales")]


@dataclass(frozen=True)
class Sample:
    """N correctly classified images whose objects are known, occluded by the largest square.

    Attributes
    ----------
    images : int32 [N]
        Numbered as in the mining result, in a seeded random order, occluded at about 8 x 8 places;
        until 30 of them have a share, or 60 have been looked at.
    clean, lowest : float32 [N]
        Probability of the class, nothing hidden and at the worst place.
    shares : float32 [N]
        Of the fall of the probability, what lies on the object, 0 to 1; NaN where it falls by less
        than 0.05 everywhere.
    areas : float32 [N]
        Share of the pixels that show the object: what it would be by chance.
    hits : bool [N]
        Whether the pixel with the largest fall lies on the object.
    """

    images: Annotated[np.ndarray, "int32 [N]", Stored("sample")]
    clean: Annotated[np.ndarray, "float32 [N]", Stored("sample_clean")]
    lowest: Annotated[np.ndarray, "float32 [N]", Stored("sample_lowest")]
    shares: Annotated[np.ndarray, "float32 [N]", Stored("sample_shares")]
    areas: Annotated[np.ndarray, "float32 [N]", Stored("sample_areas")]
    hits: Annotated[np.ndarray, "bool [N]", Stored("sample_hits")]


@dataclass(frozen=True)
class OcclusionResult:
    """Occlusion of some images (Zeiler & Fergus, Fig. 7).

    Attributes
    ----------
    choice : Choice
        How they were chosen.
    clean : CleanImages
        The images with nothing hidden.
    class_names : list of str
        Name of each class of the network.
    layer : str
        The layer whose strongest map is summed.
    units : int
        Places that it sums over.
    squares : dict of SquareMaps
        By the side of the square in px, rising.
    strides : list of int
        Distance of neighbouring places of each of them, px; the last place of a row or column is
        flush with the edge and may be nearer.
    fill : {"grey", "mean", "blur", "noise"}
        What the square shows: RGB 128, the mean colour, the picture blurred, or noise.
    draws : int
        Draws of noise that were averaged; 1 for the others.
    refined : bool
        Whether a coarse grid of places was computed first and finer ones only where the maps
        change: an approximation.
    projections : Projections
        Of the images' strongest maps.
    sample : Sample
        Other images, for claims.
    rule : str
        Preset of backward rules.
    """

    choice: Choice
    clean: CleanImages
    class_names: list[str]
    layer: str
    units: int
    squares: Annotated[dict[int, SquareMaps], "[Z]", Stored("sizes")]
    strides: Annotated[list[int], "[Z]"]
    fill: str
    draws: int
    refined: bool
    projections: Projections
    sample: Sample
    rule: str

    @property
    def largest(self) -> int:
        """Side of the largest square, px."""
        return max(self.squares)
