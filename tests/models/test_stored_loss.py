"""The loss in a checkpoint, as Keras itself writes it."""

import json

import h5py
import keras
import pytest
from keras import layers, losses

from vizreport.models.stored_loss import StoredLoss, parse_loss, stored_loss


def network(outputs=1):
    image = keras.Input((4, 4, 3))
    pooled = layers.GlobalAveragePooling2D()(image)
    heads = [layers.Dense(2, name=f"head{i}")(pooled) for i in range(outputs)]
    return keras.Model(image, heads if outputs > 1 else heads[0])


LOSSES = [
    ("binary_crossentropy", StoredLoss("binary_crossentropy")),
    ("mse", StoredLoss("mean_squared_error")),
    (losses.BinaryCrossentropy(from_logits=True), StoredLoss("binary_crossentropy", True)),
    (losses.SparseCategoricalCrossentropy(), StoredLoss("sparse_categorical_crossentropy")),
    (losses.MeanAbsoluteError(), StoredLoss("mean_absolute_error")),
    (losses.KLDivergence(), StoredLoss("kl_divergence")),
    (losses.Huber(), StoredLoss("huber")),
    (losses.mean_squared_error, StoredLoss("mean_squared_error")),
]


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize(("loss", "expected"), LOSSES)
def test_of_a_file(tmp_path, loss, expected, suffix):
    model = network()
    model.compile("sgd", loss)
    model.save(tmp_path / f"net{suffix}")
    assert stored_loss(tmp_path / f"net{suffix}") == expected
    assert parse_loss(model.get_compile_config()) == expected


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_of_a_network_never_compiled(tmp_path, suffix):
    network().save(tmp_path / f"net{suffix}")
    assert stored_loss(tmp_path / f"net{suffix}") is None


def test_of_keras_2(tmp_path):
    """As tf_keras writes it."""
    config = {"loss": {"class_name": "BinaryCrossentropy", "config": {"from_logits": True}}}
    with h5py.File(tmp_path / "old.h5", "w") as file:
        file.attrs["training_config"] = json.dumps(config)
    assert stored_loss(tmp_path / "old.h5") == StoredLoss("binary_crossentropy", True)


def test_of_one_output_among_several():
    model = network(2)
    model.compile("sgd", {"head0": "mse", "head1": "binary_crossentropy"})
    config = model.get_compile_config()
    assert parse_loss(config, ["head1"], 1) == StoredLoss("binary_crossentropy")
    model.compile("sgd", ["mse", "binary_crossentropy"])
    config = model.get_compile_config()
    assert parse_loss(config, [], 1) == StoredLoss("binary_crossentropy")
    assert parse_loss(config, ["unknown"]) is None


def test_a_loss_of_the_users_own():
    own = {"loss": {"class_name": "Mine>FocalThing", "config": {"gamma": 2}}}
    assert parse_loss(own) == StoredLoss("focal_thing")
    assert parse_loss(None) is None
