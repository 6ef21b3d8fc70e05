"""Subclassed models: read as the network that they are, or refused with the reason."""

import keras
import numpy as np
import pytest

from tests.engine.float64 import randomise
from vizreport.errors import RequestError
from vizreport.graph.trace import trace
from vizreport.models.imports import import_objects
from vizreport.models.load import load_checkpoint

CODE = '''
import keras
import tensorflow as tf
from keras import layers, ops


class Block(layers.Layer):
    def __init__(self, maps, **kwargs):
        super().__init__(**kwargs)
        self.conv = layers.Conv2D(maps, 3, padding="same", name="conv")
        self.norm = layers.BatchNormalization(name="norm")

    def build(self, shape):
        self.conv.build(shape)
        self.norm.build(shape)

    def call(self, x, training=None):
        return ops.relu(x + self.norm(self.conv(x), training=training))


class Residual(keras.Model):
    """Blocks of its own, a weight of its own, dropout, a layer that has no name."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.stem = layers.Conv2D(4, 3, activation="relu", name="stem")
        self.blocks = [Block(4, name=f"block{i}") for i in range(2)]
        self.pool = layers.MaxPooling2D()
        self.drop = layers.Dropout(0.5)
        self.head = layers.Dense(3, name="head")
        self.gain = self.add_weight(name="gain", shape=(4,), initializer="ones")

    def call(self, x, training=None):
        x = self.stem(x) * self.gain
        for block in self.blocks:
            x = block(x, training=training)
        x = ops.mean(self.pool(self.blocks[0](x)), axis=(1, 2))
        return ops.softmax(self.head(self.drop(x, training=training)))


class Plain(keras.Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.conv = layers.Conv2D(2, 3, name="conv")

    def call(self, x):
        return self.conv(x)


class Pair(Plain):
    def call(self, inputs):
        return self.conv(inputs[0]) + self.conv(inputs[1])


class UsesTensorFlow(Plain):
    def call(self, x):
        return tf.nn.relu(self.conv(x))


class Branches(Plain):
    def call(self, x):
        x = self.conv(x)
        return 2 * x if ops.max(x) > 0 else x


class Other(Plain):
    def call(self, x):
        return self.conv(2 * x if isinstance(x, keras.KerasTensor) else x)


class KnowsTheBatch(Plain):
    def call(self, x):
        return ops.reshape(self.conv(x), (x.shape[0], -1))


class BuiltLater(Plain):
    def build(self, shape):
        self.built = True
'''


@pytest.fixture(scope="module")
def code(tmp_path_factory):
    """The user's module: its path, and its classes."""
    path = tmp_path_factory.mktemp("code") / "own_models.py"
    path.write_text(CODE)
    return str(path), import_objects((str(path),))


def saved(path, code, name):
    """Save a model of a class, run once and with weights of both signs."""
    model = code[1][name]()
    images = np.random.default_rng(0).normal(size=(2, 12, 10, 3)).astype("float32")
    model([images, images] if name == "Pair" else images)
    randomise(model).save(path)
    return model, images


def test_the_network_is_that_of_its_own_predict(tmp_path, code):
    path = tmp_path / "net.keras"
    model, images = saved(path, code, "Residual")
    loaded = load_checkpoint(path, (code[0],))
    np.testing.assert_allclose(loaded.predict(images, verbose=0), model.predict(images, verbose=0))
    graph = trace(loaded)
    found = [(node.layer, node.kind) for node in graph.nodes]
    for block in ("block0", "block1", "block0@1"):  # own layers are opened
        assert (f"{block}/conv", "convolution") in found
        assert (f"{block}/norm", "batch_normalization") in found
    assert all(node.kind != "Block()" for node in graph.nodes)
    again = trace(load_checkpoint(path, (code[0],)))  # numbered names, too
    assert [node.layer for node in again.nodes] == [node.layer for node in graph.nodes]
    assert "max_pooling2d" in [node.layer for node in graph.nodes]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Pair", "with several inputs"),
        ("UsesTensorFlow", "cannot be used as input to a TensorFlow function"),
        ("Branches", "only layers and keras.ops"),
        ("Other", "first at layer 'conv'"),
        ("KnowsTheBatch", "a different network"),
        ("BuiltLater", "'conv/kernel'"),
    ],
)
@pytest.mark.filterwarnings("ignore:`build")
def test_refused_with_the_reason(tmp_path, code, name, reason):
    path = tmp_path / "net.keras"
    saved(path, code, name)
    with pytest.raises(RequestError) as caught:
        load_checkpoint(path, (code[0],))
    message = str(caught.value)
    assert reason in message
    assert name in message
    assert "\n" not in message
    assert len(message) < 500
    assert keras.Layer.__call__.__module__.startswith("keras")
