"""The tiny network and data, and a render that only counts."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from tests.experiments import tiny
from tests.report.fake_deconvolutional import make_deconvolutional
from tests.training.trials import write_trials
from tests.transfer.made_up import write_transfer
from vizreport.building import build as build_module
from vizreport.building.build import build
from vizreport.building.request import BuildRequest
from vizreport.data.sources import open_dataset
from vizreport.experiments.deconvolutional.record import write_learned
from vizreport.experiments.settings import Settings
from vizreport.report import standing
from vizreport.report.render import as_drawn
from vizreport.results.manifest import add
from vizreport.results.run import read_run
from vizreport.results.run_folder import REPORT


@pytest.fixture(scope="session")
def tiny_files(tmp_path_factory):
    return tiny.files(str(tmp_path_factory.mktemp("tiny-build")))


@pytest.fixture
def rendered(monkeypatch):
    """Replace the report by an empty page; return the calls."""
    calls = []

    def render(folder, html=True, pdf=True, progress=None):
        calls.append(folder)
        add(folder, REPORT, ["index.html"])
        (folder / "index.html").write_text("a report")
        run = as_drawn(read_run(folder), {})
        standing.write(folder, run, standing.of(run, html, pdf), html, pdf)
        return ()

    monkeypatch.setattr("vizreport.report.render.render", render)
    return calls


@pytest.fixture(scope="session")
def run(tiny_files, tmp_path_factory):
    """A build with every experiment, and the settings it was asked for."""
    folder = tmp_path_factory.mktemp("contract")
    photo = folder / "photo.png"
    Image.fromarray(np.full((40, 50, 3), 90, np.uint8)).save(photo)
    parts = folder / "parts.csv"
    lines = [
        f"{record.path},{part},{x},{y}"
        for record in open_dataset(str(tiny_files[1])).records
        for part, x, y in (("eye", 8, 6), ("ear", 20, 5.5), ("nose", 14, 15))
    ]
    parts.write_text("\n".join(["file,part,x,y", *lines]))
    write_learned(folder / "deconvolutional", make_deconvolutional(False))
    epochs = folder / "epochs"
    epochs.mkdir()
    asked = BuildRequest(
        tiny.write_epochs(epochs, tiny_files[0], (1, 2)),
        str(tiny_files[1]),
        folder / "run",
        Settings(
            photographs=(str(photo),),
            parts=str(parts),
            ablation=str(write_trials(folder / "ablation")),
            transfer=str(write_transfer(folder / "transfer")),
            deconvolutional=str(folder / "deconvolutional"),
        ),
        pdf=False,
    )
    patch = pytest.MonkeyPatch()
    from vizreport.results.run import write_run

    patch.setattr(build_module, "_render", lambda out, record, *_: write_run(out, record) or True)
    assert build(asked) == 0
    patch.undo()
    return asked
