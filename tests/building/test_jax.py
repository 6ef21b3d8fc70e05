"""All of a build, galleries in anyone's training and the benchmark for GPUs run on JAX."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.engine.jax_process import on_jax
from vizreport.building import build as build_module
from vizreport.building.request import BuildRequest
from vizreport.results.run import read_run


@pytest.fixture(scope="module")
def made(tiny_files, tmp_path_factory):
    """The folder of what :mod:`tests.building.jax_build` made, and what it printed."""
    folder = tmp_path_factory.mktemp("jax")
    done = on_jax("tests.building.jax_build", *tiny_files[:2], folder)
    assert done.returncode == 0, done.stderr
    assert "fork" not in done.stderr, done.stderr  # of a process with JAX's threads
    return folder, done.stdout


def test_every_section_is_made(made):
    run = read_run(made[0] / "report")
    assert run.host["backend"] == "jax"
    assert "jax" in run.versions
    left = {record.name for record in run.experiments if record.status != "done"}
    # Nothing was given for these.
    assert left == {"ablation", "correspondence", "deconvolutional", "evolution", "transfer"}
    assert (made[0] / "report" / "index.html").exists()


def mined(report):
    """The arrays of a report's mining."""
    (path,) = (report / "results" / "mining").glob("*.npz")
    with np.load(path) as archive:
        return {name: archive[name] for name in archive.files}


def test_mining_agrees_with_tensorflow(made, tiny_files, tmp_path, monkeypatch):
    monkeypatch.setattr(build_module, "_render", lambda *_: True)
    asked = BuildRequest(tiny_files[0], str(tiny_files[1]), tmp_path / "run", only=("overview",))
    assert build_module.build(asked) == 0
    found, wanted = mined(made[0] / "report"), mined(asked.folder)
    compared = [name for name in wanted if name.startswith(("values", "means", "top_prob"))]
    assert len(compared) >= 7
    for name in compared:
        np.testing.assert_allclose(found[name], wanted[name], rtol=1e-5, atol=1e-6, err_msg=name)


def test_few_shapes_are_compiled_for_a_layer(made):
    counts = json.loads((made[0] / "shapes.json").read_text())
    assert 1 <= max(counts) <= 16


def test_a_gallery_inside_fit(made):
    folder = made[0] / "gallery" / "epochs" / "epoch-002"
    assert (folder / "index.html").exists()
    assert {record.status for record in read_run(folder).experiments} == {"done"}


def test_doctor_names_the_backend(made):
    lines = [line.split(None, 1) for line in made[1].splitlines() if line.strip()]
    said = {line[0]: line[1] for line in lines if len(line) == 2}
    assert said["backend"] == "jax"
    assert said["devices"].startswith("CPU (")
    assert "a build can run" in made[1]


def test_the_benchmark_needs_few_packages(made):
    text = (made[0] / "gpu.jsonl").read_text()
    rows = [json.loads(line) for line in text.splitlines()]
    assert {row["part"] for row in rows} == {
        *("device", "agreement", "mining", "projections", "occlusion", "decoding")
    }
    assert not [row for row in rows if row["what"] in ("failed", "left out")]
    apart = [row["value"] for row in rows if row["part"] == "agreement"]
    assert len(apart) == 6
    assert max(apart) <= 1e-6  # one device, compared with itself
