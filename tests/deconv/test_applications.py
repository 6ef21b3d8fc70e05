"""Networks of keras.applications with random weights: inspected, and a middle layer projected."""

from __future__ import annotations

from functools import cache

import keras
import numpy as np
import pytest

from tests.deconv.test_crops import compare
from vizreport.deconv import Deconvnet
from vizreport.deconv.layers import choose_layers
from vizreport.errors import NotApplicable

# Input size, a middle layer, its kind, stride and receptive field, the last worked by hand.
NETWORKS = {
    "VGG16": ((80, 64), "block3_conv3", "convolution", 4, (40, 40)),
    "ResNet50": ((96, 64), "conv2_block2_2_conv", "convolution", 4, (27, 27)),
    "MobileNet": ((80, 64), "conv_dw_3", "convolution", 4, (19, 19)),
    "DenseNet121": ((64, 80), "conv2_block2_1_conv", "convolution", 4, (19, 19)),
    "InceptionV3": ((96, 107), "conv2d_4", "convolution", 4, (23, 23)),
}


@cache
def model(name: str) -> keras.Model:
    keras.utils.set_random_seed(0)
    keras.backend.clear_session()  # so that layers are numbered from the start
    size = NETWORKS[name][0] if name in NETWORKS else (64, 64)
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
        assert layer.rule_problem(found.graph, "deconvnet") == ""
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
