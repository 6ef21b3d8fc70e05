"""Average precision against scikit-learn, brute force and draws at random."""

from __future__ import annotations

import numpy as np
import pytest

from vizreport.experiments.parts.precision import (
    at_part,
    average_precision,
    exchanged,
    expected_average_precision,
    ranked,
)


@pytest.mark.parametrize("ties", [False, True])
def test_average_precision_is_that_of_scikit_learn(ties):
    metrics = pytest.importorskip("sklearn.metrics")
    random = np.random.default_rng(0)
    values = random.uniform(0.1, 9, (20, 40))
    if ties:
        values = np.ceil(values)
    hits = random.random((20, 40)) < 0.3
    hits[0] = False
    hits[1] = True
    shown = hits.sum(axis=1) + np.arange(20)
    found = average_precision(ranked(values), hits, np.maximum(shown, 1))
    assert found[0] == 0
    for m in range(1, 20):
        wanted = metrics.average_precision_score(hits[m], values[m]) * hits[m].sum() / shown[m]
        assert found[m] == pytest.approx(wanted)


def test_by_hand():
    """Hits at ranks 1 and 3 of four; one more picture shows the part and was missed."""
    values = np.array([[5.0, 1.0, 3.0, 4.0]])
    hits = np.array([[True, False, True, False]])
    assert average_precision(ranked(values), hits, 3)[0] == pytest.approx((1 + 2 / 3) / 3)


def test_what_is_not_active_detects_nothing():
    values = np.array([[2.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    hits = np.ones((2, 3), bool)
    np.testing.assert_allclose(average_precision(ranked(values), hits, 3), [1 / 3, 0])


@pytest.mark.parametrize("ties", [False, True])
def test_expected_precision_is_the_mean_of_draws(ties):
    random = np.random.default_rng(1)
    values = random.uniform(-1, 4, (3, 12))
    if ties:
        values = np.round(values)
    probabilities = random.random((3, 12))
    probabilities[:, :3] = 0, 1, 0
    ranking = ranked(values)
    draws = [
        average_precision(ranking, random.random((3, 12)) < probabilities, 7) for _ in range(4000)
    ]
    found = expected_average_precision(ranking, probabilities, 7)
    np.testing.assert_allclose(found, np.mean(draws, axis=0), atol=4 * np.std(draws) / 4000**0.5)


def test_places_at_a_part_by_hand():
    places = np.array([[[3.0, 4.0], [3.0, 4.0], [1.0, 1.0]]])
    points = np.array([[0.0, 0.0], [0.0, 0.0], [np.nan, np.nan]])
    np.testing.assert_array_equal(
        at_part(places, points, np.array([5.0, 4.9, 99.0])), [[True, False, False]]
    )


def test_exchanged_by_brute_force():
    random = np.random.default_rng(2)
    maps, images = 4, 7
    places = random.uniform(0, 10, (maps, images, 2))
    active = random.random((maps, images)) < 0.6
    active[1] = False
    active[2] = np.arange(images) == 3
    points = random.uniform(0, 10, (2, images, 2))
    points[1, ::2] = np.nan
    reach = random.uniform(2, 5, images)
    found = exchanged(places, active, points, reach)
    for m in range(maps):
        for i in range(images):
            others = [j for j in range(images) if j != i and active[m, j]] or [i]
            hits = [
                any(np.hypot(*(places[m, j] - point[i])) <= reach[i] for point in points)
                for j in others
            ]
            assert found[m, i] == pytest.approx(np.mean(hits))
