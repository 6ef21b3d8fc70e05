"""The table of reportable layers."""

from __future__ import annotations

import json

import pytest

from vizreport.cli import main
from vizreport.cli.inspect import table

LAYERS = [
    {
        "name": "conv1",
        "kind": "convolution",
        "rows": 110,
        "cols": 110,
        "maps": 96,
        "stride": 2,
        "receptive_field": [7, 7],
        "rule": "",
    },
    {
        "name": "backbone/mix@1",
        "kind": "merge",
        "rows": 1,
        "cols": 1,
        "maps": 1000,
        "stride": 0,
        "receptive_field": None,
        "rule": "swish has no backward rule",
    },
]

TABLE = """\
layer           kind         map size   maps  stride  receptive field  backward rule
conv1           convolution  110 x 110    96       2  7 x 7            yes
backbone/mix@1  merge        1 x 1      1000       -  whole image      no"""


def test_table():
    assert table(LAYERS) == TABLE


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    import keras
    from keras import layers

    inputs = keras.Input((None, None, 1))
    x = layers.Conv2D(4, 3, strides=2, activation="relu", name="first")(inputs)
    x = layers.MaxPooling2D(2, name="pool")(x)
    x = layers.Conv2D(6, 3, padding="same", name="second")(x)
    x = layers.Activation("silu", name="smooth")(x)
    x = layers.GlobalAveragePooling2D()(x)
    outputs = layers.Dense(3, activation="softmax", name="classes")(x)
    path = tmp_path_factory.mktemp("checkpoint") / "net.keras"
    keras.Model(inputs, outputs, name="net").save(path)
    return path


def test_a_checkpoint(checkpoint, capsys):
    assert main(["inspect", "--checkpoint", str(checkpoint), "--input-size", "21x31"]) == 0
    lines = capsys.readouterr().out.splitlines()
    # 40 + 222 + 21 weights by hand.
    assert lines[0] == "net: input 21 x 31 x 1, 283 parameters"
    assert lines[1].startswith("preprocessing: not known (its preprocessing is not speci")
    assert lines[2] == "output: probabilities of 3 classes (the network ends in a softmax)"
    assert [line.split() for line in lines[5:8]] == [
        ["first", "convolution", "10", "x", "15", "4", "2", "3", "x", "3", "yes"],
        ["second", "convolution", "5", "x", "7", "6", "4", "13", "x", "13", "no"],
        ["classes", "class", "scores", "1", "x", "1", "3", "-", "whole", "image", "no"],
    ]
    # Said once for both of the layers above it.
    assert lines[9].startswith("warning: All layers with weights (3 tested) have their initial")
    assert lines[11].startswith("no backward rule for silu (layer 'smooth'): 2 layers are shown")
    assert len(lines) == 12


def test_json(checkpoint, capsys):
    arguments = ["inspect", "--checkpoint", str(checkpoint), "--input-size", "21x31", "--json"]
    assert main(arguments) == 0
    network = json.loads(capsys.readouterr().out)
    assert network["input_shape"] == [21, 31, 1]
    assert [layer["name"] for layer in network["layers"]] == ["first", "second", "classes"]
    assert network["layers"][1]["receptive_field"] == [13, 13]


def test_an_open_input_size_is_asked_for(checkpoint, capsys):
    assert main(["inspect", "--checkpoint", str(checkpoint)]) == 2
    assert "--input-size" in capsys.readouterr().err


def test_no_such_checkpoint(tmp_path, capsys):
    assert main(["inspect", "--checkpoint", str(tmp_path / "none.keras")]) == 2
    assert "none.keras" in capsys.readouterr().err
