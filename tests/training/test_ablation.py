"""The ablation: its results against an evaluation by itself, and after a kill."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from tests.ownership import assert_all_are_named, assert_foreign_files_are_refused
from tests.training.conftest import assert_same_state
from vizreport.data.dataset import Dataset
from vizreport.errors import RequestError
from vizreport.experiments.ablation.trial import read_trial, read_trials
from vizreport.models.variants import build_variant
from vizreport.results.manifest import add, read
from vizreport.subject.network import StoredNetwork
from vizreport.subject.options import NetworkOptions
from vizreport.subject.subject import Subject
from vizreport.training import ablation, loop
from vizreport.training.ablation import AblationRequest, ablate
from vizreport.training.evaluation import evaluate
from vizreport.training.image_sets import ImageSet, open_image_sets

VARIANTS = ("krizhevsky-without-3-4-6-7", "zfnet-dense-2048")
INPUT = 64  # the krizhevsky networks need 63 px


def silent(line: str) -> None:
    pass


@pytest.fixture(scope="session")
def ablation_for(request_for):
    def make(out, variants=VARIANTS, seeds=(0,), keep=False, **changes):
        changes = {"width": 0.1, "input_size": INPUT, "epochs": 2, "max_images": 120, **changes}
        return AblationRequest(request_for(out, **changes), variants, seeds, keep)

    return make


@pytest.fixture(scope="session")
def unstopped(ablation_for, tmp_path_factory):
    """Two variants with one seed, checkpoints kept."""
    out = tmp_path_factory.mktemp("ablation")
    ablate(ablation_for(out, keep=True), silent)
    return out


def test_results(unstopped, ablation_for):
    trials = read_trials(unstopped)
    assert [(trial.variant, trial.seed) for trial in trials] == [(v, 0) for v in VARIANTS]
    parts = open_image_sets(ablation_for(unstopped).training)
    for trial in trials:
        assert len(trial.epochs) == trial.settings["epochs"] == 2
        assert (trial.training_images, trial.validation_images) == (107, 13)
        assert trial.parameters == build_variant(trial.variant, 6, INPUT, 0.1).count_params()
        np.testing.assert_array_equal(trial.labels, parts.validation.labels)
        # The checkpoint of the last epoch, evaluated by the other way: from the file's pictures.
        path = unstopped / "work" / f"{trial.variant}-seed-0" / f"{trial.variant}-epoch-002.keras"
        network, options = StoredNetwork(path), NetworkOptions()
        held = evaluate([Subject(network, options, images_of(parts.validation))])
        assert trial.validation_error == pytest.approx(held.ten_crop_top1)
        assert trial.validation_top5_error == pytest.approx(held.ten_crop_top5)
        trained = evaluate([Subject(network, options, images_of(parts.training))])
        assert trial.training_error == pytest.approx(trained.ten_crop_top1)


def test_files_of_others_are_refused(unstopped, ablation_for, tmp_path):
    assert_all_are_named(unstopped)
    assert_foreign_files_are_refused(
        unstopped, tmp_path / "out", lambda out: ablate(ablation_for(out), silent)
    )
    # An ablation of the first edition, finished or stopped, is known by its results and folders.
    former, lines = tmp_path / "former", []
    shutil.copytree(unstopped, former, ignore=shutil.ignore_patterns(".vizreport"))
    ablate(ablation_for(former), lines.append)
    assert lines[-1] == "2 of 2 runs are finished"
    assert read(former, "ablation") >= {
        f"{v}-seed-0.{end}" for v in VARIANTS for end in ("json", "npz")
    }
    assert any(name.startswith("work/") for name in read(former, "ablation"))


def images_of(part: ImageSet) -> Dataset:
    """Return the images of a part as a data set of their own."""
    records = [part.dataset.records[i] for i in part.indices]
    return replace(
        part.dataset,
        records=tuple(replace(record, index=row) for row, record in enumerate(records)),
        read=lambda row: part.dataset.read(records[row].index),
        encoded=None,
    )


def test_a_killed_ablation_goes_on(unstopped, ablation_for, tmp_path, monkeypatch):
    request = ablation_for(tmp_path, VARIANTS[1:])
    real = loop.write_state

    def killed_in_the_second_epoch(out, state):
        if len(state.epochs) == 2:
            raise KeyboardInterrupt
        real(out, state)

    with monkeypatch.context() as patch:
        patch.setattr(loop, "write_state", killed_in_the_second_epoch)
        with pytest.raises(KeyboardInterrupt):
            ablate(request, silent)
    assert read_trial(tmp_path, VARIANTS[1], 0) is None

    def killed_before_the_result(folder, trial):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(ablation, "write_trial", killed_before_the_result)
        with pytest.raises(KeyboardInterrupt):
            ablate(request, silent)
    name = f"{VARIANTS[1]}-seed-0"
    assert_same_state(tmp_path / "work" / name, unstopped / "work" / name, 1e-5)
    lines: list[str] = []
    ablate(request, lines.append)
    assert not any("epoch" in line for line in lines)
    found, unbroken = (read_trial(folder, VARIANTS[1], 0) for folder in (tmp_path, unstopped))
    assert found.validation_error == unbroken.validation_error
    np.testing.assert_allclose(found.probabilities, unbroken.probabilities, atol=1e-5)
    # Only the results are left.
    assert not list((tmp_path / "work").iterdir())


def test_another_process_is_left_its_training(unstopped, ablation_for, tmp_path):
    request = ablation_for(tmp_path, VARIANTS[:1])
    lines: list[str] = []
    lock = f"work/{VARIANTS[0]}-seed-0.lock"
    add(tmp_path, "ablation", [lock])
    with ablation._claimed(tmp_path / lock) as mine:
        assert mine
        ablate(request, lines.append)
    assert any("another process is training it" in line for line in lines)
    assert not list(tmp_path.glob("*.json"))
    with ablation._claimed(tmp_path / lock) as mine:
        assert mine


def test_a_finished_ablation_is_not_trained_again(unstopped, ablation_for):
    lines: list[str] = []
    ablate(ablation_for(unstopped), lines.append)
    assert lines[-1] == "2 of 2 runs are finished"
    for changes, words in (
        ({"epochs": 3}, "epochs 2, not 3"),
        ({"max_images": 100}, "other data"),
        ({"batch_size": 8}, "batch_size 16, not 8"),
    ):
        with pytest.raises(RequestError, match=words):
            ablate(ablation_for(unstopped, **changes), silent)
    with pytest.raises(RequestError, match="unknown network 'lenet'"):
        ablate(ablation_for(unstopped, ("zfnet", "lenet")), silent)
    with pytest.raises(RequestError, match="too small"):
        ablate(ablation_for(unstopped, ("krizhevsky",), input_size=40), silent)


def test_a_diverged_training_does_not_stop_the_others(
    ablation_for, tmp_path, monkeypatch, unstopped
):
    trial = read_trial(unstopped, VARIANTS[1], 0)

    def train(images, request, *rest):
        if request.model == VARIANTS[0]:
            raise loop.Diverged("the training diverged in epoch 1")
        request.out.mkdir()
        return trial

    monkeypatch.setattr(ablation, "_train", train)
    with pytest.raises(RequestError, match=f"^{VARIANTS[0]}-seed-0 diverged"):
        ablate(ablation_for(tmp_path), silent)
    assert [found.variant for found in read_trials(tmp_path)] == [VARIANTS[1]]


def test_damaged_results(unstopped, tmp_path):
    name = f"{VARIANTS[0]}-seed-0"
    for suffix in (".json", ".npz"):
        content = (unstopped / f"{name}{suffix}").read_bytes()
        (tmp_path / f"{name}{suffix}").write_bytes(content)
    assert len(read_trials(tmp_path)) == 1
    values = json.loads((tmp_path / f"{name}.json").read_text())
    (tmp_path / "zfnet-seed-1.json").write_text(json.dumps({**values, "seed": 1}))
    with pytest.raises(RequestError, match="zfnet-seed-1.json or the .npz beside it"):
        read_trials(tmp_path)
    with pytest.raises(RequestError, match="no finished run"):
        read_trials(tmp_path / "work")
