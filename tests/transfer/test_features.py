"""Feature vectors on disk, against the model itself and slow pooling."""

from __future__ import annotations

import json
from dataclasses import replace

import keras
import numpy as np
import pytest
from keras import layers

from tests.experiments import tiny
from vizreport.data.image import UnreadableImage
from vizreport.errors import RequestError
from vizreport.graph.trace import trace
from vizreport.parallel import piece
from vizreport.parallel.loop import in_turn
from vizreport.parallel.piece import Failed
from vizreport.parallel.pieces import PieceFailed
from vizreport.transfer import features as module
from vizreport.transfer.features import layer_features, pool, pooled_size, transfer_layers


@pytest.fixture(scope="module")
def subject(tmp_path_factory):
    folder = tmp_path_factory.mktemp("transfer")
    checkpoint = tiny.write_checkpoint(folder / "tiny.keras")
    return tiny.subject(checkpoint, tiny.write_data(folder / "tiny.npz"), batch_size=4)


def test_pooling_against_a_loop():
    maps = np.random.default_rng(0).normal(0, 1, (2, 7, 5, 3)).astype(np.float32)
    found = pool(maps, 3, 2)
    for i in range(3):
        for j in range(2):
            top, bottom = i * 7 // 3, int(np.ceil((i + 1) * 7 / 3))
            left, right = j * 5 // 2, int(np.ceil((j + 1) * 5 / 2))
            expected = maps[:, top:bottom, left:right].mean((1, 2))
            np.testing.assert_allclose(found[:, i, j], expected, rtol=1e-5, atol=1e-6)
    assert pool(maps, 7, 5) is maps


def test_sizes():
    assert pooled_size(13, 13, 512, 4096) == (2, 2)
    assert pooled_size(13, 13, 256, 4096) == (4, 4)
    assert pooled_size(6, 6, 256, 9216) == (6, 6)  # the paper's layer 5 as it is
    assert pooled_size(40, 20, 8, 1600) == (20, 10)
    assert pooled_size(5, 5, 5000, 4096) == (1, 1)


def test_vectors_are_the_stages_outputs(subject, tmp_path, monkeypatch):
    graph = subject.graph
    chosen = transfer_layers(graph, None)
    assert [layer.name for layer in chosen] == ["conv1", "conv2"]
    records = np.array([0, 2, 3, 9, 10, 13])
    # conv1 has 5 x 6 places of 6 maps after its pooling: 4 x 5 are what 150 numbers allow.
    found = layer_features(subject, chosen, records, 150, tmp_path, "network")
    pictures = np.stack([subject.preprocessing.picture(subject.dataset.read(i)) for i in records])
    inputs = subject.preprocessing.tensor(pictures)
    for one, name in zip(found, ("pool1", "conv2"), strict=True):
        part = keras.Model(subject.model.input, subject.model.get_layer(name).output)
        expected = np.asarray(part(inputs))
        if len(one.size) == 3 and expected[0].size > 150:
            assert one.size[0] < expected.shape[1]
            expected = pool(expected, *one.size[:2])
        expected = expected.reshape(6, -1)
        np.testing.assert_allclose(one.vectors, expected, rtol=1e-4, atol=1e-4)
        assert one.readable.all()
    assert found[0].vectors.shape[1] <= 150
    # They are on disk: not computed again, unless the images or the bound change.
    monkeypatch.setattr(module, "_compute", None)
    again = layer_features(subject, chosen[1:], records, 150, tmp_path, "network")
    np.testing.assert_array_equal(again[0].vectors, found[1].vectors)
    for changed in ((records[1:], 150, "network"), (records, 200, "network"), (records, 150, "x")):
        with pytest.raises(TypeError):
            layer_features(subject, chosen, *changed[:2], tmp_path, changed[2])
    assert not list(tmp_path.glob(".*"))


def test_a_killed_pass_goes_on(subject, tmp_path, monkeypatch):
    layer = transfer_layers(subject.graph, ("conv2",))
    records = np.arange(10)
    whole = layer_features(subject, layer, records, 150, tmp_path / "whole", "network")[0]
    real, begun, seen = module.read_batches, [], []

    def killed_after_two(*arguments):
        begun.append(arguments[3])
        if len(begun) > 2:
            raise KeyboardInterrupt
        return real(*arguments)

    monkeypatch.setattr(piece, "BATCHES", 1)
    monkeypatch.setattr(module, "read_batches", killed_after_two)
    with pytest.raises(KeyboardInterrupt):
        layer_features(subject, layer, records, 150, tmp_path / "out", "network")

    def noted(*arguments):
        seen.extend(arguments[3])
        return real(*arguments)

    monkeypatch.setattr(module, "read_batches", noted)
    found = layer_features(subject, layer, records, 150, tmp_path / "out", "network")[0]
    assert seen == [8, 9]
    np.testing.assert_allclose(found.vectors, whole.vectors, rtol=1e-5)
    assert not list((tmp_path / "out").glob(".*"))


