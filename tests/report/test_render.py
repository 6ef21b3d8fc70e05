"""Rendering: sections that failed, former reports, damaged results."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

import vizreport
from tests.report.fake_run import mark_not_applicable
from tests.report.pages import Page
from vizreport.errors import RequestError
from vizreport.experiments.filters import figures as filter_figures
from vizreport.report.reading import read_sections
from vizreport.report.render import render
from vizreport.results.manifest import add
from vizreport.results.run import ExperimentRecord, read_run, write_run
from vizreport.results.run_folder import REPORT, prepare_run


def add_record(folder: Path, record: ExperimentRecord) -> None:
    run = read_run(folder)
    write_run(folder, dataclasses.replace(run, experiments=(*run.experiments, record)))


def test_a_failed_section_is_shown(run_folder: Path) -> None:
    record = ExperimentRecord("overview", "", "failed", "ValueError: <b>no</b> layers")
    add_record(run_folder, record)
    assert render(run_folder, pdf=False) == ("overview",)
    words = Page(run_folder / "pages" / "all.html").words()
    assert "This section failed ValueError: <b>no</b> layers. The other sections" in words
    assert "The 96 filters" in words


def test_a_section_that_does_not_apply_is_shown(run_folder: Path) -> None:
    needs = ExperimentRecord("photographs", "ab", "not applicable", "it needs 'mining': none")
    add_record(run_folder, needs)
    add_record(run_folder, ExperimentRecord("top_patches", "", "done"))
    mark_not_applicable(run_folder, "top_patches", "SiLU has no rule.")
    assert render(run_folder, pdf=False) == ()
    words = Page(run_folder / "pages" / "all.html").words()
    assert "Not applicable to this network and data SiLU has no rule." in words
    assert "--rule gradient" in words
    assert "it needs 'mining': none" in words


def test_a_damaged_result_is_a_failed_section(run_folder: Path) -> None:
    for path in (run_folder / "results" / "filters").glob("*.npz"):
        path.write_bytes(path.read_bytes()[:-100])
    assert render(run_folder, pdf=False) == ("filters",)
    words = Page(run_folder / "pages" / "all.html").words()
    assert "is damaged (its arrays are not the ones that were written)" in words
    assert "the same build command recomputes it" in words


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"version": ', '"version": 9', "its stored result has version 9"),
        ('"layer": ', '"layer": ["<script>"], "was": ', "is damaged (Expected str, got array - at"),
        ('"stride": ', '"strides": ', "is damaged (stride is missing)"),
        ('"values": {', '"values": {"a": ' + "[" * 40 + "]" * 40 + ",", "nested too deeply"),
        ('"key": "', '"key": "../', "is damaged (it was moved here from elsewhere)"),
    ],
)
def test_a_tampered_result_is_a_failed_section(
    run_folder: Path, old: str, new: str, said: str
) -> None:
    (path,) = (run_folder / "results" / "filters").glob("*.json")
    content = path.read_text("utf-8")
    assert content.count(old) == 1
    path.write_text(content.replace(old, new), "utf-8")
    (read,) = read_sections(run_folder, read_run(run_folder))
    assert read.status == "failed"
    assert said.lower() in read.reason.lower()


def test_the_report_of_another_version_is_left_as_it_is(run_folder: Path) -> None:
    assert render(run_folder, pdf=False) == ()
    before = (run_folder / "index.html").read_bytes()
    (path,) = (run_folder / "results" / "mining").glob("*.json")
    path.write_text(path.read_text("utf-8").replace('"version": ', '"version": 9'), "utf-8")
    with pytest.raises(RequestError, match="another version .*version 9.*build` command again"):
        render(run_folder, pdf=False)
    assert (run_folder / "index.html").read_bytes() == before
    opened = vizreport.open_run(run_folder)
    with pytest.raises(RequestError, match="another version"):
        opened.result("mining")


def test_a_section_without_what_it_needs_says_so(run_folder: Path) -> None:
    for path in (run_folder / "results" / "mining").glob("*.json"):
        path.unlink()
    (read,) = read_sections(run_folder, read_run(run_folder))
    assert read.status == "failed"
    assert read.reason.startswith(
        "It requires the result of 'mining': Its stored result is missing"
    )


@pytest.mark.parametrize("broken", ["section", "_grid"])
def test_a_broken_section_does_not_lose_the_report(
    run_folder: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    def fails(*_: Any) -> None:
        raise ZeroDivisionError("on purpose")

    monkeypatch.setattr(filter_figures, broken, fails)
    assert render(run_folder, pdf=False) == ("filters",)
    words = Page(run_folder / "pages" / "all.html").words()
    assert "ZeroDivisionError: on purpose" in words
    assert "This run" in words


def test_a_broken_template_does_not_lose_the_report(
    run_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = filter_figures.section

    def without_context(results: Any, run: Any) -> Any:
        return dataclasses.replace(made(results, run), context={})

    monkeypatch.setattr(filter_figures, "section", without_context)
    assert render(run_folder, pdf=False) == ("filters",)
    assert "Its template failed: UndefinedError" in Page(run_folder / "pages" / "all.html").words()


def test_an_interrupted_rendering_keeps_the_former_report(
    run_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare_run(run_folder)
    add(run_folder, REPORT, ["index.html", "report.pdf", "figures/old.png"])
    (run_folder / "figures").mkdir()
    for name in ("index.html", "report.pdf", "figures/old.png"):
        (run_folder / name).write_text("former")

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("vizreport.report.render.write_html", killed)
    with pytest.raises(KeyboardInterrupt):
        render(run_folder)
    for name in ("index.html", "report.pdf", "figures/old.png"):
        assert (run_folder / name).read_text() == "former"
    assert not list(run_folder.glob(".rendering-*"))


def test_a_new_report_takes_the_place_of_the_former(run_folder: Path) -> None:
    told: list[str] = []
    prepare_run(run_folder)
    add(run_folder, REPORT, ["figures/old.png"])
    (run_folder / "figures").mkdir()
    (run_folder / "figures" / "old.png").write_text("former")
    render(run_folder, pdf=False, progress=told.append)
    assert not (run_folder / "figures" / "old.png").exists()
    assert (run_folder / "figures" / "filters.png").exists()
    assert "Layer-1 filters" in told
    assert sorted(p.name for p in run_folder.iterdir()) == [
        ".vizreport",
        "assets",
        "figures",
        "findings.json",
        "index.html",
        "pages",
        "results",
        "run.json",
    ]


def test_pictures_are_taken_over_where_nothing_changed(run_folder: Path) -> None:
    def drawn() -> dict[str, bytes]:
        files = (p for part in ("figures", "pages") for p in (run_folder / part).rglob("*.*"))
        # What was drawn when, and of which files, is noted beside the pictures.
        return {str(path): path.read_bytes() for path in files if path.suffix != ".json"}

    render(run_folder, pdf=False)
    first, told = drawn(), list[str]()
    render(run_folder, pdf=False, progress=told.append)
    assert told == []
    assert drawn() == first
    # One file that is not as it was drawn: its section is drawn again, and no other.
    (run_folder / "figures" / "filters.png").write_bytes(b"painted over")
    render(run_folder, pdf=False, progress=told.append)
    assert told == ["Layer-1 filters", "pages"]
    assert drawn() == first
    # Another setting that pictures may depend on.
    record = read_run(run_folder)
    write_run(
        run_folder, dataclasses.replace(record, settings={**record.settings, "scale": "tile"})
    )
    told.clear()
    render(run_folder, pdf=False, progress=told.append)
    assert told == ["Layer-1 filters", "pages"]


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"run\.json does not exist"):
        render(tmp_path)
