"""Accuracy against scikit-learn and cases worked by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, top_k_accuracy_score

from tests.experiments import tiny
from vizreport.experiments.overview.compute import accuracy, subsets
from vizreport.graph.layers import reportable_layers

compute = tiny.computing("overview")


def predictions(mined, labels, scores, names=None):
    """A mining result with these predictions."""
    labels, scores = np.asarray(labels, np.int32), np.asarray(scores, np.float32)
    top = np.argsort(-scores, axis=1, kind="stable")[:, :5].astype(np.int32)
    true = np.where(labels >= 0, scores[np.arange(len(labels)), np.maximum(labels, 0)], np.nan)
    return replace(
        mined,
        labels=labels,
        top_classes=top,
        top_probabilities=np.take_along_axis(scores, top, axis=1),
        true_probabilities=true.astype(np.float32),
        class_names=names or [f"class {i}" for i in range(scores.shape[1])],
        paths=[f"{i}.png" for i in range(len(labels))],
        records=np.zeros(len(labels), np.int32),
    )


def test_accuracy_equals_scikit_learns(mined):
    random = np.random.default_rng(0)
    labels, scores = random.integers(0, 7, 200), random.dirichlet(np.ones(7) / 2, 200)
    found = accuracy(predictions(mined, labels, scores))
    for k, name in ((1, "top1_error"), (5, "top5_error")):
        right = top_k_accuracy_score(labels, scores, k=k, labels=range(7))
        assert found[name] == pytest.approx(100 * (1 - right))
    matrix = confusion_matrix(labels, scores.argmax(1), labels=range(7))
    np.testing.assert_array_equal(found["class_counts"], matrix.sum(1))
    np.testing.assert_array_equal(found["class_correct"], matrix.diagonal())
    off = matrix - np.diag(matrix.diagonal())
    counts = [count for *_, count, _ in found["confusions"]]
    assert counts == sorted(off.ravel(), reverse=True)[:12]
    for true, guess, count, probability in found["confusions"]:
        assert off[true, guess] == count
        chosen = (labels == true) & (scores.argmax(1) == guess)
        assert probability == pytest.approx(scores[chosen, guess].mean(), rel=1e-5)
    assert found["labelled"] == 200


def test_unknown_labels_are_left_out(mined):
    scores = np.eye(3)[[0, 1, 2, 0]]
    found = accuracy(predictions(mined, [0, -1, 1, -1], scores))
    assert found["labelled"] == 2
    assert found["top1_error"] == 50.0
    # Of three classes five are always right: there is no such number.
    assert found["top5_error"] is None
    assert found["confusions"] == [(1, 2, 1, 1.0)]
    none = accuracy(predictions(mined, [-1, -1], np.eye(3)[:2]))
    assert none["top1_error"] is None
    assert none["labelled"] == 0
    np.testing.assert_array_equal(none["class_counts"], [0, 0, 0])


def test_a_network_without_scores_has_no_accuracy(mined):
    without = replace(
        mined,
        labels=np.array([0, 1], np.int32),
        top_classes=np.zeros((2, 0), np.int32),
        top_probabilities=np.zeros((2, 0), np.float32),
        class_names=[],
    )
    assert accuracy(without)["top1_error"] is None


def test_subsets_are_counted_apart(mined):
    # The second image's class is not known; of "new" one of two is wrong, of "old" none of one.
    scores = np.eye(3)[[0, 1, 2, 0]]
    some = replace(
        predictions(mined, [0, -1, 1, 0], scores), records=np.array([3, 2, 1, 0], np.int32)
    )
    assert subsets(some, ["new", "new", "old", "old"]) == [
        {"name": "old", "images": 1, "wrong": 0},
        {"name": "new", "images": 2, "wrong": 1},
    ]
    assert subsets(some, ["new"] * 4) == []


def test_overview_of_the_tiny_network(tiny_subject, mined):
    found = compute(tiny_subject, {"mining": mined})
    assert found.parameters == tiny_subject.model.count_params()
    assert [layer["name"] for layer in found.layers] == ["conv1", "conv2", "classes"]
    assert found.layers[0]["receptive_field"] == [5, 5]
    assert found.layers[1]["receptive_field"] == [5 + 2 + 2 * 4, 5 + 2 + 2 * 4]
    assert found.layers[2]["receptive_field"] is None
    assert [layer["parameters"] for layer in found.layers] == [
        tiny_subject.model.get_layer(name).count_params() for name in ("conv1", "conv2", "classes")
    ]
    assert {layer["rule"] for layer in found.layers} == {""}
    names = [layer.name for layer in reportable_layers(tiny_subject.graph)]
    assert names == [layer["name"] for layer in found.layers]
    wrong = np.flatnonzero(mined.top_classes[:, 0] != mined.labels)
    assert len(found.mistakes) == min(8, len(wrong))
    assert found.mistake_pictures.shape[0] == len(found.mistakes)
    sureness = [mistake["probability"] for mistake in found.mistakes]
    assert sureness == sorted(sureness, reverse=True)
    for mistake, picture in zip(found.mistakes, found.mistake_pictures, strict=True):
        assert mistake["image"] in wrong
        np.testing.assert_array_equal(
            picture, tiny_subject.dataset.read(int(mined.records[mistake["image"]]))
        )
