"""Linear classifiers on features: a softmax, and support vector machines. No TensorFlow here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

STRENGTH = 1.0
"""Weight of the errors on the training images beside that of the squared weights (C)."""

_STEPS = 500
_TOLERANCE = 1e-5

Loss = Callable[[np.ndarray, np.ndarray], tuple[float, np.ndarray]]


@dataclass(frozen=True)
class Linear:
    """A linear classifier: ``scores = scaled @ weights + bias``.

    Attributes
    ----------
    centre : float32 array [D]
        Mean of the training vectors at length 1.
    scale : float
        ``scaled = (x / |x| - centre) * scale``.
    weights : float32 array [D, C]
        A column a class.
    bias : float32 array [C]
        One a class.
    """

    centre: np.ndarray
    scale: float
    weights: np.ndarray
    bias: np.ndarray

    def scores(self, features: np.ndarray) -> np.ndarray:
        """Scores of feature vectors [N, D]: float32 [N, C], higher is more of the class."""
        scaled = _scaled(_unit(features), self.centre, self.scale)
        return np.asarray(scaled @ self.weights + self.bias)


def fit(name: str, features: np.ndarray, targets: np.ndarray) -> Linear:
    """Learn a classifier of all classes.

    Feature vectors are scaled to length 1, their mean over the training images is subtracted,
    and one factor for all makes the mean of the squared lengths 1: one ``STRENGTH`` does for
    all layers.

    Minimised, over weights W and bias b, is ``|W|^2 / 2 + C * sum of the losses``, with

    - "softmax": the cross-entropy of the softmax of the scores (multinomial logistic
      regression);
    - "svm": for each class by itself ``max(0, 1 - t * score)^2`` with t = 1 for images of the
      class, -1 for the others (linear SVM, one against the rest, squared hinge loss).

    scikit-learn's LogisticRegression and LinearSVC minimise the same; here all classes are
    learned at once by L-BFGS, in products of matrices: 101 classes of 30 vectors of 2,048 numbers
    took 5 s of processor time, LinearSVC 29 s.

    Parameters
    ----------
    name : {"svm", "softmax"}
        Which loss.
    features : float array [N, D]
        A row an image, of any length.
    targets : int array [N, C]
        1 of the class, -1 not, 0 does not count (for "svm"); "softmax" needs one 1 a row.
    """
    unit = _unit(features)
    centre = unit.mean(0)
    length = float(np.sqrt(np.mean(np.square(unit - centre).sum(1))))
    scale = 1 / length if length > 0 else 1.0
    x = _scaled(unit, centre, scale)
    loss = {"svm": _squared_hinge, "softmax": _cross_entropy}[name]
    weights, bias = _minimise(x, targets.astype(np.float32), loss)
    return Linear(centre, scale, weights, bias)


def _unit(features: np.ndarray) -> np.ndarray:
    x = np.asarray(features, np.float32)
    length = np.sqrt(np.square(x, dtype=np.float64).sum(1, keepdims=True))
    return (x / np.maximum(length, 1e-30)).astype(np.float32)


def _scaled(unit: np.ndarray, centre: np.ndarray, scale: float) -> np.ndarray:
    return ((unit - centre) * np.float32(scale)).astype(np.float32)


def _squared_hinge(scores: np.ndarray, targets: np.ndarray) -> tuple[float, np.ndarray]:
    margin = np.maximum(1 - targets * scores, 0) * np.abs(targets)
    return float(np.square(margin, dtype=np.float64).sum()), -2 * targets * margin


def _cross_entropy(scores: np.ndarray, targets: np.ndarray) -> tuple[float, np.ndarray]:
    true = targets > 0
    shifted = scores - scores.max(1, keepdims=True)
    total = np.log(np.exp(shifted).sum(1, keepdims=True))
    loss = (total[:, 0] - shifted[true]).sum(dtype=np.float64)
    return float(loss), np.exp(shifted - total) - true


def _minimise(x: np.ndarray, targets: np.ndarray, loss: Loss) -> tuple[np.ndarray, np.ndarray]:
    features, classes = x.shape[1], targets.shape[1]
    size = features * classes

    def objective(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = flat[:size].reshape(features, classes)
        scores = x @ weights.astype(np.float32) + flat[size:].astype(np.float32)
        value, slope = loss(scores, targets)
        slope = slope.astype(np.float32)
        gradient = np.empty_like(flat)
        gradient[:size] = (weights + STRENGTH * (x.T @ slope)).ravel()
        gradient[size:] = STRENGTH * slope.sum(0, dtype=np.float64)
        return 0.5 * float(weights.ravel() @ weights.ravel()) + STRENGTH * value, gradient

    found = minimize(
        objective,
        np.zeros(size + classes),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": _STEPS, "maxfun": 2 * _STEPS, "ftol": _TOLERANCE, "gtol": 1e-12},
    ).x.astype(np.float32)
    return found[:size].reshape(features, classes), found[size:]
