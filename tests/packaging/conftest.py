"""One made-up run for all tests of this folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.report.fake_run import make_fake_run


@pytest.fixture(scope="session")
def stored_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stored") / "run"
    make_fake_run(folder)
    return folder


@pytest.fixture
def fake_run(stored_run: Path, tmp_path: Path) -> Path:
    """A copy of the stored results, to be rendered."""
    return Path(shutil.copytree(stored_run, tmp_path / "run"))
