"""The whole of ``vizreport transfer`` on a tiny network."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.data.test_voc import write_voc
from tests.experiments import tiny
from tests.ownership import assert_all_are_named, assert_foreign_files_are_refused
from vizreport.cli import main
from vizreport.data.sources import open_dataset
from vizreport.errors import RequestError
from vizreport.experiments.transfer.record import prepare_transfer, read_record
from vizreport.models.load import load_checkpoint
from vizreport.models.sidecar import read_sidecar, write_sidecar
from vizreport.training.image_sets import hold_out
from vizreport.transfer import study
from vizreport.transfer.splits import random_splits

NAMES = ("blue", "green", "red")


def pictures(folder: Path, count: int = 8) -> Path:
    """Noisy pictures of three colours, a class each; one file is broken."""
    random = np.random.default_rng(0)
    for i, name in enumerate(NAMES):
        (folder / name).mkdir(parents=True)
        for number in range(count):
            image = random.integers(0, 20, (*tiny.SIZE, 3))
            image[..., 2 - i] += 200
            Image.fromarray(image.astype(np.uint8)).save(folder / name / f"{number}.png")
    (folder / "red" / "9.png").write_bytes(b"no picture")
    return folder


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    return tiny.write_checkpoint(folder / "tiny.keras"), pictures(folder / "colours")


def test_splits_are_those_of_training():
    labels = np.array([0] * 9 + [1] * 70 + [-1] * 3 + [2] * 6)
    found = random_splits(labels, (2, 5), 3, NAMES)
    assert [(one.per_class, one.seed) for one in found] == [
        (n, s) for n in (2, 5) for s in range(3)
    ]
    for one in found:
        known = np.flatnonzero(labels >= 0)
        train, test = hold_out(labels[known], one.per_class, one.seed)
        np.testing.assert_array_equal(one.train, known[train])
        np.testing.assert_array_equal(one.test, known[test])
        assert np.bincount(labels[one.train]).tolist() == [one.per_class] * 3
        sizes = [9 - one.per_class, 50, 6 - one.per_class]
        assert np.bincount(labels[one.test]).tolist() == sizes
        assert not set(one.train) & set(one.test)
    assert any((found[0].train != other.train).any() for other in found[1:3])
    with pytest.raises(RequestError, match="class 'red' has 6 images.*at most 5"):
        random_splits(labels, (6,), 1, NAMES)
    with pytest.raises(RequestError, match="--per-class"):
        random_splits(labels, None, 1, NAMES)
    assert {one.per_class for one in random_splits(np.repeat([0, 1], 50), None, 1, NAMES)} == {
        15,
        30,
        45,
    }


def test_colours_are_learned_and_kept(files, tmp_path, capsys, monkeypatch):
    checkpoint, data = files
    command = ["transfer", "--checkpoint", str(checkpoint), "--data", str(data)]
    command += ["--out", str(tmp_path), "--per-class", "4", "--splits", "2"]
    assert main([*command, "--classifiers", "svm,softmax"]) == 0
    record = read_record(tmp_path)
    assert record.layers == ("conv1", "conv2")
    assert record.about["class_names"] == list(NAMES)
    kinds = [(one.layer, one.classifier) for one in record.results]
    assert kinds == [(layer, c) for layer in record.layers for c in ("svm", "softmax")]
    for one in record.results:
        assert (one.per_class, one.seeds) == (4, [0, 1])
        assert np.shape(one.scores) == (2, 3)
    # Colour is what the first layer's blobs tell apart.
    assert np.mean(record.results[0].scores) == 1
    # Nothing is learned again, another number of images is added.
    monkeypatch.setattr(study, "fit", None)
    assert main([*command, "--classifiers", "svm,softmax"]) == 0
    monkeypatch.undo()
    assert main([*command, "--per-class", "6", "--layers", "conv2"]) == 0
    assert [one.per_class for one in read_record(tmp_path).results] == [4, 4, 4, 4, 6]
    capsys.readouterr()
    assert main([*command, "--splits", "3"]) == 2
    assert "another settings" in capsys.readouterr().err
    assert_all_are_named(tmp_path)
    assert_foreign_files_are_refused(tmp_path, tmp_path / "scratch", prepare_transfer)
    # As if the first edition had written it, which recorded no devices.
    (tmp_path / ".vizreport" / "transfer.json").unlink()
    for path in (tmp_path / "features").glob("devices-*.json"):
        path.unlink()
    prepare_transfer(tmp_path)
    assert_all_are_named(tmp_path)


def test_control(files, tmp_path, capsys):
    checkpoint, data = files
    name = tmp_path / "net"
    name.mkdir()
    # A network of its own, with the history that a training would leave.
    control = tiny.write_checkpoint(name / "net.keras", seed=3)
    write_sidecar(control, replace(read_sidecar(control), class_names=NAMES))
    history = {
        "model": "zfnet",
        "data_fingerprint": open_dataset(str(data)).fingerprint,
        "settings": {"images_per_class": 5, "seed": 1},
    }
    (name / "history.json").write_text(json.dumps(history))
    command = ["transfer", "--checkpoint", str(checkpoint), "--data", str(data)]
    command += ["--out", str(tmp_path / "out"), "--per-class", "5", "--splits", "1"]
    command += ["--layers", "conv1", "--scratch"]
    assert main([*command, str(control)]) == 0
    found = read_record(tmp_path / "out").results[-1]
    assert (found.layer, found.classifier, found.seeds) == ("zfnet", "scratch", [1])
    # Against the network's own answers to the images that are left.
    dataset, model = open_dataset(str(data)), load_checkpoint(control)
    labels = np.array([NAMES.index(record.class_name) for record in dataset.records])
    _, test = hold_out(labels, 5, 1)
    preprocessing = read_sidecar(control).preprocessing
    right: dict[int, list[bool]] = {0: [], 1: [], 2: []}
    for i in test:
        if dataset.records[i].path == "red/9.png":
            continue
        picture = preprocessing.picture(dataset.read(i))
        answer = np.asarray(model(preprocessing.tensor(picture[None])))[0].argmax()
        right[labels[i]].append(bool(answer == labels[i]))
    expected = [np.mean(right[i]) for i in range(3)]
    np.testing.assert_allclose(found.scores[0], expected, atol=1e-6)
    history["settings"]["images_per_class"] = None
    (name / "history.json").write_text(json.dumps(history))
    assert main([*command, str(control)]) == 2
    assert "--images-per-class" in capsys.readouterr().err
    (name / "history.json").write_text(json.dumps({**history, "data_fingerprint": ""}))
    assert main([*command, str(control)]) == 2
    assert "different data" in capsys.readouterr().err


def test_several_classes_an_image(files, tmp_path, capsys):
    objects = {f"{i:02d}": [("dog", 0)] if i % 2 else [("cat", 0), ("dog", 1)] for i in range(12)}
    names = list(objects)
    voc = write_voc(tmp_path / "VOC", objects, {"train": names[:8], "val": names[8:]})
    random = np.random.default_rng(0)
    for i, name in enumerate(names):
        image = random.integers(0, 100, (*tiny.SIZE, 3)) + (130 if i % 2 else 0)
        Image.fromarray(image.astype(np.uint8)).save(voc / "JPEGImages" / f"{name}.jpg")
    command = ["transfer", "--checkpoint", str(files[0]), "--data", str(voc), "--split", "train"]
    command += ["--out", str(tmp_path / "out")]
    assert main([*command, "--test-split", "val"]) == 0
    record = read_record(tmp_path / "out")
    assert record.about["measure"] == "average precision"
    assert record.results[0].scores == [[1.0, 1.0]]  # cat, dog
    assert record.results[0].per_class == 0
    capsys.readouterr()
    for wrong, words in (
        ([], "--test-split"),
        (["--test-split", "val", "--classifiers", "softmax"], "remove softmax"),
        (["--test-split", "val", "--per-class", "3"], "omit --per-class"),
    ):
        assert main([*command, *wrong]) == 2
        assert words in capsys.readouterr().err
