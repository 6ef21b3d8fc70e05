"""What is measured to find faults of a network, its data or their reading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, TypedDict

import numpy as np


class Pair(TypedDict):
    """Two images, numbered as in the mining result, that show the same.

    ``difference`` is the mean absolute difference of their pixels, 0 to 255.
    """

    first: int
    second: int
    difference: float


@dataclass(frozen=True)
class NormalizedLayer:
    """A layer of batch normalisation: its averages as stored, and re-estimated.

    Attributes
    ----------
    moving_means, moving_variances : float32 [M]
        Of each map, as the network has them.
    batch_means, batch_variances : float32 [M]
        Of what the layer is given for some of the images, each batch being normalised by its own
        statistics, as in training.
    """

    moving_means: Annotated[np.ndarray, "float32 [M]"]
    moving_variances: Annotated[np.ndarray, "float32 [M]"]
    batch_means: Annotated[np.ndarray, "float32 [M]"]
    batch_variances: Annotated[np.ndarray, "float32 [M]"]


@dataclass(frozen=True)
class DiagnosisResult:
    """Repeated images, sharpness and compression, and predictions of changed images.

    Images are numbered as in the mining result, of N images. P of them are changed, Z classes are
    looked at place by place.

    Attributes
    ----------
    compared : int
        Images compared with each other.
    plain : int32 [q]
        Those of them that are of hardly more than one colour.
    pairs : list of Pair
        Repeated images, the most similar first; at most 2,000.
    pair_pictures : uint8 [n, 2, h, w, 3]
        What the network sees of the first of them.
    blur : float32 [N]
        Perceptual blur (Crété et al. 2007), 0 sharp to 1; NaN where it was not measured.
    blocks : float32 [N]
        Steps at the borders of blocks of 8 px, at the original's full size, over those inside of
        blocks: about 1 without JPEG compression; NaN where it was not measured.
    light : float32 [N]
        Mean luminance, 0 to 255; NaN where it was not measured.
    changed : int32 [P]
        A seeded sample of images that are classified again, changed.
    predictions : dict of int32 [P]
        Most probable class of each, by the change: "none", "shift" (four of them, see
        ``shifts``), "colour" (all pixels replaced by the mean colour), "shuffled" (pixels in random
        order), "object" (object covered), "background" (all but the object covered); -1 where an
        image was not changed, for want of a mask.
    shift_predictions : int32 [P, 4]
        Most probable class, the image shifted by one pixel down, up, to the right and to the left.
    change_pictures : uint8 [k, h, w, 3]
        One image under each change of ``predictions``, in their order.
    change_names : list of str
        Names of these changes.
    mistakes : int32 [m]
        Some images that are classified wrongly.
    turn_names : list of str [T]
        What is done to them, such as "turned by 180°".
    turned_right : int8 [m, T]
        Whether they are then classified correctly.
    side : int
        Of the squares that cover a place, px.
    tops, lefts : int32 [R], int32 [C]
        Their places.
    place_classes : int32 [Z]
        The classes, in rising order.
    place_falls : float32 [Z, R, C]
        By how much covering each place lowers the log-odds of the class, mean over some of its
        images.
    place_energy : float32 [Z, R, C]
        Share of the energy of the projections of the class's unit that lies at each place, mean
        over the same images; squares overlap a little. All 0 where there are no projections.
    place_kinds : list of str [Z]
        What was then tested: "square", "top", "bottom", "left" or "right" (a strip along that
        edge), or "border".
    place_chosen : int32 [Z, 2]
        Row and column of a square, -1 otherwise.
    place_images : int32 [Z, K]
        Other images of the class, in which that place was then covered; -1 where there are fewer.
    place_covered : float32 [Z, K]
        Probability of the class, that place covered; NaN where there is no image.
    place_turned : int8 [Z, K]
        Whether an image of another class is classified as this one, once what is at the place in
        an image of this class is pasted in; -1 where there is no image.
    place_pictures : uint8 [Z, h, w, 3]
        Mean picture of the images covered.
    normalized : dict of NormalizedLayer
        By name, in their order; empty where the network has no batch normalisation, or its
        averages were not estimated.
    estimated_on : int
        Images from which averages were re-estimated; 0 for none.
    reestimated : int32 [E]
        Other images, classified with these averages.
    reestimated_predictions : int32 [E]
        Their most probable classes.
    untested : list of [what, why]
        What could not be measured.
    batch_normalization : bool
        Whether the network has batch normalisation, whose moving averages may not have settled.
    """

    compared: int
    plain: Annotated[np.ndarray, "int32 [q]"]
    pairs: list[Pair]
    pair_pictures: Annotated[np.ndarray, "uint8 [n, 2, h, w, 3]"]
    blur: Annotated[np.ndarray, "float32 [N]"]
    blocks: Annotated[np.ndarray, "float32 [N]"]
    light: Annotated[np.ndarray, "float32 [N]"]
    changed: Annotated[np.ndarray, "int32 [P]"]
    predictions: Annotated[dict[str, np.ndarray], "int32 [P]"]
    shift_predictions: Annotated[np.ndarray, "int32 [P, 4]"]
    change_pictures: Annotated[np.ndarray, "uint8 [k, h, w, 3]"]
    change_names: Annotated[list[str], "[k]"]
    mistakes: Annotated[np.ndarray, "int32 [m]"]
    turn_names: Annotated[list[str], "[T]"]
    turned_right: Annotated[np.ndarray, "int8 [m, T]"]
    side: int
    tops: Annotated[np.ndarray, "int32 [R]"]
    lefts: Annotated[np.ndarray, "int32 [C]"]
    place_classes: Annotated[np.ndarray, "int32 [Z]"]
    place_falls: Annotated[np.ndarray, "float32 [Z, R, C]"]
    place_energy: Annotated[np.ndarray, "float32 [Z, R, C]"]
    place_kinds: Annotated[list[str], "[Z]"]
    place_chosen: Annotated[np.ndarray, "int32 [Z, 2]"]
    place_images: Annotated[np.ndarray, "int32 [Z, K]"]
    place_covered: Annotated[np.ndarray, "float32 [Z, K]"]
    place_turned: Annotated[np.ndarray, "int8 [Z, K]"]
    place_pictures: Annotated[np.ndarray, "uint8 [Z, h, w, 3]"]
    normalized: dict[str, NormalizedLayer]
    estimated_on: int
    reestimated: Annotated[np.ndarray, "int32 [E]"]
    reestimated_predictions: Annotated[np.ndarray, "int32 [E]"]
    untested: list[tuple[str, str]]
    batch_normalization: bool
