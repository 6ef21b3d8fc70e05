"""A small network learned from a few pictures, from the command line to the files and back."""

from __future__ import annotations

import dataclasses
import shutil

import numpy as np
import pytest

from tests.ownership import assert_all_are_named, assert_foreign_files_are_refused
from vizreport.cli import main
from vizreport.data.sources import open_dataset
from vizreport.deconvolutional.study import signal_to_noise
from vizreport.errors import RequestError
from vizreport.experiments.deconvolutional.record import prepare_learned, read_learned
from vizreport.results.manifest import read


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("learned")
    asked = [
        *("deconvnet-learn", "--data", "shapes", "--max-images", "10", "--out", str(out)),
        *("--input-size", "16", "--maps", "3,4", "--epochs", "2", "--batch-size", "10"),
        *("--lambda", "2,1"),
    ]
    assert main(asked) == 0
    return out


def test_the_files_hold_what_was_learned(folder):
    learned = read_learned(folder)
    assert learned.data_fingerprint == open_dataset("shapes", None, 10, 0).fingerprint
    assert (learned.pictures, learned.settings["weights"]) == (8, [2, 1])
    shapes = {name: bank.shape for name, bank in learned.filters.items()}
    assert shapes == {"1": (7, 7, 3, 3), "2": (5, 5, 3, 4)}
    assert learned.units == {"1": 22 * 22 * 3, "2": 15 * 15 * 4}
    assert learned.patches["2"].shape == learned.projections.shape == (4, 9, 16, 16, 3)
    for name in ("1", "2"):
        assert len(learned.learning[name]) == 2
        assert (np.diff(learned.inference[name]) <= 0).all()
        assert len(learned.snr[name]) == len(learned.active[name]) == 2
        # The stored reconstructions are those that were measured, up to their quantisation.
        again = signal_to_noise(
            learned.inputs * learned.step, learned.reconstructions[name] * learned.step
        )
        np.testing.assert_allclose(again, learned.snr[name], atol=0.3)
        assert (np.diff(learned.activations[name]) <= 0).all()


def test_files_of_others_are_refused(folder, tmp_path, capsys):
    assert_all_are_named(folder)
    assert_foreign_files_are_refused(folder, tmp_path / "out", prepare_learned)
    out = tmp_path / "own"
    out.mkdir()
    (out / "deconvolutional.json").write_text("a user's")
    # Before the data are looked at.
    assert main(["deconvnet-learn", "--data", "nowhere", "--out", str(out)]) == 2
    assert "own/deconvolutional.json would be overwritten" in capsys.readouterr().err
    former = tmp_path / "former"
    shutil.copytree(folder, former, ignore=shutil.ignore_patterns(".vizreport"))
    prepare_learned(former)
    assert read(former, "deconvolutional") == read(folder, "deconvolutional")


def test_damaged_and_missing_files_are_named(folder, tmp_path):
    with pytest.raises(RequestError, match=r"contains no deconvolutional\.json"):
        read_learned(tmp_path)
    text = (folder / "deconvolutional.json").read_text()
    (tmp_path / "deconvolutional.json").write_text(text.replace('"step"', '"stride"'))
    (tmp_path / "deconvolutional.npz").write_bytes((folder / "deconvolutional.npz").read_bytes())
    with pytest.raises(RequestError, match="damaged"):
        read_learned(tmp_path)
    (tmp_path / "deconvolutional.json").write_text(text)
    assert dataclasses.asdict(read_learned(tmp_path))["pictures"] == 8


def test_a_size_that_pools_badly_is_refused(tmp_path, capsys):
    asked = ["deconvnet-learn", "--data", "shapes", "--input-size", "33", "--out", str(tmp_path)]
    assert main(asked) == 2
    assert "must be even" in capsys.readouterr().err


def test_signal_to_noise_of_a_tenth_is_20_db():
    signal = np.ones((1, 4, 4, 1))
    np.testing.assert_allclose(signal_to_noise(signal, 0.9 * signal), [20])
