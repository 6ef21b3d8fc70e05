"""Galleries an epoch: what is archived, that it leaves the training alone and survives failures."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from unittest import mock

import keras
import numpy as np
import pytest
from keras import layers

import vizreport
from tests.ownership import assert_all_are_named, assert_foreign_files_are_refused
from tests.training.conftest import CLASSES, assert_same_state, gratings
from vizreport import backend
from vizreport.cli import main
from vizreport.errors import RequestError
from vizreport.experiments.registry import experiments
from vizreport.experiments.settings import Settings
from vizreport.results.run import read_run
from vizreport.results.store import Store

COUNT, SIDE = 12, 14


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).integers(0, 256, (COUNT, SIDE, SIDE, 3), dtype=np.uint8)


def fitted(images, epochs: int, callbacks=(), initial_epoch: int = 0) -> keras.Model:
    """Train a network of one convolution, always in the same way."""
    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [
            keras.Input((SIDE, SIDE, 3)),
            layers.Conv2D(3, 3, activation="relu", name="conv"),
            layers.GlobalMaxPooling2D(),
            layers.Dense(2, activation="softmax"),
        ],
        name="own",
    )
    model.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy")
    model.fit(
        images / np.float32(255),
        np.arange(COUNT) % 2,
        4,
        epochs,
        verbose=0,
        shuffle=False,
        callbacks=list(callbacks),
        initial_epoch=initial_epoch,
    )
    return model


@pytest.fixture(scope="module")
def compiled():
    """What was compiled: names of functions, in their order."""
    return []


@pytest.fixture(scope="module")
def archived(images, tmp_path_factory, compiled):
    """Three epochs of training, of which the first and the last are drawn."""
    out = tmp_path_factory.mktemp("gallery") / "run"
    gallery = vizreport.GalleryCallback(
        images, out, (1, 3), preprocessing="unit", settings=Settings(layers=("conv",))
    )
    real = backend.compiled

    def noted(function, *arguments, **options):
        compiled.append(function.__name__)
        return real(function, *arguments, **options)

    ended = keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: compiled.append("epoch"))
    with mock.patch.object(backend, "compiled", noted):
        return out, fitted(images, 3, [gallery, ended])


def test_all_is_compiled_in_the_first_epoch(archived, compiled):
    first = compiled.index("epoch")
    assert {"reduce", "respond"} <= {*compiled[:first]}
    assert compiled[first:] == ["epoch"] * 3


def test_files_of_others_are_refused(archived, images, tmp_path):
    out, _ = archived
    assert_all_are_named(out)

    def gallery(out):
        return vizreport.GalleryCallback(images, out, None, preprocessing="unit")

    scratch = tmp_path / "out"
    assert_foreign_files_are_refused(out, scratch, gallery)
    # A list of one's own is no reason to replace a gallery that is not.
    shutil.copytree(out, scratch)
    folder = scratch / "epochs" / "epoch-003"
    shutil.rmtree(folder)
    shutil.copytree(out / "epochs" / "epoch-003", folder, ignore=lambda *_: [".vizreport"])
    (folder / "run.json").write_text("{}")
    with pytest.raises(RequestError, match="epoch-003/assets, .* would be overwritten"):
        gallery(scratch)
    # Those of the first edition go on.
    former = tmp_path / "former"
    shutil.copytree(out, former, ignore=shutil.ignore_patterns(".vizreport"))
    gallery(former)
    assert_all_are_named(former)


def links(page: Path) -> dict[str, Path]:
    """Return the texts of a page's links to other pages and what they lead to."""
    found = re.findall(r'<a href="([^"#]+\.html)">([^<]+)</a>', page.read_text("utf-8"))
    return {text: (page.parent / href).resolve() for href, text in found}


def test_chosen_epochs_lead_to_each_other(archived):
    out, _ = archived
    first, last = (out / f"epochs/epoch-{epoch:03d}/index.html" for epoch in (1, 3))
    every = out / "epochs/index.html"
    assert sorted(path.name for path in (out / "epochs").glob("epoch-*")) == [
        "epoch-001",
        "epoch-003",
    ]
    forward, back, listed = links(first), links(last), links(every)
    assert forward["Epoch 3 →"] == last.resolve()
    assert back["← Epoch 1"] == first.resolve()
    assert forward["All epochs"] == back["All epochs"] == every.resolve()
    assert listed == {"Epoch 1": first.resolve(), "Epoch 3": last.resolve()}
    assert all(path.exists() for path in [*forward.values(), *back.values(), *listed.values()])
    assert "loss" in every.read_text("utf-8")


def test_each_gallery_is_of_its_epochs_weights(archived, images):
    out, model = archived
    for epoch in (1, 3):
        own = model if epoch == 3 else fitted(images, epoch)
        part = keras.Model(own.inputs, own.get_layer("conv").output)
        maxima = part.predict(images / np.float32(255), verbose=0).max(axis=(1, 2))
        folder = out / f"epochs/epoch-{epoch:03d}"
        record = next(r for r in read_run(folder).experiments if r.name == "mining")
        mining = Store(folder).load(experiments()["mining"], record.key).result
        expected = np.sort(maxima, axis=0)[::-1][:9].T
        np.testing.assert_allclose(mining.layers["conv"].values, expected, rtol=1e-4)


