"""Training as a whole: it learns, resumes, and leaves what it says."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import fields, replace
from math import log

import numpy as np
import pytest

from tests.ownership import assert_all_are_named, assert_foreign_files_are_refused
from tests.training.conftest import CLASSES, INPUT, assert_same_state, state_arrays
from vizreport.errors import RequestError
from vizreport.models.hash import checkpoint_hash
from vizreport.models.history import Epoch
from vizreport.models.load import load_checkpoint
from vizreport.models.sidecar import read_sidecar
from vizreport.results.manifest import read
from vizreport.training import loop
from vizreport.training.geometry import recipe_preprocessing, square_of
from vizreport.training.image_sets import open_image_sets
from vizreport.training.loop import train
from vizreport.training.network import renormalize, rms_limits
from vizreport.training.ownership import add_state


def quietly(request):
    return train(request, log=lambda line: None)


def test_a_quarter_of_the_width_learns(unbroken):
    epochs = unbroken[0].epochs
    assert epochs[2].validation_loss < 0.8 * log(len(CLASSES))
    assert epochs[2].validation_error < 0.6
    assert epochs[2].validation_loss < epochs[0].validation_loss


def test_with_the_bare_constants_it_does_not(request_for, tmp_path, monkeypatch):
    def bare(architecture, classes, input_size, width):
        return dict.fromkeys(("conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "fc8"), 1)

    monkeypatch.setattr("vizreport.models.network.recipe_scales", bare)
    monkeypatch.setattr("vizreport.training.network.recipe_scales", bare)
    last = quietly(request_for(tmp_path)).epochs[2]
    assert last.validation_loss == pytest.approx(log(len(CLASSES)), rel=0.01)


def test_what_is_printed(unbroken):
    _, lines = unbroken
    assert lines[0].startswith("device: CPU")
    assert "432 training images, 48 validation images" in lines
    assert "initial learning rate 0.01, lowered on plateaus to no less than 0.0001" in lines
    assert [line.split(":")[0] for line in lines[-3:]] == ["epoch 1/3", "epoch 2/3", "epoch 3/3"]


def test_history_files(unbroken):
    trained, _ = unbroken
    out = trained.checkpoint.parent
    with (out / "history.csv").open() as file:
        rows = list(csv.DictReader(file))
    document = json.loads((out / "history.json").read_text())
    assert [Epoch(**row) for row in document["epochs"]] == list(trained.epochs)
    assert [int(row["epoch"]) for row in rows] == [1, 2, 3]
    assert list(rows[0]) == [field.name for field in fields(Epoch)]
    assert float(rows[2]["validation_loss"]) == trained.epochs[2].validation_loss
    assert document["training_images"] == 432
    assert document["settings"]["width"] == 0.25
    assert document["settings"]["rate"] == 0.01
    assert float(rows[0]["learning_rate"]) == 0.01


def test_checkpoints_and_sidecars(unbroken, request_for, tmp_path):
    out = unbroken[0].checkpoint.parent
    names = [f"zfnet-dense-2048-epoch-{number:03d}" for number in (1, 2, 3)]
    assert sorted(path.stem for path in out.glob("*.keras")) == names
    assert [path.name for path in out.glob(".*")] == [".vizreport"]
    path = unbroken[0].checkpoint
    sidecar = read_sidecar(path)
    assert (sidecar.epoch, sidecar.seed, sidecar.labels_in_order) == (3, 0, True)
    assert sidecar.class_names == CLASSES
    assert sidecar.data_source == "gratings.npz"
    # The mean of the training images alone, and its centre.
    training = open_image_sets(request_for(tmp_path)).training
    square = square_of(recipe_preprocessing(INPUT))
    read = [square.picture(training.dataset.read(i)) for i in training.indices]
    np.testing.assert_allclose(sidecar.mean_square, np.mean(read, 0), rtol=1e-5)
    np.testing.assert_array_equal(sidecar.preprocessing.mean_image, sidecar.mean_square[4:-4, 4:-4])
    # The network that is loaded is the one that was validated, and has no optimiser's state.
    model = load_checkpoint(path)
    arrays = state_arrays(out)
    for i, weights in enumerate(model.get_weights()):
        np.testing.assert_array_equal(weights, arrays[f"weights/{i:03d}"])
    validation = open_image_sets(request_for(tmp_path)).validation
    pictures = np.stack(
        [sidecar.preprocessing.picture(validation.dataset.read(i)) for i in validation.indices]
    )
    answers = model.predict(sidecar.preprocessing.tensor(pictures), verbose=0)
    expected = -np.log(answers[np.arange(len(answers)), validation.labels]).mean()
    assert unbroken[0].epochs[2].validation_loss == pytest.approx(expected, rel=1e-4)


def test_filters_stay_within_their_limit(unbroken):
    limits = rms_limits("zfnet-dense-2048", len(CLASSES), INPUT, 0.25)
    model = load_checkpoint(unbroken[0].checkpoint)
    for name, limit in limits.items():
        kernel = np.asarray(model.get_layer(name).kernel)
        rms = np.sqrt((kernel**2).mean((0, 1, 2)))
        assert rms.max() <= limit * (1 + 1e-5)


def test_renormalisation_against_numpy():
    kernel = np.random.default_rng(0).normal(0, [0.01, 0.09, 0.2, 1.0], (3, 3, 5, 4))
    expected = kernel.copy()
    for filter_ in range(4):
        rms = np.sqrt(np.mean(kernel[..., filter_] ** 2))
        if rms > 0.1:
            expected[..., filter_] *= 0.1 / rms
    found = np.asarray(renormalize(kernel.astype(np.float32), 0.1))
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    np.testing.assert_array_equal(found[..., 0], kernel[..., 0].astype(np.float32))
    assert not np.asarray(renormalize(np.zeros((1, 1, 1, 1), np.float32), 0.1)).any()


def test_a_killed_training_goes_on_as_if_it_had_not_been(
    unbroken, request_for, tmp_path, monkeypatch
):
    request = request_for(tmp_path / "out")
    real = loop.write_state

    def killed_before_the_checkpoint(line):
        if line.startswith("epoch 2"):
            raise KeyboardInterrupt

    def killed_after_the_checkpoint(out, state):
        if len(state.epochs) == 3:
            raise KeyboardInterrupt
        real(out, state)

    with pytest.raises(KeyboardInterrupt):
        train(request, log=killed_before_the_checkpoint)
    assert len(list(request.out.glob("*.keras"))) == 1
    with monkeypatch.context() as patch:
        patch.setattr(loop, "write_state", killed_after_the_checkpoint)
        with pytest.raises(KeyboardInterrupt):
            quietly(request)
    assert len(list(request.out.glob("*.keras"))) == 3
    resumed = quietly(request)
    assert_same_state(request.out, unbroken[0].checkpoint.parent, 1e-5)
    assert checkpoint_hash(resumed.checkpoint) == checkpoint_hash(unbroken[0].checkpoint)
    for epoch, other in zip(resumed.epochs, unbroken[0].epochs, strict=True):
        assert epoch.validation_loss == pytest.approx(other.validation_loss, rel=1e-4)


def test_finished_and_other_trainings(unbroken, request_for, tmp_path):
    out = unbroken[0].checkpoint.parent
    lines: list[str] = []
    assert train(request_for(out), log=lines.append).epochs == unbroken[0].epochs
    assert "nothing to do" in lines[-1]
    with pytest.raises(RequestError, match="width 0.25, not 0.5"):
        quietly(request_for(out, width=0.5))
    with pytest.raises(RequestError, match="other data"):
        quietly(request_for(out, max_images=200))
    (tmp_path / "net-epoch-001.keras").write_bytes(b"")
    with pytest.raises(RequestError, match="no training-state.npz"):
        quietly(request_for(tmp_path))
    add_state(tmp_path)
    (tmp_path / "training-state.npz").write_bytes(b"PK")
    with pytest.raises(RequestError, match="damaged"):
        quietly(request_for(tmp_path))


def test_files_of_others_are_refused(unbroken, request_for, tmp_path):
    out = unbroken[0].checkpoint.parent
    assert_all_are_named(out)
    assert_foreign_files_are_refused(out, tmp_path / "out", lambda out: quietly(request_for(out)))
    # A training of the first edition, which has no manifest, goes on.
    former = tmp_path / "former"
    shutil.copytree(out, former, ignore=shutil.ignore_patterns(".vizreport"))
    (former / "zfnet-epoch-001.keras").write_text("a user's")
    assert quietly(request_for(former)).epochs == unbroken[0].epochs
    assert read(former, "training") == read(out, "training")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"model": "lenet"}, "unknown network 'lenet'"),
        ({"input_size": 40}, "too small"),
        ({"batch_size": 500}, "432 training images, fewer than a batch of 500"),
        ({"data": "nowhere"}, "does not exist"),
        ({"strategy": "multiworker"}, "TF_CONFIG"),
    ],
)
def test_wrong_requests(changes, words, request_for, tmp_path, monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    with pytest.raises(RequestError, match=words):
        quietly(request_for(tmp_path, **changes))
    assert not list(tmp_path.iterdir())


def test_mixed_precision_and_xla_come_near(unbroken, request_for, tmp_path):
    first = unbroken[0].epochs[0].training_loss
    for name, tolerance in (("xla", 1e-3), ("mixed_precision", 2e-2)):
        request = replace(request_for(tmp_path / name, epochs=1), **{name: True})
        trained = quietly(request)
        assert trained.epochs[0].training_loss == pytest.approx(first, rel=tolerance)
        model = load_checkpoint(trained.checkpoint)
        assert {layer.compute_dtype for layer in model.layers} == {"float32"}
