"""Whether predictions agree with labels, against exact permutation distributions."""

from itertools import permutations

import numpy as np
import pytest
from scipy import stats

from tests.data.test_labels import dataset
from vizreport.data.label_order import agreement, settle, try_order
from vizreport.data.labels import resolve_labels


def test_p_of_every_permutation():
    labels, predicted = np.array([0, 0, 1, 1, 2, 2, 2]), np.array([0, 0, 1, 1, 2, 0, 2])
    counts = [(np.array(order) == predicted).sum() for order in permutations(labels)]
    found = agreement(labels, predicted)
    assert found.accuracy == pytest.approx(6 / 7)
    assert found.expected == pytest.approx(np.mean(counts) / 7)
    assert found.p == pytest.approx(np.mean(np.array(counts) >= 6), abs=2e-3)


def test_p_of_two_classes_is_fishers():
    random = np.random.default_rng(3)
    labels = random.integers(0, 2, 60)
    predicted = np.where(random.random(60) < 0.3, labels, random.integers(0, 2, 60))
    table = np.array([[((labels == i) & (predicted == j)).sum() for j in (0, 1)] for i in (0, 1)])
    exact = stats.fisher_exact(table, alternative="greater").pvalue
    assert 0.001 < exact < 0.2
    assert agreement(labels, predicted).p == pytest.approx(exact, rel=0.2)


@pytest.mark.parametrize("share", [0.5, 0.9, 0.99])
def test_a_network_that_always_says_the_larger_class_does_not_agree(share):
    labels = (np.arange(1000) < 1000 * share).astype(int)
    found = agreement(labels, np.ones(1000, int))
    assert found.accuracy == pytest.approx(share)
    assert not found.above_chance
    # Nor does one that says it nearly always, whatever the image.
    nearly = np.ones(1000, int)
    nearly[::97] = 0
    assert not agreement(labels, nearly).above_chance


def test_chance_is_seldom_taken_for_agreement():
    random = np.random.default_rng(0)
    pairs = random.integers(0, 4, (40, 2, 80))
    assert sum(agreement(x, y).above_chance for x, y in pairs) == 0
    assert agreement(np.repeat([0, 1, 2], 30), np.repeat([0, 1, 2], 30)).above_chance


def test_large_data_are_sampled_for_the_test_alone():
    random = np.random.default_rng(0)
    labels = random.integers(0, 10, 9000)
    predicted = np.where(random.random(9000) < 0.2, labels, random.integers(0, 10, 9000))
    found = agreement(labels, predicted)
    assert found.images == 9000
    assert found.accuracy == (labels == predicted).mean()
    assert found.above_chance


FOLDERS = dataset([f"{name}/{i}.jpg" for name in ("cat", "cow", "dog") for i in range(10)])
TRUE = np.repeat([0, 1, 2], 10)
TWO = dataset([f"{name}/{i}.jpg" for name in ("cat", "dog") for i in range(10)])


def settled(data, outputs, predicted, **options):
    labels = resolve_labels(data, outputs, **options)
    tried = try_order(labels, data, outputs)
    return settle(labels, data, tried, np.arange(len(predicted)), np.asarray(predicted))


def test_folders_are_taken_in_order_where_the_network_agrees():
    labels = settled(FOLDERS, 3, TRUE)
    assert labels.known
    assert labels.class_names == ("cat", "cow", "dog")
    assert labels.labels.tolist() == TRUE.tolist()
    assert "alphabetical order" in labels.reason
    assert "p < 0.001" in labels.reason
    # With two of three names exchanged it still agrees beyond chance; that is another finding's.
    assert settled(FOLDERS, 3, np.array([1, 0, 2])[TRUE]).known is False  # 1 in 3 is chance
    assert settled(FOLDERS, 3, np.where(np.arange(30) % 10 < 7, TRUE, 0)).known


def test_otherwise_the_classes_are_not_known_and_the_option_is_named():
    labels = settled(FOLDERS, 3, np.zeros(30, int))
    assert not labels.known
    assert (labels.labels == -1).all()
    assert "--labels-in-order" in labels.reason
    assert "--labels FILE" in labels.reason
    assert not settled(FOLDERS, 4, TRUE).known  # three folders, four outputs


def test_what_is_known_stays_as_it_is():
    labels = settled(FOLDERS, 3, np.zeros(30, int), labels_in_order=True)
    assert labels.known
    named = settled(FOLDERS, 3, 2 - TRUE, class_names=("dog", "cow", "cat"))
    assert named.labels.tolist() == (2 - TRUE).tolist()


def test_names_given_in_another_language_stay():
    labels = settled(FOLDERS, 3, TRUE, class_names=("Katze", "Kuh", "Hund"))
    assert labels.class_names == ("Katze", "Kuh", "Hund")
    assert labels.known


def test_two_classes_in_reversed_order_are_taken_and_said():
    true = np.repeat([0, 1], 10)
    labels = settled(TWO, 2, 1 - true)
    assert labels.known
    assert labels.labels.tolist() == true.tolist()
    assert "classifies only 0.0" in labels.reason


def test_labels_of_arrays_are_tried_too():
    data = dataset([f"images[{i}]" for i in range(30)], TRUE.tolist(), ())
    labels = settled(data, 3, TRUE)
    assert labels.known
    assert labels.class_names == ("class 0", "class 1", "class 2")
