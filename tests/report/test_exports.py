"""Figures as files, slides, the index of runs, and a run in Python: all from results alone."""

from __future__ import annotations

import base64
import dataclasses
import io
import json
import re
import shutil
import sys
import zipfile
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest
from matplotlib.figure import Figure as Chart
from PIL import Image

import vizreport
from tests.report.small_run import make_small_run
from vizreport.cli import main
from vizreport.drawing.medium import LIGHT, Medium, drawn_for
from vizreport.drawing.section import Figure
from vizreport.errors import RequestError
from vizreport.report.export import LETTERS, SIZES, export
from vizreport.report.fitting import fit_chart
from vizreport.results.run import read_run, write_run

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small") / "run"
    make_small_run(folder)
    return folder


@pytest.fixture(scope="module")
def figures(run: Path) -> dict[str, Figure]:
    opened = vizreport.open_run(run)
    return {name: figure._figure for name, figure in opened.figures.items()}


def test_list_names_every_figure(run, capsys):
    assert main(["list", str(run), "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    names = [each["name"] for each in listed]
    assert {"architecture", "filters", "filter-rms", "top-conv1"} <= set(names)
    assert len(set(names)) == len(names)
    numbers = [each["number"] for each in listed]
    printed = [number for number in numbers if not number.startswith("S")]
    beside = [number for number in numbers if number.startswith("S")]
    assert printed == [str(i + 1) for i in range(len(printed))]
    assert beside == [f"S{i + 1}" for i in range(len(beside))]
    assert main(["list", str(run)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == names


@pytest.mark.parametrize("size", SIZES)
def test_a_png_fits_its_place(figures, size):
    width, height = SIZES[size]
    for name in ("mistakes", "filter-rms"):
        drawn = export(figures[name], "png", size, 80)
        with Image.open(io.BytesIO(drawn.content)) as picture:
            across, down = (25.4 * side / 80 for side in picture.size)
        assert across <= width + 0.4
        assert down <= height + 0.4
        assert max(across / width, down / height) > 0.99
        assert drawn.letters >= 5


def test_dark_ground_and_light_letters(figures):
    for name in ("mistakes", "filter-rms"):
        drawn = export(figures[name], "png", "slide", 60, "dark")
        picture = np.asarray(Image.open(io.BytesIO(drawn.content)).convert("L"))
        assert picture[-1, -1] < 40
        assert picture.max() > 200


def test_svg_holds_a_mosaic_without_loss(figures):
    figure = figures["top-conv1"]
    content = export(figure, "svg", "slide").content.decode()
    encoded = re.search(r"base64,([^\"]+)", content)[1]
    embedded = Image.open(io.BytesIO(base64.b64decode(encoded))).convert("RGB")
    with drawn_for(Medium(*SIZES["slide"], LETTERS, LIGHT)):
        drawn = figure.draw()
    assert drawn.height < figure.draw().height  # fewer maps than in the report
    np.testing.assert_array_equal(np.asarray(embedded), np.asarray(drawn))


@pytest.mark.parametrize("form", ["png", "svg", "pdf"])
def test_the_same_results_give_the_same_bytes(figures, form):
    name = "filter-rms" if form != "png" else "mistakes"
    first = export(figures[name], form, "column", 60)
    assert first.content == export(figures[name], form, "column", 60).content


def test_letters_shrink_until_no_two_texts_touch():
    chart = Chart(figsize=(8, 2))
    left, right = chart.text(0.05, 0.5, "a" * 30), chart.text(0.55, 0.5, "b" * 30)
    letters = fit_chart(chart, 60, 60, 10)
    chart.draw_without_rendering()
    assert left.get_window_extent().x1 <= right.get_window_extent().x0 + 0.02 * chart.dpi
    assert letters == left.get_fontsize() < 10
    assert chart.get_size_inches()[0] == pytest.approx(60 / 25.4)


def test_an_unknown_figure_is_one_sentence(run, capsys):
    assert main(["figure", str(run), "filter"]) == 2
    said = capsys.readouterr().err
    assert "did you mean filters" in said
    assert said.count("\n") == 1


def test_figure_writes_what_the_ending_says(run, tmp_path, capsys):
    out = tmp_path / "spread.pdf"
    assert main(["figure", str(run), "filter-rms", "--out", str(out), "--size", "column"]) == 0
    assert out.read_bytes().startswith(b"%PDF")
    assert main(["figure", str(run), "filter-rms", "--out", str(tmp_path / "a.bmp")]) == 2


@pytest.mark.parametrize("verb", [["list"], ["figure"], ["slides"]])
def test_a_damaged_or_missing_run_is_one_sentence(verb, tmp_path, capsys):
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "run.json").write_text('{"schema_version"')
    for name in ("damaged", "missing"):
        assert main([*verb, str(tmp_path / name), *(["x"] if verb == ["figure"] else [])]) == 2
        said = capsys.readouterr().err
        assert name in said
        assert said.count("\n") == 1


def test_slides(run, tmp_path, figures):
    pptx = pytest.importorskip("pptx")
    # Charts and mosaics alike; the run without its last section keeps the test short.
    short = tmp_path / "short"
    shutil.copytree(run, short)
    record = read_run(short)
    write_run(short, dataclasses.replace(record, experiments=record.experiments[:2]))
    assert main(["slides", str(short), "--all"]) == 0
    deck = pptx.Presentation(short / "slides.pptx")
    assert deck.slide_width / deck.slide_height == pytest.approx(16 / 9, abs=1e-3)
    first, *others = deck.slides
    assert first.shapes.title.text == record.title
    said = " ".join(shape.text_frame.text for shape in first.shapes if shape.has_text_frame)
    assert record.checkpoint_file in said
    assert record.data_name in said
    assert "Top-1 error" in said
    assert re.search(r"Top-1 error: [\d.]+\u00a0%", said)  # numbers keep their spaces
    names = []
    for slide in others:
        picture = next(shape for shape in slide.shapes if hasattr(shape, "image"))
        names.append(picture.name)
        properties = picture._element.nvPicPr.cNvPr
        assert properties.get("descr")
        assert slide.shapes.title.text
        assert "Figure" in slide.notes_slide.notes_text_frame.text
        assert picture.top >= slide.shapes.title.top + slide.shapes.title.height
        assert picture.left >= 0
        assert picture.left + picture.width <= deck.slide_width
        assert picture.top + picture.height <= deck.slide_height
    assert names == [name for name in figures if name in names]
    assert {"architecture", "mistakes"} <= set(names)
    before = (short / "slides.pptx").read_bytes()
    with zipfile.ZipFile(io.BytesIO(before)) as archive:
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
        # Core properties carry the run's date, not today's.
        assert "2026-03-01" in archive.read("docProps/core.xml").decode()


def test_a_few_slides_are_headed_by_what_was_found(run, tmp_path, figures):
    pptx = pytest.importorskip("pptx")
    short = tmp_path / "short"
    shutil.copytree(run, short)
    record = read_run(short)
    write_run(short, dataclasses.replace(record, experiments=record.experiments[:3]))
    assert main(["slides", str(short)]) == 0
    _, *others = pptx.Presentation(short / "slides.pptx").slides
    titles = [slide.shapes.title.text for slide in others]
    assert 0 < len(titles) <= 12
    notes = [slide.notes_slide.notes_text_frame.text for slide in others]
    # A heading is a sentence of the section's finding, without its brackets.
    for title, note in zip(titles, notes, strict=True):
        assert "(" not in title
        assert title.split()[:3] == note.split()[:3]


def test_slides_without_python_pptx(run, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "pptx", None)
    assert main(["slides", str(run)]) == 2
    assert "pip install 'python-pptx>=" in capsys.readouterr().err


@pytest.fixture
def reports(run: Path, tmp_path: Path) -> Path:
    reports = tmp_path / "reports"
    for name, date in (("old #1 <b>", "2025-01-01T09:00:00+02:00"), ("in/new", "2026-01-01")):
        shutil.copytree(run, reports / name)
        changed = dataclasses.replace(read_run(run), date=date, title=f"Run {name}")
        write_run(reports / name, changed)
        (reports / name / "index.html").write_text("a report")
        (reports / name / "figures").mkdir()
        Image.new("RGB", (2000, 900), "red").save(reports / name / "figures" / "highlight-a.png")
    found = {"findings": [{"severity": "fault"}, {"severity": "look"}]}
    (reports / "in/new" / "findings.json").write_text(json.dumps(found))
    (reports / "cut").mkdir()
    (reports / "cut" / "run.json").write_text('{"schema_version": 1')
    shutil.copytree(run, reports / "lost")
    shutil.rmtree(reports / "lost" / "results" / "overview")
    (reports / "stopped" / "results").mkdir(parents=True)
    (reports / "trained" / "epochs").mkdir(parents=True)
    for name in ("epochs.json", "index.html"):
        (reports / "trained" / "epochs" / name).write_text("[]")
    return reports


def test_index_lists_runs_and_damaged_ones(reports, tmp_path, capsys):
    assert main(["index", str(reports)]) == 0
    said = capsys.readouterr().err
    assert "cannot read run cut: run.json cannot be read" in said
    assert "cannot read run lost: overview: Its stored result is missing" in said
    moved = reports.rename(tmp_path / "elsewhere")
    page = (moved / "index.html").read_text()
    assert page.index("Run in/new") < page.index("Run old #1 &lt;b&gt;")  # newest first
    assert page.count(">1 fault<") == 1  # of the newer alone; the other has no findings.json
    assert page.index("Run in/new") < page.index(">1 fault<") < page.index("Run old #1")
    damaged = page[page.index('id="damaged"') :]
    for name in ("cut", "lost", "stopped"):
        assert f">{name}<" in damaged
    assert "overview" in damaged
    assert str(reports) not in page
    links = re.findall(r'(?:href|src)="([^"#]+)"', page)
    assert any("old%20%231" in link for link in links)
    assert "trained/epochs/index.html" in links
    for link in links:
        assert not link.startswith(("/", "http", "file:"))
        assert (moved / unquote(link)).is_file(), link
    error = vizreport.open_run(moved / "in/new").result("overview").top1_error
    assert re.search(rf"{error:.1f}\s*%", page)
    assert main(["index", str(moved)]) == 0  # again, in place of the former one


def test_index_leaves_alone_what_is_not_its_own(reports, run, tmp_path):
    (reports / "index.html").write_text("my own page")
    assert main(["index", str(reports)]) == 2
    assert (reports / "index.html").read_text() == "my own page"
    assert main(["index", str(run)]) == 2
    (tmp_path / "empty").mkdir()
    assert main(["index", str(tmp_path / "empty")]) == 2
    assert not list((tmp_path / "empty").iterdir())


def test_a_run_can_be_zipped_and_opened_elsewhere(run, tmp_path):
    archive = shutil.make_archive(str(tmp_path / "run"), "zip", run)
    shutil.unpack_archive(archive, tmp_path / "there")
    here, there = vizreport.open_run(run), vizreport.open_run(tmp_path / "there")
    assert list(there.figures) == list(here.figures)
    assert there.figure("mistakes")._repr_png_() == here.figure("mistakes")._repr_png_()


def test_top_patches_are_what_is_stored(run):
    opened = vizreport.open_run(run)
    layer, top = opened.result("top_patches").layers["conv1"], opened.top_patches("conv1")
    stored, side, maps = layer.tiles, layer.tiles.window, len(layer.maps)
    assert top.projections.shape == top.patches.shape == (maps, 9, side, side, 3)
    np.testing.assert_array_equal(top.activations, layer.values)
    begin, end = stored.projection_offsets[2:4]
    mosaic = np.asarray(Image.open(io.BytesIO(stored.projections[begin:end].tobytes())))
    tile = mosaic[side : 2 * side, 2 * side : 3 * side].astype(np.float64)  # the sixth
    expected = (tile - 128) / 127 * stored.scales[2, 5]
    np.testing.assert_allclose(top.projections[2, 5], expected, rtol=1e-5, atol=1e-6)
    assert top.figure.name == "top-conv1"
    assert "<img src=" in top._repr_html_()
    with pytest.raises(RequestError, match="did you mean conv1"):
        opened.top_patches("conv11")


def test_open_run_of_what_is_none(tmp_path):
    with pytest.raises(RequestError, match="vizreport build"):
        vizreport.open_run(tmp_path)


def test_the_examples_of_the_guide_run(run, tmp_path, monkeypatch, capsys):
    text = (DOCS / "python.md").read_text()
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(blocks) >= 6
    (tmp_path / "reports").mkdir()
    shutil.copytree(run, tmp_path / "reports" / "demo")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, "docs/python.md", "exec"), names)
    said = capsys.readouterr().out
    assert "(2, 16, 16, 3)" in said
    assert (tmp_path / "filters.png").exists()
    assert (tmp_path / "filter-rms.svg").exists()
