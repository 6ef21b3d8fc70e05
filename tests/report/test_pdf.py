"""The PDF: tags, contents, captions, paper; reproducible; a clear word where Pango is missing."""

from __future__ import annotations

import dataclasses
import io
import itertools
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pypdf import PdfReader
from pypdfium2 import PdfDocument

from tests.report.fake_results import HOSTILE
from tests.report.pages import Page
from vizreport.errors import RequestError
from vizreport.report import montage, templates
from vizreport.report.files import for_print, parted, place
from vizreport.report.pdf import print_page
from vizreport.report.render import render
from vizreport.report.section import Figure
from vizreport.report.tables import number_tables


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
    lines = texts[told["Contents"] - 1].splitlines()
    listed = dict(
        re.findall(r"^(.+?)[ .]*? (\d+)$", "\n".join(x for x in lines if " . " in x), re.M)
    )
    chapters = [title for title in told if title not in ("In short", "Contents")]
    assert chapters[:2] == ["Diagnosis", "Overview"]
    assert chapters[-1] == "This run"
    assert {title: int(listed[title]) for title in chapters} == {t: told[t] for t in chapters}
    assert list(told.values()) == sorted(told.values())


@pytest.mark.parametrize("kind", ["Figure", "Table"])
def test_what_the_text_refers_to_is_there(texts: list[str], kind: str) -> None:
    whole = " ".join(" ".join(texts).split())
    captions = [int(n) for n in re.findall(rf"{kind} (\d+)\. ", whole)]
    last = max(captions)
    assert last > 10
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


def test_a_tall_picture_fills_two_pages_with_its_caption_on_both(tmp_path: Path) -> None:
    rows = [Image.new("RGB", (800, 290), (40 * i, 90, 200)) for i in range(4)]
    whole = montage.grid(rows, 1, 10)
    figure = Figure("rows", "Four rows", "What they show.", "Four rows of colour", lambda: whole)
    placed = place(tmp_path, figure, 3)
    assert len(placed.printed) == 4  # 800 px on 174 mm: 65 mm each
    filled = templates.environment().from_string(
        '<html lang="en"><title>t</title>{% import "macros.html" as m with context %}'
        '<div style="height: 100mm"></div>{{ m.figure(placed) }}<p>What follows.</p></html>'
    )
    page = filled.render(placed=placed, medium="pdf", root="")
    print_page(page, tmp_path, tmp_path / "report.pdf")
    reader = PdfReader(tmp_path / "report.pdf")
    texts = [page.extract_text() for page in reader.pages]
    assert all("Figure 3. Four rows. What they show." in text for text in texts)
    assert "What follows." in texts[1]
    tree: Any = reader.trailer["/Root"]["/StructTreeRoot"]  # type: ignore[index]
    pictures = [element for element in elements(tree) if element["/S"] == "/Figure"]
    alts = [str(picture["/Alt"]) for picture in pictures]
    assert alts == ["Four rows of colour", *3 * ["Figure 3, continued"]]
    assert [picture["/Pg"]["/StructParents"] for picture in pictures] == [0, 0, 1, 1]


def test_pictures_are_parted_between_rows_where_that_fills_pages() -> None:
    noise = np.random.default_rng(5).integers(0, 256, (900, 400, 3), dtype=np.uint8)
    picture = Image.fromarray(noise)
    assert [part.size for part in parted(picture, 174)] == [(400, 900)]  # has no rows
    picture.info[montage.CUTS] = [60, 120, 300, 850]
    parts = parted(picture, 174)  # 0.435 mm a px: 40 mm are 92 px
    assert [part.height for part in parts] == [120, 180, 600]
    assert (np.concatenate([np.asarray(part) for part in parts]) == noise).all()
    assert len(parted(picture, 35)) == 1  # 79 mm high


def test_print_has_exact_pixels_or_a_photograph_at_300_dots_per_inch() -> None:
    noise = np.random.default_rng(5).integers(0, 256, (60, 60, 3), dtype=np.uint8)
    enlarged = Image.fromarray(noise).resize((600, 600), Image.Resampling.NEAREST)
    ending, content = for_print(enlarged, 174)
    assert ending == ".png"
    assert (np.asarray(Image.open(io.BytesIO(content))) == np.asarray(enlarged)).all()
    smooth = Image.fromarray(noise[:12, :12]).resize((1200, 600), Image.Resampling.BICUBIC)
    ending, content = for_print(smooth, 50.8)
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


def test_tables_are_numbered() -> None:
    table = '<div class="scroll"{} aria-label="{}">\n<table>{}<tr></tr></table></div>'
    filled = (
        '<a class="see" href="#table-b">Table</a> <a href="#table-x">Table</a>'
        + table.format("", "First", "")
        + table.format(' id="table-b"', "b", "\n<caption><strong>Second</strong>, %</caption>")
    )
    numbered = number_tables(filled)
    assert "<caption><strong>Table 1. First.</strong></caption><tr>" in numbered
    assert "<caption><strong>Table 2. Second</strong>, %</caption><tr>" in numbered
    assert '<a class="see" href="#table-b">Table 2</a> <a href="#table-x">Table</a>' in numbered


def test_tables_are_listed() -> None:
    table = '<div class="scroll"{} aria-label="{}"><table><tr></tr></table></div>'
    named, nameless = table.format(' id="table-b"', "One &amp; all"), table.format("", "Two")
    numbered = number_tables(f'<ol class="plates" id="tables"></ol>{named}{nameless}')
    assert (
        '<li><a href="#table-b">1. One &amp; all</a></li><li><a href="#table-2">2. Two' in numbered
    )
    assert 'id="table-2" aria-label="Table 2"' in numbered


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


def test_without_pango_the_html_is_there(run_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Missing:
        def find_spec(self, name: str, path: object = None, target: object = None) -> None:
            if name == "weasyprint":
                raise OSError("cannot load library 'libpango-1.0-0'")

    render(run_folder)
    former = (run_folder / "report.pdf").read_bytes()
    (run_folder / "index.html").unlink()
    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])
    with pytest.raises(RequestError, match="apt-get install libpango-1.0-0"):
        render(run_folder)
    page = Page(run_folder / "index.html")
    assert "Layer-1 filters" in page.words()
    assert not any(a["href"] == "report.pdf" for a in page.all("a"))
    assert (run_folder / "report.pdf").read_bytes() == former
    assert not list(run_folder.glob(".rendering-*"))
