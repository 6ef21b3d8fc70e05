"""The traced graph compared with the network: wrong graphs are refused, right ones are not."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops

from tests.engine.float64 import floats, randomise
from vizreport.engine import Deconvnet
from vizreport.engine.agreement import require_agreement
from vizreport.engine.interpreter import forward
from vizreport.errors import RequestError
from vizreport.graph.trace import trace

SIZE = (12, 14, 3)


def images(count: int = 2) -> np.ndarray:
    return np.random.default_rng(1).uniform(-1, 1, (count, *SIZE)).astype(np.float32)


def nested() -> keras.Model:
    """A block used twice, a gate, an operation without a layer, several outputs, a softmax."""
    inner = keras.Input((None, None, 4))
    x = layers.Conv2D(4, 3, padding="same", name="conv")(inner)
    x = layers.LeakyReLU(0.1, name="leaky")(layers.BatchNormalization(name="norm")(x))
    block = keras.Model(inner, x, name="block")
    image = keras.Input(SIZE)
    x = block(block(layers.Conv2D(4, 1, name="first")(image)))
    gate = layers.Dense(4, activation="sigmoid", name="gate")(ops.mean(x, (1, 2)))
    x = layers.Multiply(name="gated")([x, ops.reshape(gate, (-1, 1, 1, 4))])
    left, right = ops.split(x, 2, axis=-1)
    x = layers.Flatten()(ops.relu(left - right))
    return randomise(keras.Model(image, layers.Dense(3, activation="softmax", name="scores")(x)))


def broken(graph, layer, change):
    """The same graph with one node of a layer exchanged."""
    at = next(node.index for node in graph.nodes if node.layer == layer)
    nodes = [change(node) if node.index == at else node for node in graph.nodes]
    return replace(graph, nodes=tuple(nodes))


def computing(function):
    def change(node):
        forward = node.step.forward
        return replace(node, step=replace(node.step, forward=lambda *x: function(forward(*x))))

    return change


def test_every_layer_is_compared_with_its_own_call():
    model = nested()
    graph = trace(model)
    require_agreement(model, graph, images())
    compared = [use.layer for use in graph.uses]
    for layer in ("first", "block/conv", "block/norm", "block@1/leaky", "gate", "scores"):
        assert layer in compared
        wrong = broken(graph, layer, computing(lambda y: 1.01 * y + 0.01))
        with pytest.raises(RequestError, match=f"first at layer '{layer}'"):
            require_agreement(model, wrong, images())
        with pytest.raises(RequestError, match=f"first at layer '{layer}'"):
            require_agreement(model, wrong)


def test_a_wrong_connection_is_found():
    model = nested()
    graph = trace(model)
    stolen = next(node.index for node in graph.nodes if node.layer == "first")
    wrong = broken(graph, "block@1/conv", lambda node: replace(node, parents=(stolen,)))
    with pytest.raises(RequestError, match="first at layer 'block@1/conv'"):
        require_agreement(model, wrong, images())
    wrong = replace(graph, outputs=(graph.outputs[0] - 1,))
    with pytest.raises(RequestError, match="at its output"):
        require_agreement(model, wrong, images())


def test_another_shape_and_an_operation_that_fails_are_found():
    model = nested()
    graph = trace(model)
    wrong = broken(graph, "block/conv", computing(lambda y: y[:, 1:]))
    with pytest.raises(RequestError, match=r"'block/conv'.*not \[3, 12, 14, 4\]"):
        require_agreement(model, wrong, images())
    wrong = broken(graph, "block/norm", computing(lambda y: tf.reshape(y, (5, 5))))
    with pytest.raises(RequestError, match="'block/norm', where it fails"):
        require_agreement(model, wrong, images())


def test_keras_is_left_as_it_was_and_tensor_float_too():
    before = keras.Operation.__call__
    tf.config.experimental.enable_tensor_float_32_execution(True)
    model = nested()
    wrong = broken(trace(model), "block/conv", computing(lambda y: -y))
    with pytest.raises(RequestError):
        require_agreement(model, wrong)
    assert keras.Operation.__call__ is before
    assert tf.config.experimental.tensor_float_32_execution_enabled()


def test_values_that_are_not_finite_are_no_difference():
    model = nested()
    kernel = model.get_layer("first").kernel
    value = kernel.numpy()
    value[0, 0, 0, 0] = np.nan
    kernel.assign(value)
    require_agreement(model, trace(model), images())


@pytest.mark.parametrize("mode", ["int8", "int4"])
def test_quantised_layers_are_computed_as_keras_does_and_projected_by_their_scaled_weights(mode):
    image = keras.Input(SIZE)
    x = layers.Flatten()(layers.Conv2D(3, 3, 3, activation="relu", name="conv")(image))
    x = layers.Dense(7, activation="relu", name="hidden")(x)  # an odd number: the last byte is half
    model = randomise(keras.Model(image, layers.Dense(3, activation="softmax", name="last")(x)))
    plain = model.get_layer("hidden").kernel.numpy()
    with pytest.warns(UserWarning, match="quantize"):
        model.quantize(mode)
    deconvnet = Deconvnet(model, images=images())
    graph = deconvnet.graph
    found = forward(graph, tf.constant(images()), graph.outputs)[graph.outputs[0]]
    np.testing.assert_allclose(found, model.predict(images(), verbose=0), rtol=0, atol=1e-6)
    # The backward pass, by hand: the nearest of 255 levels round zero, or of 16 from the least
    # of a unit's weights to the largest, zero among them.
    if mode == "int8":
        step = np.abs(plain).max(axis=0) / 127
        rounded = np.round(plain / step) * step
    else:
        step = np.ptp(plain, axis=0) / 15
        zero = np.round(plain.min(axis=0) / step)
        rounded = (np.clip(np.round(plain / step) - zero, 0, 15) + zero) * step
    hidden = deconvnet.layer("hidden")
    conv = keras.Model(image, model.get_layer("conv").output)
    y = conv(images()).numpy()
    activation = keras.Model(image, model.get_layer("hidden").output)(images()).numpy()
    unit = int(activation.min(axis=0).argmax())
    signal = np.maximum(activation[:, unit, None] * rounded[:, unit], 0).reshape(y.shape)
    kernel = model.get_layer("conv").kernel.numpy()
    wanted = tf.nn.conv2d_transpose(signal, kernel, (2, *SIZE), 3, "VALID")
    projections = deconvnet.project(images(), hidden.name, unit)
    np.testing.assert_allclose(projections, wanted, rtol=0, atol=1e-4 * np.abs(wanted).max())
    assert activation[:, unit].min() > 0


def test_other_quantisation_is_refused():
    model = keras.Sequential([keras.Input(SIZE), layers.Flatten(), layers.Dense(8, name="eight")])
    with pytest.warns(UserWarning, match="quantize"):
        model.quantize("float8")
    with pytest.raises(RequestError, match="'eight' is quantized by float8"):
        trace(model)


@pytest.mark.parametrize("policy", ["mixed_float16", "bfloat16"])
def test_half_precision_is_computed_as_in_a_float32_copy(policy):
    def build():
        image = keras.Input(SIZE)
        x = layers.Conv2D(8, 3, padding="same", activation="relu", name="a")(image)
        gate = layers.Dense(8, activation="sigmoid")(layers.GlobalAveragePooling2D()(x))
        x = layers.Multiply()([x, layers.Reshape((1, 1, 8))(gate)])
        x = layers.UpSampling2D(interpolation="bilinear")(layers.MaxPooling2D()(x))
        x = layers.Conv2D(4, 3, activation="relu", name="b")(x)
        scores = layers.Dense(3, activation="softmax", dtype="float32")(layers.Flatten()(x))
        return keras.Model(image, scores)

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        model = randomise(build())
    finally:
        keras.config.set_dtype_policy(before)
    copy = build()
    copy.set_weights([weight.astype(np.float32) for weight in model.get_weights()])
    half, full = Deconvnet(model, images=images()), Deconvnet(copy)
    assert half.graph.dtype == "float32"
    found = forward(half.graph, tf.constant(images()), half.graph.outputs)
    exact = copy.predict(images(), verbose=0)
    np.testing.assert_allclose(found[half.graph.outputs[0]], exact, rtol=0, atol=2e-3)
    for layer in ("a", "b"):
        wanted = full.project(images(), layer, 2)
        found = half.project(images(), layer, 2)
        np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-3 * np.abs(wanted).max())
        assert np.abs(wanted).max() > 0


def test_leaky_slopes_are_kept_in_float64():
    with floats("float64"):
        model = keras.Sequential(
            [
                keras.Input(SIZE),
                layers.Conv2D(3, 1, name="conv"),
                layers.LeakyReLU(0.3),
                layers.PReLU(shared_axes=[1, 2], name="learned"),
            ]
        )
    randomise(model)
    graph = trace(model)
    x = np.random.default_rng(0).normal(size=(2, *SIZE))
    kernel, bias = model.get_layer("conv").get_weights()
    y = x @ kernel[0, 0] + bias
    y = np.where(y > 0, y, 0.3 * y)
    y = np.where(y > 0, y, model.get_layer("learned").get_weights()[0] * y)
    found = forward(graph, tf.constant(x), graph.outputs)[graph.outputs[0]]
    np.testing.assert_allclose(found, y, rtol=0, atol=1e-14)


def test_sums_and_means_are_told_apart():
    image = keras.Input(SIZE)
    x = layers.Conv2D(3, 3, activation="relu")(image)
    joined = ops.concatenate([ops.sum(x, (1, 2)), ops.mean(x, (-3, -2)), ops.sum(x, (2, 3))], 1)
    graph = trace(keras.Model(image, joined))
    texts = {node.layer: (node.kind, node.step.text) for node in graph.nodes}
    found = [text for layer, text in texts.items() if "sum" in layer or "mean" in layer]
    assert found == [
        ("sum_pooling", "sum over positions"),
        ("average_pooling", "average over positions"),
        ("affine", "sum"),
    ]
