"""Runs with one field or a few bytes changed: a sentence, never a traceback."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import random
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import vizreport
from vizreport.cli import main
from vizreport.errors import RequestError
from vizreport.experiments.registry import experiments
from vizreport.results import archive
from vizreport.results.run import read_run

ODD: list[Any] = [
    None,
    True,
    -1,
    10**12,
    10**30,
    1e308,
    "",
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "\ud800",
    [],
    [[["x"]]],
    {},
    {"float": "nan"},
    {"arrays": ["../x"]},
]


@pytest.mark.parametrize("seed", range(24))
def test_a_run_with_something_changed(run, tmp_path, seed):
    folder = copied(run.out, tmp_path)
    choose = random.Random(seed)
    record = choose.choice(read_run(folder).experiments)
    result = folder / "results" / record.name / f"{record.key}.json"
    changed = choose.choice([folder / "run.json", result, result.with_suffix(".npz")])
    if seed % 4 == 0:
        flip_bytes(changed, choose)
    elif changed.suffix == ".npz":
        change_array(changed, choose)
    else:
        document = json.loads(changed.read_text("utf-8"))
        change_field(document, choose)
        changed.write_text(json.dumps(document), "utf-8")
    sign(result)

    status, printed, _ = ended("list", folder, "--json")
    figures = [each["name"] for each in json.loads(printed)] if status == 0 else ["layer-1-filters"]
    near = [name for name in figures if record.name[:5] in name] or figures
    ended("figure", folder, choose.choice(near), "--out", tmp_path / "figure.png", "--dpi", "40")
    assert ended("index", tmp_path / "folder")[0] == 0
    page = (tmp_path / "folder" / "index.html").read_text("utf-8")
    assert "<script>alert" not in page
    opened(folder)
    assert sorted(path.name for path in tmp_path.iterdir()) in (
        ["figure.png", "folder"],
        ["folder"],
    )


def test_what_is_drawn_from_a_result_that_makes_no_sense(run, tmp_path):
    """As declared, but for a reader of it impossible: pictures that are none."""
    folder = copied(run.out, tmp_path)
    other = copied(run.out, tmp_path / "other")
    for name, field in (("top_patches", "patches/conv1"), ("architecture", "tiles")):
        (record,) = (each for each in read_run(folder).experiments if each.name == name)
        path = folder / "results" / name / f"{record.key}.npz"
        arrays = archive.read(path)
        empty = np.zeros(1, np.uint8)
        if field == "tiles":
            assert len(arrays[field])
            empty = np.zeros((len(arrays[field]), 0, 0, 3), np.uint8)
        path.write_bytes(archive.pack(arrays | {field: empty}))
        sign(path.with_suffix(".json"))
    out = tmp_path / "figure.png"
    status, _, said = ended("figure", folder, "architecture-layer2", "--out", out)
    assert status == 2
    assert "figure architecture-layer2 cannot be drawn (" in said
    assert not out.exists()
    status, _, said = ended("figure", folder, "top-conv1", "--out", out)
    assert status == 2
    assert "figure top-conv1 cannot be drawn (UnidentifiedImageError" in said
    assert "delete the run's results/ folder" in said
    status, _, said = ended("compare", folder, other, "--out", tmp_path / "both", "--no-pdf")
    assert status == 2
    assert "the runs cannot be compared" in said
    assert "delete the run's results/ folder" in said


def copied(run: Path, folder: Path) -> Path:
    """Return a copy of a run, results alone, in a folder of its own."""
    place = folder / "folder" / "run"
    shutil.copytree(run / "results", place / "results")
    shutil.copyfile(run / "run.json", place / "run.json")
    return place


def ended(*argv: Any) -> tuple[int, str, str]:
    """Run the command line in this process; return its status, what it prints and complains."""
    printed, complained = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(complained):
        status = main([str(argument) for argument in argv])
    assert status in (0, 1, 2)
    assert "traceback" not in complained.getvalue().lower()
    return status, printed.getvalue(), complained.getvalue()


def opened(folder: Path) -> None:
    """Read every result as ``vizreport.open_run`` does."""
    try:
        found = vizreport.open_run(folder)
    except RequestError:
        return
    for name in experiments():
        with contextlib.suppress(RequestError):
            found.result(name)


def change_field(document: dict[str, Any], choose: random.Random) -> None:
    """Give one field, however deep, another value, another name, or none."""
    places = [place for place in below(document) if place]
    *way, last = choose.choice(places)
    holder: Any = document
    for step in way:
        holder = holder[step]
    change = choose.choice(["odd", "odd", "odd", "gone", "renamed"])
    if change == "gone":
        del holder[last]
    elif change == "renamed" and isinstance(holder, dict):
        holder[f"../{last}"] = holder.pop(last)
    else:
        holder[last] = choose.choice(ODD)


def below(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List the ways to a value's fields, and to the first few entries of its lists."""
    steps = list(value) if isinstance(value, dict) else []
    steps = list(range(min(3, len(value)))) if isinstance(value, list) else steps
    return [way, *(each for step in steps for each in below(value[step], (*way, step)))]


def change_array(path: Path, choose: random.Random) -> None:
    """Give one array other numbers, another type or another shape."""
    arrays = archive.read(path)
    if not arrays:
        return
    name = choose.choice(sorted(arrays))
    array = arrays[name].copy()
    changes = [array[:0] if array.ndim else array, array.astype("complex64"), array.reshape(-1)]
    if array.size:
        noise = np.frombuffer(choose.randbytes(array.nbytes), np.uint8)
        changes.append(noise.view(array.dtype).reshape(array.shape))
    arrays[name] = choose.choice(changes)
    path.write_bytes(archive.pack(arrays))


def flip_bytes(path: Path, choose: random.Random) -> None:
    content = bytearray(path.read_bytes())
    for _ in range(3):
        content[choose.randrange(len(content))] = choose.randrange(256)
    path.write_bytes(bytes(content))


def sign(path: Path) -> None:
    """Write the hash of a result's arrays into its record, as a tamperer would."""
    try:
        record = json.loads(path.read_text("utf-8"))
        record["arrays_sha256"] = hashlib.sha256(path.with_suffix(".npz").read_bytes()).hexdigest()
        path.write_text(json.dumps(record), "utf-8")
    except (ValueError, TypeError):  # the record is the damaged part
        return
