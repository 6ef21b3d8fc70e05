"""Which values are finite for sure, against networks in which some are not."""

import keras
import numpy as np
import pytest
from keras import layers

from tests.engine.networks import network
from vizreport.engine import Deconvnet
from vizreport.engine.finite import rectified, trusted_size
from vizreport.engine.mining import checked_reduction_function
from vizreport.graph.layers import reportable_layers


def chain(weight):
    """Two convolutions with ReLUs; the second has this weight, negative."""
    image = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, activation="relu", name="first")(image)
    x = layers.Conv2D(4, 3, activation="relu", name="second")(x)
    model = keras.Model(image, layers.Dense(2)(layers.GlobalAveragePooling2D()(x)))
    first, second = (model.get_layer(name) for name in ("first", "second"))
    first.set_weights([np.ones((3, 3, 3, 4), np.float32), np.zeros(4, np.float32)])
    second.set_weights([np.full((3, 3, 4, 4), -weight, np.float32), np.zeros(4, np.float32)])
    return Deconvnet(model).graph


@pytest.mark.parametrize(("weight", "size", "finite"), [
    (1.0, 1.0, [True, True]),
    (1e37, 1.0, [True, False]),  # minus infinity, of which the ReLU makes 0
    (1.0, 1e37, [True, False]),
    (1.0, np.nan, [False, False]),
])  # fmt: skip
def test_what_a_rectifier_hides_is_found(weight, size, finite):
    graph = chain(weight)
    checked = [layer for layer in reportable_layers(graph) if layer.kind == "convolution"]
    images = np.full((2, 8, 8, 3), size, np.float32)
    images[0] = 1e-3 if weight == 1 else 0
    found = np.asarray(checked_reduction_function(graph, checked, checked)(images)[2])
    np.testing.assert_array_equal(found, [[True, True], finite])


@pytest.mark.parametrize(("name", "told"), [("squeezenet", True), ("vgg", True), ("mobile", False)])
def test_the_bound_is_finite_where_all_operations_are_known(name, told):
    graph = Deconvnet(network(name)).graph
    known = [layer.node for layer in reportable_layers(graph) if rectified(graph, layer.node)]
    limit = trusted_size(graph, known, {0, *known})
    assert (limit > 1e6) == told
    assert limit < np.finfo(np.float32).max
