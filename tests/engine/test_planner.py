"""When a crop is not exact the whole image is used, and the plan says why."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers, ops

from tests.engine.float64 import floats, randomise
from vizreport.backend.contrast_normalization import ContrastNormalization
from vizreport.engine import Deconvnet
from vizreport.engine.projection.crops import plan_crops
from vizreport.engine.projection.window_plan import plan_windows

SIZE = (20, 26)


class Halve(layers.Layer):
    """A layer nobody knows."""

    def call(self, x):
        return x / 2


def _excite(x):
    gate = layers.GlobalAveragePooling2D(keepdims=True)(x)
    return layers.Multiply()([x, layers.Dense(4, activation="sigmoid")(gate)])


def _two_strides(x):
    """Two ways down whose grids have different strides."""
    a = layers.MaxPooling2D(2)(x)
    b = layers.Cropping2D(((5, 5), (6, 7)))(x)
    return layers.Add()([a, b])


WHOLE = {
    "global average": lambda x: x + layers.GlobalAveragePooling2D(keepdims=True)(x),
    "global maximum": lambda x: x + layers.GlobalMaxPooling2D(keepdims=True)(x),
    "squeeze and excite": _excite,
    "resizing": lambda x: layers.Resizing(11, 13)(x),
    "centre crop": lambda x: layers.CenterCrop(12, 13)(x),
    "reshape": lambda x: layers.Reshape((SIZE[1], SIZE[0], 4))(x),
    "permute": lambda x: layers.Permute((2, 1, 3))(x),
    "position embedding": lambda x: x + np.random.default_rng(0).normal(size=(1, *SIZE, 4)),
    "column embedding": lambda x: x * np.random.default_rng(0).normal(size=(1, 1, SIZE[1], 1)),
    "slicing of places": lambda x: x[:, 2:, 1:, :],
    "striding of places": lambda x: x[:, ::2, ::2, :],
    "slope by place": lambda x: layers.PReLU()(x),
    "concatenation of places": lambda x: layers.Concatenate(axis=1)([x, x]),
    "interpolation": lambda x: layers.UpSampling2D(2, interpolation="bilinear")(x),
    "reflection": lambda x: ops.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="reflect"),
    "two strides": _two_strides,
    "mean over rows": lambda x: x - ops.mean(x, axis=1, keepdims=True),
}
WHOLE_BY_GRADIENT = {
    "group normalisation": lambda x: layers.GroupNormalization(2)(x),
    "instance normalisation": lambda x: layers.GroupNormalization(-1)(x),
    "spatial layer normalisation": lambda x: layers.LayerNormalization(axis=(1, 2, 3))(x),
    "softmax over places": lambda x: layers.Softmax(axis=1)(x),
    "unknown layer": lambda x: Halve()(x),
}
CROPPED = {
    "cropping": lambda x: layers.Cropping2D(((1, 2), (3, 0)))(x),
    "slicing of maps": lambda x: x[..., 1:3],
    "constants by map": lambda x: x * np.arange(4.0),
    "slope shared": lambda x: layers.PReLU(shared_axes=(1, 2))(x),
    "contrast normalisation": lambda x: ContrastNormalization(3)(x),
}


def deconvnet(operation, rule: str) -> Deconvnet:
    with floats("float64"):
        image = keras.Input((*SIZE, 3))
        x = operation(layers.Conv2D(4, 3, padding="same")(image))
        x = layers.Conv2D(4, 3, padding="same", activation="relu", name="last")(x)
        return Deconvnet(randomise(keras.Model(image, x)), rule)


def plan_of(found: Deconvnet):
    layer = found.layer("last")
    return plan_crops(
        found.graph, layer.node, np.array([0, layer.rows // 2]), np.array([1, layer.cols // 2])
    )


@pytest.mark.parametrize("case", [*WHOLE, *WHOLE_BY_GRADIENT])
def test_falls_back_to_the_whole_image(case):
    rule = "deconvnet" if case in WHOLE else "gradient"
    found = deconvnet({**WHOLE, **WHOLE_BY_GRADIENT}[case], rule)
    plan = plan_of(found)
    assert plan.reason
    assert plan.size == SIZE
    np.testing.assert_array_equal(plan.tops, 0)
    np.testing.assert_array_equal(plan.rows, [0, found.layer("last").rows // 2])
    assert plan_windows(found.graph, found.layer("last").node) is None


@pytest.mark.parametrize("case", ["position embedding", "two strides", "squeeze and excite"])
def test_fallbacks_project_what_the_gradient_says(case):
    """And the whole image gives what TensorFlow gives."""
    import tensorflow as tf

    with floats("float64"):
        image = keras.Input((*SIZE, 3))
        x = WHOLE[case](layers.Conv2D(4, 3, padding="same")(image))
        x = layers.Conv2D(4, 3, padding="same", activation="relu", name="last")(x)
        model = randomise(keras.Model(image, x))
    images = np.random.default_rng(0).normal(size=(1, *SIZE, 3))
    x = tf.constant(images)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = model(x)
        row, col, feature_map = np.unravel_index(np.argmax(y[0]), y.shape[1:])
        unit = y[0, row, col, feature_map]
    wanted = np.asarray(tape.gradient(unit, x)) * np.asarray(unit)
    found = Deconvnet(model, "gradient").project(images, "last", (row, col, feature_map))
    np.testing.assert_allclose(found, wanted, atol=1e-9 * np.abs(wanted).max())


def test_flatten_uses_the_whole_image():
    image = keras.Input((*SIZE, 3))
    x = layers.Flatten()(layers.Conv2D(2, 3, activation="relu")(image))
    found = Deconvnet(keras.Model(image, layers.Dense(3, name="scores")(x)))
    layer = found.layer("scores")
    plan = plan_crops(found.graph, layer.node, np.array([0]), np.array([0]))
    assert "whole image" in plan.reason
    assert plan.size == SIZE
    assert layer.receptive_field is None


@pytest.mark.parametrize("case", CROPPED)
def test_crops_where_it_can(case):
    plan = plan_of(deconvnet(CROPPED[case], "deconvnet"))
    assert plan.reason is None
    assert plan.size[0] < SIZE[0]
    assert plan.size[1] < SIZE[1]


def test_no_units_no_crops():
    found = deconvnet(CROPPED["cropping"], "deconvnet")
    none = np.zeros(0, int)
    images = np.zeros((0, *SIZE, 3))
    assert list(found.project_units(images, found.layer("last"), none, none, none, none)) == []
    assert found.project(images, "last", 0).shape == (0, *SIZE, 3)


def test_crop_sizes_are_small():
    """A 7 x 7 convolution of stride 2 needs 7 or 8 pixels, not more."""
    image = keras.Input((64, 65, 3))
    x = layers.Conv2D(2, 7, 2, activation="relu", name="conv")(image)
    found = Deconvnet(keras.Model(image, x))
    plan = plan_crops(found.graph, found.layer("conv").node, np.array([3, 9]), np.array([4, 0]))
    assert plan.size == (8, 7)
