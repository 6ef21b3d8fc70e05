"""Files of Keras 2, written by hand, against the same network built in Keras 3."""

import copy

import keras
import numpy as np
import pytest
from keras import layers

from tests.models.keras2_files import (
    arrays,
    conv,
    image,
    kernel_and_bias,
    layer,
    moments,
    network,
    write,
)
from vizreport.errors import RequestError
from vizreport.graph.trace import trace
from vizreport.models.keras2.description import translate
from vizreport.models.load import load_checkpoint

BOTH = pytest.mark.parametrize("extension", ["h5", "keras"])
X = np.random.default_rng(1).uniform(0, 255, (3, 12, 12, 3)).astype("float32")


def operation(function, name, *calls, **arguments):
    return layer("TFOpLambda", name, *calls, arguments=arguments, function=function)


def dense(name, *calls, units=2, **config):
    return layer("Dense", name, *calls, units=units, activation="linear", use_bias=True, **config)


def pool(name, *calls):
    return layer("GlobalAveragePooling2D", name, *calls, keepdims=False)


def values(model):
    return np.asarray(model(X, training=False))


def agree(path, expected):
    got = values(load_checkpoint(path))
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-6 * np.abs(expected).max())


def leaky():
    alpha = {"class_name": "__numpy__", "config": {"value": 0.05, "dtype": "float32"}}
    config = {"name": "leak", "trainable": True, "dtype": "float32", "alpha": alpha}
    return {"class_name": "LeakyReLU", "config": config}


def everything():
    policy = {"class_name": "Policy", "config": {"name": "float32"}}
    depthwise = {"kernel_size": [3, 3], "padding": "same", "groups": 1, "depth_multiplier": 1}
    entries = [
        image("in"),
        layer("RandomFlip", "flip", ["in"], rng_type="stateful", mode="horizontal", seed=None),
        layer(
            "SlicingOpLambda",
            "reverse",
            ["flip"],
            arguments={
                "slice_spec": {
                    "class_name": "__tuple__",
                    "items": [
                        {"class_name": "__ellipsis__"},
                        {"start": None, "stop": None, "step": -1},
                    ],
                }
            },
            function="__operators__.getitem",
        ),
        operation("nn.bias_add", "shift", ["reverse"], bias=[-1.0, -2.0, -3.0], data_format="NHWC"),
        operation("math.truediv", "scale", ["shift"], y=127.5),
        operation("math.subtract", "minus", [("_CONSTANT_VALUE", -1, 1.0)], y=["scale", 0, 0]),
        conv("block1/conv", ["minus"], filters=4, activation=leaky(), dtype=policy),
        conv("block1_conv", ["block1/conv"], filters=4, activation="hard_sigmoid"),
        layer("DepthwiseConv2D", "depth", ["block1_conv"], **{"activation": "relu", **depthwise}),
        layer("BatchNormalization", "bn", ["depth"], axis=[3], epsilon=1e-3, momentum=0.9),
        layer("ThresholdedReLU", "over", ["bn"], theta=0.2),
        layer("LeakyReLU", "leaky", ["minus"], alpha=0.3),
        pool("pool", ["over"]),
        pool("pool_1", ["leaky"]),
        layer("Concatenate", "both", ["pool", "pool_1"], axis=-1),
        dense("fc/out", ["both"]),
    ]
    random = np.random.default_rng(0)
    weights = {
        "block1/conv": kernel_and_bias(random, 3, 3, 3, 4),
        "block1_conv": kernel_and_bias(random, 3, 3, 4, 4),
        "depth": dict(
            zip(("depthwise_kernel", "bias"), arrays(random, (3, 3, 4, 1), (4,)), strict=True)
        ),
        "bn": moments(random, 4),
        "fc/out": kernel_and_bias(random, 7, 2),
    }
    return network("net", entries, "fc/out"), weights


def expected_of_everything(weights):
    inputs = keras.Input((12, 12, 3))
    shifted = 1.0 - (inputs[..., ::-1] - np.array([1.0, 2.0, 3.0], "float32")) / 127.5
    steps = [
        layers.Conv2D(4, 3),
        layers.LeakyReLU(negative_slope=0.05),
        layers.Conv2D(4, 3),
        layers.Rescaling(0.2, 0.5),
        layers.ReLU(max_value=1.0),
        layers.DepthwiseConv2D(3, padding="same", activation="relu"),
        layers.BatchNormalization(epsilon=1e-3),
        layers.ReLU(threshold=0.2),
        layers.GlobalAveragePooling2D(),
    ]
    signal = shifted
    for step in steps:
        signal = step(signal)
    other = layers.GlobalAveragePooling2D()(layers.LeakyReLU(negative_slope=0.3)(shifted))
    model = keras.Model(inputs, layers.Dense(2)(layers.Concatenate()([signal, other])))
    model.set_weights([array for each in weights.values() for array in each.values()])
    return values(model)


