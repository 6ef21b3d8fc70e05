"""Results on disk: finished ones come back, damaged and half-written ones are absent."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from vizreport.experiments.experiment import Experiment
from vizreport.results.atomic import write_bytes
from vizreport.results.store import Store


@dataclass(frozen=True)
class Toy:
    numbers: np.ndarray
    by_layer: dict[str, np.ndarray]
    name: str
    share: float | None


EXPERIMENT = Experiment("toy", "Toy", 3, Toy, "", "", "")
RESULT = Toy(np.array([1.5, np.nan]), {"a/b": np.zeros((0, 4), np.float32)}, "élan", None)
KEY = "0123456789abcdef"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(tmp_path)
    made.save("toy", KEY, RESULT, 3)
    return made


def test_round_trip(store: Store) -> None:
    outcome = store.load(EXPERIMENT, KEY)
    assert outcome is not None
    assert (outcome.status, outcome.reason) == ("done", None)
    np.testing.assert_array_equal(outcome.result.numbers, RESULT.numbers)
    assert outcome.result.by_layer["a/b"].shape == (0, 4)
    assert outcome.result.by_layer["a/b"].dtype == np.float32
    assert (outcome.result.name, outcome.result.share) == ("élan", None)
    assert store.has("toy", KEY)


def test_what_does_not_apply_is_finished_too(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.save("toy", KEY, None, 3, "not applicable", "SiLU has no rule")
    outcome = store.load(EXPERIMENT, KEY)
    assert outcome is not None
    assert (outcome.status, outcome.reason, outcome.result) == (
        "not applicable",
        "SiLU has no rule",
        None,
    )


def test_absent(store: Store) -> None:
    other = "f" * 16
    assert store.load(EXPERIMENT, other) is None
    assert not store.has("toy", other)
    assert store.load(replace(EXPERIMENT, version=4), KEY) is None


def test_same_result_same_bytes(store: Store, tmp_path: Path) -> None:
    again = Store(tmp_path / "again")
    again.save("toy", KEY, RESULT, 3)
    for suffix in (".npz", ".json"):
        first, second = (s.path("toy", KEY, suffix).read_bytes() for s in (store, again))
        assert first == second


@pytest.mark.parametrize("suffix", [".npz", ".json"])
@pytest.mark.parametrize("damage", ["missing", "empty", "truncated", "flipped", "zeros"])
def test_damage_counts_as_absence(store: Store, suffix: str, damage: str) -> None:
    path = store.path("toy", KEY, suffix)
    content = path.read_bytes()
    if damage == "missing":
        path.unlink()
    elif damage == "flipped" and suffix == ".json":
        path.write_bytes(content.replace(b'"arrays_sha256": "', b'"arrays_sha256": "0'))
    else:
        middle = len(content) // 2
        flipped = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
        replaced = {"empty": b"", "truncated": content[:-7], "flipped": flipped}
        path.write_bytes(replaced.get(damage, bytes(len(content))))
    assert store.load(EXPERIMENT, KEY) is None
    assert not store.has("toy", KEY)
    store.save("toy", KEY, RESULT, 3)
    assert store.load(EXPERIMENT, KEY) is not None


def test_arrays_of_another_result_count_as_damage(store: Store) -> None:
    other = replace(RESULT, numbers=np.array([2.0, 3.0]))
    store.save("toy", "f" * 16, other, 3)
    store.path("toy", "f" * 16, ".npz").replace(store.path("toy", KEY, ".npz"))
    assert store.load(EXPERIMENT, KEY) is None


def test_killed_between_the_two_files(tmp_path: Path) -> None:
    """A process that dies after the arrays and before the record leaves nothing finished."""
    program = f"""
import os
import numpy as np
from vizreport.results import store
from dataclasses import dataclass

@dataclass(frozen=True)
class Toy:
    numbers: np.ndarray

store.write_text = lambda path, text: os._exit(9)
store.Store({str(tmp_path)!r}).save("toy", {KEY!r}, Toy(np.ones(3)), 3)
"""
    root = Path(__file__).parents[2]
    ended = subprocess.run([sys.executable, "-c", program], cwd=root, check=False)
    assert ended.returncode == 9
    store = Store(tmp_path)
    assert store.path("toy", KEY, ".npz").exists()
    assert not store.has("toy", KEY)
    assert store.load(EXPERIMENT, KEY) is None


def test_a_failed_write_leaves_the_former_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_bytes(path, b"former")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))  # as a disk that fills up
    try:
        with pytest.raises(OSError, match="too large"):
            write_bytes(path, bytes(2000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert path.read_bytes() == b"former"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_no_temporary_file_is_left(store: Store) -> None:
    assert sorted(p.name for p in (store.folder / "results" / "toy").iterdir()) == [
        f"{KEY}.json",
        f"{KEY}.npz",
    ]


def test_the_record_is_plain_json(store: Store) -> None:
    record = json.loads(store.path("toy", KEY, ".json").read_text("utf-8"))
    assert record["schema_version"] == 1
    assert record["arrays"]["by_layer/a/b"] == {"dtype": "float32", "shape": [0, 4]}
    assert record["values"]["name"] == "élan"


def test_misuse(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="status"):
        Store(tmp_path).save("toy", KEY, RESULT, 3, "failed")
    with pytest.raises(ValueError, match="does not go with"):
        Store(tmp_path).save("toy", KEY, None, 3)
