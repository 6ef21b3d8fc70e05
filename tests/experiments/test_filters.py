"""Layer-1 filters: the impulse responses are the kernels, carried back to RGB."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers

from tests.engine.float64 import randomise
from tests.experiments import tiny
from vizreport.engine.ruled_graph import RuledGraph
from vizreport.errors import NotApplicable
from vizreport.experiments.filters.compute import impulse_responses
from vizreport.graph.trace import trace

compute = tiny.computing("filters")


def responses_of(operation, size=(24, 31), name="conv"):
    image = keras.Input((*size, 3))
    model = randomise(keras.Model(image, layers.ReLU()(operation(image))))
    graph = trace(model)
    target = max(node.index for node in graph.nodes if node.kind == "convolution")
    responses, stride = impulse_responses(RuledGraph(graph, "gradient"), target)
    return responses, stride, model


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(
    ("kernel", "stride", "size"),
    [(3, 1, (24, 31)), (7, 2, (24, 31)), (11, 4, (64, 61)), ((5, 2), 3, (40, 41)), (1, 1, (9, 9))],
)
def test_responses_are_the_kernels(kernel, stride, size, padding):
    conv = layers.Conv2D(4, kernel, stride, padding, name="conv")
    responses, found, _ = responses_of(conv, size)
    np.testing.assert_allclose(responses, np.moveaxis(conv.kernel.numpy(), -1, 0), atol=1e-6)
    assert found == stride


def test_responses_contain_what_stands_in_front():
    conv = layers.Conv2D(4, 3, name="conv")
    scales = np.array([0.5, -2.0, 3.0])

    def operation(x):
        x = layers.Rescaling(list(scales), 1.0)(x)
        return conv(layers.ZeroPadding2D(1)(x))

    responses, _, _ = responses_of(operation)
    expected = np.moveaxis(conv.kernel.numpy(), -1, 0) * scales
    np.testing.assert_allclose(responses, expected, atol=1e-6)


def test_filters_in_rgb(tiny_subject, mined):
    found = compute(tiny_subject, {"mining": mined})
    kernel = np.moveaxis(tiny_subject.model.get_layer("conv1").kernel.numpy(), -1, 0)
    assert found.layer == "conv1"
    assert found.stride == 2
    # The network takes BGR pixels from 0 to 1.
    np.testing.assert_allclose(found.filters, kernel[..., ::-1] / 255, rtol=1e-4, atol=1e-7)
    rms = np.sqrt((kernel.astype(np.float64) ** 2).mean((1, 2, 3)))
    np.testing.assert_allclose(found.rms, rms, rtol=1e-6)
    np.testing.assert_array_equal(found.dominating, rms > 3 * np.median(rms))
    assert found.dominating.tolist() == [False, True, False, False, False, False]
    assert found.dead.tolist() == [False, False, True, False, False, False]
    np.testing.assert_array_equal(found.activity, mined.layers["conv1"].active)


def test_a_network_without_convolution_has_no_filters(tiny_subject, mined):
    from vizreport.engine import Deconvnet

    image = keras.Input((*tiny.SIZE, 3))
    x = layers.Dense(4, activation="relu")(layers.Flatten()(image))
    subject = tiny.changed(tiny_subject)
    subject.traced = Deconvnet(keras.Model(image, layers.Dense(3)(x)))
    with pytest.raises(NotApplicable, match="no convolution"):
        compute(subject, {"mining": mined})
