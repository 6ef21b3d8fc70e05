"""The PDF: tags, contents, captions, paper; reproducible; a clear word where Pango is missing."""

from __future__ import annotations

import dataclasses
import io
import itertools
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pypdf import PdfReader
from pypdfium2 import PdfDocument

from tests.report.fake_results import HOSTILE
from tests.report.pages import Page
from vizreport.drawing.encoding import encoded
from vizreport.errors import RequestError
from vizreport.report import templates
from vizreport.report.numbering import References
from vizreport.report.pdf import print_page
from vizreport.report.render import render


@pytest.fixture(scope="module")
def reader(rendered: Path) -> PdfReader:
    return PdfReader(rendered / "report.pdf")


@pytest.fixture(scope="module")
def texts(rendered: Path) -> list[str]:
    # Not pypdf's: it misreads ligatures in fonts that show many scripts.
    with PdfDocument(rendered / "report.pdf") as document:
        return [page.get_textpage().get_text_bounded() for page in document]


def test_title_language_and_tags(reader: PdfReader, rendered: Path) -> None:
    assert reader.metadata is not None
    assert reader.metadata.title == HOSTILE[0]
    root: Any = reader.trailer["/Root"]
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b'pdfuaid:part="1"' in root["/Metadata"].get_data()
    assert all(str(page["/Tabs"]) == "/S" for page in reader.pages)
    assert (rendered / "report.pdf").stat().st_size < 15e6


def elements(parent: Any) -> Iterator[Any]:
    """Return what is below an element of the structure tree, in reading order."""
    kids = parent.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        element = kid.get_object()
        if hasattr(element, "keys") and "/S" in element:
            yield element
            yield from elements(element)


def test_the_structure_is_told(reader: PdfReader, texts: list[str]) -> None:
    root: Any = reader.trailer["/Root"]
    tree = list(elements(root["/StructTreeRoot"]))
    pictures = [element for element in tree if element["/S"] == "/Figure"]
    assert len(pictures) > 20
    assert all(str(picture["/Alt"]).strip() for picture in pictures)
    assert all(len(element["/A"]) for element in tree if element["/S"] == "/TH")
    levels = [int(e["/S"][2:]) for e in tree if e["/S"] in ("/H1", "/H2", "/H3", "/H4")]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    links = [a.get_object() for page in reader.pages for a in page.get("/Annots", [])]
    assert links
    assert all(link["/Contents"] for link in links)
    assert "<script>alert('x')</script>" in " ".join(texts)
    assert "activation 'silu' of block2/act has no backward rule" in " ".join(
        " ".join(texts).split()
    )


def bookmarks(reader: PdfReader) -> dict[str, int]:
    return {
        str(entry.title): (reader.get_destination_page_number(entry) or 0) + 1
        for entry in reader.outline
        if not isinstance(entry, list)
    }


def test_contents_tell_the_pages_of_the_bookmarks(reader: PdfReader, texts: list[str]) -> None:
    told = bookmarks(reader)
    lines = "\n".join(texts[told["Contents"] - 1 : told["Diagnosis"] - 1]).splitlines()
    listed = dict(re.findall(r"(\S.*?)\u2002(\d+)(?!\S)", "\n".join(lines)))
    chapters = [title for title in told if title != "Contents"]
    assert chapters[:2] == ["Diagnosis", "Overview"]
    assert chapters[-1] == "This run"
    assert {title: int(listed[title]) for title in chapters} == {t: told[t] for t in chapters}
    assert list(told.values()) == sorted(told.values())


@pytest.mark.parametrize("kind", ["Figure", "Table"])
def test_what_the_text_refers_to_is_there(texts: list[str], kind: str) -> None:
    whole = " ".join(" ".join(texts).split())
    captions = [int(n) for n in re.findall(rf"{kind} (\d+)\. ", whole)]
    last = max(captions)
    assert last > (20 if kind == "Figure" else 5)
    assert set(captions) == set(range(1, last + 1))
    referred = {int(n) for n in re.findall(rf"{kind}[ \u00a0](\d+)(?!\. [A-Z])", whole)}
    assert referred <= set(captions)
    assert len(referred) > 0.7 * last


def test_captions_stand_on_the_page_of_their_figures(reader: PdfReader, texts: list[str]) -> None:
    places = reader.named_destinations
    root: Any = reader.trailer["/Root"]
    pictured = {
        element["/Pg"]["/StructParents"]
        for element in elements(root["/StructTreeRoot"])
        if element["/S"] == "/Figure"
    }
    for name, destination in places.items():
        if name.startswith("fig-"):
            page = reader.get_destination_page_number(destination) or 0
            assert re.search(r"Figure \d+\. ", texts[page]), name
            assert page in pictured, name


def test_print_has_exact_pixels_or_a_photograph_at_300_dots_per_inch() -> None:
    noise = np.random.default_rng(5).integers(0, 256, (60, 60, 3), dtype=np.uint8)
    enlarged = Image.fromarray(noise).resize((600, 600), Image.Resampling.NEAREST)
    _, (ending, content) = encoded(enlarged, 174)
    assert ending == ".png"
    assert (np.asarray(Image.open(io.BytesIO(content))) == np.asarray(enlarged)).all()
    smooth = Image.fromarray(noise[:12, :12]).resize((1200, 600), Image.Resampling.BICUBIC)
    _, (ending, content) = encoded(smooth, 50.8)
    shown = Image.open(io.BytesIO(content))
    assert (ending, shown.size) == (".jpg", (600, 300))
    wanted = smooth.resize((600, 300), Image.Resampling.BOX)
    assert np.abs(np.asarray(shown, float) - np.asarray(wanted, float)).mean() < 4


