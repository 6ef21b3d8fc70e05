"""What the features of each layer are worth on other data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, TypedDict

import numpy as np


class Kind(TypedDict):
    """What was trained on which features."""

    layer: str
    classifier: str
    per_class: int
    features: int
    size: list[int]
    seeds: list[int]


@dataclass(frozen=True)
class TransferResult:
    """Results of ``vizreport transfer``.

    Attributes
    ----------
    study : str
        Name of the folder.
    checkpoint, network, data : str
        Names of the checkpoint's file, of its network, and of the data that trained the
        classifiers.
    test_data : str or None
        Where images have several classes: what tested.
    class_names : list of str
        Of the data, C of them.
    measure : {"accuracy", "average precision"}
        What ``scores`` are.
    test_images : int
        Images that test, of a split, on average.
    layers : list of str
        From the input on.
    kinds : list of dict
        One for each entry of ``scores``: ``layer``, ``classifier`` ("svm", "softmax", or
        "scratch" for a network trained from scratch, whose name then is ``layer``),
        ``per_class`` (images of a class that trained; 0 for all), ``features`` (numbers in a
        vector), ``size`` (rows, columns, maps), ``seeds``.
    scores : dict of float64 [splits, C]
        By the place in ``kinds``: accuracy or average precision of each class, 0 to 1; NaN for a
        class without test images.
    """

    study: str
    checkpoint: str
    network: str
    data: str
    test_data: str | None
    class_names: Annotated[list[str], "[C]"]
    measure: str
    test_images: int
    layers: list[str]
    kinds: list[Kind]
    scores: Annotated[dict[str, np.ndarray], "float64 [splits, C]"]
