"""Channels_first networks: equal to a twin written with channels_last, by hand."""

import keras
import numpy as np
import pytest
from keras import layers, ops
from scipy.signal import correlate
from scipy.special import softmax

from tests.engine.float64 import randomise
from vizreport.engine import Deconvnet
from vizreport.errors import RequestError
from vizreport.graph.trace import trace
from vizreport.graph.transposed_operations import transposed
from vizreport.models.imports import import_objects
from vizreport.models.load import load_checkpoint

ROWS, COLS = 12, 10


def network(order):
    """The same network in both orders; only what flattens has other weights in each."""
    first = order == "channels_first"
    axis = 1 if first else -1
    options = {"data_format": order}
    mean = np.array([0.1, -0.2, 0.3], "float32")

    def rows_cols(x):
        return (2, 3) if first else (1, 2)

    block_in = keras.Input((6, None, None) if first else (None, None, 6))
    y = layers.DepthwiseConv2D(3, padding="same", name="depthwise", **options)(block_in)
    y = layers.BatchNormalization(axis=axis, name="norm")(y)
    y = layers.PReLU(shared_axes=rows_cols(y), name="prelu")(y)
    block = keras.Model(block_in, layers.Add(name="sum")([block_in, y]), name="block")

    image = keras.Input((3, ROWS, COLS) if first else (ROWS, COLS, 3))
    x = image - (mean[:, None, None] if first else mean)
    x = x[:, ::-1] if first else x[..., ::-1]
    x = layers.ZeroPadding2D(((1, 2), (0, 1)), name="pad", **options)(x)
    x = layers.Conv2D(6, (3, 2), strides=2, activation="relu", name="conv", **options)(x)
    x = block(block(x))
    x = layers.UpSampling2D((1, 2), name="up", **options)(x)
    x = layers.Concatenate(axis=axis, name="both")(
        [x, layers.SeparableConv2D(4, 3, padding="same", name="separable", **options)(x)]
    )
    gate = ops.mean(x, axis=rows_cols(x), keepdims=True)
    x = layers.Multiply(name="gated")([x, ops.sigmoid(gate)])
    x = layers.GroupNormalization(2, axis=axis, name="groups")(x)
    x = layers.MaxPooling2D((2, 3), name="pool", **options)(x)
    x = layers.Conv2DTranspose(4, 3, name="transposed", **options)(x)
    x = layers.AveragePooling2D(2, padding="same", name="average", **options)(x)
    x = layers.Cropping2D(((0, 1), (0, 0)), name="crop", **options)(x)
    pooled = layers.GlobalMaxPooling2D(name="global", **options)(x)
    return image, x, pooled


@pytest.fixture(scope="module")
def twins(tmp_path_factory):
    """A file of the network, its hand-made twin, and images [N, H, W, C]."""
    path = tmp_path_factory.mktemp("first") / "net.keras"
    models = []
    for order in ("channels_first", "channels_last"):
        image, x, pooled = network(order)
        # data_format of Flatten as it is by default: the order of the tensor itself.
        flat = layers.Flatten(name="flat", data_format="channels_last")(x)
        joined = layers.Concatenate(name="joined")([flat, pooled])
        models.append(keras.Model(image, layers.Dense(3, name="scores")(joined)))
    randomise(models[0]).save(path)
    source, twin = models
    weights = source.get_weights()
    rows, cols, maps = twin.get_layer("flat").input.shape[1:]
    for index, (weight, other) in enumerate(zip(source.weights, twin.weights, strict=True)):
        if "alpha" in weight.path:
            weights[index] = weights[index].transpose(1, 2, 0)
        if weight.path == "scores/kernel":  # rows from [C, H, W] to [H, W, C]
            kernel, places = weights[index], rows * cols * maps
            moved = kernel[:places].reshape(maps, rows, cols, 3).transpose(1, 2, 0, 3)
            weights[index] = np.concatenate([moved.reshape(places, 3), kernel[places:]])
        assert weights[index].shape == tuple(other.shape)
    twin.set_weights(weights)
    images = np.random.default_rng(1).normal(size=(2, ROWS, COLS, 3)).astype("float32")
    return path, twin, images


