"""Inputs that units like best, beside the strongest of the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np


@dataclass(frozen=True)
class OptimisedLayer:
    """For m maps of a layer, the input that excites one unit most, in D variants.

    The unit is the one in the middle of its map. Pictures show its receptive field of h x w px, or
    the whole input where it sees all of it, in their own colours.

    Attributes
    ----------
    maps : int32 [m]
        The first ones of the top-9, dead ones left out.
    pictures : uint8 [m, D, h, w, 3]
        Optimised as spectra in decorrelated colours, seen a little moved, scaled and turned.
    plain : uint8 [m, h, w, 3]
        Optimised pixel by pixel, without any of that.
    natural : uint8 [m, h, w, 3]
        Receptive field of the strongest unit over the data; 128 beyond the image.
    reached : float32 [m, D]
        Activation of the unit by the optimised input as it is stored, 8 bits a colour.
    plain_reached : float32 [m]
        By the plain one.
    strongest : float32 [m]
        Largest activation of the map over the data.
    contrasts : float32 [m]
        Root mean square about the data's mean colour of the field with the strongest activation,
        0 to 255: the optimised inputs have the same, before what leaves the range is cut off.
    curves : float32 [m, steps]
        Activation of the first variant on the way, each step in a view of its own.
    """

    maps: Annotated[np.ndarray, "int32 [m]"]
    pictures: Annotated[np.ndarray, "uint8 [m, D, h, w, 3]"]
    plain: Annotated[np.ndarray, "uint8 [m, h, w, 3]"]
    natural: Annotated[np.ndarray, "uint8 [m, h, w, 3]"]
    reached: Annotated[np.ndarray, "float32 [m, D]"]
    plain_reached: Annotated[np.ndarray, "float32 [m]"]
    strongest: Annotated[np.ndarray, "float32 [m]"]
    contrasts: Annotated[np.ndarray, "float32 [m]"]
    curves: Annotated[np.ndarray, "float32 [m, steps]"]


@dataclass(frozen=True)
class OptimisedInputsResult:
    """Inputs that units like best, layer by layer.

    Attributes
    ----------
    layers : dict of OptimisedLayer
        By name, from the input to the output; those without a living map are left out.
    mean_colour : float32 [C]
        Of the data, 0 to 255.
    steps, plain_steps : int
        Of the optimisation, with and without regularisation.
    multiplications : float
        Of all passes, a backward pass counted as two forward ones.
    """

    layers: dict[str, OptimisedLayer]
    mean_colour: Annotated[np.ndarray, "float32 [C]"]
    steps: int
    plain_steps: int
    multiplications: float
