"""The strongest feature maps of single photographs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np


@dataclass(frozen=True)
class ProjectedLayer:
    """The n strongest maps of a layer for each of P photographs; none where it is not projected.

    Attributes
    ----------
    status : str
        "" or why the layer was not projected.
    maps : int32 [P, n]
        Strongest maps of each photograph, falling by their strongest activation.
    values : float32 [P, n]
        The strongest activation of each of ``maps``.
    fields : int32 [P, n, 4]
        Receptive field of the strongest unit, clipped: left, top, right, bottom, px.
    projections : uint8 [P, n, h, w, 3]
        round(128 + 127 * clip(p / scale, -1, 1)) over the whole input.
    scales : float32 [P, n]
        What is shown as full white in each projection.
    """

    status: str
    maps: Annotated[np.ndarray, "int32 [P, n]"]
    values: Annotated[np.ndarray, "float32 [P, n]"]
    fields: Annotated[np.ndarray, "int32 [P, n, 4]"]
    projections: Annotated[np.ndarray, "uint8 [P, n, h, w, 3]"]
    scales: Annotated[np.ndarray, "float32 [P, n]"]


@dataclass(frozen=True)
class PhotographsResult:
    """For each of P photographs given, the strongest maps of each layer and their projections.

    Pictures are h x w, the size of the network's input.

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
    layers : dict of ProjectedLayer
        By name, chosen layers from the input to the output.
    rule : str
        Preset of backward rules.
    """

    paths: Annotated[list[str], "[P]"]
    pictures: Annotated[np.ndarray, "uint8 [P, h, w, 3]"]
    top_classes: Annotated[np.ndarray, "int32 [P, T]"]
    top_probabilities: Annotated[np.ndarray, "float32 [P, T]"]
    class_names: list[str]
    layers: dict[str, ProjectedLayer]
    rule: str
