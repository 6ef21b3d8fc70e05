"""Builds: resumed, repeated, changed, failing."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from functools import wraps
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.experiments import tiny
from tests.ownership import assert_all_are_named, assert_foreign_files_are_refused, tree
from vizreport.building import build as build_module
from vizreport.building.build import build
from vizreport.building.request import BuildRequest
from vizreport.cli import main
from vizreport.errors import NotApplicable, RequestError
from vizreport.experiments.experiment import Experiment
from vizreport.experiments.registry import Registry, experiments
from vizreport.experiments.settings import Settings
from vizreport.models.preprocessing_choice import PreprocessingRequest
from vizreport.report import templates
from vizreport.results.store import Store
from vizreport.subject.options import NetworkOptions
from vizreport.wording.text import printable

# Those that every build has; others that join the registry have tests of their own.
ALL = ["mining", "overview", "filters", "parts", "top_patches"]


def _few() -> Registry:
    return Registry({name: experiments()[name] for name in (*ALL, "photographs")}, {})


@pytest.fixture(autouse=True)
def _registry(monkeypatch):
    monkeypatch.setattr(build_module, "registry", _few)


@pytest.fixture
def computed(monkeypatch):
    """Names of the experiments that were computed, in order; ``broken`` maps names to errors."""
    calls: list[str] = []
    broken: dict[str, BaseException] = {}
    load = Experiment.load

    def counting(self, target):
        function = load(self, target)
        if target != self.compute:
            return function

        @wraps(function)
        def compute(**given):
            calls.append(self.name)
            if self.name in broken:
                raise broken[self.name]
            return function(**given)

        return compute

    monkeypatch.setattr(Experiment, "load", counting)
    return calls, broken


def request(files, out: Path, **settings) -> BuildRequest:
    return BuildRequest(
        checkpoint=files[0], data=str(files[1]), out=out, settings=Settings(**settings), pdf=False
    )


def records(out: Path) -> dict[str, dict]:
    run = json.loads((out / "run.json").read_text())
    return {record["name"]: record for record in run["experiments"]}


def results(out: Path) -> dict[str, bytes]:
    """Content of all results, without their times."""
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in (out / "results").glob("*/*")
        if not path.name.endswith(".run.json")
    }


@pytest.fixture(scope="module")
def finished(tiny_files, tmp_path_factory):
    """A finished build, to be copied."""
    out = tmp_path_factory.mktemp("finished") / "run"
    patch = pytest.MonkeyPatch()
    patch.setattr(build_module, "_render", lambda *_: True)
    patch.setattr(build_module, "registry", _few)
    assert build(request(tiny_files, out)) == 0
    patch.undo()
    return out


@pytest.fixture
def copy(finished, tmp_path):
    return Path(shutil.copytree(finished, tmp_path / "run"))


def test_a_killed_build_goes_on_from_the_last_result(
    tiny_files, finished, tmp_path, computed, rendered
):
    calls, broken = computed
    asked = request(tiny_files, tmp_path / "run")
    broken["filters"] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        build(asked)
    assert calls == ["mining", "overview", "filters"]
    assert rendered == []
    calls.clear()
    broken.clear()
    assert build(asked) == 0
    assert calls == ["filters", "parts", "top_patches"]
    assert len(rendered) == 1
    # Times, device and date are those of the results, two of which the killed build computed.
    run, origins = json.loads((tmp_path / "run" / "run.json").read_text()), {}
    for record in run["experiments"]:
        path = tmp_path / "run" / "results" / record["name"] / f"{record['key']}.run.json"
        origins[record["name"]] = json.loads(path.read_text())
        assert record["seconds"] == origins[record["name"]]["seconds"] > 0
    assert run["seconds"] == pytest.approx(sum(each["seconds"] for each in origins.values()))
    assert run["date"] == origins["mining"]["date"]
    assert "CPU" in run["host"]["devices"] or "GPU" in run["host"]["devices"]
    assert results(tmp_path / "run") == results(finished)
    calls.clear()
    assert build(asked) == 0
    assert (calls, len(rendered)) == ([], 1)


def test_results_of_two_backends_are_named(tiny_files, copy, capsys):
    (path,) = (copy / "results" / "overview").glob("*.run.json")
    origin = json.loads(path.read_text())
    assert origin["host"]["backend"] == "tensorflow"
    path.write_text(json.dumps({**origin, "host": {**origin["host"], "backend": "jax"}}))
    assert build(request(tiny_files, copy)) == 0
    assert "(4 on tensorflow, 1 on jax)" in capsys.readouterr().err
    host = json.loads((copy / "run.json").read_text())["host"]
    assert host["backend"].endswith("; jax: overview")


def test_faults_are_printed_as_the_report_says_them(tiny_files, copy, capsys, monkeypatch):
    def render(out, *_):
        found = {"severity": "fault", "sentence": "All is grey.", "advice": "Try colour.\x1b[0m"}
        others = {"severity": "note", "sentence": "All is well.", "advice": ""}
        (out / "findings.json").write_text(json.dumps({"findings": [found, others]}))
        return True

    monkeypatch.setattr(build_module, "_render", render)
    assert build(request(tiny_files, copy)) == 0
    (line,) = capsys.readouterr().err.splitlines()
    assert line == "vizreport: " + printable("All is grey. Try colour.\x1b[0m")


def test_a_changed_template_draws_the_report_again(
    tiny_files, copy, tmp_path, computed, rendered, monkeypatch
):
    folder = tmp_path / "templates"
    folder.mkdir()
    monkeypatch.setattr(templates, "bundled_folder", lambda _: folder)
    for text, drawn in (("one", 1), ("one", 1), ("two", 2)):
        (folder / "page.html").write_text(text)
        assert build(request(tiny_files, copy)) == 0
        assert (computed[0], len(rendered)) == ([], drawn)


def test_a_damaged_result_is_computed_again(tiny_files, copy, computed, rendered):
    calls, _ = computed
    damaged = next((copy / "results" / "overview").glob("*.npz"))
    damaged.write_bytes(damaged.read_bytes()[:-20])
    assert build(request(tiny_files, copy)) == 0
    assert calls == ["overview"]


@pytest.mark.parametrize(
    ("settings", "again"),
    [
        ({}, []),
        ({"batch_size": 7}, []),
        ({"maps": 2}, ["top_patches"]),
        ({"window": "full"}, ["top_patches"]),
        ({"occlusion_layer": "conv1"}, []),
        ({"scale": "tile"}, []),  # drawn otherwise, as the next
        ({"filter_scale": "filter"}, []),
        # The overview says which layers have rules.
        ({"rule": "gradient"}, ["overview", "top_patches"]),
        ({"layers": ("conv1",)}, ALL),
        ({"max_images": 9}, ALL),
        ({"top": 4}, ALL),
    ],
    ids=str,
)
def test_a_changed_setting_recomputes_what_depends_on_it(
    settings, again, tiny_files, copy, computed, rendered
):
    assert build(request(tiny_files, copy, **settings)) == 0
    assert computed[0] == again
    if again:
        # Going back finds the former results.
        computed[0].clear()
        assert build(request(tiny_files, copy)) == 0
        assert computed[0] == []


def test_changed_inputs_recompute_everything(tiny_files, copy, computed, rendered, tmp_path):
    checkpoint, data = tiny_files
    other = tiny.write_data(tmp_path / "data.npz", seed=9)
    assert build(request((checkpoint, other), copy)) == 0
    assert computed[0] == ALL
    computed[0].clear()
    asked = replace(
        request(tiny_files, copy),
        network=NetworkOptions(PreprocessingRequest(parts={"channels": "RGB"})),
    )
    assert build(asked) == 0
    assert computed[0] == ALL
    computed[0].clear()
    # The same bytes elsewhere, touched: nothing has changed.
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    for file in checkpoint.parent.glob("*"):
        if file.is_file():
            shutil.copyfile(file, moved / file.name)
    assert build(request((moved / checkpoint.name, moved / data.name), copy)) == 0
    assert computed[0] == []


def test_photographs_are_computed_where_asked_for(tiny_files, copy, computed, rendered, tmp_path):
    photo = tmp_path / "photo.png"
    Image.fromarray(np.full((40, 50, 3), 90, np.uint8)).save(photo)
    assert build(request(tiny_files, copy, photographs=(str(photo),))) == 0
    assert computed[0] == ["photographs"]
    computed[0].clear()
    Image.fromarray(np.full((40, 50, 3), 91, np.uint8)).save(photo)
    assert build(request(tiny_files, copy, photographs=(str(photo),))) == 0
    assert computed[0] == ["photographs"]
    missing = request(tiny_files, copy, photographs=(str(tmp_path / "gone.png"),))
    with pytest.raises(RequestError, match=r"gone\.png"):
        build(missing)


def test_a_failing_experiment_is_shown_and_the_rest_goes_on(
    tiny_files, tmp_path, computed, rendered, capsys
):
    calls, broken = computed
    broken["overview"] = ZeroDivisionError("by nothing")
    out = tmp_path / "run"
    assert build(request(tiny_files, out)) == 1
    assert calls == ALL
    found = records(out)
    assert found["overview"]["status"] == "failed"
    assert found["overview"]["reason"] == "ZeroDivisionError: by nothing"
    assert [found[name]["status"] for name in ("mining", "filters", "top_patches")] == ["done"] * 3
    assert len(rendered) == 1
    # It is tried again, the others are not.
    calls.clear()
    broken.clear()
    assert build(request(tiny_files, out)) == 0
    assert calls == ["overview"]
    assert len(rendered) == 2


def test_what_needs_a_failed_result_fails_with_it(tiny_files, tmp_path, computed, rendered, capsys):
    calls, broken = computed
    broken["mining"] = OSError("no space")
    out = tmp_path / "run"
    assert build(request(tiny_files, out)) == 1
    assert calls == ["mining"]
    for name in ALL[1:]:
        assert records(out)[name]["status"] == "failed"
        assert "no space" in records(out)[name]["reason"]
    (line,) = capsys.readouterr().err.splitlines()
    assert "section mining: unexpected OSError: no space" in line


def test_a_full_disk_ends_the_build_and_keeps_what_is_finished(
    tiny_files, tmp_path, computed, rendered, capsys, monkeypatch
):
    calls, _ = computed
    save = Store.save

    def full(self, name, *rest, **named):
        if name == "filters":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        save(self, name, *rest, **named)

    out = tmp_path / "run"
    command = ["build", "--checkpoint", str(tiny_files[0]), "--data", str(tiny_files[1])]
    command += ["--out", str(out), "--no-pdf"]
    with monkeypatch.context() as patch:
        patch.setattr(Store, "save", full)
        assert main(command) == 2
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"vizreport: No space left on device while writing {out}: finished results are kept, and "
        "the same command resumes once there is room"
    )
    assert (calls, rendered) == (["mining", "overview", "filters"], [])
    calls.clear()
    assert main(command) == 0
    assert calls == ["filters", "parts", "top_patches"]


def test_files_of_others_are_refused_before_anything_is_computed(
    tiny_files, copy, tmp_path, computed, rendered
):
    assert_all_are_named(copy)
    assert_foreign_files_are_refused(
        copy, tmp_path / "out", lambda out: build(request(tiny_files, out))
    )
    # A result's name that is taken in a folder that is ours.
    taken = next((copy / "results" / "overview").glob("*.json"))
    manifest = copy / ".vizreport" / "report.json"
    manifest.write_text(manifest.read_text().replace(f'"results/overview/{taken.name}",', ""))
    before = tree(copy)
    with pytest.raises(RequestError, match=f"results/overview/{taken.name} would be overwritten"):
        build(request(tiny_files, copy))
    assert tree(copy) == before
    assert computed[0] == []


def test_strict_raises(tiny_files, tmp_path, computed, rendered):
    computed[1]["overview"] = ZeroDivisionError("by nothing")
    with pytest.raises(ZeroDivisionError):
        build(replace(request(tiny_files, tmp_path / "run"), strict=True))


def test_not_applicable_is_no_failure(tiny_files, tmp_path, computed, rendered):
    calls, broken = computed
    broken["filters"] = NotApplicable("there is no convolution")
    out = tmp_path / "run"
    assert build(request(tiny_files, out)) == 0
    assert records(out)["filters"]["status"] == "not applicable"
    assert records(out)["filters"]["reason"] == "there is no convolution"
    calls.clear()
    assert build(request(tiny_files, out)) == 0
    assert calls == []


def test_a_network_without_rules_is_reported_with_the_reason(tmp_path, tiny_files, rendered):
    checkpoint = tiny.write_checkpoint(tmp_path / "silu.keras", activation="silu")
    out = tmp_path / "run"
    assert build(request((checkpoint, tiny_files[1]), out)) == 0
    found = records(out)
    assert {record["status"] for record in found.values()} <= {"done", "not applicable"}
    experiment = experiments()["overview"]
    result = Store(out).load(experiment, found["overview"]["key"]).result
    assert all("silu" in layer["rule"] for layer in result.layers)
    assert build(request((checkpoint, tiny_files[1]), out, rule="gradient")) == 0
    result = Store(out).load(experiment, records(out)["overview"]["key"]).result
    assert {layer["rule"] for layer in result.layers} == {""}


@pytest.mark.parametrize("wrong", ["checkpoint", "data", "labels", "layer"])
def test_wrong_requests(wrong, tiny_files, tmp_path, rendered):
    asked = request(tiny_files, tmp_path / "run")
    gone = tmp_path / "gone"
    asked = {
        "checkpoint": lambda: replace(asked, checkpoint=gone.with_suffix(".keras")),
        "data": lambda: replace(asked, data=str(gone)),
        "labels": lambda: replace(asked, network=NetworkOptions(labels=gone)),
        "layer": lambda: replace(asked, settings=Settings(layers=("conv9",))),
    }[wrong]()
    with pytest.raises(RequestError):
        build(asked)


def test_networks_that_cannot_be_walked_are_the_users_to_mend(tmp_path, tiny_files, rendered):
    import keras
    from keras import layers

    a, b = keras.Input((8, 8, 3)), keras.Input((8, 8, 3))
    models = {
        "two inputs": keras.Model([a, b], layers.Add()([a, b])),
        "no image": keras.Sequential([keras.Input((5,)), layers.Dense(3)]),
    }
    for name, model in models.items():
        path = tmp_path / f"{name}.keras"
        model.save(path)
        asked = replace(
            request((path, tiny_files[1]), tmp_path / "run"),
            network=NetworkOptions(PreprocessingRequest("unit")),
        )
        with pytest.raises(RequestError, match="image"):
            build(asked)


def test_an_unchanged_build_does_not_import_tensorflow(tiny_files, copy, rendered):
    build(request(tiny_files, copy))  # writes the page and its stamp
    code = (
        "import sys; from pathlib import Path\n"
        "from vizreport.building.build import build\n"
        "from vizreport.building.request import BuildRequest\n"
        f"status = build(BuildRequest(Path({str(tiny_files[0])!r}), {str(tiny_files[1])!r}, "
        f"Path({str(copy)!r}), pdf=False, only={tuple(ALL)!r}))\n"
        "heavy = sorted({name.split('.')[0] for name in sys.modules} & {'tensorflow', 'keras'})\n"
        "print(status, heavy)\n"
    )
    root = Path(build_module.__file__).parents[2]
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=False
    )
    assert found.stdout.strip() == "0 []", found.stderr
