"""One made-up run, rendered once for all the tests that only look at it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.report.fake_run import make_fake_run
from vizreport.report.render import render


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run with hostile names, in HTML and PDF."""
    folder = tmp_path_factory.mktemp("hostile") / "run"
    make_fake_run(folder, hostile_names=True)
    assert render(folder) == ()
    return folder
