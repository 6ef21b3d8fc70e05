"""What the diagnosis says of labels and probabilities, on made-up predictions."""

from itertools import permutations

import numpy as np
import pytest

from vizreport.experiments.diagnosis import calibration, labels
from vizreport.experiments.mining.predictions import LabelledPredictions
from vizreport.findings.decisions import decide
from vizreport.findings.record import NOT_SHOWN, SHOWN
from vizreport.findings.sentences import caveat

NAMES = tuple("abcdef")


def answers(n: int = 400, seed: int = 0) -> LabelledPredictions:
    """Return calibrated predictions of six classes."""
    random = np.random.default_rng(seed)
    true = np.arange(n) % 6
    confidence = random.beta(8, 1, n)
    right = random.random(n) < confidence
    predicted = np.where(right, true, (true + random.integers(1, 6, n)) % 6)
    return LabelledPredictions(np.arange(n), true, predicted, confidence, NAMES)


def decided(finding):
    return decide([finding])[0]


def test_the_assignment_is_the_best_of_all_permutations():
    random = np.random.default_rng(1)
    true, predicted = random.integers(0, 5, (2, 60))
    found = labels.assignment(true, predicted, 5)
    right = [int((np.array(order)[true] == predicted).sum()) for order in permutations(range(5))]
    assert int((found[true] == predicted).sum()) == max(right)
    assert sorted(found) == list(range(5))


def test_classes_without_images_keep_their_names():
    found = labels.assignment(np.array([0, 0, 7, 7]), np.array([7, 7, 0, 0]), 1000)
    assert found[[0, 7]].tolist() == [7, 0]
    others = np.delete(np.arange(1000), [0, 7])
    assert (found[others] == others).all()


@pytest.mark.parametrize("moved", [[1, 0, 2, 3, 4, 5], [1, 2, 3, 0, 4, 5]])
def test_exchanged_names_are_named(moved):
    given = answers()
    wrong = labels.with_labels(given, np.array(moved)[given.labels])
    finding, assigned = labels.exchanged(wrong)
    shown = decided(finding)
    assert (shown.decision, shown.severity) == (SHOWN, "fault")
    assert shown.values["moved"].value == sum(a != b for a, b in enumerate(moved))
    assert (assigned == given.labels).all()


def test_names_that_are_right_are_left():
    finding, assigned = labels.exchanged(answers())
    assert decided(finding).decision == NOT_SHOWN
    assert (assigned == answers().labels).all()


def test_names_dealt_at_random_are_not_called_exchanged():
    given = answers()
    dealt = np.random.default_rng(2).permutation(given.labels)
    finding, _ = labels.exchanged(labels.with_labels(given, dealt))
    assert decided(finding).decision == NOT_SHOWN


def test_wrong_labels_are_estimated():
    given, random = answers(2000), np.random.default_rng(3)
    wrong = random.random(2000) < 0.12
    found = np.where(wrong, (given.labels + 1) % 6, given.labels)
    shown = decided(labels.noise(labels.with_labels(given, found)))
    assert shown.decision == SHOWN
    assert shown.effect is not None
    assert shown.effect.low <= 0.12 <= shown.effect.high
    suspects = labels.suspects(labels.with_labels(given, found))
    assert wrong[suspects].mean() > 0.6


def test_mistakes_of_a_sound_network_are_no_wrong_labels():
    assert decided(labels.noise(answers(2000))).decision == NOT_SHOWN


@pytest.mark.parametrize(
    ("mistaken", "said"),
    [(0.0, ""), (0.3, "The check for wrong labels is weak here"), (0.6, "could not be checked")],
)
def test_of_a_network_that_is_often_wrong_the_check_is_said_to_be_weak(mistaken, said):
    given, random = answers(600), np.random.default_rng(5)
    moved = random.random(600) < mistaken
    predicted = np.where(moved, (given.labels + 2) % 6, given.predicted)
    unsure = np.where(moved, 0.3, given.confidence)
    found = LabelledPredictions(given.images, given.labels, predicted, unsure, NAMES)
    shown = decided(labels.noise(found))
    assert shown.decision == NOT_SHOWN
    assert said in caveat(shown)
    assert bool(said) == bool(caveat(shown))


def test_a_network_without_mistakes_is_not_suspected():
    given = answers()
    right = LabelledPredictions(given.images, given.labels, given.labels, given.confidence, NAMES)
    assert decided(labels.noise(right)).severity == "note"


def test_one_class_for_all_is_a_fault():
    given = answers()
    predicted = np.where(np.arange(400) % 20 == 0, given.predicted, 2)
    collapsed = LabelledPredictions(given.images, given.labels, predicted, given.confidence, NAMES)
    assert decided(labels.one_class(collapsed, False)).severity == "fault"
    assert decided(labels.one_class(given, False)).severity == "note"


@pytest.mark.parametrize("normalized", [False, True])
@pytest.mark.parametrize("largest", [100, 300])
def test_one_class_for_all_has_the_causes_that_are_possible(normalized, largest):
    true = np.repeat(np.arange(6), [largest, 100, 100, 100, 100, 100])
    n = len(true)
    collapsed = LabelledPredictions(np.arange(n), true, np.full(n, 2), np.full(n, 0.9), NAMES)
    advice = labels.one_class(collapsed, normalized).advice
    assert ("batch normalisation" in advice) == normalized
    assert ("balance the classes" in advice) == (largest > 200)
    assert "collapsed" in advice


def test_balance_is_judged_by_the_largest_class():
    given = answers()
    kept = (given.labels == 3) | (np.arange(400) % 5 == 0)
    few = LabelledPredictions(*(part[kept] for part in (
        given.images, given.labels, given.predicted, given.confidence)), NAMES)  # fmt: skip
    assert decided(labels.balance(few)).severity == "look"
    assert decided(labels.balance(given)).severity == "note"


def test_the_calibration_error_is_that_of_its_definition():
    random = np.random.default_rng(4)
    confidence, right = random.random(200), random.random(200) < 0.5
    bins = calibration.bins_of(confidence)
    slow = sum(
        (bins == b).sum() / 200 * abs(confidence[bins == b].mean() - right[bins == b].mean())
        for b in np.unique(bins)
    )
    assert calibration.error_of(confidence - right, bins) == pytest.approx(slow)


def test_over_confidence_is_told_from_calibration():
    given = answers(800)
    assert decided(calibration.calibration(given)).severity == "note"
    missed = np.where(np.arange(800) % 4 == 0, (given.labels + 1) % 6, given.predicted)
    sure = LabelledPredictions(given.images, given.labels, missed, given.confidence, given.names)
    shown = decided(calibration.calibration(sure))
    assert (shown.decision, shown.severity) == (SHOWN, "look")
    assert "over-confident" in shown.shown