def test_pieces_in_any_order_are_kept_as_they_come(subject, tmp_path, monkeypatch):
    """As a cluster's are: an unreadable image is not read again, and a piece given up is named."""

    def read(index):
        if index == 6:
            raise UnreadableImage("broken")
        return subject.dataset.read(index)

    damaged = replace(subject.dataset, read=read, encoded=None)
    broken = subject.on(damaged)
    monkeypatch.setattr(piece, "BATCHES", 1)
    chosen = transfer_layers(subject.graph, None)
    records = np.array([0, 2, 3, 4, 6, 9, 10, 12, 13])
    tries = []

    def backwards(subject, work, pieces, bar):
        tries.append([one.argument.tolist() for one in pieces])
        for outcome in in_turn(subject, work, pieces[::-1], bar):
            luckless = len(tries) == 1 and outcome.piece is work.pieces[0]
            host = {"device": f"GPU {len(tries)}"}
            outcome = replace(outcome, origin=replace(outcome.origin, host=host))
            yield Failed(outcome.piece, "no luck") if luckless else outcome

    with pytest.raises(PieceFailed, match=r"1 of 3 pieces failed: images 0 to 3 \(no luck\); the "):
        layer_features(broken, chosen, records, 150, tmp_path / "out", "network", backwards)
    found = layer_features(broken, chosen, records, 150, tmp_path / "out", "network", backwards)
    assert tries == [[[0, 2, 3, 4], [6, 9, 10, 12], [13]], [[0, 2, 3, 4]]]
    alone = layer_features(broken, chosen, records, 150, tmp_path / "alone", "network")
    for one, other in zip(found, alone, strict=True):
        assert one.readable.tolist() == [record != 6 for record in records]
        np.testing.assert_array_equal(one.vectors, other.vectors)
    names, alone = (
        {path.name: path.read_bytes() for path in (tmp_path / folder).iterdir()}
        for folder in ("out", "alone")
    )
    (devices,) = (name for name in names if name.startswith("devices-"))
    told = json.loads(names.pop(devices))
    assert told["devices"] == {"GPU 2": ["0-3"], "GPU 1": ["4-7", "8-8"]}
    assert told["files"] == [f"{layer.name}-{devices[8:24]}.npy" for layer in chosen]
    assert alone.pop(devices)
    assert names == alone


def test_unreadable_images(subject, tmp_path):
    def read(index):
        if index == 2:
            raise UnreadableImage("broken")
        return subject.dataset.read(index)

    broken = subject.on(replace(subject.dataset, read=read, encoded=None))
    layer = transfer_layers(subject.graph, ("conv2",))
    records = np.arange(6)
    found = layer_features(broken, layer, records, 150, tmp_path, "network")[0]
    assert found.readable.tolist() == [True, True, False, True, True, True]
    whole = layer_features(subject, layer, records, 150, tmp_path / "whole", "network")[0]
    np.testing.assert_allclose(found.vectors[3:], whole.vectors[3:], rtol=1e-5)


def test_layers_of_blocks():
    image = keras.Input((16, 16, 3))
    x = layers.Conv2D(4, 3, activation="relu", name="first")(image)
    a = layers.Conv2D(4, 1, activation="relu", name="left")(x)
    b = layers.Conv2D(4, 3, padding="same", activation="relu", name="right")(x)
    x = layers.Concatenate(name="block")([a, b])
    x = layers.Conv2D(4, 3, activation="relu", name="last")(x)
    x = layers.Dense(5, activation="softmax")(layers.GlobalAveragePooling2D()(x))
    graph = trace(keras.Model(image, x))
    assert [one.name for one in transfer_layers(graph, None)] == ["first", "block", "last"]
    assert [one.name for one in transfer_layers(graph, ("last", "left"))] == ["left", "last"]
    with pytest.raises(RequestError, match="no hidden layer 'conv9'; choose from first, left"):
        transfer_layers(graph, ("conv9",))