@pytest.mark.parametrize(("paper", "size"), [("a4", (595.28, 841.89)), ("letter", (612.0, 792.0))])
def test_paper(tmp_path: Path, paper: str, size: tuple[float, float]) -> None:
    page = '<html lang="en"><title>t</title><p>Some words.</p></html>'
    print_page(page, tmp_path, tmp_path / "report.pdf", paper)
    box = PdfReader(tmp_path / "report.pdf").pages[0].mediabox
    assert (float(box.width), float(box.height)) == pytest.approx(size, abs=0.01)


def table_of(tables: References, call: str) -> tuple[str, list[str]]:
    """Return what a call of the macro for tables becomes, and what goes to the appendix."""
    source = '{% import "macros.html" as m with context %}' + call
    template, annex = templates.environment().from_string(source), list[str]()
    filled = template.render(medium="pdf", root="", numbers=tables, annex=annex)
    return tables.settle(filled), annex


def test_tables_are_numbered_and_referred_to() -> None:
    tables = References(supplement=False)
    row = "<tr><td>1</td></tr>{% endcall %}"
    page, annex = table_of(
        tables,
        '{{ numbers.see("b") }}, {{ numbers.see("s") }}, {{ numbers.see("none") }}'
        '{% call m.table("", "First & all") %}' + row + '{% call m.table("s", "Beside", true) %}'
        "" + row + '{% call m.table("b", "Second", more=", %") %}' + row,
    )
    assert "<strong>Table 1. First &amp; all.</strong>" in page
    assert '<div class="scroll" id="b"' in page
    assert "<strong>Table 2. Second</strong>, %</caption>" in page
    assert '<a class="see" href="#b">Table&nbsp;2</a>, Table&nbsp;S1, Table' in page
    assert "Table S1. Beside." not in page
    assert "Table S1. Beside." in "".join(annex)
    assert [(each.name, each.number) for each in tables.listed] == [
        ("table-1", "1"), ("s", "S1"), ("b", "2")
    ]  # fmt: skip


def test_text_that_looks_like_a_reference_stays() -> None:
    tables = References()
    assert tables.settle("a \ue0007\ue001 b") == "a \ue0007\ue001 b"


def test_maps_in_print(rendered: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from vizreport.experiments.registry import experiments
    from vizreport.experiments.top_patches import figures
    from vizreport.results.run import read_run
    from vizreport.results.store import Store

    run, known = read_run(rendered), experiments()
    keys = {record.name: record.key for record in run.experiments}
    loaded = {
        name: Store(rendered).load(known[name], keys[name])
        for name in ("mining", "parts", "top_patches")
    }
    results = {name: outcome.result for name, outcome in loaded.items() if outcome is not None}
    monkeypatch.setattr(figures, "_SHEET", 4)

    def sheets(count: int) -> list[list[int]]:
        asked = dataclasses.replace(run, settings={**run.settings, "maps_in_print": count})
        layer = figures.section(results, asked).context["layers"][0]
        return [[cell["map"] for cell in sheet["cells"]] for sheet in layer["sheets"]]

    assert [len(maps) for maps in sheets(3)] == [3]
    assert [len(maps) for maps in sheets(10)] == [4, 4, 2]
    assert len({m for maps in sheets(10) for m in maps}) == 10


def test_source_date_epoch_makes_the_bytes_the_same(
    run_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1500000000")
    render(run_folder, html=False)
    first = (run_folder / "report.pdf").read_bytes()
    render(run_folder, html=False)
    assert (run_folder / "report.pdf").read_bytes() == first
    assert not (run_folder / "index.html").exists()


@pytest.fixture
def without_pango(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    class Missing:
        def find_spec(self, name: str, path: object = None, target: object = None) -> None:
            if name == "weasyprint":
                raise OSError("cannot load library 'libpango-1.0-0'")

    def take_it_away() -> None:
        monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
        monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])

    return take_it_away


def test_without_pango_the_html_is_there(
    run_folder: Path, without_pango: Callable[[], None]
) -> None:
    render(run_folder)
    former = (run_folder / "report.pdf").read_bytes()
    (run_folder / "index.html").unlink()
    without_pango()
    render(run_folder)  # the PDF would be set the same: it is kept
    assert (run_folder / "index.html").exists()
    assert (run_folder / "report.pdf").read_bytes() == former
    (run_folder / "index.html").unlink()
    with pytest.raises(RequestError, match="apt-get install libpango-1.0-0"):
        render(run_folder, paper="letter")
    page = Page(run_folder / "pages" / "all.html")
    assert "Layer-1 filters" in page.words()
    assert not any(a["href"] == "report.pdf" for a in page.all("a"))
    assert (run_folder / "report.pdf").read_bytes() == former
    assert not list(run_folder.glob(".rendering-*"))
