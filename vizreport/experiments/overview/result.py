"""What the overview says of the network and of its predictions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class OverviewResult:
    """The network's layers and its accuracy on the data.

    Attributes
    ----------
    model_name : str
    parameters : int
        Number of weights.
    input_shape : list of int
        Height, width, channels of the network's input.
    preprocessing : dict
        As in the sidecar.
    layers : list of dict
        One for each reportable layer, input to output: ``name``, ``kind`` ("convolution",
        "dense", "merge", "concatenation", "logits"), ``rows``, ``cols``, ``maps``, ``stride``
        (px between neighbouring units), ``receptive_field`` ([height, width] px, or None where
        a unit sees the whole image), ``parameters``, ``chosen`` (bool: has pictures in this
        report), ``rule`` ("" where every operation below has a backward rule, else the reason).
    diagram : list of dict
        Stages of the architecture in the manner of Zeiler & Fergus, Fig. 3: ``name``, ``rows``,
        ``cols``, ``maps``, and ``operations``, a list of short texts such as "conv 7x7, 96,
        stride 2" or "3x3 max pool, stride 2", done on the way to this stage. The first is the
        input. Dense stages have rows = cols = 1.
    images : int
    top1_error, top5_error : float or None
        Percent; None where labels are not known.
    labels_reason : str
        Why they are not known.
    labelled : int
        Number of images with a known class.
    class_names : list of str
    class_counts, class_correct : int32 [C]
        Images and correct ones for each class.
    confusions : list of [true class, predicted class, count, mean probability]
        Most frequent confusions, at most 12, falling.
    mistakes : list of dict
        Most confident mistakes, at most 8: ``image``, ``path``, ``true``, ``predicted``,
        ``probability``, ``true_probability``.
    mistake_pictures : uint8 [n, h, w, 3]
        What the network saw of them, in their own colours.
    skipped : list of [path, reason]
    """

    model_name: str
    parameters: int
    input_shape: list[int]
    preprocessing: dict
    layers: list[dict]
    diagram: list[dict]
    images: int
    top1_error: float | None
    top5_error: float | None
    labels_reason: str
    labelled: int
    class_names: list[str]
    class_counts: np.ndarray
    class_correct: np.ndarray
    confusions: list[list]
    mistakes: list[dict]
    mistake_pictures: np.ndarray
    skipped: list[list[str]]
