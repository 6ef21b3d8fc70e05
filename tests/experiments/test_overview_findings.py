"""What is said of accuracy: against the majority, of each class, and of confidence."""

from types import SimpleNamespace

import numpy as np
import pytest

from vizreport.experiments.overview.findings import findings
from vizreport.findings.decisions import decide
from vizreport.findings.sentences import headline, sentence


def told(labels, predicted, confidence=0.9, kind="classes", confusions=()):
    """Return the decided findings by their kind."""
    labels, predicted = np.asarray(labels), np.asarray(predicted)
    count = int(labels.max()) + 1
    mining = SimpleNamespace(
        labels=labels,
        top_classes=predicted[:, None],
        top_probabilities=np.full((len(labels), 1), confidence),
        class_names=[f"class {'abcdef'[i]}" for i in range(count)],
        output={"kind": kind},
        not_finite=np.zeros(2, int),
        checked=["conv1", "output"],
        layers={},
        means={},
        paths=["x"] * len(labels),
    )
    result = SimpleNamespace(
        exchanged=[],
        initialised=[],
        top1_error=100 * float((labels != predicted).mean()),
        confusions=list(confusions),
        class_counts=np.bincount(labels),
    )
    found = decide(findings({"overview": result, "mining": mining}))
    return {each.kind: each for each in found}


def test_a_classifier_that_says_the_larger_class_is_no_better():
    """Of 200 images 139 are of one class; 140 are classified correctly, not beyond chance."""
    labels = np.repeat([0, 1], [139, 61])
    predicted = labels.copy()
    predicted[:30], predicted[139:170] = 1, 0
    found = told(labels, predicted, kind="binary")
    accuracy = found["accuracy-majority"]
    assert accuracy.decision == "not shown"
    assert "always predicting \u2068class a\u2069, the largest class (69.5\u202f%)" in sentence(
        accuracy
    )
    assert "50\u202f%" not in headline(list(found.values()))
    # 61 of the rare class, of which 31 are missed.
    said = sentence(found["accuracy-classes"])
    assert "49\u202f%" in said
    assert "(sensitivity)" in said
    assert "78\u202f%" in said


def test_better_and_worse_than_the_majority():
    labels = np.repeat([0, 1, 2], 40)
    better = told(labels, np.where(np.arange(120) % 10, labels, (labels + 1) % 3))
    assert better["accuracy-majority"].decision == "shown"
    assert better["accuracy-majority"].severity == "note"
    said = sentence(better["accuracy-majority"])
    assert "always predicting the same class would be correct for 33.3\u202f%" in said
    worse = told(labels, np.full(120, 1), confusions=[(0, 1, 40, 0.9)])
    assert worse["accuracy-majority"].decision == "not shown"  # the same as saying one class
    wrong = told(labels, (labels + 1) % 3)
    assert wrong["accuracy-majority"].severity == "look"
    assert "100\u202f%" in sentence(worse["accuracy-confusion"])


def test_a_class_that_is_missed_is_worth_a_look():
    labels = np.repeat([0, 1, 2], 40)
    predicted = np.where((labels == 2) & (np.arange(120) % 4 > 0), 0, labels)
    found = told(labels, predicted)["accuracy-classes"]
    assert found.severity == "look"
    assert "Recall is lowest for \u2068class c\u2069, 25\u202f%" in sentence(found)
    assert "mistakes for \u2068class c\u2069" in headline([found])


def test_too_few_images_of_each_class():
    labels = np.repeat(np.arange(6), 5)
    predicted = np.where(np.arange(30) == 3, 5, labels)
    assert told(labels, predicted)["accuracy-classes"].decision == "too little data"


@pytest.mark.parametrize(
    ("confidence", "words"), [(0.99, "is over-confident by"), (0.6, "is under-confident by")]
)
def test_calibration(confidence, words):
    labels = np.repeat([0, 1, 2], 40)
    predicted = np.where(np.arange(120) % 5, labels, (labels + 1) % 3)  # 80 % correct
    found = told(labels, predicted, confidence)["accuracy-calibration"]
    assert found.decision == "shown"
    assert words in sentence(found)
    assert told(labels, predicted, 0.81)["accuracy-calibration"].decision == "not shown"