@BOTH
def test_a_network_of_all_that_changed(tmp_path, extension, recwarn, capfd):
    model, weights = everything()
    path = write(tmp_path / f"net.{extension}", model, weights)
    agree(path, expected_of_everything(weights))
    assert not [each for each in recwarn if each.category is UserWarning]
    assert "weights" not in capfd.readouterr().err


@BOTH
def test_layers_are_shown_by_the_names_in_the_file(tmp_path, extension):
    loaded = load_checkpoint(write(tmp_path / f"net.{extension}", *everything()))
    names = {use.layer for use in trace(loaded, (12, 12)).uses}
    assert {"block1/conv", "block1_conv", "fc/out"} <= names


def branches(order):
    """Two convolutions of one shape on one input, described and stored in the order asked for."""
    first = conv("a", ["in"], filters=2, padding="same")
    second = conv("b", ["in"], filters=2, padding="same")
    entries = [
        image("in"),
        *(first, second)[::order],
        layer("Subtract", "minus", ["a", "b"]),
        pool("pool", ["minus"]),
    ]
    random = np.random.default_rng(0)
    weights = {name: kernel_and_bias(random, 3, 3, 3, 2) for name in "ab"}
    return network("net", entries, "pool"), weights


@BOTH
@pytest.mark.parametrize("order", [1, -1])
def test_weights_go_to_their_own_layer_whatever_the_order(tmp_path, extension, order):
    model, weights = branches(order)
    path = write(tmp_path / f"net.{extension}", model, weights)
    inputs = keras.Input((12, 12, 3))
    a, b = (layers.Conv2D(2, 3, padding="same") for _ in "ab")
    whole = keras.Model(
        inputs, layers.GlobalAveragePooling2D()(layers.Subtract()([a(inputs), b(inputs)]))
    )
    a.set_weights(list(weights["a"].values()))
    b.set_weights(list(weights["b"].values()))
    agree(path, values(whole))


@BOTH
@pytest.mark.parametrize("frozen", ["nothing", "the first", "all but the first", "all"])
def test_networks_in_networks(tmp_path, extension, frozen):
    inner = network(
        "back/bone",
        [
            image("inner"),
            conv("a", ["inner"], filters=3, padding="same"),
            layer("BatchNormalization", "bn", ["a"], axis=[3]),
            conv("b", ["bn"], filters=3, padding="same"),
        ],
        "b",
        ["in"],
        [("back/bone", 1, 0)],
        arguments={"training": False},
        trainable=frozen in ("nothing", "the first"),
    )
    first = inner["config"]["layers"][1]["config"]
    first["trainable"] = frozen in ("nothing", "all but the first")
    head = network(
        "head",
        [image("more"), pool("pool", ["more"]), dense("out", ["pool"])],
        "out",
        [("back/bone", 2, 0)],
    )
    random = np.random.default_rng(0)
    weights = {
        "back/bone": {
            "a": kernel_and_bias(random, 3, 3, 3, 3),
            "bn": moments(random, 3),
            "b": kernel_and_bias(random, 3, 3, 3, 3),
        },
        "head": {"out": kernel_and_bias(random, 3, 2)},
    }
    outer = network("net", [image("in"), inner, head], ["head", 1, 0])
    steps = [
        layers.Conv2D(3, 3, padding="same"),
        layers.BatchNormalization(),
        layers.Conv2D(3, 3, padding="same"),
    ]
    inputs = keras.Input((12, 12, 3))
    signal = inputs
    for step in 2 * steps:
        signal = step(signal)
    last = layers.Dense(2)
    whole = keras.Model(inputs, last(layers.GlobalAveragePooling2D()(signal)))
    for step, name in zip(steps, ("a", "bn", "b"), strict=True):
        step.set_weights(list(weights["back/bone"][name].values()))
    last.set_weights(list(weights["head"]["out"].values()))
    path = write(tmp_path / f"net.{extension}", outer, weights)
    agree(path, values(whole))


