"""Which maps of the layers below make up each map's activations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

UNITS = 3  # strongest units of a map that are split into contributions
SOURCES = 8  # largest contributions that are kept


@dataclass(frozen=True)
class ContributionsResult:
    """Activations split into contributions of the maps below, through weights and switches.

    A map's contribution to a unit of activation a is the sum, over the map's places, of its
    activation times the derivative of a: in a network that is linear but for rectifiers and
    poolings, the contributions of all maps of the layers below and of the biases between add up
    to a. Here it is a share of a, the mean over the map's (up to) 3 strongest units above 0.

    Attributes
    ----------
    layers : list of str
        Those of the top-9, from the input to the output.
    below : dict of list of str
        The layers directly below: those of ``layers`` that a way down meets first.
    maps : dict of int32 [m]
        Maps that were split, rising: those of the top-9, and ``feeding``.
    feeding : dict of int32 [f]
        Maps that the top-9 do not show, though they are among the four largest contributions to a
        map split above; rising, at most 48, or as many as the top-9 show of the layer.
    sources : dict of int32 [m, S, 2]
        The largest positive contributions, largest first: layer (its place in ``layers``) and
        map; -1 where there is none.
    shares : dict of float32 [m, S]
        Of the activation; NaN where there is none. Others may be negative, so that shares can add
        up to more than 1.
    explained : dict of float32 [m]
        Share of the activation that all maps of the layers below give together; the rest is the
        biases between. NaN where nothing is below or nothing excites the map.
    """

    layers: list[str]
    below: Annotated[dict[str, list[str]], "by layers"]
    maps: Annotated[dict[str, np.ndarray], "int32 [m] by layers"]
    feeding: Annotated[dict[str, np.ndarray], "int32 [f] by layers"]
    sources: Annotated[dict[str, np.ndarray], "int32 [m, S, 2] by layers"]
    shares: Annotated[dict[str, np.ndarray], "float32 [m, S] by layers"]
    explained: Annotated[dict[str, np.ndarray], "float32 [m] by layers"]
