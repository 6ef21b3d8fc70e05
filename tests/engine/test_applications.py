"""Networks of keras.applications with random weights: inspected, and a middle layer projected."""

from __future__ import annotations

from functools import cache

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras.src import backend

from tests.engine.test_crops import compare
from vizreport.engine import Deconvnet
from vizreport.engine.choice import choose_layers
from vizreport.engine.presets import missing_rule, rule_problem
from vizreport.errors import NotApplicable

# Input size, a middle layer, its kind, stride and receptive field, the last worked by hand.
NETWORKS = {
    "VGG16": ((80, 64), "block3_conv3", "convolution", 4, (40, 40)),
    "ResNet50": ((96, 64), "conv2_block2_2_conv", "convolution", 4, (27, 27)),
    "MobileNet": ((80, 64), "conv_dw_3", "convolution", 4, (19, 19)),
    "DenseNet121": ((64, 80), "conv2_block2_1_conv", "convolution", 4, (19, 19)),
    "InceptionV3": ((96, 107), "conv2d_4", "convolution", 4, (23, 23)),
}


# One of each other family: a layer to project, or the operation without a rule.
FAMILIES = {
    "ResNet50V2": ("conv2_block3_out", ""),
    "MobileNetV2": ("block_3_depthwise", ""),
    "Xception": ("add_1", ""),
    "InceptionResNetV2": ("block35_1_ac", ""),
    "NASNetMobile": ("normal_conv_1_0", ""),
    "MobileNetV3Small": ("", "hard_silu"),
    "EfficientNetB0": ("", "silu"),
    "EfficientNetV2B0": ("", "silu"),
    "ConvNeXtTiny": ("", "normalization"),
}


@cache
def model(name: str) -> keras.Model:
    keras.utils.set_random_seed(0)
    keras.backend.clear_session()  # so that layers are numbered from the start
    size = NETWORKS[name][0] if name in NETWORKS else (64, 64)
    size = (75, 75) if name in ("InceptionResNetV2", "Xception") else size
    return getattr(keras.applications, name)(
        weights=None, include_top=False, pooling="avg", input_shape=(*size, 3)
    )


@cache
def deconvnet(name: str, rule: str = "deconvnet") -> Deconvnet:
    return Deconvnet(model(name), rule)


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_are_inspected(name):
    found = deconvnet(name)
    layers = found.layers()
    names = [layer.name for layer in layers]
    assert len(set(names)) == len(names)
    assert NETWORKS[name][1] in names
    for layer in layers:
        assert rule_problem(found.graph, layer.node, "deconvnet") == ""
        assert layer.kind in {"convolution", "dense", "merge", "concatenation", "output"}
        assert layer.maps > 0
    chosen = choose_layers(found.graph)
    assert 3 <= len(chosen) <= 8
    sizes = [(layer.rows, layer.cols) for layer in chosen]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_middle_layer_is_projected(name):
    _, wanted, kind, stride, field = NETWORKS[name]
    found = deconvnet(name)
    layer = found.layer(wanted)
    assert (layer.kind, layer.stride) == (kind, stride)
    assert layer.receptive_field == field
    compare(found, layer, 1e-5, ("crops",))


def test_the_deconvnet_is_not_defined_for_silu():
    found = deconvnet("EfficientNetB0")
    layer = found.layer("block1a_dwconv")
    images = np.random.default_rng(0).normal(size=(1, 64, 64, 3)).astype(np.float32)
    with pytest.raises(NotApplicable, match=r"silu.*gradient"):
        found.project(images, layer.name, 0)
    with pytest.raises(NotApplicable, match="guided.*silu"):
        deconvnet("EfficientNetB0", "guided").project(images, layer.name, 0)


def test_the_gradient_is_defined_for_silu():
    found = deconvnet("EfficientNetB0", "gradient")
    images = np.random.default_rng(0).normal(size=(1, 64, 64, 3)).astype(np.float32)
    projection = found.project(images, "block1a_dwconv", 0)
    assert projection.shape == (1, 64, 64, 3)
    assert np.abs(projection).max() > 0


@pytest.mark.parametrize("name", [*NETWORKS, *FAMILIES])
def test_every_family_is_projected_as_by_overridden_gradients(name, monkeypatch):
    """Keras' own model, whose rectifiers alone are given another gradient.

    That the graph computes what the network does was checked when it was traced.
    """
    found = deconvnet(name)
    wanted, missing = (NETWORKS[name][1], "") if name in NETWORKS else FAMILIES[name]
    last = found.layers()[-1]
    if missing:
        assert missing_rule(found.graph, last.node, "deconvnet")[0] == missing
        return
    assert missing_rule(found.graph, last.node, "deconvnet") is None
    layer = found.layer(wanted)
    network = model(name)
    rectified = network.get_layer(found.graph.nodes[layer.node].layer)
    part = keras.Model(network.inputs, rectified.output)
    images = np.random.default_rng(0).normal(size=(1, *found.graph.input_shape)).astype(np.float32)
    y = part([images]).numpy()[0]
    row, col, feature_map = (int(i) for i in np.unravel_index(y.argmax(), y.shape))
    projected = found.project(images, layer.name, (row, col, feature_map))

    @tf.custom_gradient
    def relu(x):
        return tf.nn.relu(x), tf.nn.relu

    @tf.custom_gradient
    def relu6(x):
        return tf.nn.relu6(x), tf.nn.relu

    monkeypatch.setattr(backend.nn, "relu", relu)
    monkeypatch.setattr(backend.nn, "relu6", relu6)
    x = tf.constant(images)
    with tf.GradientTape() as tape:
        tape.watch(x)
        unit = part([x])[0, row, col, feature_map]
    by_override = tape.gradient(unit, x) * unit
    assert np.abs(by_override).max() > 0
    limit = 1e-4 * np.abs(by_override).max()
    np.testing.assert_allclose(projected, by_override, rtol=0, atol=limit)
