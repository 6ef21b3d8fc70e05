"""Map sizes and parameter counts of the networks against PAPER's Fig. 3 and Table 3."""

import keras
import numpy as np
import pytest

from vizreport.errors import RequestError
from vizreport.models import network
from vizreport.models.architecture import (
    plan,
    recipe_scales,
    scale_width,
    smallest_input_size,
)
from vizreport.models.network import build_network
from vizreport.models.paper_networks import KRIZHEVSKY, ZFNET
from vizreport.models.variants import VARIANTS, build_variant, variant_architecture

ZFNET_SHAPES = {
    "conv1": (110, 110, 96),
    "pool1": (55, 55, 96),
    "norm1": (55, 55, 96),
    "conv2": (26, 26, 256),
    "pool2": (13, 13, 256),
    "norm2": (13, 13, 256),
    "conv3": (13, 13, 384),
    "conv4": (13, 13, 384),
    "conv5": (13, 13, 256),
    "pool5": (6, 6, 256),
    "fc6": (4096,),
    "fc7": (4096,),
    "fc8": (1000,),
    "prob": (1000,),
}
ZFNET_PARAMETERS = {
    "conv1": 14_208,
    "conv2": 614_656,
    "conv3": 885_120,
    "conv4": 1_327_488,
    "conv5": 884_992,
    "fc6": 37_752_832,
    "fc7": 16_781_312,
    "fc8": 4_097_000,
}
KRIZHEVSKY_SHAPES = {
    "conv1": (55, 55, 96),
    "norm1": (55, 55, 96),
    "pool1": (27, 27, 96),
    "conv2": (27, 27, 256),
    "norm2": (27, 27, 256),
    "pool2": (13, 13, 256),
    "conv3": (13, 13, 384),
    "conv4": (13, 13, 384),
    "conv5": (13, 13, 256),
    "pool5": (6, 6, 256),
    "fc6": (4096,),
    "fc7": (4096,),
    "fc8": (1000,),
    "prob": (1000,),
}
# The published table: (base, change), one row each.
TABLE = [
    ("krizhevsky", "none (replication, 1 convnet)"),
    ("krizhevsky", "removed layers 3,4"),
    ("krizhevsky", "removed layer 7"),
    ("krizhevsky", "removed layers 6,7"),
    ("krizhevsky", "removed layers 3,4,6,7"),
    ("krizhevsky", "layers 6,7: 2048 units"),
    ("krizhevsky", "layers 6,7: 8192 units"),
    ("zfnet", "none (as per Fig. 3)"),
    ("zfnet", "layers 6,7: 2048 units"),
    ("zfnet", "layers 6,7: 8192 units"),
    ("zfnet", "layers 3,4,5: 512,1024,512 maps"),
    ("zfnet", "layers 6,7: 8192 units and layers 3,4,5: 512,1024,512 maps"),
]


@pytest.fixture
def zero_weights(monkeypatch):
    """Drawing 60 million normal numbers takes seconds, and these tests read none of them."""
    monkeypatch.setattr(network, "_initializer", lambda scale: "zeros")


def shapes(model, names):
    return {name: model.get_layer(name).output.shape[1:] for name in names}


def kernel_shapes(model):
    return {
        layer.name: tuple(layer.kernel.shape) for layer in model.layers if hasattr(layer, "kernel")
    }


def test_zfnet_is_the_papers(zero_weights):
    model = build_network(ZFNET, 1000, 224, 1.0)
    assert shapes(model, ZFNET_SHAPES) == ZFNET_SHAPES
    counts = {name: model.get_layer(name).count_params() for name in ZFNET_PARAMETERS}
    assert counts == ZFNET_PARAMETERS
    assert model.count_params() == 62_357_608


def test_krizhevsky_is_the_papers(zero_weights):
    model = build_network(KRIZHEVSKY, 1000, 224, 1.0)
    assert shapes(model, KRIZHEVSKY_SHAPES) == KRIZHEVSKY_SHAPES
    assert model.count_params() == 60_965_224
    # Two groups: a filter sees half the channels below it.
    kernels = kernel_shapes(model)
    assert kernels["conv2"] == (5, 5, 48, 256)
    assert kernels["conv3"] == (3, 3, 256, 384)
    assert kernels["conv4"] == (3, 3, 192, 384)
    assert kernels["conv5"] == (3, 3, 192, 256)


def test_softmax_is_a_layer_of_its_own():
    model = build_network(ZFNET, 4, 64, 0.05)
    assert model.get_layer("fc8").activation is keras.activations.linear
    assert model.output is model.get_layer("prob").output
    result = model(np.zeros((1, 64, 64, 3), "float32"))
    assert float(np.sum(result)) == pytest.approx(1, abs=1e-6)


