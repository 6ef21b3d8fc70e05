"""Predictions of the images whose class is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vizreport.experiments.mining.result import MiningResult


@dataclass(frozen=True)
class LabelledPredictions:
    """Predictions of n images whose class is known.

    Attributes
    ----------
    images : int [n]
        Indices in the mining result.
    labels, predicted : int [n]
        True class and most probable one.
    confidence : float64 [n]
        Probability of the predicted class.
    names : tuple of str
        Of the classes.
    """

    images: np.ndarray
    labels: np.ndarray
    predicted: np.ndarray
    confidence: np.ndarray
    names: tuple[str, ...]

    @property
    def right(self) -> np.ndarray:
        """Whether each is classified correctly, bool [n]."""
        return self.labels == self.predicted


def labelled_predictions(mining: MiningResult) -> LabelledPredictions | None:
    """Return the predictions of labelled images; None where there are none."""
    known = np.flatnonzero(mining.labels >= 0)
    if not len(known) or not mining.top_classes.shape[1]:
        return None
    return LabelledPredictions(
        known,
        mining.labels[known],
        mining.top_classes[known, 0],
        mining.top_probabilities[known, 0].astype(np.float64),
        tuple(mining.class_names),
    )
