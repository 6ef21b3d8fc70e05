"""Contrast normalisation against the equation written as loops in float64."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from vizreport.backend.contrast_normalization import ContrastNormalization


def oracle(x, n=5, k=2.0, alpha=1e-4, beta=0.75):
    y = np.empty_like(x)
    maps = x.shape[-1]
    for i in range(maps):
        low, high = max(0, i - n // 2), min(maps - 1, i + n // 2)
        energy = sum(x[..., j] ** 2 for j in range(low, high + 1))
        y[..., i] = x[..., i] / (k + alpha * energy) ** beta
    return y


@pytest.fixture
def images():
    # Values of hundreds: with small ones the denominator would be a constant k ** beta.
    return np.random.default_rng(0).normal(0, 300, (2, 3, 4, 9))


@pytest.mark.parametrize(
    "constants", [{}, {"n": 3, "k": 1.0, "alpha": 1e-3, "beta": 0.5}, {"n": 1}]
)
def test_forward_in_float64(images, constants):
    layer = ContrastNormalization(**constants, dtype="float64")
    np.testing.assert_allclose(layer(images).numpy(), oracle(images, **constants), rtol=1e-12)


def test_forward_in_float32_agrees_with_tensorflow(images):
    x = images.astype("float32")
    expected = tf.nn.local_response_normalization(x, 2, bias=2.0, alpha=1e-4, beta=0.75)
    result = ContrastNormalization()(x)
    assert result.dtype == tf.float32
    np.testing.assert_allclose(result, expected, rtol=2e-6)


def test_fewer_maps_than_neighbours():
    x = np.random.default_rng(1).normal(0, 300, (2, 2, 2, 2))
    result = ContrastNormalization(dtype="float64")(x)
    np.testing.assert_allclose(result.numpy(), oracle(x), rtol=1e-12)


def test_gradient_against_central_differences(images):
    upstream = np.random.default_rng(2).normal(size=images.shape)
    layer = ContrastNormalization(dtype="float64")
    x = tf.constant(images)
    with tf.GradientTape() as tape:
        tape.watch(x)
        total = tf.reduce_sum(layer(x) * upstream)
    gradient = tape.gradient(total, x).numpy()
    step = 1e-3
    for index in [(0, 0, 0, 0), (0, 1, 2, 4), (1, 2, 3, 8), (1, 0, 3, 7)]:
        up, down = images.copy(), images.copy()
        up[index] += step
        down[index] -= step
        numeric = np.sum((oracle(up) - oracle(down)) * upstream) / (2 * step)
        assert gradient[index] == pytest.approx(numeric, rel=1e-6)


def test_even_number_of_neighbours_is_refused():
    with pytest.raises(ValueError, match="odd"):
        ContrastNormalization(n=4)


@pytest.mark.parametrize("extension", ["keras", "h5"])
def test_survives_saving(tmp_path, images, extension):
    inputs = keras.Input((None, None, 9))
    model = keras.Model(inputs, ContrastNormalization(n=3, alpha=1e-3)(inputs))
    model.save(tmp_path / f"model.{extension}")
    loaded = keras.models.load_model(tmp_path / f"model.{extension}", compile=False)
    assert loaded.layers[-1].n == 3
    assert loaded.layers[-1].alpha == 1e-3
    np.testing.assert_array_equal(loaded(images), model(images))
