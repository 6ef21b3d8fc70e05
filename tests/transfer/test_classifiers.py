"""The linear classifiers against scikit-learn's, on the same scaled features."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from vizreport.transfer.classifiers import STRENGTH, fit


@pytest.fixture(scope="module")
def clusters():
    """Five noisy clusters on few dimensions of 40, of differing length."""
    random = np.random.default_rng(0)
    centres = random.normal(0, 1, (5, 40))
    labels = np.arange(150) % 5
    features = np.maximum(centres[labels] + random.normal(0, 1.5, (150, 40)), 0)
    return (features * random.uniform(0.5, 20, (150, 1))).astype(np.float32), labels


def signs(labels):
    return np.where(labels[:, None] == np.arange(labels.max() + 1), 1, -1)


def scaled(features):
    x = features / np.linalg.norm(features, axis=1, keepdims=True)
    x = x - x.mean(0)
    return x / np.sqrt(np.mean((x**2).sum(1)))


def test_softmax_is_logistic_regression(clusters):
    features, labels = clusters
    found = fit("softmax", features, signs(labels)).scores(features)
    other = LogisticRegression(C=STRENGTH, tol=1e-8, max_iter=2000).fit(scaled(features), labels)
    expected = other.decision_function(scaled(features))
    # A softmax does not change when all scores rise by the same.
    found = found - found.mean(1, keepdims=True)
    np.testing.assert_allclose(found, expected - expected.mean(1, keepdims=True), atol=0.03)


def test_svm_is_linear_svc(clusters):
    features, labels = clusters
    found = fit("svm", features, signs(labels)).scores(features)
    # A large scaling frees the intercept from the penalty.
    other = LinearSVC(C=STRENGTH, intercept_scaling=30, tol=1e-7, max_iter=200_000)
    expected = other.fit(scaled(features), labels).decision_function(scaled(features))
    np.testing.assert_allclose(found, expected, atol=0.03)


def test_difficult_images_do_not_count(clusters):
    features, labels = clusters
    targets = signs(labels)
    counted = np.arange(150) % 3 > 0
    targets[~counted, 2] = 0
    found = fit("svm", features, targets).scores(features)[:, 2]
    x = scaled(features)
    other = LinearSVC(C=STRENGTH, intercept_scaling=30, tol=1e-7, max_iter=200_000)
    expected = other.fit(x[counted], labels[counted] == 2).decision_function(x)
    np.testing.assert_allclose(found, expected, atol=0.03)


def test_equal_features():
    labels = np.arange(6) % 2
    scores = fit("softmax", np.zeros((6, 3)), signs(labels)).scores(np.zeros((1, 3)))
    np.testing.assert_allclose(scores[0, 0], scores[0, 1], atol=1e-4)
