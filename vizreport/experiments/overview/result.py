"""What the overview says of the network and of its predictions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, TypedDict

import numpy as np


class LayerRow(TypedDict):
    """A reportable layer."""

    name: str
    kind: str
    rows: int
    cols: int
    maps: int
    stride: int
    receptive_field: list[int] | None
    parameters: int
    chosen: bool
    rule: str


class Stage(TypedDict):
    """A stage of the architecture."""

    name: str
    rows: int
    cols: int
    maps: int
    operations: list[str]


class Mistake(TypedDict):
    """A confident mistake."""

    image: int
    path: str
    true: int
    predicted: int
    probability: float
    true_probability: float


class Exchange(TypedDict):
    """Two classes taken for each other more often than for themselves.

    Of ``images`` of either that are taken for either, ``swapped`` are taken for the other; p of
    Fisher's exact test.
    """

    first: int
    second: int
    images: int
    swapped: int
    p: float


class Subset(TypedDict):
    """A subset of the labelled images: its name, how many there are and how many are wrong."""

    name: str
    images: int
    wrong: int


@dataclass(frozen=True)
class OverviewResult:
    """The network's layers and its accuracy on the data.

    Attributes
    ----------
    model_name : str
        The network's own name, as Keras keeps it.
    parameters : int
        Number of weights.
    input_shape : list of int
        Height, width, channels of the network's input.
    preprocessing : dict
        As in the sidecar.
    preprocessing_reason : str
        Why it is this one, a sentence without its full stop.
    layers : list of dict
        One for each reportable layer, input to output: ``name``, ``kind`` ("convolution",
        "dense", "merge", "concatenation", "output"), ``rows``, ``cols``, ``maps``, ``stride``
        (px between neighbouring units), ``receptive_field`` ([height, width] px, or None where
        a unit sees the whole image), ``parameters``, ``chosen`` (bool: has pictures in this
        report), ``rule`` ("" where every operation below has a backward rule, else for which
        one there is none).
    notes : list of str
        What a reader must know of how the network was read, a sentence each.
    initialised : list of str
        Layers whose weights are as initialised: not trained, or not loaded.
    initialised_tested : int
        Layers of which that could be told.
    diagram : list of dict
        Stages of the architecture in the manner of Zeiler & Fergus, Fig. 3: ``name``, ``rows``,
        ``cols``, ``maps``, and ``operations``, a list of short texts such as "conv 7x7, 96,
        stride 2" or "3x3 max pool, stride 2", done on the way to this stage. The first is the
        input. Dense stages have rows = cols = 1.
    images : int
        Number of readable images.
    top1_error, top5_error : float or None
        Percent; None where labels are not known.
    labels_reason : str
        How the data's classes were matched with the network's, or why they are not known.
    exchanged : list of Exchange
        Pairs of classes whose names were probably exchanged.
    labelled : int
        Number of images with a known class.
    class_names : list of str
        Name of each class of the network.
    class_counts, class_correct : int32 [C]
        Images and correct ones for each class.
    subsets : list of Subset
        Subsets of the labelled images that the data tells apart; none where it has one only.
    confusions : list of [true class, predicted class, count, mean probability]
        Most frequent confusions, at most 12, falling.
    mistakes : list of dict
        Most confident mistakes, at most 8: ``image``, ``path``, ``true``, ``predicted``,
        ``probability``, ``true_probability``.
    mistake_pictures : uint8 [n, h, w, 3]
        What the network saw of them, in their own colours.
    skipped : list of [path, reason]
        Images that could not be read.
    """

    model_name: str
    parameters: int
    input_shape: Annotated[list[int], "[3]"]
    preprocessing: dict[str, bool | str | int | float | list[int | float] | None]
    preprocessing_reason: str
    layers: list[LayerRow]
    notes: list[str]
    initialised: list[str]
    initialised_tested: int
    diagram: list[Stage]
    images: int
    top1_error: float | None
    top5_error: float | None
    labels_reason: str
    exchanged: list[Exchange]
    labelled: int
    class_names: Annotated[list[str], "[C]"]
    class_counts: Annotated[np.ndarray, "int32 [C]"]
    class_correct: Annotated[np.ndarray, "int32 [C]"]
    subsets: list[Subset]
    confusions: list[tuple[int, int, int, float]]
    mistakes: list[Mistake]
    mistake_pictures: Annotated[np.ndarray, "uint8 [n, h, w, 3]"]
    skipped: list[tuple[str, str]]