def test_the_table_is_complete():
    rows = [(variant.base, variant.change) for variant in VARIANTS.values()]
    assert rows == TABLE


def planned(name):
    """(maps, fan-in) of each layer at full size; that the networks follow it is tested below."""
    layers = plan(variant_architecture(name), 1000, 224)
    return {layer.name: (layer.maps, layer.fan_in) for layer in layers}


def test_removing_layers_keeps_everything_else():
    whole = planned("krizhevsky")
    # Layer 5 now sees layer 2's 256 maps in its two groups; layer 8 the pooled 6x6x256.
    assert planned("krizhevsky-without-3-4-6-7") == {
        "conv1": whole["conv1"],
        "conv2": whole["conv2"],
        "conv5": (256, 3 * 3 * 128),
        "fc8": (1000, 6 * 6 * 256),
    }
    assert list(planned("krizhevsky-without-7").items()) == [
        item for item in whole.items() if item[0] != "fc7"
    ]


def test_changed_widths_of_a_variant():
    assert planned("zfnet-dense-8192-maps-512-1024-512") == {
        "conv1": (96, 7 * 7 * 3),
        "conv2": (256, 5 * 5 * 96),
        "conv3": (512, 3 * 3 * 256),
        "conv4": (1024, 3 * 3 * 512),
        "conv5": (512, 3 * 3 * 1024),
        "fc6": (8192, 6 * 6 * 512),
        "fc7": (8192, 8192),
        "fc8": (1000, 8192),
    }


@pytest.mark.parametrize("name", VARIANTS)
def test_scaled_down_without_changing_the_topology(name, zero_weights):
    larger = build_variant(name, 7, 224, 1 / 8)
    small = build_variant(name, 7, 96, 1 / 32)
    assert [layer.name for layer in small.layers] == [layer.name for layer in larger.layers]
    for model, size, width in ((larger, 224, 1 / 8), (small, 96, 1 / 32)):
        for layer in plan(scale_width(variant_architecture(name), width), 7, size):
            built = model.get_layer(layer.name)
            assert np.prod(built.kernel.shape[:-1]) == layer.fan_in
            assert built.output.shape[-1] == layer.maps
            if layer.name.startswith("conv"):
                assert built.output.shape[1:3] == (layer.map_size, layer.map_size)


@pytest.mark.parametrize("name", VARIANTS)
def test_smallest_input_size_is_named_and_right(name):
    smallest = smallest_input_size(variant_architecture(name))
    assert smallest <= 64
    model = build_variant(name, 3, smallest, 0.01)
    assert model(np.zeros((1, smallest, smallest, 3), "float32")).shape == (1, 3)
    with pytest.raises(RequestError, match=f"minimum is {smallest} px"):
        build_variant(name, 3, smallest - 1, 0.01)


def test_width_keeps_maps_divisible_by_the_groups():
    kernels = kernel_shapes(build_network(KRIZHEVSKY, 3, 64, 0.013))
    assert all(shape[-1] % 2 == 0 for name, shape in kernels.items() if name != "fc8")
    assert kernel_shapes(build_network(ZFNET, 3, 64, 1e-6))["conv1"] == (7, 7, 3, 1)


@pytest.mark.parametrize("width", [0, -1, float("nan")])
def test_impossible_width_is_refused(width):
    with pytest.raises(RequestError, match="width"):
        build_network(ZFNET, 10, 224, width)


def test_one_class_is_refused():
    with pytest.raises(RequestError, match="2 classes"):
        build_network(ZFNET, 1, 224, 1.0)


def test_unknown_variant_lists_those_there_are():
    with pytest.raises(RequestError, match="krizhevsky-without-3-4"):
        build_variant("alexnet")


def test_recipe_scales_by_hand():
    assert set(recipe_scales(ZFNET, 1000, 224, 1.0).values()) == {1.0}
    scales = recipe_scales(ZFNET, 10, 96, 0.25)
    assert scales["conv1"] == 1  # 7 * 7 * 3 at any width
    assert scales["conv2"] == pytest.approx(2)  # 5 * 5 * 96 against 5 * 5 * 24
    # 96 px: 46 -> 23 -> 10 -> 5 -> 2 pooled: 6 * 6 * 256 against 2 * 2 * 64.
    assert scales["fc6"] == pytest.approx((9216 / 256) ** 0.5)
    assert scales["fc8"] == pytest.approx(2)


def test_initial_weights_follow_the_recipe():
    keras.utils.set_random_seed(0)
    model = build_network(ZFNET, 10, 96, 0.25)
    fc6 = model.get_layer("fc6")
    assert float(np.std(fc6.kernel)) == pytest.approx(1e-2 * 6, rel=0.01)
    assert float(np.std(model.get_layer("conv2").kernel)) == pytest.approx(2e-2, rel=0.02)
    assert not np.any(fc6.bias)