def test_the_training_is_the_same_without(archived, images):
    for ours, theirs in zip(
        archived[1].get_weights(), fitted(images, 3).get_weights(), strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)


def test_a_failure_does_not_end_the_training(images, tmp_path, monkeypatch):
    def broken(self, number):
        raise OSError("no space left")

    monkeypatch.setattr(vizreport.GalleryCallback, "_draw", broken)
    gallery = vizreport.GalleryCallback(images, tmp_path, None, preprocessing="unit")
    with pytest.warns(UserWarning, match="no gallery for epoch 2; training continues"):
        model = fitted(images, 2, [gallery])
    for ours, theirs in zip(model.get_weights(), fitted(images, 2).get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    entries = json.loads((tmp_path / "epochs/epochs.json").read_text())
    assert [entry["error"] for entry in entries] == ["OSError: no space left"] * 2
    assert "no space left" in (tmp_path / "epochs/index.html").read_text("utf-8")


def test_an_interrupt_passes(images, tmp_path, monkeypatch):
    def stopped(self, number):
        raise KeyboardInterrupt

    monkeypatch.setattr(vizreport.GalleryCallback, "_draw", stopped)
    gallery = vizreport.GalleryCallback(images, tmp_path, None, preprocessing="unit")
    with pytest.raises(KeyboardInterrupt):
        fitted(images, 1, [gallery])


def test_our_own_training_archives_galleries_too(gratings_file, tmp_path, monkeypatch):
    monkeypatch.setattr("vizreport.building.gallery.SHOWN", ("filters",))  # the quick section
    images, labels = gratings(9, 1)
    in_other_order = CLASSES[::-1]
    np.savez(tmp_path / "shown.npz", images=images, labels=5 - labels, class_names=in_other_order)
    recipe = "--model zfnet-dense-2048 --width 0.1 --input-size 54 --batch-size 16 --max-images 40"
    train = ["train", "--data", str(gratings_file), *recipe.split(), "--epochs", "1"]
    shown = ["--gallery", str(tmp_path / "shown.npz"), "--gallery-epochs", "1,9"]
    with_, without = tmp_path / "with", tmp_path / "without"
    assert main([*train, "--out", str(with_), *shown]) == 0
    assert main([*train, "--out", str(without)]) == 0
    assert_same_state(with_, without, 0)
    assert sorted(path.name for path in (with_ / "epochs").glob("epoch-*")) == ["epoch-001"]
    trained = keras.models.load_model(without / "zfnet-dense-2048-epoch-001.keras")
    kernel = np.moveaxis(np.asarray(trained.get_layer("conv1").kernel), 3, 0)
    folder = with_ / "epochs/epoch-001"
    record = next(r for r in read_run(folder).experiments if r.name == "filters")
    drawn = Store(folder).load(experiments()["filters"], record.key).result.filters
    np.testing.assert_allclose(drawn, kernel, rtol=1e-6)
    (entry,) = json.loads((with_ / "epochs/epochs.json").read_text())
    history = json.loads((with_ / "history.json").read_text())
    record = next(r for r in read_run(folder).experiments if r.name == "mining")
    mining = Store(folder).load(experiments()["mining"], record.key).result
    assert tuple(mining.class_names) == CLASSES
    np.testing.assert_array_equal(mining.labels, labels)
    assert entry["logs"]["validation error"] == history["epochs"][0]["validation_error"]


def test_wrong_arguments_are_refused_before_the_training(images, tmp_path):
    with pytest.raises(RequestError, match="preprocessing="):
        vizreport.GalleryCallback(images, tmp_path)
    with pytest.raises(RequestError, match="does not exist"):
        vizreport.GalleryCallback(tmp_path / "absent", tmp_path, preprocessing="unit")
    with pytest.raises(RequestError, match="uint8"):
        vizreport.GalleryCallback(images / 255, tmp_path, preprocessing="unit")


def test_the_training_stops_on_what_a_gallery_finds(images, tmp_path):
    gallery = vizreport.GalleryCallback(
        images,
        tmp_path / "run",
        None,
        preprocessing="unit",
        settings=Settings(layers=("conv",)),
        stop_on=["dead>0.99", "filters-dead>=0"],
    )
    with pytest.warns(UserWarning, match="training stops after epoch 1: .*filters of"):
        model = fitted(images, 5, [gallery])
    assert model.stop_training
    drawn = [path.name for path in (tmp_path / "run" / "epochs").glob("epoch-*")]
    assert drawn == ["epoch-001"]
    page = (tmp_path / "run" / "epochs" / "epoch-001" / "pages" / "all.html").read_text("utf-8")
    assert 'id="diagnosis"' in page


def test_a_condition_is_checked_before_the_training(images, tmp_path):
    with pytest.raises(RequestError, match="is not a condition"):
        vizreport.GalleryCallback(
            images, tmp_path / "run", preprocessing="unit", stop_on=["dead>many"]
        )
