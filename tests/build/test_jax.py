"""All of a build, galleries in anyone's training and the benchmark for GPUs run on JAX."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from vizreport import building as build_module
from vizreport.building import BuildRequest
from vizreport.results.run import read_run


@pytest.fixture(scope="module")
def on_jax(tiny_files, tmp_path_factory):
    """The folder of what :mod:`tests.build.jax_build` made, and what it printed."""
    folder = tmp_path_factory.mktemp("jax")
    done = subprocess.run(
        [sys.executable, "-m", "tests.build.jax_build", *map(str, tiny_files[:2]), str(folder)],
        env={**os.environ, "KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "fork" not in done.stderr, done.stderr  # of a process with JAX's threads
    return folder, done.stdout


def test_every_section_is_made(on_jax):
    run = read_run(on_jax[0] / "report")
    assert run.host["backend"] == "jax"
    assert "jax" in run.versions
    left = {record.name for record in run.experiments if record.status != "done"}
    # Nothing was given for these.
    assert left == {"ablation", "correspondence", "deconvolutional", "evolution", "transfer"}
    assert (on_jax[0] / "report" / "index.html").exists()


def mined(report):
    """The arrays of a report's mining."""
    (path,) = (report / "results" / "mining").glob("*.npz")
    with np.load(path) as archive:
        return {name: archive[name] for name in archive.files}


def test_mining_agrees_with_tensorflow(on_jax, tiny_files, tmp_path, monkeypatch):
    monkeypatch.setattr(build_module, "_render", lambda *_: True)
    asked = BuildRequest(tiny_files[0], str(tiny_files[1]), tmp_path / "run", only=("overview",))
    assert build_module.build(asked) == 0
    found, wanted = mined(on_jax[0] / "report"), mined(asked.folder)
    compared = [name for name in wanted if name.startswith(("values", "means", "top_prob"))]
    assert len(compared) >= 7
    for name in compared:
        np.testing.assert_allclose(found[name], wanted[name], rtol=1e-5, atol=1e-6, err_msg=name)


def test_few_shapes_are_compiled_for_a_layer(on_jax):
    counts = json.loads((on_jax[0] / "shapes.json").read_text())
    assert 1 <= max(counts) <= 16


def test_a_gallery_inside_fit(on_jax):
    folder = on_jax[0] / "gallery" / "epochs" / "epoch-002"
    assert (folder / "index.html").exists()
    assert {record.status for record in read_run(folder).experiments} == {"done"}


def test_doctor_names_the_backend(on_jax):
    lines = [line.split(None, 1) for line in on_jax[1].splitlines() if line.strip()]
    said = {line[0]: line[1] for line in lines if len(line) == 2}
    assert said["backend"] == "jax"
    assert said["devices"].startswith("CPU (")
    assert "a build can run" in on_jax[1]


def test_the_benchmark_needs_few_packages(on_jax):
    text = (on_jax[0] / "gpu.jsonl").read_text()
    rows = [json.loads(line) for line in text.splitlines()]
    assert {row["part"] for row in rows} == {
        *("device", "agreement", "mining", "projections", "occlusion", "decoding")
    }
    assert not [row for row in rows if row["what"] in ("failed", "left out")]
    apart = [row["value"] for row in rows if row["part"] == "agreement"]
    assert len(apart) == 6
    assert max(apart) <= 1e-6  # one device, compared with itself
