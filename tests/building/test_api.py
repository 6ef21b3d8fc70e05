"""Builds from Python, and reports of some sections."""

from __future__ import annotations

import re

import pytest

import vizreport
from vizreport.errors import RequestError


@pytest.fixture(scope="module")
def run(tiny_files, tmp_path_factory):
    out = tmp_path_factory.mktemp("api") / "run"
    return vizreport.build(
        *tiny_files, out, only=["filters"], pdf=False, filter_scale="filter", batch_size=16
    )


def test_a_build_returns_the_opened_run(run):
    assert [each.name for each in run.record.experiments] == ["mining", "filters"]
    assert run.failed == {}
    assert run.result("filters").layer == "conv1"
    assert run.record.settings["filter_scale"] == "filter"
    assert list(run.figures) == ["filters", "filter-rms"]


def test_the_page_has_the_sections_asked_for_and_no_dead_link(run):
    page = (run.folder / "pages" / "all.html").read_text("utf-8")
    assert "Each filter has its own scale" in page
    assert re.findall(r'<section[^>]* id="(\w+)"', page).count("filters") == 1
    assert 'id="occlusion"' not in page
    anchors = set(re.findall(r' id="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) - anchors == set()
    files = set(re.findall(r'(?:href|src)="((?!#|https?:|data:)[^"#]+)', page))
    assert [name for name in sorted(files) if not (run.folder / "pages" / name).exists()] == []


def test_another_display_of_a_result_draws_it_anew_and_computes_nothing(run, tiny_files):
    results = {path: path.stat().st_mtime_ns for path in run.folder.glob("results/*/*")}
    again = vizreport.build(*tiny_files, run.folder, only=["filters"], pdf=False)
    assert {path: path.stat().st_mtime_ns for path in run.folder.glob("results/*/*")} == results
    assert "One scale for all" in (run.folder / "pages" / "all.html").read_text("utf-8")
    assert again.record.experiments == run.record.experiments


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"layer": "conv1"}, "there is no setting 'layer'"),
        ({"only": ["filtrs"]}, "did you mean filters"),
        ({"only": ["occlusion"], "occlusion_layer": "conv9"}, "conv9"),
        ({"checkpoint": "https://example.com/net.keras"}, "is an address"),
    ],
    ids=str,
)
def test_wrong_requests(asked, said, tiny_files, tmp_path):
    chosen = {"checkpoint": tiny_files[0], "data": tiny_files[1], "out": tmp_path / "run"}
    with pytest.raises(RequestError, match=said):
        vizreport.build(**{**chosen, **asked})
