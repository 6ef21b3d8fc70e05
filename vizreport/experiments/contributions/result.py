"""Which maps of the layers below make up each map's activations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

UNITS = 3  # strongest units of a map that are split into contributions
SOURCES = 8  # largest contributions that are kept


@dataclass(frozen=True)
class SplitLayer:
    """Maps of a layer whose strongest units are split into contributions.

    Attributes
    ----------
    below : list of str
        The layers directly below: those of the result that a way down meets first.
    maps : int32 [m]
        Maps that were split, rising: those of the top-9, and ``feeding``.
    feeding : int32 [f]
        Maps that the top-9 do not show, though they are among the four largest contributions to a
        map split above; rising, at most 48, or as many as the top-9 show of the layer.
    sources : int32 [m, S, 2]
        The largest positive contributions, largest first: layer (its place in the result's
        ``layers``) and map; -1 where there is none.
    shares : float32 [m, S]
        Of the activation; NaN where there is none. Others may be negative, so that shares can add
        up to more than 1.
    explained : float32 [m]
        Share of the activation that all maps of the layers below give together; the rest is the
        biases between. NaN where nothing is below or nothing excites the map.
    """

    below: list[str]
    maps: Annotated[np.ndarray, "int32 [m]"]
    feeding: Annotated[np.ndarray, "int32 [f]"]
    sources: Annotated[np.ndarray, "int32 [m, S, 2]"]
    shares: Annotated[np.ndarray, "float32 [m, S]"]
    explained: Annotated[np.ndarray, "float32 [m]"]


@dataclass(frozen=True)
class ContributionsResult:
    """Activations split into contributions of the maps below, through weights and switches.

    A map's contribution to a unit of activation a is the sum, over the map's places, of its
    activation times the derivative of a: in a network that is linear but for rectifiers and
    poolings, the contributions of all maps of the layers below and of the biases between add up
    to a. Here it is a share of a, the mean over the map's (up to) 3 strongest units above 0.

    Attributes
    ----------
    layers : dict of SplitLayer
        By name, those of the top-9, from the input to the output.
    """

    layers: dict[str, SplitLayer]
