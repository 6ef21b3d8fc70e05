"""The strongest feature maps of single photographs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np


@dataclass(frozen=True)
class PhotographsResult:
    """For each photograph given, the strongest maps of each layer and their projections.

    P photographs, n strongest maps a layer; pictures are h x w, the size of the network's input.

    Attributes
    ----------
    paths : list of str
        File names as given.
    pictures : uint8 [P, h, w, 3]
        What the network saw, in its own colours.
    top_classes : int32 [P, T]
        The T most probable classes, falling.
    top_probabilities : float32 [P, T]
        Their probabilities.
    class_names : list of str
        Name of each class of the network.
    layers : list of str
        Chosen layers from the input to the output.
    status : dict of str
        "" or why a layer was not projected.
    maps : dict of int32 [P, n]
        Strongest maps of each photograph, falling by their strongest activation.
    values : dict of float32 [P, n]
        The strongest activation of each of ``maps``.
    fields : dict of int32 [P, n, 4]
        Receptive field of the strongest unit, clipped: left, top, right, bottom, px.
    projections : dict of uint8 [P, n, h, w, 3]
        round(128 + 127 * clip(p / scale, -1, 1)) over the whole input.
    scales : dict of float32 [P, n]
        What is shown as full white in each projection.
    rule : str
        Preset of backward rules.
    """

    paths: Annotated[list[str], "[P]"]
    pictures: Annotated[np.ndarray, "uint8 [P, h, w, 3]"]
    top_classes: Annotated[np.ndarray, "int32 [P, T]"]
    top_probabilities: Annotated[np.ndarray, "float32 [P, T]"]
    class_names: list[str]
    layers: list[str]
    status: Annotated[dict[str, str], "by layers"]
    maps: Annotated[dict[str, np.ndarray], "int32 [P, n] by layers"]
    values: Annotated[dict[str, np.ndarray], "float32 [P, n] by layers"]
    fields: Annotated[dict[str, np.ndarray], "int32 [P, n, 4] by layers"]
    projections: Annotated[dict[str, np.ndarray], "uint8 [P, n, h, w, 3] by layers"]
    scales: Annotated[dict[str, np.ndarray], "float32 [P, n] by layers"]
    rule: str
