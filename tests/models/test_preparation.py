"""What networks do to pixels before their first filters, and the range that tells."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers, ops
from keras.applications.imagenet_utils import preprocess_input

from vizreport.models.input_range import expected_range
from vizreport.models.preparation import preparation

SIZE = (12, 14)
RANDOM = np.random.default_rng(0)
IMAGES = np.clip(RANDOM.normal(110, 45, (40, *SIZE, 3)), 0, 255).astype(np.float32)
PIXELS = (float(IMAGES.mean()), float(IMAGES.std()))


def network(*front):
    image = keras.Input((*SIZE, 3))
    x = image
    for step in front:
        x = step(x)
    return keras.Model(image, layers.Conv2D(2, 3)(x))


def adapted(images):
    layer = layers.Normalization()
    layer.adapt(images)
    return layer


def expected(model, pixels=None):
    found = preparation(model, SIZE)
    return None if found is None else expected_range(found, lambda: pixels).name


def imagenet(mode):
    return lambda x: preprocess_input(x, mode=mode)


UNIT = layers.Normalization(mean=[0.485, 0.456, 0.406], variance=[0.0524, 0.0502, 0.0506])


@pytest.mark.parametrize(
    ("front", "name"),
    [
        ([layers.Rescaling(1 / 255)], "raw"),
        ([layers.Rescaling(1 / 127.5, offset=-1)], "raw"),
        ([lambda x: ops.subtract(ops.divide(x, 127.5), 1.0)], "raw"),
        ([lambda x: (x / 255 - 0.5) * 2], "raw"),
        ([imagenet("tf")], "raw"),
        ([imagenet("torch")], "raw"),
        ([imagenet("caffe")], "raw"),  # BGR from slices that are stacked
        ([lambda x: x[..., ::-1] - ops.array([104.0, 117.0, 123.0])], "raw"),
        ([layers.RandomFlip(), layers.Resizing(8, 8), layers.Rescaling(1 / 255)], "raw"),
        ([keras.Sequential([layers.RandomRotation(0.1), layers.Rescaling(1 / 255)])], "raw"),
        ([adapted(IMAGES)], "raw"),
        ([adapted(IMAGES / 255)], "unit"),
        ([layers.Rescaling(1 / 255), UNIT], "raw"),
        ([lambda x: 2 * x - 1], "unit"),
        ([layers.Rescaling(255.0)], "unit"),
        ([layers.Rescaling(127.5, offset=127.5)], "tf"),
        ([lambda x: x[..., ::-1]], ""),
        ([layers.RandomFlip()], None),
        ([], None),
        ([layers.Conv2D(3, 1), layers.Rescaling(1 / 255)], None),
    ],
)
def test_the_range_that_arithmetic_tells(front, name):
    assert expected(network(*front)) == name


def test_slope_and_shift_are_what_keras_computes():
    model = network(imagenet("torch"))
    found = preparation(model, SIZE)
    expected = preprocess_input(IMAGES[:2].copy(), mode="torch")
    np.testing.assert_allclose(IMAGES[:2] @ found.slope.T + found.shift, expected, atol=1e-5)
    found = preparation(network(imagenet("caffe")), SIZE)
    expected = preprocess_input(IMAGES[:2].copy(), mode="caffe")
    np.testing.assert_allclose(IMAGES[:2] @ found.slope.T + found.shift, expected, atol=1e-3)


def trained(images):
    """Return a network whose batch normalisation has seen images, by Keras' own training."""
    keras.utils.set_random_seed(0)
    model = network(layers.BatchNormalization(momentum=0.5))
    model.compile("sgd", "mse")
    targets = np.zeros((len(images), *model.output_shape[1:]), np.float32)
    model.fit(images, targets, batch_size=20, epochs=6, verbose=0)
    return model


@pytest.mark.parametrize(
    ("scaled", "name"),
    [
        (IMAGES, "raw"),
        (IMAGES / 255, "unit"),
        (IMAGES / 127.5 - 1, "tf"),
        (
            (IMAGES / 255 - 0.449) / 0.226,
            "",
        ),  # minus the mean: then the channels' order counts, too
        (IMAGES - 114, ""),
    ],
)
def test_a_batch_normalization_tells_the_range_it_was_trained_on(scaled, name):
    assert expected(trained(scaled), PIXELS) == name


def test_without_images_only_what_is_clear_is_decided():
    assert expected(trained(IMAGES)) == "raw"
    assert expected(trained(IMAGES / 255)) == "unit"
    dark = np.clip(IMAGES - 80, 0, 255) / 255  # could be photographs of -1 to 1 as well
    assert expected(trained(dark)) == ""
    assert expected(trained(dark), (255 * dark.mean(), 255 * dark.std())) == "unit"


def test_a_batch_normalization_never_trained_tells_nothing():
    assert expected(network(layers.BatchNormalization()), PIXELS) == ""


def test_a_batch_normalization_behind_the_first_convolution_plays_no_part():
    assert expected(network(layers.Conv2D(3, 3), layers.BatchNormalization())) is None
