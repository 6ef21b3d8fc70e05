"""Re-estimated averages of batch normalisation, against Keras' own updates in training mode."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers

from tests.engine.float64 import randomise
from vizreport.engine.batch_statistics import (
    estimated,
    normalizing_layers,
    output_function,
    statistics_function,
)
from vizreport.graph.trace import trace

BATCH = 8


@pytest.fixture(scope="module")
def network():
    """Return a network with a layer used twice, one within a model, and one that leads nowhere."""
    image = keras.Input((7, 6, 3))
    shared = layers.BatchNormalization(momentum=0.5, name="shared")
    x = shared(layers.Conv2D(4, 3, padding="same")(image))
    x = shared(layers.Conv2D(4, 3, padding="same")(layers.ReLU()(x)))
    inner_input = keras.Input((7, 6, 4))
    inner = keras.Model(
        inner_input,
        layers.BatchNormalization(momentum=0.0, scale=False, name="norm")(inner_input),
        name="inner",
    )
    x = layers.Dense(5)(layers.GlobalAveragePooling2D()(layers.ReLU()(inner(x))))
    x = layers.BatchNormalization(momentum=0.0, center=False, name="of_vectors")(x)
    aside = layers.BatchNormalization(name="aside")(layers.Flatten()(image))
    model = keras.Model(image, [layers.Softmax()(x), layers.Reshape((7, 6, 3))(aside)])
    return randomise(model, 3)


@pytest.fixture(scope="module")
def batches():
    return np.random.default_rng(0).normal(0.5, 2, (3, BATCH, 7, 6, 3)).astype(np.float32)


def norms(model):
    return model.get_layer("inner").get_layer("norm"), model.get_layer("of_vectors")


@pytest.fixture(scope="module")
def averages(network, batches):
    graph = trace(network)
    found = normalizing_layers(graph)
    return estimated(found, statistics_function(graph, found, BATCH), batches)


def test_the_layers_are_those_of_the_output(averages):
    assert list(averages) == ["shared", "inner/norm", "of_vectors"]


def test_averages_are_those_of_a_training_without_steps(network, batches, averages):
    before = network.get_weights()
    kept = []
    for batch in batches:
        network(batch, training=True)  # with momentum 0, the averages are those of this batch
        kept.append(
            [[np.asarray(v) for v in (n.moving_mean, n.moving_variance)] for n in norms(network)]
        )
    network.set_weights(before)
    for place, name in enumerate(["inner/norm", "of_vectors"]):
        means, variances = np.array([each[place] for each in kept], np.float64).transpose(1, 0, 2)
        mean, variance = averages[name]
        np.testing.assert_allclose(mean, means.mean(axis=0), rtol=1e-4, atol=1e-5)
        whole = variances.mean(axis=0) + means.var(axis=0)
        np.testing.assert_allclose(variance, whole, rtol=1e-4)


def test_a_layer_used_twice_has_the_averages_of_both_uses(network, batches):
    before = network.get_weights()
    shared = network.get_layer("shared")
    shared.moving_mean.assign(np.zeros(4))
    network(batches[0], training=True)
    updated = np.asarray(shared.moving_mean)
    network.set_weights(before)
    conv = shared._inbound_nodes[0].input_tensors[0]
    first = np.asarray(keras.Model(network.input, conv)(batches[0])).mean(axis=(0, 1, 2))
    second = 2 * (updated - first / 4)  # of two updates with momentum 1/2
    graph = trace(network)
    found = normalizing_layers(graph)
    mean, _ = estimated(found, statistics_function(graph, found, BATCH), batches[:1])["shared"]
    np.testing.assert_allclose(mean, (first + second) / 2, rtol=1e-3, atol=1e-5)


def test_outputs_are_those_of_a_network_with_these_averages(network, batches, averages):
    graph, before = trace(network), network.get_weights()
    found = normalizing_layers(graph)
    outputs = output_function(graph, found)(batches[0], [averages[name] for name in found])
    stored = np.asarray(network(batches[0], training=False)[0])
    for name, layer in zip(averages, (network.get_layer("shared"), *norms(network)), strict=True):
        mean, variance = averages[name]
        layer.moving_mean.assign(mean)
        layer.moving_variance.assign(variance)
    expected = np.asarray(network(batches[0], training=False)[0])
    network.set_weights(before)
    np.testing.assert_allclose(outputs, expected, rtol=1e-4, atol=1e-6)
    assert np.abs(expected - stored).max() > 0.05
