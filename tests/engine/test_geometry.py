"""Reaches and receptive fields against brute force: which inputs change which outputs."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keras import layers

from tests.engine.networks import SIZES, network
from vizreport.graph.fields import unit_fields
from vizreport.graph.layers_table import lower_layer
from vizreport.graph.receptive_field import cone, receptive_field
from vizreport.graph.trace import trace

small = st.integers(1, 4)
PADS = ["valid", "same"]
LAYERS = st.one_of(
    st.builds(
        lambda k, s, p: layers.Conv2D(1, (k, 1), (s, 1), p), small, small, st.sampled_from(PADS)
    ),
    st.builds(
        lambda k, d, p: layers.Conv2D(1, (k, 1), 1, p, dilation_rate=(d, 1)),
        small,
        small,
        st.sampled_from(PADS),
    ),
    st.builds(
        lambda k, s, p: layers.AveragePooling2D((k, 1), (s, 1), p),
        small,
        small,
        st.sampled_from(PADS),
    ),
    st.builds(
        lambda k, s, p: layers.Conv2DTranspose(1, (k, 1), (s, 1), p),
        small,
        small,
        st.sampled_from(PADS),
    ),
    st.builds(lambda f: layers.UpSampling2D((f, 1)), small),
    st.builds(lambda a, b: layers.ZeroPadding2D(((a, b), (0, 0))), small, small),
    st.builds(lambda a, b: layers.Cropping2D(((a, b), (0, 0))), small, small),
)


@settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(LAYERS, st.integers(1, 14))
def test_reach_is_what_an_output_depends_on(layer, size):
    try:
        layer.build((None, size, 1, 1))
        outputs = layer.compute_output_shape((1, size, 1, 1))[1]
    except ValueError:
        outputs = 0
    reach = lower_layer(layer)[0].reach[0]
    assert max(reach.output_size(size), 0) == max(outputs, 0)
    if outputs < 1:
        return
    for weight in layer.weights:
        weight.assign(np.ones(weight.shape) if len(weight.shape) > 1 else np.zeros(weight.shape))
    depends = np.asarray(layer(np.eye(size)[:, :, None, None]))[:, :, 0, 0].T != 0
    units = np.arange(outputs)
    low, high = reach.interval(units, units, size)
    for unit in units:
        touched = np.flatnonzero(depends[unit])
        if not len(touched):
            continue
        # Between the weights of a dilated kernel that lies half in the padding are gaps.
        gap = getattr(layer, "dilation_rate", (1, 1))[0] - 1
        assert 0 <= touched[0] - max(low[unit], 0) <= gap
        assert 0 <= min(high[unit], size - 1) - touched[-1] <= gap


def dependency(model, axis: int, map_: int = 0):
    """First and last input position that changes each unit: all weights positive, no bends."""
    import tensorflow as tf

    x = tf.constant(np.random.default_rng(0).uniform(1, 2, (1, *model.input_shape[1:])))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = tf.reduce_sum(model(x), axis=(2 - axis, 3))[0]
        units = [y[i] for i in range(y.shape[0])]
    found = []
    for unit in units:
        gradient = np.abs(np.asarray(tape.gradient(unit, x)))[0].sum((1 - axis, 2))
        touched = np.flatnonzero(gradient)
        found.append((touched[0], touched[-1]) if len(touched) else None)
    return found


@pytest.mark.parametrize("name", ["zfnet", "resnet", "unet", "dilated", "inception"])
def test_receptive_fields_are_what_units_depend_on(name):
    """Average in place of maximum pooling, positive weights: every path counts."""
    original = network(name)
    model = keras.models.clone_model(original, clone_function=_averaging)
    for weight in model.weights:
        value = np.random.default_rng(1).uniform(0.5, 1.5, weight.shape)
        mean = "moving_mean" in weight.path
        weight.assign(np.zeros(weight.shape) if mean else value)
    graph = trace(model)
    target = graph.outputs[0]
    for axis in (0, 1):
        count = graph.nodes[target].shape[axis]
        found = cone(graph, target, axis, np.arange(count))
        for unit, touched in enumerate(dependency(model, axis)):
            assert touched is not None
            assert (found.low[0][unit], found.high[0][unit]) == touched
        middle = count // 2
        assert found.free_low[0][middle] <= found.low[0][middle]
        assert found.free_high[0][middle] >= found.high[0][middle]


def _averaging(layer):
    if isinstance(layer, layers.MaxPooling2D):
        return layers.AveragePooling2D(layer.pool_size, layer.strides, layer.padding)
    return type(layer).from_config(layer.get_config())


def test_zfnet_by_hand():
    """Zeiler & Fergus, Fig. 3, worked by hand: kernels and strides from layer to layer."""
    from vizreport.graph.layers import reportable_layers
    from vizreport.models.network import build_network
    from vizreport.models.paper_networks import ZFNET

    model = build_network(ZFNET, 4, 224, 0.02)
    found = {layer.name: layer for layer in reportable_layers(trace(model))}
    assert [(found[f"conv{i}"].receptive_field, found[f"conv{i}"].stride) for i in range(1, 6)] == [
        ((7, 7), 2),
        ((27, 27), 8),
        ((75, 75), 16),
        ((107, 107), 16),
        ((139, 139), 16),
    ]
    assert found["fc6"].receptive_field is None
    assert found["fc8"].kind == "output"


def test_vgg16_by_hand():
    names, expected = [], []
    field, jump = 1, 1
    image = keras.Input((64, 64, 3))
    x = image
    for block, count in enumerate((2, 2, 3, 3, 3), 1):
        for i in range(count):
            name = f"block{block}_conv{i + 1}"
            x = layers.Conv2D(1, 3, padding="same", activation="relu", name=name)(x)
            field += 2 * jump
            names.append(name)
            expected.append((field, jump))
        x = layers.MaxPooling2D(2)(x)
        field += jump
        jump *= 2
    assert expected[names.index("block5_conv3")] == (196, 16)
    graph = trace(keras.Model(image, x))
    found = {
        node.layer: receptive_field(graph, node.index)
        for node in graph.nodes
        if node.kind == "relu"
    }
    for name, (size, stride) in zip(names, expected, strict=True):
        assert found[name] == ((size, size), (stride, stride))


def test_unit_fields_are_centred_and_clipped():
    graph = trace(network("vgg"))
    target = next(node.index for node in graph.nodes if node.layer == "block2_conv1")
    fields = unit_fields(graph, target, np.array([0, 5]), np.array([0, 24]))
    height, width = SIZES[next(build for build in SIZES if build.__name__ == "vgg")]
    # 1 + 2 + 2 at stride 1, + 1 for the pooling, + 2 * 2: 10 pixels, stride 2.
    assert fields.size == (10, 10)
    assert (fields.high - fields.low + 1 == 10).all()
    np.testing.assert_array_equal(fields.low, [[-4, -4], [6, 44]])
    np.testing.assert_array_equal(
        fields.clipped(graph.input_shape), [[0, 0, 6, 6], [44, 6, width, 16]]
    )
    assert (height, width) == (37, 51)