def test_equal_to_a_twin(twins):
    path, twin, images = twins
    loaded = load_checkpoint(path)
    assert loaded.input_shape == (None, ROWS, COLS, 3)
    expected = twin.predict(images, verbose=0)
    np.testing.assert_allclose(loaded.predict(images, verbose=0), expected, rtol=1e-4, atol=1e-5)
    mine, theirs = (Deconvnet(model, "gradient") for model in (loaded, twin))
    for layer in ("block@1/depthwise", "scores"):
        np.testing.assert_allclose(
            mine.project(images, layer, unit=1), theirs.project(images, layer, unit=1), atol=1e-5
        )
    assert theirs.graph.notes == ()
    assert mine.graph.notes[0].startswith("The network is channels_first")


def test_a_deconvnet_of_one_that_was_not_loaded_here(tmp_path):
    model = first(convolution(activation="relu"))
    deconvnet = Deconvnet(model)
    assert deconvnet.graph.notes
    assert model.input_shape == (None, 3, ROWS, COLS)  # left as it is
    images = pixels().transpose(0, 2, 3, 1)
    kernel = np.asarray(model.layers[0].kernel)[..., 2]
    found = deconvnet.project(images, "conv", unit=(4, 5, 2))
    expected = np.zeros_like(found)
    maps = np.maximum(by_scipy(pixels(), model.layers[0]), 0)
    expected[:, 4:7, 5:8] = kernel * maps[:, 2, 4, 5][:, None, None, None]
    assert np.abs(expected).max() > 0
    np.testing.assert_allclose(found, expected, atol=1e-5)
    with pytest.raises(RequestError, match=r"takes \(N, 12, 10, 3\)"):
        deconvnet.project(pixels(), "conv", unit=2)


def first(*middle, shape=(3, ROWS, COLS)):
    return randomise(keras.Sequential([keras.Input(shape), *middle]))


def convolution(**options):
    return layers.Conv2D(4, 3, data_format="channels_first", name="conv", **options)


def pixels(shape=(3, ROWS, COLS)):
    return np.random.default_rng(2).normal(size=(2, *shape)).astype("float32")


def by_scipy(x, layer):
    """A convolution of [N, C, H, W] without padding, term by term."""
    kernel, bias = (np.asarray(weight, "float64") for weight in layer.get_weights())
    return np.stack(
        [
            sum(correlate(image[c], kernel[:, :, c, m], "valid") for c in range(len(image)))
            for image in x.astype("float64")
            for m in range(kernel.shape[3])
        ]
    ).reshape(len(x), kernel.shape[3], *(np.array(x.shape[2:]) - 2)) + bias.reshape(1, -1, 1, 1)


@pytest.mark.parametrize("order", ["channels_first", "channels_last"])
def test_a_flatten_keeps_its_order(tmp_path, order):
    model = first(convolution(), layers.Flatten(data_format=order), layers.Dense(3, name="scores"))
    model.save(tmp_path / "net.h5")
    loaded = load_checkpoint(tmp_path / "net.h5")
    y = by_scipy(pixels(), model.get_layer("conv"))
    y = y.transpose(0, 2, 3, 1) if order == "channels_first" else y  # Keras' rule
    kernel, bias = model.get_layer("scores").get_weights()
    np.testing.assert_allclose(
        loaded(pixels().transpose(0, 2, 3, 1)), y.reshape(2, -1) @ kernel + bias, atol=1e-4
    )
    assert [layer.name for layer in loaded.layers if layer.weights] == ["conv", "scores"]


