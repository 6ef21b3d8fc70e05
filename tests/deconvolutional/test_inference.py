"""Inference against scikit-learn's lasso, and its objective."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from sklearn.linear_model import Lasso

from vizreport.deconvolutional.inference import infer, shrink
from vizreport.deconvolutional.learning import random_filters
from vizreport.deconvolutional.operator import pool, project

RANDOM = np.random.default_rng(1)


def lasso(matrix: np.ndarray, target: np.ndarray, weight: float) -> np.ndarray:
    """Minimise weight / 2 * |A z - y|^2 + |z|_1 with scikit-learn."""
    solver = Lasso(1 / (weight * len(target)), fit_intercept=False, tol=1e-14, max_iter=100_000)
    return solver.fit(matrix, target).coef_


def test_the_proximal_step_is_the_lasso_of_the_identity():
    values = RANDOM.normal(size=20)
    # |z - v|^2 / (2 t) + |z|_1 is smallest at shrink(v, t).
    np.testing.assert_allclose(
        shrink(tf.constant(values), 0.4), lasso(np.eye(20), values, 1 / 0.4), atol=1e-12
    )


@pytest.mark.parametrize("layers", [1, 2])
def test_maps_are_those_of_the_lasso_written_as_a_matrix(layers):
    filters = [tf.constant(random_filters((3, 3, 1, 2), 0), tf.float64)]
    switches = []
    shape = (1, 8, 8, 2)
    if layers == 2:
        filters.append(tf.constant(random_filters((3, 3, 2, 2), 1), tf.float64))
        switches.append(pool(tf.constant(RANDOM.normal(size=shape)))[1])
        shape = (1, 6, 6, 2)
    count = int(np.prod(shape))
    every = tf.reshape(tf.eye(count, dtype=tf.float64), (count, *shape[1:]))
    repeated = [tf.repeat(one, count, 0) for one in switches]
    matrix = project(every, filters, repeated).numpy().reshape(count, -1).T
    picture = RANDOM.normal(size=(1, 6, 6, 1))
    weight = 3.0
    expected = lasso(matrix, picture.ravel(), weight)
    assert 0 < (expected != 0).sum() < count
    solve = tf.function(infer)
    maps, below, trace = solve(
        tf.constant(picture), filters, switches, tf.constant(weight, tf.float64), tf.constant(3000)
    )
    least = weight / 2 * ((matrix @ expected - picture.ravel()) ** 2).sum() + abs(expected).sum()
    assert abs(float(trace[-1, 0]) - least) < 1e-9 * least
    np.testing.assert_allclose(maps.numpy().ravel(), expected, atol=1e-5)
    np.testing.assert_allclose(below.numpy().ravel(), matrix @ maps.numpy().ravel(), atol=1e-10)


def test_the_objective_never_rises_and_is_that_of_the_maps():
    filters = [
        tf.constant(random_filters((5, 5, 3, 6), 2)),
        tf.constant(random_filters((3, 3, 6, 8), 3)),
    ]
    _, switches = pool(tf.constant(RANDOM.normal(size=(3, 20, 20, 6)).astype(np.float32)))
    picture = RANDOM.normal(size=(3, 16, 16, 3)).astype(np.float32)
    maps, _, trace = tf.function(infer)(
        tf.constant(picture), filters, (switches,), tf.constant(2.0), tf.constant(60)
    )
    trace = trace.numpy()
    assert (np.diff(trace, axis=0) <= 0).all()
    assert (trace[-1] < 0.9 * trace[0]).all()
    error = project(maps, filters, (switches,)).numpy() - picture
    value = (error**2).sum((1, 2, 3)) + np.abs(maps.numpy()).sum((1, 2, 3))
    np.testing.assert_allclose(trace[-1], value, rtol=1e-5)
    np.testing.assert_allclose(trace[0], (picture**2).sum((1, 2, 3)), rtol=1e-5)
