"""The tiny network and data, and a render that only counts."""

from __future__ import annotations

import pytest

from tests.experiments import tiny


@pytest.fixture(scope="session")
def tiny_files(tmp_path_factory):
    return tiny.files(str(tmp_path_factory.mktemp("tiny-build")))


@pytest.fixture
def rendered(monkeypatch):
    """Replace the report by an empty page; return the calls."""
    calls = []

    def render(folder, html=True, pdf=True, progress=None):
        calls.append(folder)
        (folder / "index.html").write_text("a report")
        return ()

    monkeypatch.setattr("vizreport.report.render.render", render)
    return calls
