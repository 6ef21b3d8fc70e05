"""The operator against SciPy's convolution, its transpose by dot products, pooling by hand."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from scipy.signal import convolve2d

from vizreport.deconvolutional.operator import correlate, pool, project, unpool

RANDOM = np.random.default_rng(0)


def made(*shape: int) -> tf.Tensor:
    return tf.constant(RANDOM.normal(size=shape))


def test_projection_is_the_sum_of_convolutions():
    maps, bank = made(2, 10, 8, 4), made(3, 3, 2, 4)
    found = project(maps, (bank,), ()).numpy()
    for n in range(2):
        for c in range(2):
            expected = sum(
                convolve2d(maps[n, :, :, k], bank[:, :, c, k], "valid") for k in range(4)
            )
            np.testing.assert_allclose(found[n, :, :, c], expected, atol=1e-12)


def test_correlation_is_the_transpose_through_two_layers_and_switches():
    filters = made(3, 3, 2, 4), made(3, 3, 4, 5)
    _, switches = pool(made(2, 10, 8, 4))
    maps, picture = made(2, 7, 6, 5), made(2, 8, 6, 2)
    down = project(maps, filters, (switches,))
    up = correlate(picture, filters, (switches,))
    assert down.shape == picture.shape
    assert up.shape == maps.shape
    left, right = float(tf.reduce_sum(down * picture)), float(tf.reduce_sum(maps * up))
    assert abs(left - right) < 1e-10 * abs(left)


def test_pooling_keeps_the_largest_magnitude_with_its_sign_and_its_place():
    maps = tf.constant([[1.0, -3, 0, 0], [2, 0, 0, 0], [5, 5, 0, 0.5], [-5, 1, -1, 0]])
    pooled, switches = pool(maps[None, :, :, None])
    np.testing.assert_array_equal(pooled[0, :, :, 0], [[-3, 0], [5, -1]])
    expected = [[0, 1, 1, 0], [0, 0, 0, 0], [1, 0, 0, 0], [0, 0, 1, 0]]  # ties: the first
    np.testing.assert_array_equal(switches[0, :, :, 0], expected)
    np.testing.assert_array_equal(
        unpool(pooled, switches)[0, :, :, 0],
        [[0, -3, 0, 0], [0, 0, 0, 0], [5, 0, 0, 0], [0, 0, -1, 0]],
    )
