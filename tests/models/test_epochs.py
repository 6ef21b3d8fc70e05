"""Folders of checkpoints: ordered, or refused; hashed as a whole."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

from vizreport.data.presets import preset
from vizreport.errors import RequestError
from vizreport.models.epochs import epoch_checkpoints, epochs_hash, last_checkpoint
from vizreport.models.history import Epoch, write_history
from vizreport.models.sidecar import Sidecar, write_sidecar


def save(folder: Path, name: str, epoch: int | None, maps: int = 2, **changes) -> Path:
    """Save a network of one convolution with fresh weights, and its sidecar."""
    image = keras.Input((8, 8, 3))
    x = layers.Conv2D(maps, 3, activation="relu", **changes)(image)
    x = layers.Dropout(0.5 if epoch is None else 0.01 * epoch)(x)
    model = keras.Model(image, layers.Dense(2)(layers.Flatten()(x)))
    path = folder / name
    model.save(path)
    write_sidecar(path, Sidecar(preprocessing=preset("unit", (8, 8), 3, {}), epoch=epoch))
    return path


def refusal(folder: Path) -> str:
    with pytest.raises(RequestError) as caught:
        epoch_checkpoints(folder)
    return str(caught.value)


def test_in_the_order_of_epochs_whatever_the_names_say(tmp_path):
    save(tmp_path, "a.keras", 12)
    save(tmp_path, "b.keras", 3)
    save(tmp_path, "c.h5", 7)
    (tmp_path / "subfolder").mkdir()
    (tmp_path / ".b.partial.keras").write_bytes(b"half")
    (tmp_path / "b.weights.h5").write_bytes(b"weights")
    (tmp_path / "training-state.npz").write_bytes(b"state")
    # A .keras and an .h5 file describe themselves in different words.
    assert "c.h5 in" in refusal(tmp_path)
    (tmp_path / "c.h5").unlink()
    found = epoch_checkpoints(tmp_path)
    assert [(each.epoch, each.path.name) for each in found] == [(3, "b.keras"), (12, "a.keras")]
    assert last_checkpoint(tmp_path) == tmp_path / "a.keras"
    assert last_checkpoint(tmp_path / "b.keras") == tmp_path / "b.keras"


def test_refuses_plainly(tmp_path):
    assert "without a .keras or .h5 file" in refusal(tmp_path)
    save(tmp_path, "one.keras", 1)
    nameless = save(tmp_path, "nameless.keras", None)
    assert "nameless.keras does not state its epoch" in refusal(tmp_path)
    nameless.with_name("nameless.vizreport.json").unlink()
    assert "nameless.keras does not state its epoch" in refusal(tmp_path)
    nameless.unlink()
    twin = save(tmp_path, "twin.keras", 1)
    assert "one.keras and twin.keras" in refusal(tmp_path)
    assert "both of epoch 1" in refusal(tmp_path)
    twin.write_bytes(twin.read_bytes()[:500])
    assert "truncated or damaged" in refusal(tmp_path)


@pytest.mark.parametrize(
    "changes", [{"maps": 3}, {"strides": 2}, {"padding": "same"}, {"use_bias": False}]
)
def test_other_architectures_are_refused(tmp_path, changes):
    save(tmp_path, "one.keras", 1)
    save(tmp_path, "two.keras", 2, **changes)
    assert "one.keras and two.keras" in refusal(tmp_path)
    assert "different architectures" in refusal(tmp_path)


def test_what_training_alone_uses_makes_no_other_architecture(tmp_path):
    save(tmp_path, "one.keras", 1)
    # The dropout's rate differs, too, and Keras numbers the layers on.
    save(tmp_path, "two.keras", 2, kernel_initializer="zeros", kernel_regularizer="l2")
    assert [each.epoch for each in epoch_checkpoints(tmp_path)] == [1, 2]


def test_other_preprocessing_is_refused(tmp_path):
    save(tmp_path, "one.keras", 1)
    path = save(tmp_path, "two.keras", 2)
    write_sidecar(path, Sidecar(preprocessing=preset("torch", (8, 8), 3, {}), epoch=2))
    assert "different preprocessings" in refusal(tmp_path)


def test_the_hash_covers_every_epoch_and_the_history(tmp_path):
    one, two = save(tmp_path, "one.keras", 1), save(tmp_path, "two.keras", 2)
    hashes = [epochs_hash(epoch_checkpoints(tmp_path))]
    elsewhere = shutil.copytree(tmp_path, tmp_path.parent / "elsewhere")
    (elsewhere / "one.keras").rename(elsewhere / "other.keras")
    (elsewhere / "one.vizreport.json").rename(elsewhere / "other.vizreport.json")
    assert epochs_hash(epoch_checkpoints(elsewhere)) == hashes[0]
    model = keras.models.load_model(one)
    model.set_weights([weights + np.float32(1) for weights in model.get_weights()])
    model.save(one)
    hashes.append(epochs_hash(epoch_checkpoints(tmp_path)))
    model.save(one)  # at another time
    assert epochs_hash(epoch_checkpoints(tmp_path)) == hashes[-1]
    epoch = Epoch(1, 0.01, 2.0, 0.5, 2.5, 0.6, None, seconds=3.0, images_per_second=40.0)
    write_history(tmp_path, {}, [epoch])
    hashes.append(epochs_hash(epoch_checkpoints(tmp_path)))
    write_history(tmp_path, {}, [replace(epoch, seconds=4.0, images_per_second=30.0)])
    assert epochs_hash(epoch_checkpoints(tmp_path)) == hashes[-1]
    write_sidecar(two, Sidecar(preprocessing=preset("unit", (8, 8), 3, {}), epoch=9))
    hashes.append(epochs_hash(epoch_checkpoints(tmp_path)))
    assert len(set(hashes)) == 4
    assert epochs_hash(()) == ""
