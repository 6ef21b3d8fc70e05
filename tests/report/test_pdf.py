"""The PDF: title, language, outline, pages; reproducible; a clear word where Pango is missing."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.report.fake_results import HOSTILE
from tests.report.pages import Page
from vizreport.errors import RequestError
from vizreport.report.render import render


def test_pdf(rendered: Path) -> None:
    reader = PdfReader(rendered / "report.pdf")
    assert reader.metadata is not None
    assert reader.metadata.title == HOSTILE[0]
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    titles = [entry.title for entry in reader.outline if not isinstance(entry, list)]
    sections = [
        "Overview",
        "Layer-1 filters",
        "Architecture",
        "Top-9 patches",
        "Occlusion",
        "Photographs",
    ]
    assert titles == [*sections, "This run"]
    assert 8 <= len(reader.pages) <= 19
    assert (rendered / "report.pdf").stat().st_size < 15e6
    # Highlights, mistakes, photographs, and a picture for each figure but that of the mistakes.
    assert len(reader.pages[0].images.keys()) == 3 + 8 + 2 + 13
    words = " ".join(page.extract_text() for page in reader.pages).replace("\0", "")
    assert "<script>alert('x')</script>" in words
    assert "activation 'silu' of block2/act has no backward rule" in words


@pytest.fixture
def copy(rendered: Path, tmp_path: Path) -> Path:
    """Return a run with results alone, the larger sections taken out."""
    import dataclasses

    from vizreport.results.run import read_run, write_run

    shutil.copytree(rendered / "results", tmp_path / "results")
    run = read_run(rendered)
    few = tuple(r for r in run.experiments if r.name in ("mining", "filters"))
    write_run(tmp_path, dataclasses.replace(run, experiments=few))
    return tmp_path


def test_source_date_epoch_makes_the_bytes_the_same(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1500000000")
    render(copy, html=False)
    first = (copy / "report.pdf").read_bytes()
    render(copy, html=False)
    assert (copy / "report.pdf").read_bytes() == first
    assert not (copy / "index.html").exists()


def test_without_pango_the_html_is_there(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Missing:
        def find_spec(self, name: str, path: object = None, target: object = None) -> None:
            if name == "weasyprint":
                raise OSError("cannot load library 'libpango-1.0-0'")

    (copy / "report.pdf").write_bytes(b"former")
    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])
    with pytest.raises(RequestError, match="apt-get install libpango-1.0-0"):
        render(copy)
    page = Page(copy / "index.html")
    assert "Layer-1 filters" in page.words()
    assert not any(a["href"] == "report.pdf" for a in page.all("a"))
    assert (copy / "report.pdf").read_bytes() == b"former"
    assert not list(copy.glob(".rendering-*"))
