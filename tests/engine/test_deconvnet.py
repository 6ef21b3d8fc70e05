"""The Python interface: shapes, colours, names, refusals."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers

from tests.engine import oracle
from tests.engine.float64 import floats, randomise
from tests.engine.networks import network
from vizreport.data.presets import preset
from vizreport.engine import Deconvnet
from vizreport.engine.choice import choose_layers
from vizreport.engine.interpreter import forward
from vizreport.errors import NotApplicable, RequestError
from vizreport.graph.layers import reportable_layers
from vizreport.graph.outputs import ending, output_node
from vizreport.graph.trace import trace

SIZE = (14, 17)


def _twins(dtype: str = "float64"):
    """A network that takes RGB, and the same network taking BGR."""
    models = []
    for _ in range(2):
        with floats(dtype):
            image = keras.Input((*SIZE, 3))
            x = layers.Conv2D(5, 3, 2, activation="relu", name="conv1")(image)
            x = layers.Conv2D(4, 3, activation="relu", name="conv2")(x)
            models.append(randomise(keras.Model(image, x), seed=4))
    rgb, bgr = models
    first = bgr.get_layer("conv1").kernel
    first.assign(first.numpy()[:, :, ::-1])
    return rgb, bgr


def test_an_rgb_network_and_its_bgr_twin_project_the_same():
    parts = {"mean": (10.0, 20.0, 30.0), "std": (50.0, 60.0, 70.0)}
    pictures = np.random.default_rng(0).integers(0, 256, (3, *SIZE, 3), dtype=np.uint8)
    found = []
    for model, order in zip(_twins(), ("RGB", "BGR"), strict=True):
        turned = {name: value if order == "RGB" else value[::-1] for name, value in parts.items()}
        preprocessing = preset("unit", SIZE, 3, {"channels": order, "scale": 1.0, **turned})
        deconvnet = Deconvnet(model, preprocessing=preprocessing)
        found.append(deconvnet.project(preprocessing.tensor(pictures), "conv2", 2))
    assert np.abs(found[0]).max() > 0
    limit = 1e-6 * np.abs(found[0]).max()  # the images are float32
    np.testing.assert_allclose(found[0], found[1], rtol=0, atol=limit)
    # And differ from those of the wrong order.
    assert np.abs(found[0] - found[1][..., ::-1]).max() > 0.1 * np.abs(found[0]).max()


def test_projections_are_carried_back_through_scale_and_deviation():
    model, _ = _twins()
    preprocessing = preset("torch", SIZE, 3)
    x = np.random.default_rng(0).normal(size=(2, *SIZE, 3))
    plain = Deconvnet(model).project(x, "conv2", (1, 2, 3))
    carried = Deconvnet(model, preprocessing=preprocessing).project(x, "conv2", (1, 2, 3))
    expected = plain / 255 / np.array([0.229, 0.224, 0.225])
    np.testing.assert_allclose(carried, expected, rtol=1e-12)


def test_a_map_means_its_strongest_unit_the_first_of_equals():
    model, _ = _twins()
    x = np.random.default_rng(1).normal(size=(3, *SIZE, 3))
    x[2] = 0.5  # a uniform image: all units of a map are equal
    y = np.asarray(model(x))
    found = Deconvnet(model).project(x, "conv2", 1)
    for n in range(3):
        row, col = np.unravel_index(np.argmax(y[n, ..., 1]), y.shape[1:3])
        if n == 2:
            assert (row, col) == (0, 0)
        wanted = Deconvnet(model).project(x[n : n + 1], "conv2", (int(row), int(col), 1))
        np.testing.assert_array_equal(found[n], wanted[0])


def test_a_projection_equals_the_oracles_and_is_zero_outside_its_receptive_field():
    model, _ = _twins()
    x = np.random.default_rng(2).normal(size=(1, *SIZE, 3))
    source = oracle.Signal(x[0])
    first = oracle.conv(source, *model.get_layer("conv1").get_weights(), strides=(2, 2))
    first = oracle.relu(first, "deconvnet")
    second = oracle.conv(first, *model.get_layer("conv2").get_weights())
    second = oracle.relu(second, "deconvnet")
    row, col, feature_map = np.unravel_index(np.argmax(second.value), second.value.shape)
    wanted = oracle.project(second, (row, col, feature_map), source)
    found = Deconvnet(model).project(x, "conv2", (int(row), int(col), int(feature_map)))[0]
    np.testing.assert_allclose(found, wanted, atol=1e-12)
    outside = np.ones(SIZE, bool)
    outside[2 * row : 2 * row + 7, 2 * col : 2 * col + 7] = False
    assert not found[outside].any()
    assert (found < 0).any()


def test_numpy_integers_name_units():
    model, _ = _twins()
    x = np.random.default_rng(2).normal(size=(1, *SIZE, 3))
    deconvnet = Deconvnet(model)
    unit = (np.int64(1), np.int32(2), np.int64(3))
    np.testing.assert_array_equal(
        deconvnet.project(x, "conv2", unit), deconvnet.project(x, "conv2", (1, 2, 3))
    )


def test_projections_do_not_depend_on_what_else_is_in_the_batch():
    model, _ = _twins()
    x = np.random.default_rng(3).normal(size=(40, *SIZE, 3))
    deconvnet = Deconvnet(model)
    together = deconvnet.project(x, "conv2", 0)
    for n in (0, 31, 32, 39):
        alone = deconvnet.project(x[n : n + 1], "conv2", 0)[0]
        np.testing.assert_allclose(together[n], alone, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("layer", "unit", "message"),
    [
        ("conv3", 0, r"no layer 'conv3'.*conv1, conv2"),
        ("conv2", 4, r"no unit 4 in layer 'conv2'.*4 maps"),
        ("conv2", -1, "no unit -1"),
        ("conv2", (4, 0, 0), r"no unit \(4, 0, 0\).*4 rows"),
        ("conv2", (0, -1, 0), "no unit"),
    ],
)
def test_wrong_layers_and_units_are_refused(layer, unit, message):
    deconvnet = Deconvnet(_twins()[0])
    with pytest.raises(RequestError, match=message):
        deconvnet.project(np.zeros((1, *SIZE, 3)), layer, unit)


@pytest.mark.parametrize("shape", [(*SIZE, 3), (1, 3, *SIZE), (1, *SIZE, 1), (1, 17, 14, 3)])
def test_images_of_another_shape_are_refused(shape):
    with pytest.raises(RequestError, match=r"\(N, 14, 17, 3\)"):
        Deconvnet(_twins()[0]).project(np.zeros(shape), "conv1", 0)


def test_an_unknown_preset_is_refused():
    with pytest.raises(RequestError, match=r"deconvnet, guided, gradient"):
        Deconvnet(_twins()[0], "guess").project(np.zeros((1, *SIZE, 3)), "conv1", 0)


def relu(x):
    """Not what its name says."""
    return x * x


def identity(x):
    """Nor this."""
    return keras.ops.sin(x)


@pytest.mark.parametrize("activation", ["gelu", "tanh", lambda x: x * x, relu, identity])
def test_an_operation_without_a_rule_is_named_with_the_rules_there_are(activation):
    image = keras.Input((*SIZE, 3))
    x = layers.Conv2D(4, 3, activation="relu", name="below")(image)
    x = layers.Activation(activation, name="odd")(layers.Conv2D(4, 3, name="conv")(x))
    x = layers.Conv2D(4, 3, activation="relu", name="above")(x)
    model = keras.Model(image, x)
    zeros = np.zeros((1, *SIZE, 3))
    for rule in ("deconvnet", "guided"):
        deconvnet = Deconvnet(model, rule)
        with pytest.raises(NotApplicable, match=r"'odd'.*rules for .*max_pooling.*relu"):
            deconvnet.project(zeros, "above", 0)
        # Only operations below the unit need rules.
        assert deconvnet.project(zeros, "below", 0).shape == (1, *SIZE, 3)
    assert Deconvnet(model, "gradient").project(zeros, "above", 0).shape == (1, *SIZE, 3)


def test_a_layer_named_like_a_rule_has_none():
    dense = type("dense", (layers.Layer,), {"call": lambda self, x: keras.ops.sin(x)})
    image = keras.Input((*SIZE, 3))
    x = layers.Conv2D(4, 3, activation="relu", name="above")(dense(name="odd")(image))
    with pytest.raises(NotApplicable, match="'odd'"):
        Deconvnet(keras.Model(image, x)).project(np.zeros((1, *SIZE, 3)), "above", 0)


def test_layers_called_in_training_are_said_and_shown_at_inference():
    image = keras.Input((*SIZE, 3))
    x = layers.RandomFlip(name="flip")(image)  # has training=True of its own accord
    x = layers.BatchNormalization(name="norm")(x, training=True)
    x = layers.Dropout(0.5, name="drop")(layers.Conv2D(2, 3)(x), training=True)
    model = randomise(keras.Model(image, x))
    graph = Deconvnet(model).graph
    assert len(graph.notes) == 1
    assert "'norm', 'drop' are called with training=True" in graph.notes[0]
    images = np.random.default_rng(0).normal(size=(2, *SIZE, 3)).astype(np.float32)
    found = forward(graph, keras.ops.convert_to_tensor(images), graph.outputs)
    predicted = model.predict(images, verbose=0)
    np.testing.assert_allclose(found[graph.outputs[0]], predicted, rtol=1e-5, atol=1e-5)
    assert trace(network("vgg")).notes == ()


def test_models_that_cannot_be_walked_are_refused():
    class Subclassed(keras.Model):
        def call(self, x):
            return x

    with pytest.raises(RequestError, match="subclassed"):
        Deconvnet(Subclassed())
    with pytest.raises(RequestError, match="never been built"):
        Deconvnet(keras.Sequential([layers.Conv2D(2, 3)]))
    a, b = keras.Input((8, 8, 3)), keras.Input((8, 8, 3))
    with pytest.raises(RequestError, match="one image input"):
        Deconvnet(keras.Model([a, b], layers.Add()([a, b])))
    image = keras.Input((None, None, 3))
    free = keras.Model(image, layers.Conv2D(2, 3, activation="relu", name="conv")(image))
    with pytest.raises(RequestError, match="--input-size"):
        Deconvnet(free)
    found = Deconvnet(free, input_size=(9, 7))
    assert found.project(np.ones((1, 9, 7, 3)), "conv", 0).shape == (1, 9, 7, 3)
    pooling = layers.MaxPooling2D(data_format="channels_first")
    with pytest.raises(RequestError, match="channels_first"):
        trace(keras.Sequential([keras.Input((3, 8, 8)), pooling]))


def test_sequential_models_nested_models_and_layers_used_twice_have_names():
    inner = keras.Sequential(
        [keras.Input((8, 8, 3)), layers.Conv2D(3, 3, padding="same", activation="relu", name="c")],
        name="block",
    )
    twice = layers.Conv2D(3, 1, activation="relu", name="twice")
    image = keras.Input((8, 8, 3))
    x = inner(twice(inner(twice(image))))
    x = layers.Dense(2, activation="softmax", name="classes")(layers.Flatten()(x))
    model = keras.Model(image, x)
    found = reportable_layers(trace(model))
    assert [layer.name for layer in found] == [
        "twice",
        "block/c",
        "twice@1",
        "block@1/c",
        "classes",
    ]
    assert found[-1].kind == "output"
    # A Sequential model of the same layers is the same.
    chain = keras.Sequential([keras.Input((8, 8, 3)), twice, inner, twice, inner])
    names = [layer.name for layer in reportable_layers(trace(chain))]
    assert names == ["twice", "block/c", "twice@1", "block@1/c"]


def test_layers_after_normalisation_and_by_other_names():
    graph = trace(network("resnet"))
    found = {layer.name: layer for layer in reportable_layers(graph)}
    stem = found["stem"]
    assert graph.nodes[stem.node].kind == "relu"
    assert graph.nodes[stem.producer].kind == "convolution"
    # The rectified sum is reported, its last convolutions are not rectified alone.
    assert found["block1_add"].kind == "merge"
    assert "block1_b" not in found
    alias = next(name for name in stem.aliases if name.startswith("re_lu"))
    assert choose_layers(graph, (alias,)) == [stem]


def test_the_default_choice_is_the_last_layer_before_each_change_of_size():
    graph = trace(network("vgg"))
    names = [layer.name for layer in choose_layers(graph)]
    assert names == ["block1_conv2", "block2_conv2", "block3_conv2"]
    image = keras.Input((2**5, 2**5, 1))
    x = image
    for i in range(12):
        x = layers.Conv2D(1, 3, 1 + (i < 4), "same", activation="relu", name=f"a{i}")(x)
        x = layers.Conv2D(1, 2, activation="relu", padding="same", name=f"b{i}")(x)
        x = layers.ZeroPadding2D(1)(x)
    chosen = choose_layers(trace(keras.Model(image, x)))
    assert len(chosen) == 8
    assert (chosen[0].name, chosen[-1].name) == ("b0", "b11")


def test_the_scores_are_those_before_softmax():
    for build in (
        lambda x: layers.Dense(3, activation="softmax")(layers.Flatten()(x)),
        lambda x: layers.Softmax()(layers.Dense(3)(layers.Flatten()(x))),
        lambda x: layers.Activation("softmax")(layers.GlobalAveragePooling2D()(x)),
    ):
        image = keras.Input((6, 6, 3))
        model = randomise(keras.Model(image, build(layers.Conv2D(3, 3)(image))))
        graph = trace(model)
        images = np.random.default_rng(0).normal(size=(2, 6, 6, 3)).astype(np.float32)
        node = output_node(graph)
        values = forward(graph, keras.ops.convert_to_tensor(images), [node])
        scores = np.asarray(values[node])
        odds = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
        np.testing.assert_allclose(odds, np.asarray(model(images)), rtol=1e-5)
        assert reportable_layers(graph)[-1].kind == "output"


def test_layers_without_a_rule_do_not_take_the_place_of_those_with_one():
    image = keras.Input((64, 64, 3))
    x, sides = image, [64, 32, 16, 8, 4, 8, 16, 32, 64, 128, 64, 32]  # more than are chosen
    for number, side in enumerate(sides):
        if number:
            small = side < sides[number - 1]
            x = layers.MaxPooling2D(2)(x) if small else layers.UpSampling2D(2)(x)
        activation = "relu" if number < 9 else "silu"
        x = layers.Conv2D(2, 3, activation=activation, padding="same", name=f"conv{number}")(x)
    x = layers.Dense(2, name="scores")(layers.GlobalAveragePooling2D()(x))
    chosen = [layer.name for layer in choose_layers(trace(keras.Model(image, x)))]
    assert chosen == [f"conv{round(i * 8 / 7)}" for i in range(8)]
    # In one resolution the last layer with a rule is shown, though one without follows.
    x = layers.Conv2D(2, 3, activation="relu", padding="same", name="first")(image)
    x = layers.Conv2D(2, 3, activation="relu", padding="same", name="ruled")(x)
    x = layers.Conv2D(2, 3, activation="silu", padding="same", name="smooth")(x)
    x = layers.Dense(3, name="scores")(layers.GlobalAveragePooling2D()(x))
    chosen = choose_layers(trace(keras.Model(image, x)))
    assert [layer.name for layer in chosen] == ["ruled", "scores"]
    # Where none has one, the last stands for the rest.
    x = layers.Conv2D(2, 3, activation="silu", padding="same", name="s0")(image)
    x = layers.Conv2D(2, 3, activation="silu", padding="same", name="s1")(x)
    x = layers.Dense(3, name="scores")(layers.GlobalAveragePooling2D()(x))
    chosen = choose_layers(trace(keras.Model(image, x)))
    assert [layer.name for layer in chosen] == ["s1", "scores"]


@pytest.mark.parametrize(
    ("head", "name", "last"),
    [
        (lambda x: layers.Conv2D(2, 1, activation="softmax", name="mask")(x), "mask", "softmax"),
        (lambda x: layers.Conv2D(1, 1, activation="sigmoid", name="mask")(x), "mask", "sigmoid"),
        (lambda x: layers.Conv2D(3, 1, name="image")(x), "image", None),
        (lambda x: layers.Softmax()(layers.UpSampling2D(name="up")(layers.Conv2D(2, 1)(x))),
         "up", "softmax"),
        (lambda x: layers.MaxPooling2D(name="pool")(x), None, None),  # a backbone
        (lambda x: x, None, None),
    ],
)  # fmt: skip
def test_maps_that_a_network_gives_out(head, name, last):
    image = keras.Input((8, 8, 3))
    body = layers.Conv2D(4, 3, activation="relu", name="body")(image)
    graph = trace(keras.Model(image, head(body)))
    outputs = [layer.name for layer in reportable_layers(graph) if layer.kind == "output"]
    assert outputs == ([name] if name else [])
    assert ending(graph) == last
    assert "body" in [layer.name for layer in choose_layers(graph)]


def test_greyscale_projections_have_three_equal_channels():
    image = keras.Input((6, 7, 1))
    model = keras.Model(image, layers.Conv2D(2, 3, activation="relu", name="conv")(image))
    x = np.random.default_rng(0).normal(size=(2, 6, 7, 1))
    for preprocessing in (None, preset("torch", (6, 7), 1)):
        found = Deconvnet(model, preprocessing=preprocessing).project(x, "conv", 0)
        assert found.shape == (2, 6, 7, 3)
        assert np.abs(found).max() > 0
        np.testing.assert_array_equal(found, np.repeat(found[..., :1], 3, axis=-1))
