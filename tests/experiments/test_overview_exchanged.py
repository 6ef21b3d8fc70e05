"""Names that were exchanged, against labels exchanged on purpose."""

from math import comb

import numpy as np
import pytest

from vizreport.experiments.overview.exchanged import find_exchanged


def predictions(classes, images, right, seed=0):
    random = np.random.default_rng(seed)
    labels = np.repeat(np.arange(classes), images)
    wrong = random.random(len(labels)) > right
    return labels, np.where(wrong, random.integers(0, classes, len(labels)), labels)


def test_two_of_ten_names():
    labels, predicted = predictions(10, 20, 0.8)
    swapped = np.array([0, 1, 7, 3, 4, 5, 6, 2, 8, 9])
    assert find_exchanged(labels, predicted, 10) == []
    (found,) = find_exchanged(swapped[labels], predicted, 10)
    assert (found["first"], found["second"]) == (2, 7)
    either = np.isin(labels, (2, 7)) & np.isin(predicted, (2, 7))
    assert found["images"] == either.sum()
    assert found["swapped"] == (swapped[labels] != predicted)[either].sum()


def test_p_by_hand():
    labels = np.repeat([0, 1], 7)
    (found,) = find_exchanged(labels, 1 - labels, 2)
    # One of all ways to choose which seven are predicted as the second class.
    assert found["p"] == pytest.approx(1 / comb(14, 7))


def test_neither_chance_nor_few_images_are_taken_for_an_exchange():
    assert find_exchanged(np.array([0, 1]), np.array([1, 0]), 2) == []
    assert find_exchanged(np.full(9, -1), np.zeros(9, int), 3) == []
    for seed in range(30):
        assert find_exchanged(*predictions(4, 15, 0.0, seed), 4) == []
    # All of one class taken for another, which is not taken for it.
    labels = np.repeat([0, 1], 20)
    assert find_exchanged(labels, np.ones(40, int), 2) == []
