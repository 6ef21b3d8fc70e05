"""``vizreport describe`` and the schema of what it writes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import keras
import numpy as np
import pytest
from jsonschema import Draft202012Validator
from keras import layers

from vizreport.cli import main
from vizreport.data.presets import PARTS, PRESETS, preset
from vizreport.data.validation import CHANNELS, CROPS, RESIZES
from vizreport.errors import RequestError
from vizreport.models.sidecar import ENTRIES, Sidecar, read_sidecar, write_sidecar

DOCS = Path(__file__).parents[2] / "docs"
SCHEMA = json.loads((DOCS / "sidecar.schema.json").read_text(encoding="utf-8"))


@pytest.fixture
def checkpoint(tmp_path):
    image = keras.Input((8, 10, 3))
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(2, 3)(image))
    keras.Model(image, layers.Dense(2, activation="softmax")(x)).save(tmp_path / "net.keras")
    return tmp_path / "net.keras"


@pytest.fixture
def scaling(tmp_path):
    image = keras.Input((None, None, 3))
    x = layers.Conv2D(2, 3)(layers.Rescaling(1 / 255)(image))
    keras.Model(image, layers.GlobalAveragePooling2D()(x)).save(tmp_path / "scaling.keras")
    return tmp_path / "scaling.keras"


def describe(checkpoint, *options):
    return main(["describe", "--checkpoint", str(checkpoint), *options])


def written(checkpoint):
    text = checkpoint.with_suffix(".vizreport.json").read_text(encoding="utf-8")
    values = json.loads(text)
    Draft202012Validator(SCHEMA).validate(values)
    return {name: value for name, value in values.items() if value}


def test_a_preset(checkpoint, capsys):
    assert describe(checkpoint, "--preprocess", "torch") == 0
    assert written(checkpoint) == {"schema_version": 1, "preset": "torch"}
    out = capsys.readouterr().out
    assert out.startswith(str(checkpoint.with_suffix(".vizreport.json")))
    assert "divided by 0.229" in out
    assert main(["inspect", "--checkpoint", str(checkpoint)]) == 0
    assert "divided by 0.229" in capsys.readouterr().out


def test_options_one_by_one_and_later_ones(checkpoint, tmp_path):
    assert describe(checkpoint, "--channels", "BGR", "--mean", "104,117,123") == 0
    parts = {"channels": "BGR", "mean": [104.0, 117.0, 123.0]}
    assert written(checkpoint) == {"schema_version": 1, "preset": "raw", "preprocessing": parts}
    (tmp_path / "names.tsv").write_text("0\tcat\n1\tdog\n", encoding="utf-8")
    labels = ("--labels", str(tmp_path / "names.tsv"), "--epoch", "7", "--std", "2")
    assert describe(checkpoint, *labels) == 0
    sidecar = read_sidecar(checkpoint)
    assert sidecar.parts == {**parts, "std": [2.0, 2.0, 2.0]}
    assert (sidecar.class_names, sidecar.epoch) == (("cat", "dog"), 7)
    assert describe(checkpoint, "--preprocess", "unit", "--labels-in-order") == 0
    sidecar = read_sidecar(checkpoint)
    assert (sidecar.preset, sidecar.parts) == ("unit", {})
    assert sidecar.class_names == ("cat", "dog")
    assert sidecar.labels_in_order


def test_what_the_network_tells_is_written(scaling):
    assert describe(scaling, "--input-size", "20x30") == 0
    parts = {"input_size": [20, 30]}
    assert written(scaling) == {"schema_version": 1, "preset": "raw", "preprocessing": parts}


def test_what_the_network_determines_is_left_to_it(scaling, capsys):
    sized = keras.Sequential([keras.Input((9, 8, 3)), keras.models.load_model(scaling)])
    sized.save(scaling)
    assert describe(scaling) == 2
    assert "nothing to record, since the network itself determines" in capsys.readouterr().err
    assert not scaling.with_suffix(".vizreport.json").exists()
    assert describe(scaling, "--epoch", "3") == 0
    assert written(scaling) == {"schema_version": 1, "epoch": 3}
    assert "not recorded since the network determines it: squashed" in capsys.readouterr().out
    assert describe(scaling, "--channels", "BGR") == 0
    assert written(scaling)["preprocessing"] == {"channels": "BGR"}
    assert describe(scaling, "--epoch", "4") == 0
    assert written(scaling)["preprocessing"] == {"channels": "BGR"}


def test_what_does_not_fit_is_refused_and_nothing_written(checkpoint, scaling, capsys):
    assert describe(checkpoint) == 2
    assert "choose --preprocess" in capsys.readouterr().err
    assert describe(checkpoint, "--preprocess", "unit", "--channels", "L") == 2
    assert describe(scaling, "--input-size", "20", "--preprocess", "unit") == 2
    assert "--scale-twice" in capsys.readouterr().err
    assert list(checkpoint.parent.glob("*.vizreport.*")) == []
    assert describe(scaling, "--input-size", "20", "--preprocess", "unit", "--scale-twice") == 0
    assert describe(Path("squeezenet"), "--preprocess", "unit") == 2
    assert "comes with vizreport" in capsys.readouterr().err


def test_a_mean_image_is_not_lost(checkpoint, capsys):
    mean = np.ones((8, 10, 3), np.float32)
    whole = preset("zfnet", (8, 10), 3, {"mean_image": mean})
    write_sidecar(checkpoint, Sidecar(preprocessing=whole))
    assert describe(checkpoint, "--preprocess", "unit") == 2
    assert "per-pixel mean" in capsys.readouterr().err
    assert read_sidecar(checkpoint).preprocessing == whole
    assert describe(checkpoint, "--epoch", "3") == 0
    assert read_sidecar(checkpoint) == Sidecar(preprocessing=whole, epoch=3)


def test_the_schema_has_every_entry_and_the_documents_too():
    Draft202012Validator.check_schema(SCHEMA)
    parts = SCHEMA["$defs"]["parts"]["properties"]
    assert set(SCHEMA["properties"]) == set(ENTRIES)
    assert set(parts) == set(PARTS)
    assert SCHEMA["properties"]["preset"]["enum"] == [*PRESETS, None]
    for name, choices in (("resize", RESIZES), ("crop", CROPS), ("channels", CHANNELS)):
        assert parts[name]["enum"] == list(choices)
    rows = re.findall(r"^\| `(\w+)` \|", (DOCS / "sidecar.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted([*ENTRIES, *PARTS])


def test_sidecars_written_whole_agree_with_the_schema(checkpoint):
    for name in ("caffe", "torch", "raw"):
        write_sidecar(checkpoint, Sidecar(preprocessing=preset(name, (8, 10), 3)))
        written(checkpoint)
    shipped = sorted((DOCS.parent / "checkpoints").rglob("*.vizreport.json"))
    assert shipped
    for sidecar in shipped:
        Draft202012Validator(SCHEMA).validate(json.loads(sidecar.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    "values",
    [
        {"preset": "pytorch"},
        {"preset": "torch", "preprocessing": {"chanels": "BGR"}},
        {"preprocessing": {"resize": "squash"}},
        {"class_names": "cat"},
        {"epoch": -1},
        {"schema_version": 2},
        {"labels_in_order": "yes"},
    ],
)
def test_the_schema_refuses_what_the_program_refuses(checkpoint, values):
    assert not Draft202012Validator(SCHEMA).is_valid(values)
    checkpoint.with_suffix(".vizreport.json").write_text(json.dumps(values), encoding="utf-8")
    with pytest.raises(RequestError):
        read_sidecar(checkpoint)
