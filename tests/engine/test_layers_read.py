"""Layers that a network may have beside convolutions, read as Keras computes them."""

from __future__ import annotations

import inspect

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops
from keras.src.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import (
    BaseImagePreprocessingLayer,
)

from tests.engine.float64 import randomise
from vizreport.engine.agreement import require_agreement
from vizreport.engine.interpreter import forward, there_and_back
from vizreport.graph.activations import IDENTITY
from vizreport.graph.layers_table import lower_layer
from vizreport.graph.trace import trace

SIZE = (13, 17, 3)

# What prepares images at inference, too: resized, cropped, or its values changed.
DETERMINISTIC = {
    "AutoContrast",
    "CenterCrop",
    "ContrastLimitedAdaptiveHistogramEqualization",
    "MaxNumBoundingBoxes",
    "RandomCrop",
    "Resizing",
}
AUGMENTING = sorted(
    name
    for name, kind in vars(layers).items()
    if isinstance(kind, type)
    and issubclass(kind, BaseImagePreprocessingLayer)
    and name not in DETERMINISTIC
)
FACTORS = {"factor": 0.2, "height_factor": 0.2, "width_factor": 0.2, "value_range": (0, 255)}


def augmentation(name: str) -> keras.Layer:
    kind = getattr(layers, name)
    needed = {
        parameter: FACTORS[parameter]
        for parameter, declared in inspect.signature(kind.__init__).parameters.items()
        if declared.default is inspect.Parameter.empty and parameter in FACTORS
    }
    if name == "RandomPosterization":
        needed["factor"] = 4
    return kind(**needed)


def outputs(model: keras.Model, images: np.ndarray) -> np.ndarray:
    graph = trace(model)
    x = tf.constant(images, graph.dtype)
    return forward(graph, x, graph.outputs)[graph.outputs[0]].numpy()


def test_every_augmentation_of_keras_is_the_identity():
    assert len(AUGMENTING) >= 24
    images = np.random.default_rng(0).integers(0, 256, (2, *SIZE)).astype(np.float32)
    for name in AUGMENTING:
        layer = augmentation(name)
        assert lower_layer(layer) == [IDENTITY], name
        np.testing.assert_array_equal(layer(images, training=False), images)
    image = keras.Input(SIZE)
    x = layers.RandomErasing()(image)
    x = layers.Pipeline([layers.RandomFlip(), layers.Rescaling(2.0), layers.RandomZoom(0.1)])(x)
    model = keras.Model(image, x)
    graph = trace(model)
    kinds = [node.kind for node in graph.nodes[1:]]
    assert kinds == ["identity", "identity", "affine", "identity"]
    assert graph.notes == ()
    np.testing.assert_array_equal(outputs(model, images), 2 * images)
    np.testing.assert_array_equal(model.predict(images, verbose=0), 2 * images)


@pytest.mark.parametrize("name", ["AutoContrast", "ContrastLimitedAdaptiveHistogramEqualization"])
def test_what_changes_values_at_inference_is_no_identity(name):
    model = keras.Sequential([keras.Input((32, 32, 3)), getattr(layers, name)()])
    assert [node.kind for node in trace(model).nodes[1:]] == [f"{name}()"]


OTHERS = {
    "output_padding": lambda: layers.Conv2DTranspose(4, 3, 2, "same", output_padding=1),
    "output_padding_0": lambda: layers.Conv2DTranspose(4, 3, 3, "same", output_padding=0),
    "output_padding_valid": lambda: layers.Conv2DTranspose(4, 4, 3, output_padding=(2, 1)),
    "transposed_dilated": lambda: layers.Conv2DTranspose(4, 3, padding="same", dilation_rate=2),
    "transposed_dilated_valid": lambda: layers.Conv2DTranspose(4, (2, 3), dilation_rate=(2, 2)),
    "adaptive_average": lambda: layers.AdaptiveAveragePooling2D((4, 5)),
    "adaptive_maximum": lambda: layers.AdaptiveMaxPooling2D((7, 3)),
    "adaptive_average_function": lambda: lambda x: ops.adaptive_average_pool(x, (2, 3)),
    "adaptive_maximum_function": lambda: lambda x: ops.adaptive_max_pool(x, (2, 3)),
    "spectral": lambda: layers.SpectralNormalization(layers.Conv2D(4, 3, activation="elu")),
    "one_map_a_group": lambda: layers.Conv2D(12, 3, groups=6, padding="same"),
    "random_crop": lambda: layers.RandomCrop(9, 8),
    "root_mean_square": lambda: layers.RMSNormalization(),
}


@pytest.mark.parametrize("name", OTHERS)
def test_values_and_gradients_are_keras_own(name):
    """Against Keras' own model and TensorFlow's gradient of it."""
    image = keras.Input(SIZE)
    model = keras.Model(image, OTHERS[name]()(layers.Conv2D(6, 1, name="front")(image)))
    randomise(model)
    graph = trace(model)
    assert not any(node.kind.endswith("()") for node in graph.nodes)
    x = tf.constant(np.random.default_rng(0).normal(size=(2, *SIZE)).astype(np.float32))
    require_agreement(model, graph, x.numpy())
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        theirs = model(x, training=False)
        ours = forward(graph, x, graph.outputs)[graph.outputs[0]]
        weights = np.random.default_rng(1).normal(size=theirs.shape).astype(np.float32)
        scores = [tf.reduce_sum(y * weights) for y in (theirs, ours)]
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-5 * np.abs(theirs).max())
    wanted, found = (tape.gradient(score, x) for score in scores)
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-5 * np.abs(wanted).max())
    assert np.abs(wanted).max() > 0


def test_a_tie_of_an_adaptive_maximum_goes_to_its_first_place():
    image = keras.Input((4, 6, 1))
    model = keras.Model(image, layers.AdaptiveMaxPooling2D((2, 2))(image))
    graph = trace(model)
    x = tf.ones((1, 4, 6, 1))
    y, pull = there_and_back(graph, x, graph.outputs[0], "deconvnet")
    found = np.argwhere(pull(tf.ones_like(y))[0][0, :, :, 0])
    assert found.tolist() == [[0, 0], [0, 3], [2, 0], [2, 3]]


def test_an_unknown_layer_as_activation_is_applied():
    class Halved(keras.layers.Layer):
        def call(self, x):
            return x / 2

    model = keras.Sequential([keras.Input(SIZE), layers.Conv2D(2, 1, activation=Halved())])
    images = np.random.default_rng(0).normal(size=(1, *SIZE)).astype(np.float32)
    assert [node.kind for node in trace(model).nodes[1:]] == ["convolution", "Halved()"]
    np.testing.assert_allclose(outputs(model, images), model(images), rtol=1e-5, atol=1e-6)
