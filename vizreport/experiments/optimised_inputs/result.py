"""Inputs that units like best, beside the strongest of the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np


@dataclass(frozen=True)
class OptimisedInputsResult:
    """For m maps of each layer, the input that excites one unit most, in D variants.

    The unit is the one in the middle of its map. Pictures show its receptive field of h x w px, or
    the whole input where it sees all of it, in their own colours.

    Attributes
    ----------
    layers : list of str
        From the input to the output; those without a living map are left out.
    maps : dict of int32 [m]
        The first ones of the top-9, dead ones left out.
    pictures : dict of uint8 [m, D, h, w, 3]
        Optimised as spectra in decorrelated colours, seen a little moved, scaled and turned.
    plain : dict of uint8 [m, h, w, 3]
        Optimised pixel by pixel, without any of that.
    natural : dict of uint8 [m, h, w, 3]
        Receptive field of the strongest unit over the data; 128 beyond the image.
    reached : dict of float32 [m, D]
        Activation of the unit by the optimised input as it is stored, 8 bits a colour.
    plain_reached : dict of float32 [m]
    strongest : dict of float32 [m]
        Largest activation of the map over the data.
    contrasts : dict of float32 [m]
        Root mean square about the data's mean colour of the field with the strongest activation,
        0 to 255: the optimised inputs have the same, before what leaves the range is cut off.
    curves : dict of float32 [m, steps]
        Activation of the first variant on the way, each step in a view of its own.
    mean_colour : float32 [C]
        Of the data, 0 to 255.
    steps, plain_steps : int
    multiplications : float
        Of all passes, a backward pass counted as two forward ones.
    """

    layers: list[str]
    maps: Annotated[dict[str, np.ndarray], "int32 [m] by layers"]
    pictures: Annotated[dict[str, np.ndarray], "uint8 [m, D, h, w, 3] by layers"]
    plain: Annotated[dict[str, np.ndarray], "uint8 [m, h, w, 3] by layers"]
    natural: Annotated[dict[str, np.ndarray], "uint8 [m, h, w, 3] by layers"]
    reached: Annotated[dict[str, np.ndarray], "float32 [m, D] by layers"]
    plain_reached: Annotated[dict[str, np.ndarray], "float32 [m] by layers"]
    strongest: Annotated[dict[str, np.ndarray], "float32 [m] by layers"]
    contrasts: Annotated[dict[str, np.ndarray], "float32 [m] by layers"]
    curves: Annotated[dict[str, np.ndarray], "float32 [m, steps] by layers"]
    mean_colour: Annotated[np.ndarray, "float32 [C]"]
    steps: int
    plain_steps: int
    multiplications: float
