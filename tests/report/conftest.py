"""One made-up run, rendered once for all the tests that only look at it."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.report.browsing import Visit, chromium
from tests.report.fake_run import make_fake_run
from vizreport.report.render import render
from vizreport.results.run import read_run, write_run


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run with hostile names, in HTML and PDF."""
    folder = tmp_path_factory.mktemp("hostile") / "run"
    make_fake_run(folder, hostile_names=True)
    assert render(folder) == ()
    return folder


@pytest.fixture
def run_folder(rendered: Path, tmp_path: Path) -> Path:
    """Return a run with results alone and only one section, the filters, that is quickly drawn."""
    shutil.copytree(rendered / "results", tmp_path / "results")
    run = read_run(rendered)
    few = tuple(r for r in run.experiments if r.name in ("mining", "filters"))
    write_run(tmp_path, dataclasses.replace(run, experiments=few))
    return tmp_path


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.fixture
def visit(browser: Any, rendered: Path) -> Iterator[Callable[..., Visit]]:
    """Return what opens a window on the report; at the end nothing must have gone wrong in any."""
    visits = []

    def begin(folder: Path = rendered, **options: Any) -> Visit:
        visits.append(Visit(browser, folder, **options))
        return visits[-1]

    yield begin
    for one in visits:
        assert one.problems == []
        one.context.close()
