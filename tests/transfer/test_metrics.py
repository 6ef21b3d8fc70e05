"""Accuracy by class and average precision: hand-worked, and against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import precision_recall_curve, recall_score

from vizreport.transfer.metrics import average_precision, class_accuracies


def test_class_accuracies():
    labels = np.array([0, 0, 0, 2, 2, 3])
    answers = np.array([0, 0, 1, 2, 0, 3])
    found = class_accuracies(labels, answers, 4)
    np.testing.assert_allclose(found, [2 / 3, np.nan, 1 / 2, 1])
    random = np.random.default_rng(0)
    labels, answers = random.integers(0, 7, (2, 300))
    expected = recall_score(labels, answers, average=None)
    np.testing.assert_allclose(class_accuracies(labels, answers, 7), expected)


def test_average_precision_by_hand():
    # Right, wrong, right, wrong, right: precisions 1, 1/2, 2/3, 2/4, 3/5 at recalls 1/3, 1/3, ...
    scores = np.array([5.0, 4, 3, 2, 1])
    truth = np.array([1, -1, 1, -1, 1])
    assert average_precision(scores, truth) == pytest.approx((1 + 2 / 3 + 3 / 5) / 3)
    # Wrong, right, right: precisions 0, 1/2, 2/3; the highest at or beyond recall 1/2 is 2/3.
    assert average_precision(np.array([3.0, 2, 1]), np.array([-1, 1, 1])) == pytest.approx(2 / 3)
    # The difficult image between them does not count.
    scores, truth = np.array([4.0, 3.5, 3, 2, 1]), np.array([1, 0, -1, 1, -1])
    assert average_precision(scores, truth) == pytest.approx((1 + 2 / 3) / 2)
    # Equal scores come in together, in whatever order they are listed.
    for truth in ([1, -1], [-1, 1]):
        assert average_precision(np.array([1.0, 1.0]), np.array(truth)) == pytest.approx(0.5)
    assert np.isnan(average_precision(np.array([1.0]), np.array([-1])))


def test_average_precision_against_scikit_learn():
    random = np.random.default_rng(1)
    for _ in range(20):
        truth = np.where(random.random(60) < 0.3, 1, -1)
        truth[0] = 1
        scores = np.round(random.normal(0, 1, 60) + truth, 1)
        precision, recall, _ = precision_recall_curve(truth == 1, scores)
        highest = np.maximum.accumulate(precision)  # from recall 1 down
        expected = -np.sum(np.diff(recall) * highest[:-1])
        assert average_precision(scores, truth) == pytest.approx(expected)