def test_permutations_are_taken_out(tmp_path):
    """Images [N, H, W, C] for a channels_first network, and class maps [N, H, W, C] out of it."""
    image = keras.Input((ROWS, COLS, 3))
    x = convolution()(layers.Permute((3, 1, 2))(image))
    x = layers.Softmax(axis=1, name="softmax")(x)
    model = randomise(keras.Model(image, ops.transpose(x, (0, 2, 3, 1))))
    model.save(tmp_path / "net.keras")
    loaded = load_checkpoint(tmp_path / "net.keras")
    scores = by_scipy(pixels(), model.get_layer("conv"))
    expected = softmax(scores, axis=1).transpose(0, 2, 3, 1)
    np.testing.assert_allclose(loaded(pixels().transpose(0, 2, 3, 1)), expected, atol=1e-5)
    assert [layer.name for layer in loaded.layers[1:]] == ["conv", "softmax"]


def test_names_stay(tmp_path):
    inner = keras.Sequential(
        [keras.Input((3, ROWS, COLS)), convolution(), layers.ReLU(name="bent")], name="inner"
    )
    model = keras.Sequential(
        [keras.Input((3, ROWS, COLS)), inner, layers.Flatten(name="flat")], name="outer"
    )
    randomise(model).save(tmp_path / "net.keras")
    loaded = load_checkpoint(tmp_path / "net.keras")
    assert loaded.name == "outer"
    assert [node.layer for node in trace(loaded).nodes[1:]] == [
        "inner/conv",
        "inner/bent",
        "to_channels_first_1",
        "flat",
    ]
    expected = np.maximum(by_scipy(pixels(), inner.get_layer("conv")), 0).reshape(2, -1)
    np.testing.assert_allclose(loaded(pixels().transpose(0, 2, 3, 1)), expected, atol=1e-4)


def refusal(path, imports=()):
    with pytest.raises(RequestError) as caught:
        load_checkpoint(path, imports)
    message = str(caught.value)
    assert "channels_first" in message
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        (layers.Rescaling([1.0, 2.0, 3.0], name="scaled"), "layer 'scaled' (Rescaling)"),
        (convolution(activation="softmax"), "layer 'conv' (Conv2D)"),
        (
            layers.SpectralNormalization(convolution(), name="spectral"),
            "layer 'spectral' (SpectralNormalization)",
        ),
    ],
)
def test_what_is_not_sure_is_refused(tmp_path, part, reason):
    shape = (3, ROWS, 3) if "Rescaling" in reason else (3, ROWS, COLS)
    model = first(part, layers.MaxPooling2D(data_format="channels_first"), shape=shape)
    model.save(tmp_path / "net.keras")
    assert reason in refusal(tmp_path / "net.keras")


def test_a_wrong_transposition_is_found(tmp_path, monkeypatch):
    model = first(
        convolution(), layers.PReLU(name="bent"), layers.Flatten(name="flat"), layers.Dense(2)
    )
    model.save(tmp_path / "net.keras")
    monkeypatch.setattr(
        "vizreport.graph.channels_first.transposed",
        lambda operation: operation if operation.name == "flat" else transposed(operation),
    )
    assert "differs at layer 'flat'" in refusal(tmp_path / "net.keras")


def test_a_subclassed_one(tmp_path):
    code = tmp_path / "own.py"
    code.write_text(
        "import keras\n\n\n"
        "class Net(keras.Model):\n"
        "    def __init__(self, **kwargs):\n"
        "        super().__init__(**kwargs)\n"
        "        self.conv = keras.layers.Conv2D(4, 3, data_format='channels_first', name='conv')\n"
        "\n"
        "    def call(self, x):\n"
        "        return keras.ops.mean(self.conv(x), axis=(2, 3))\n"
    )
    model = import_objects((str(code),))["Net"]()
    model(keras.Input((3, ROWS, COLS)))
    randomise(model).save(tmp_path / "net.keras")
    loaded = load_checkpoint(tmp_path / "net.keras", (str(code),))
    expected = by_scipy(pixels(), model.conv).mean(axis=(2, 3))
    np.testing.assert_allclose(loaded(pixels().transpose(0, 2, 3, 1)), expected, atol=1e-5)
