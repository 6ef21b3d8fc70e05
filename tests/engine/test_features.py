"""Feature vectors against sub-models of Keras."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers

from tests.engine.float64 import randomise
from vizreport.engine.features import feature_function
from vizreport.graph.hidden import hidden_layers, stage_output
from vizreport.graph.layers import reportable_layers
from vizreport.graph.trace import trace
from vizreport.models.network import build_network
from vizreport.models.paper_networks import KRIZHEVSKY, ZFNET

SIZE = (20, 26, 3)


def stages(model: keras.Model) -> dict[str, str]:
    """Layer after which each reportable layer's stage ends."""
    graph = trace(model)
    return {
        layer.name: graph.nodes[stage_output(graph, layer)].layer
        for layer in reportable_layers(graph)
    }


def hidden(model: keras.Model) -> list[str]:
    return [layer.name for layer in hidden_layers(trace(model))]


def test_stages_of_zfnet_and_krizhevsky():
    zfnet = build_network(ZFNET, 4, 97, 0.05)
    dense = {"fc6": "drop6", "fc7": "drop7", "fc8": "fc8"}
    middle = {"conv3": "conv3", "conv4": "conv4", "conv5": "pool5"}
    assert stages(zfnet) == {"conv1": "norm1", "conv2": "norm2"} | middle | dense
    # Normalised before pooling.
    krizhevsky = build_network(KRIZHEVSKY, 4, 97, 0.1)
    assert stages(krizhevsky) == {"conv1": "pool1", "conv2": "pool2"} | middle | dense
    assert hidden(zfnet) == ["conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7"]


def residual() -> keras.Model:
    """Batch normalisation after the activation, a branch, global pooling, no dropout."""
    image = keras.Input(SIZE)
    x = layers.Conv2D(4, 3, activation="relu", padding="same", name="stem")(image)
    x = layers.AveragePooling2D(2, name="half")(layers.BatchNormalization(name="norm")(x))
    y = layers.Conv2D(4, 3, activation="relu", padding="same", name="branch")(x)
    x = layers.ReLU(name="joined")(layers.Add(name="sum")([x, y]))
    x = layers.Dropout(0.3, name="drop")(layers.GlobalAveragePooling2D(name="mean")(x))
    return randomise(keras.Model(image, layers.Dense(5, name="scores")(x)))


def averaged() -> keras.Model:
    """Class scores that are the mean of a convolution's maps, as in SqueezeNet."""
    image = keras.Input(SIZE)
    x = layers.Conv2D(6, 3, 2, activation="relu", name="conv1")(image)
    a = layers.Conv2D(3, 1, activation="relu", name="narrow")(x)
    b = layers.Conv2D(3, 3, activation="relu", padding="same", name="wide")(x)
    x = layers.Dropout(0.5, name="drop")(layers.Concatenate(name="fire")([a, b]))
    x = layers.Conv2D(5, 1, activation="relu", name="conv2")(x)
    x = layers.Softmax(name="prob")(layers.GlobalAveragePooling2D(name="mean")(x))
    return randomise(keras.Model(image, x))


def test_branches_and_global_pooling_end_a_stage():
    # The first stage's output goes two ways; what comes after the global pooling does not count.
    assert stages(residual()) == {
        "stem": "half", "branch": "branch", "sum": "mean", "scores": "scores",
    }  # fmt: skip
    assert hidden(residual()) == ["stem", "branch", "sum"]


def test_maps_that_are_averaged_into_scores_are_not_hidden():
    found = stages(averaged())
    assert [found[name] for name in ("conv1", "fire", "conv2")] == ["conv1", "drop", "conv2"]
    assert hidden(averaged()) == ["conv1", "narrow", "wide", "fire"]


@pytest.mark.parametrize("build", [residual, averaged])
def test_features_are_those_of_keras(build):
    model = build()
    graph = trace(model)
    names = list(stages(model).values())
    nodes = [stage_output(graph, layer) for layer in reportable_layers(graph)]
    assert len(set(names)) == len(names) > 3
    features = feature_function(graph, nodes)
    sub = keras.Model(model.input, [model.get_layer(name).output for name in names])
    for count in (1, 3):
        images = np.random.default_rng(count).normal(size=(count, *SIZE)).astype(np.float32)
        for mine, theirs in zip(features(images), sub(images), strict=True):
            assert mine.shape == theirs.shape
            np.testing.assert_allclose(mine, theirs, rtol=1e-5, atol=1e-6)
