"""What of a ``.keras`` file the checkpoint's hash counts, and that no file stops it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from vizreport.models.hash import checkpoint_hash

DESCRIPTION = {"layers": [{"shared_object_id": 7, "units": 3}, {"shared_object_id": 7}]}
WEIGHTS = bytes(range(256)) * 40


def archive(path: Path, year: int = 2026, packed: int = zipfile.ZIP_STORED, **members: Any) -> Path:
    """Write what Keras writes: description, when it was saved, weights."""
    contents = {
        "metadata.json": json.dumps({"keras_version": "3.15.1", "date_saved": f"{year}-01-01"}),
        "config.json": json.dumps(DESCRIPTION),
        "model.weights.h5": WEIGHTS,
        **{name.replace("__", "."): content for name, content in members.items()},
    }
    with zipfile.ZipFile(path, "w", packed) as file:
        for name, content in contents.items():
            file.writestr(zipfile.ZipInfo(name, (year, 1, 1, 0, 0, 0)), content, packed)
    return path


def described(ids: tuple[int, int], units: int = 3) -> str:
    return json.dumps(
        {"layers": [{"shared_object_id": ids[0], "units": units}, {"shared_object_id": ids[1]}]}
    )


def test_the_same_network_saved_again_has_the_same_hash(tmp_path: Path) -> None:
    first = checkpoint_hash(archive(tmp_path / "first.keras"))
    # At another time, by a process with other addresses in memory.
    again = archive(tmp_path / "again.keras", 2027, config__json=described((99, 99)))
    assert again.read_bytes() != (tmp_path / "first.keras").read_bytes()
    assert checkpoint_hash(again) == first


def test_all_that_makes_another_network_counts(tmp_path: Path) -> None:
    changes: list[dict[str, Any]] = [
        {},
        {"model__weights__h5": WEIGHTS[:-1] + b"!"},
        {"config__json": described((7, 7), units=4)},
        {"config__json": described((7, 8))},  # two objects where there was one
        {"assets/words__txt": b"a b c"},
    ]
    hashes = [
        checkpoint_hash(archive(tmp_path / f"{number}.keras", **change))
        for number, change in enumerate(changes)
    ]
    assert len(set(hashes)) == len(changes)


def within_each_other(path: Path) -> None:
    """Let 400 members be the same 10 kB: read one by one they are 400 times the file."""
    archive(path)
    with zipfile.ZipFile(path, "a") as file:
        (weights,) = (each for each in file.infolist() if each.filename.endswith(".h5"))
        for number in range(400):
            copy = zipfile.ZipInfo(f"{number}.h5")
            for name in ("header_offset", "compress_size", "file_size", "CRC"):
                setattr(copy, name, getattr(weights, name))
            file.filelist.append(copy)
        file._didModify = True  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "make",
    [
        lambda path: path.write_bytes(b"no archive"),
        lambda path: path.write_bytes(archive(path).read_bytes()[:-400]),
        lambda path: archive(path, config__json="[" * 100_000),
        lambda path: archive(path, config__json='{"shared_object_id": []}'),
        lambda path: archive(path, config__json=b"\xff"),
        lambda path: archive(path, packed=zipfile.ZIP_DEFLATED),
        within_each_other,
    ],
    ids=["none", "truncated", "nested", "no address", "no text", "packed", "within each other"],
)
def test_any_file_has_a_hash(tmp_path: Path, make: Any) -> None:
    path = tmp_path / "net.keras"
    make(path)
    found = checkpoint_hash(path)
    assert found == checkpoint_hash(path)
    assert found != checkpoint_hash(archive(tmp_path / "sound.keras"))
