"""A deconvolutional network that was learned from pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, TypedDict

import numpy as np


class Learning(TypedDict):
    """How it was learned."""

    input_size: int
    channels: str
    maps: list[int]
    weights: list[int | float]
    sides: list[int]
    pooling: int
    iterations: int
    epochs: int
    batch_size: int
    seed: int


@dataclass(frozen=True)
class DeconvolutionalResult:
    """What ``vizreport deconvnet-learn`` learned, and how well it reconstructs.

    Keys of the dictionaries are the layers, "1" and "2". C is the number of channels (3 or 1), K
    the number of a layer's maps.

    Attributes
    ----------
    data : str
        Name of the data set.
    data_fingerprint : str
        Hash of the images' contents.
    pictures : int
        Learned from; the others were held out.
    settings : dict
        ``input_size`` (px), ``channels`` ("RGB" or "L"), ``maps``, ``weights`` (lambda), ``sides``
        (of the filters; px, places of pooled maps), one a layer; ``pooling``, ``iterations``,
        ``epochs``, ``batch_size``, ``seed``.
    filters : dict of float32 [m, m, below, K]
        Of length 1.
    learning : dict of float64 [batches]
        Objective after the inference of each batch, mean of its pictures.
    inference : dict of float64 [iterations + 1]
        Objective over the iterations of inference, mean of the pictures held out.
    snr : dict of float64 [held]
        10 log10(|y|^2 / |y - reconstruction|^2), dB.
    active : dict of float64 [held]
        Share of the units that are not zero.
    units : dict of int
        Units of a picture.
    examples : uint8 [n, h, w, 3]
        Pictures held out, in their own colours.
    inputs : int8 [n, h, w, C]
        The same after contrast normalisation, in steps of ``step``.
    reconstructions : dict of int8 [n, h, w, C]
        In the same steps.
    step : float
        What 1 stands for in ``inputs`` and ``reconstructions``, in units of normalised contrast.
    signs : dict of int8 [K]
        Sign of the map's strongest activation; what is shown of a map is multiplied by it.
    activations : dict of float32 [K, 9]
        Strongest activations with that sign, one a picture, falling; 0 for none.
    patches : dict of uint8 [K, 9, v, v, 3]
        What they look at, grey beyond the picture's edge.
    projections : int8 [k, 9, u, u, C]
        Layer 2: the same units carried down to the pixels through the switches of their pictures,
        each divided by its largest magnitude, which is 127.
    """

    data: str
    data_fingerprint: str
    pictures: int
    settings: Learning
    filters: Annotated[dict[str, np.ndarray], "float32 [m, m, below, K]"]
    learning: Annotated[dict[str, np.ndarray], "float64 [batches]"]
    inference: Annotated[dict[str, np.ndarray], "float64 [iterations + 1]"]
    snr: Annotated[dict[str, np.ndarray], "float64 [held]"]
    active: Annotated[dict[str, np.ndarray], "float64 [held]"]
    units: dict[str, int]
    examples: Annotated[np.ndarray, "uint8 [n, h, w, 3]"]
    inputs: Annotated[np.ndarray, "int8 [n, h, w, C]"]
    reconstructions: Annotated[dict[str, np.ndarray], "int8 [n, h, w, C]"]
    step: float
    signs: Annotated[dict[str, np.ndarray], "int8 [K]"]
    activations: Annotated[dict[str, np.ndarray], "float32 [K, 9]"]
    patches: Annotated[dict[str, np.ndarray], "uint8 [K, 9, v, v, 3]"]
    projections: Annotated[np.ndarray, "int8 [k, 9, u, u, C]"]
