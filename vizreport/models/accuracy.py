"""Top-1 and top-5 error from class probabilities. No TensorFlow here."""

from __future__ import annotations

import numpy as np


def ranks(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Place of the true class among the outputs, 0 for the most probable.

    Ties go to the lower output, as with ``argmax``. Where an output is not finite the place is
    the last.

    Parameters
    ----------
    probabilities : float array [N, C]
        Or scores: only their order counts.
    labels : int array [N]
        True class of each row.

    Returns
    -------
    int array [N]
    """
    labels = np.asarray(labels)
    true = np.take_along_axis(probabilities, labels[:, None].astype(np.intp), 1)
    earlier = np.arange(probabilities.shape[1]) < labels[:, None]
    place = ((probabilities > true) | ((probabilities == true) & earlier)).sum(1)
    return np.where(np.isfinite(probabilities).all(1), place, probabilities.shape[1] - 1)


def top_errors(places: np.ndarray, classes: int) -> tuple[float, float | None]:
    """Share of images whose class is not the first, and not among the first five.

    Parameters
    ----------
    places : int array [n]
        Place of each image's class among the predictions, see :func:`ranks`.
    classes : int
        With five or fewer there is no top-5 error.

    Returns
    -------
    first, fifth : float
        From 0 to 1. The second is None with five classes or fewer, where it would always be 0.
    """
    first = float(np.mean(places >= 1))
    return first, float(np.mean(places >= 5)) if classes > 5 else None