@BOTH
@pytest.mark.parametrize("with_input", [True, False])
def test_sequential(tmp_path, extension, with_input):
    entries = [
        image("in"),
        layer("RandomHeight", "taller", rng_type="legacy_stateful", factor=0.2, seed=None),
        conv("conv", filters=2),
        layer("Flatten", "flat", data_format="channels_last"),
        dense("out"),
    ]
    if not with_input:
        shape = entries.pop(0)["config"]["batch_input_shape"]
        entries[0]["config"]["batch_input_shape"] = shape
    model = {
        "class_name": "Sequential",
        "config": {"name": "net", "layers": entries},
    }
    random = np.random.default_rng(0)
    weights = {
        "conv": kernel_and_bias(random, 3, 3, 3, 2),
        "out": kernel_and_bias(random, 200, 2),
    }
    whole = keras.Sequential(
        [keras.Input((12, 12, 3)), layers.Conv2D(2, 3), layers.Flatten(), layers.Dense(2)]
    )
    whole.set_weights([array for each in weights.values() for array in each.values()])
    agree(write(tmp_path / f"net.{extension}", model, weights), values(whole))


def refusal(path, *imports):
    with pytest.raises(RequestError) as caught:
        load_checkpoint(path, imports)
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 500
    return message


def with_one_more(step):
    random = np.random.default_rng(0)
    entries = [
        image("in"),
        conv("conv", ["in"], filters=2),
        step,
        pool("pool", ["more"]),
        dense("out", ["pool"]),
    ]
    weights = {"conv": kernel_and_bias(random, 3, 3, 3, 2), "out": kernel_and_bias(random, 2, 2)}
    return network("net", entries, "out"), weights


OWN_LAYER = """
import keras

class Sine(keras.layers.Layer):
    def call(self, x):
        return keras.ops.sin(x)
"""


@BOTH
@pytest.mark.parametrize(
    ("step", "words"),
    [
        (operation("math.sin", "more", ["conv"]), "the function tf.math.sin"),
        (operation("io.read_file", "more", ["conv"]), "the function tf.io.read_file"),
        (layer("Lambda", "more", ["conv"], function=["code", None, None]), "a Lambda layer"),
        (
            layer("BatchNormalization", "more", ["conv"], axis=[3], renorm=True),
            "a BatchNormalization layer 'more' with renorm = True",
        ),
    ],
)
def test_what_is_not_translated_has_a_cure_that_works(tmp_path, extension, step, words):
    model, weights = with_one_more(step)
    path, cured = tmp_path / f"net.{extension}", tmp_path / "cured.keras"
    write(path, model, weights)
    message = refusal(path)
    assert words in message
    assert f"load_weights('{path.name}')" in message
    assert message.index("load_weights") < message.index("--import")
    code = tmp_path / "own.py"
    code.write_text(OWN_LAYER)
    namespace = {}
    exec(OWN_LAYER, namespace)
    built = keras.Sequential(
        [
            keras.Input((12, 12, 3)),
            layers.Conv2D(2, 3),
            namespace["Sine"](),
            layers.GlobalAveragePooling2D(),
            layers.Dense(2),
        ]
    )
    built.load_weights(path)
    built.save(cured)
    loaded = load_checkpoint(cured, (str(code),))
    for name, variable in zip(("conv", "out"), (loaded.layers[0], loaded.layers[3]), strict=True):
        np.testing.assert_array_equal(variable.get_weights()[0], weights[name]["kernel"])


@BOTH
def test_own_layers(tmp_path, extension):
    model, weights = with_one_more(layer("Sine", "more", ["conv"]))
    path = write(tmp_path / f"net.{extension}", model, weights)
    assert "needs the class 'Sine'" in refusal(path)
    code = tmp_path / "own.py"
    code.write_text(OWN_LAYER)
    loaded = load_checkpoint(path, (str(code),))
    hidden = keras.Model(loaded.inputs, loaded.get_layer("more").output)
    before = keras.Model(loaded.inputs, loaded.get_layer("conv").output)
    np.testing.assert_allclose(values(hidden), np.sin(values(before)), atol=1e-5)


@BOTH
def test_weights_that_do_not_fit(tmp_path, extension):
    model, weights = branches(1)
    missing = {"a": weights["a"]}
    assert "weights that do not fit" in refusal(
        write(tmp_path / f"net.{extension}", model, missing)
    )
    wrong = {"a": weights["a"], "b": {**weights["b"], "bias": np.zeros(3, "float32")}}
    assert "weights that do not fit" in refusal(write(tmp_path / f"two.{extension}", model, wrong))


def test_the_description_is_left_as_it_is():
    model, _ = everything()
    before = copy.deepcopy(model)
    translate(model)
    assert model == before
