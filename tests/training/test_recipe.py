"""The parts of the recipe that are arithmetic, against hand-worked cases."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vizreport.data.presets import preset
from vizreport.errors import RequestError
from vizreport.models.accuracy import ranks, top_errors
from vizreport.training.geometry import (
    CENTRE,
    every_crop,
    places,
    recipe_preprocessing,
    square_of,
    sub_crops,
)
from vizreport.training.plateau import learning_rate
from vizreport.training.request import TrainingRequest, identity


def test_the_papers_sizes():
    preprocessing = recipe_preprocessing(224)
    assert preprocessing.resize_to == 256
    assert square_of(preprocessing).input_size == (256, 256)
    corners = [(0, 0), (0, 32), (32, 0), (32, 32), (16, 16)]
    assert places((256, 256), (224, 224)) == corners


def test_ten_crops_of_a_hand_worked_square():
    square = np.arange(16).reshape(4, 4, 1)
    cut = every_crop(square, (2, 2))[..., 0]
    assert cut.tolist() == [
        [[0, 1], [4, 5]],
        [[1, 0], [5, 4]],
        [[2, 3], [6, 7]],
        [[3, 2], [7, 6]],
        [[8, 9], [12, 13]],
        [[9, 8], [13, 12]],
        [[10, 11], [14, 15]],
        [[11, 10], [15, 14]],
        [[5, 6], [9, 10]],
        [[6, 5], [10, 9]],
    ]


def test_one_crop_of_each_picture():
    squares = np.random.default_rng(0).integers(0, 256, (3, 6, 6, 3), np.uint8)
    cut = sub_crops(squares, np.array([0, 7, 8]), (4, 4))
    assert cut.dtype == np.uint8
    np.testing.assert_array_equal(cut[0], squares[0, :4, :4])
    np.testing.assert_array_equal(cut[1], squares[1, 2:, 2:][:, ::-1])
    np.testing.assert_array_equal(cut[2], squares[2, 1:5, 1:5])


@pytest.mark.parametrize("input_size", [20, 21, 27, 28])
@pytest.mark.parametrize("shape", [(61, 80), (80, 61), (33, 33), (40, 97)])
def test_the_central_crop_is_what_the_preprocessing_shows(input_size, shape):
    preprocessing = recipe_preprocessing(input_size)
    square = square_of(preprocessing)
    image = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    central = sub_crops(square.picture(image)[None], np.array([CENTRE]), (input_size,) * 2)
    difference = central[0].astype(int) - preprocessing.picture(image)
    assert np.abs(difference).max() <= 1  # boxes of other sizes round differently


def test_no_ten_crops_without_a_margin():
    with pytest.raises(RequestError, match="ten crops need"):
        square_of(preset("tf", (24, 24), 3))


def rate_after(errors):
    return learning_rate(1e-2, errors, [1.0] * len(errors))


def test_the_rate_falls_on_plateaus_only():
    assert rate_after([]) == 1e-2
    assert rate_after([0.9, 0.8, 0.7]) == 1e-2
    # Least at the first epoch; the fifth epoch in a row that is not below it lowers the rate.
    assert rate_after([0.5, 0.6, 0.5, 0.7, 0.6]) == 1e-2
    assert rate_after([0.5, 0.6, 0.5, 0.7, 0.6, 0.6]) == pytest.approx(1e-3)
    # Progress starts the count again, and so does lowering.
    assert rate_after([0.5, 0.6, 0.6, 0.6, 0.6, 0.4, 0.5, 0.5, 0.5, 0.5]) == 1e-2
    assert rate_after([0.5] + [0.6] * 9) == pytest.approx(1e-3)
    assert rate_after([0.5] + [0.6] * 10) == pytest.approx(1e-4)
    assert rate_after([0.5] + [0.6] * 60) == pytest.approx(1e-4)


def test_more_patience():
    errors = [0.5] + [0.6] * 8
    assert [
        learning_rate(1e-2, errors, [1.0] * 9, patience) for patience in (9, 8, 4)
    ] == pytest.approx([1e-2, 1e-3, 1e-4])


def test_a_falling_loss_is_progress_too():
    chance = [0.98, 0.99, 0.99, 0.99, 0.99, 0.99]
    assert learning_rate(1e-2, chance, [4.62, 4.61, 4.60, 4.59, 4.58, 4.57]) == 1e-2
    assert learning_rate(1e-2, chance, [4.62, 4.61, 4.63, 4.63, 4.63, 4.63]) == 1e-2
    assert learning_rate(1e-2, [*chance, 0.99], [4.62, 4.61] + [4.63] * 5) == pytest.approx(1e-3)


def test_another_first_rate_takes_its_floor_along():
    errors = [0.5] + [0.6] * 60
    assert [learning_rate(0.4, errors[:n], [1.0] * n) for n in (0, 6, 11, 61)] == pytest.approx(
        [0.4, 0.04, 0.004, 0.004]
    )


def test_the_first_rate_belongs_to_the_batch():
    def of(**changes):
        return TrainingRequest(data="", out=Path(), **changes)

    assert of().first_rate == 1e-2  # the paper's batch of 128
    assert of(batch_size=32).first_rate == 2.5e-3
    assert of(batch_size=256).first_rate == 2e-2
    assert of(batch_size=32, rate=7e-3).first_rate == 7e-3
    # The same training, whether the rate was named or not; not the same with another.
    default, named = of(batch_size=32), of(batch_size=32, rate=2.5e-3)
    assert identity(default, ()) == identity(named, ())
    assert identity(default, ()) != identity(of(batch_size=32, rate=1e-2), ())


def test_ranks_by_hand():
    probabilities = np.array([[0.1, 0.6, 0.3], [0.4, 0.4, 0.2], [0.4, 0.4, 0.2], [np.nan, 1, 0]])
    assert ranks(probabilities, np.array([2, 0, 1, 1])).tolist() == [1, 0, 1, 2]


def test_errors_against_sorting():
    random = np.random.default_rng(0)
    probabilities, labels = random.dirichlet(np.ones(9), 200), random.integers(0, 9, 200)
    order = np.argsort(-probabilities, axis=1)
    expected = [
        np.mean([label not in row[:k] for label, row in zip(labels, order, strict=True)])
        for k in (1, 5)
    ]
    assert top_errors(ranks(probabilities, labels), 9) == pytest.approx(expected)
    assert top_errors(np.array([0, 1]), 5) == (0.5, None)
