"""The errors that ``vizreport evaluate`` prints, against slow ways to the same numbers."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from tests.training.conftest import CLASSES, INPUT, SIDE, gratings
from vizreport.cli import main
from vizreport.cli.evaluate import table_of_subsets
from vizreport.data.preprocessing import Preprocessing
from vizreport.data.sources import open_dataset
from vizreport.models.load import load_checkpoint
from vizreport.models.preprocessing_choice import PreprocessingRequest
from vizreport.models.sidecar import read_sidecar, write_sidecar
from vizreport.models.variants import build_variant
from vizreport.subject.network import StoredNetwork
from vizreport.subject.options import NetworkOptions
from vizreport.subject.subject import Subject
from vizreport.training.evaluation import SubsetErrors, evaluate


@pytest.fixture(scope="module")
def hard(tmp_path_factory):
    """30 images of which a third have a wrong label; path, images and labels."""
    images, labels = gratings(30, 7)
    labels[::3] = (labels[::3] + 2) % len(CLASSES)
    path = tmp_path_factory.mktemp("hard") / "hard.npz"
    np.savez(path, images=images, labels=labels, class_names=np.array(CLASSES))
    return path, images, labels


@pytest.fixture(scope="module")
def oracle(unbroken, hard):
    """Probabilities of the last two epochs, central crop and ten crops, worked out one by one."""
    out = unbroken[0].checkpoint.parent
    side = round(INPUT * 256 / 224)
    found = []
    for number in (2, 3):
        path = out / f"zfnet-dense-2048-epoch-{number:03d}.keras"
        model, mean = load_checkpoint(path), read_sidecar(path).mean_square
        single, ten = [], []
        for image in hard[1]:
            resized = Image.fromarray(image).resize((side, side), Image.Resampling.BILINEAR)
            whole = np.asarray(resized, np.float32) - mean
            last = side - INPUT
            crops = []
            for top, left in ((0, 0), (0, last), (last, 0), (last, last), (last // 2, last // 2)):
                crop = whole[top : top + INPUT, left : left + INPUT]
                crops += [crop, crop[:, ::-1]]
            answers = model.predict(np.stack(crops), verbose=0)
            single.append(answers[8])
            ten.append(answers.mean(0))
        found.append((np.stack(single), np.stack(ten)))
    return found


def slow_error(labels, probabilities, k):
    """Share of images whose label is not among the k largest, by sorting."""
    first = np.argsort(-probabilities, axis=1, kind="stable")[:, :k]
    return pytest.approx(
        np.mean([label not in row for label, row in zip(labels, first, strict=True)])
    )


def evaluated(capsys, *arguments):
    assert main(["evaluate", *map(str, arguments), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_one_checkpoint(unbroken, hard, oracle, capsys):
    path, _, labels = hard
    found = evaluated(
        capsys, "--checkpoint", unbroken[0].checkpoint, "--data", path, "--batch-size", 7
    )
    single, ten = oracle[1]
    assert (found["images"], found["classes"], found["left_out"]) == (30, 6, 0)
    assert 0.2 < found["top1"] < 0.9
    assert found["top1"] == slow_error(labels, single, 1)
    assert found["top5"] == slow_error(labels, single, 5)
    assert found["ten_crop_top1"] == slow_error(labels, ten, 1)
    assert found["ten_crop_top5"] == slow_error(labels, ten, 5)


def test_an_ensemble_averages_the_probabilities(unbroken, hard, oracle, capsys):
    path, _, labels = hard
    last = unbroken[0].checkpoint
    before = last.with_name(last.name.replace("003", "002"))
    found = evaluated(capsys, "--checkpoint", before, "--checkpoint", last, "--data", path)
    single, ten = ((oracle[0][i] + oracle[1][i]) / 2 for i in (0, 1))
    assert found["checkpoints"] == [str(before), str(last)]
    assert found["top1"] == slow_error(labels, single, 1)
    assert found["top5"] == slow_error(labels, single, 5)
    assert found["ten_crop_top1"] == slow_error(labels, ten, 1)
    assert found["ten_crop_top5"] == slow_error(labels, ten, 5)
    assert [row["name"] for row in found["rows"]] == [before.name, last.name, "ensemble of 2"]
    for row, (single, ten) in zip(found["rows"], oracle, strict=False):
        assert row["top1"] == slow_error(labels, single, 1)
        assert row["ten_crop_top5"] == slow_error(labels, ten, 5)


def test_each_kind_of_network_is_an_ensemble(unbroken, hard, oracle, tmp_path, capsys):
    path, images, labels = hard
    last = unbroken[0].checkpoint
    before = last.with_name(last.name.replace("003", "002"))
    other = tmp_path / "other.keras"
    sidecar = read_sidecar(last)
    model = build_variant("krizhevsky-without-3-4-6-7", len(CLASSES), 64, 0.1)
    plain = Preprocessing((64, 64), "squash", None, "none", "RGB", 1.0, (120.0,) * 3, (1.0,) * 3)
    model.save(other)
    write_sidecar(other, replace(sidecar, preprocessing=plain))
    pictures = np.stack([plain.picture(image) for image in images])
    answers = model.predict(plain.tensor(pictures), verbose=0)
    files = ("--checkpoint", before, "--checkpoint", last, "--checkpoint", other)
    found = evaluated(capsys, *files, "--data", path)["rows"]
    assert [row["name"] for row in found[3:]] == [
        "(a) 2 zfnet-dense-2048",
        "(b) 1 krizhevsky-without-3-4-6-7",
        "(a) and (b) combined",
    ]
    both = oracle[0][0] + oracle[1][0]
    for row, summed in zip(found[3:], (both, answers, both + answers), strict=True):
        assert row["top1"] == slow_error(labels, summed, 1)
    # One of them has no ten crops.
    assert [row["ten_crop_top1"] is None for row in found] == [False] * 2 + [
        True,
        False,
        True,
        True,
    ]
    assert main(["evaluate", *map(str, files), "--data", str(path)]) == 0
    table = capsys.readouterr().out.splitlines()
    line = next(line for line in table if line.startswith("(a) and (b) combined"))
    assert line.split()[-2:] == ["-", "-"]


@pytest.fixture(scope="module")
def colours(tmp_path_factory):
    """A network whose class scores are the mean red, green and blue, and four images."""
    import keras

    folder = tmp_path_factory.mktemp("colours")
    inputs = keras.Input((4, 4, 3))
    scores = keras.layers.GlobalAveragePooling2D(name="scores")(inputs)
    keras.Model(inputs, scores).save(folder / "colours.keras")
    images = np.zeros((4, 8, 8, 3), np.uint8)
    images[0, ..., 0] = images[1, ..., 1] = images[2, ..., 1] = 200
    images[3, :, :, 2] = 90
    images[3, 2:6, 2:6, 0] = 100  # red in the middle only
    np.savez(folder / "colours.npz", images=images, labels=np.array([0, 1, 2, 2]))
    return folder


def test_scores_without_softmax_and_crops_by_hand(colours, capsys):
    found = evaluated(
        capsys,
        *("--checkpoint", colours / "colours.keras", "--data", colours / "colours.npz"),
        *("--preprocess", "unit", "--crop", "center", "--resize", "squash:8"),
        "--labels-in-order",
    )
    # The first two are right, the third, green, is wrong. The last is red in the centre alone: its
    # central crop says red, while the corner crops say blue and outweigh it in the mean.
    assert (found["images"], found["classes"]) == (4, 3)
    assert found["top1"] == 0.5
    assert found["ten_crop_top1"] == 0.25
    assert found["top5"] is None


def test_subsets_by_hand(colours, capsys):
    source = open_dataset(str(colours / "colours.npz"))
    records = [
        replace(record, subset=subset)
        for record, subset in zip(source.records, ("old", "new", "new", "new"), strict=True)
    ]
    parts = {"resize": "squash", "resize_to": (8, 8), "crop": "center"}
    options = NetworkOptions(PreprocessingRequest("unit", parts), labels_in_order=True)
    subject = Subject(StoredNetwork(colours / "colours.keras"), options, source)
    errors = evaluate([subject.on(replace(source, records=tuple(records)))])
    # As above; of the three new images the second is wrong, and in the central crop the third, too.
    assert errors.subsets == (
        SubsetErrors("old", 1, 0.0, 0.0),
        SubsetErrors("new", 3, pytest.approx(2 / 3), pytest.approx(1 / 3)),
    )
    assert [line.split() for line in table_of_subsets(errors).splitlines()[1:]] == [
        ["old", "1", "0.00", "%", "0.00", "%"],
        ["new", "3", "66.67", "%", "33.33", "%"],
    ]
    assert evaluate([subject]).subsets == ()


def test_no_ten_crops_without_a_central_crop(colours, capsys):
    arguments = [
        *("evaluate", "--checkpoint", str(colours / "colours.keras")),
        *("--data", str(colours / "colours.npz"), "--preprocess", "unit", "--labels-in-order"),
    ]
    assert main(arguments) == 0
    text = capsys.readouterr().out
    assert "no ten crops: ten crops need resizing and a central crop" in text
    rows = [line.split() for line in text.splitlines()]
    assert ["single", "crop", "25.00", "%", "-"] in rows


def complaint(capsys, *arguments):
    assert main([*map(str, arguments)]) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    return captured.err


def test_wrong_requests(unbroken, hard, colours, tmp_path, capsys):
    last = unbroken[0].checkpoint
    other = colours / "colours.keras"
    unit = ("--preprocess", "unit")
    # Scores without a softmax, and too few images to tell whose.
    asked = ("evaluate", "--checkpoint", other, "--data", colours / "colours.npz", *unit)
    assert "pass --output-kind classes" in complaint(capsys, *asked)
    kind = ("--output-kind", "classes")
    assert "pass --labels-in-order" in complaint(capsys, *asked, *kind)
    assert "no file" in complaint(
        capsys, "evaluate", "--checkpoint", tmp_path / "no.keras", "--data", hard[0]
    )
    assert "--checkpoint" in complaint(capsys, "evaluate", "--data", hard[0])
    assert "--preprocess" in complaint(
        capsys,
        *("evaluate", "--checkpoint", other, "--data", colours / "colours.npz"),
        "--labels-in-order",
    )
    images = np.zeros((2, SIDE, SIDE, 3), np.uint8)
    np.savez(tmp_path / "two.npz", images=images, labels=np.array([0, 1]))
    assert "needs networks with the same outputs" in complaint(
        capsys,
        *("evaluate", "--checkpoint", last, "--checkpoint", reordered(last, tmp_path)),
        *("--data", hard[0]),
    )


def reordered(checkpoint, folder):
    """The same network with its class names in another order."""
    import shutil

    copy = folder / "copy.keras"
    shutil.copy(checkpoint, copy)
    sidecar = read_sidecar(checkpoint)
    write_sidecar(copy, replace(sidecar, class_names=CLASSES[::-1]))
    return copy


def test_wrong_trainings_end_with_a_sentence(gratings_file, tmp_path, capsys):
    data = ("train", "--data", gratings_file)
    assert "--out" in complaint(capsys, *data)
    assert "is a file" in complaint(capsys, *data, "--out", gratings_file)
    assert "lenet" in complaint(capsys, *data, "--out", tmp_path, "--model", "lenet")
    assert "--width" in complaint(capsys, *data, "--out", tmp_path, "--width", "-1")
    assert "--strategy" in complaint(capsys, *data, "--out", tmp_path, "--strategy", "tpu")
