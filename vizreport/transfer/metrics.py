"""Accuracy by class, and average precision. No TensorFlow here."""

from __future__ import annotations

import numpy as np


def class_accuracies(labels: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """Share of each class's images that were named rightly.

    The mean of them, which the paper's tables give, counts each class alike however many test
    images it has.

    Parameters
    ----------
    labels, predicted : int array [N]
        True and predicted class of each image.
    classes : int
        Number of classes, C.

    Returns
    -------
    float64 array [C]
        NaN for a class without images.
    """
    tested = np.bincount(labels, minlength=classes)
    right = np.bincount(labels[labels == predicted], minlength=classes)
    with np.errstate(invalid="ignore"):
        return right / tested


def average_precision(scores: np.ndarray, truth: np.ndarray) -> float:
    """Average precision of one class as PASCAL VOC has it since 2010.

    The area under the curve of precision over recall, the precision at each recall being the
    highest at that recall or beyond. Images of equal score come in together.

    Parameters
    ----------
    scores : float array [N]
        Higher is more of the class.
    truth : int array [N]
        1 of the class, -1 not, 0 does not count ("difficult").

    Returns
    -------
    float
        From 0 to 1; NaN where no image is of the class.
    """
    scores, truth = scores[truth != 0], truth[truth != 0]
    order = np.argsort(-scores, kind="stable")
    scores, found = scores[order], truth[order] == 1
    if not found.any():
        return float("nan")
    last = np.flatnonzero(np.append(scores[1:] != scores[:-1], True))  # of each equal score
    right = np.cumsum(found)[last]
    precision = right / (last + 1)
    recall = right / found.sum()
    highest = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.sum(np.diff(recall, prepend=0.0) * highest))
