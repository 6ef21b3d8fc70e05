"""Pages of layers and maps: kept, or filled again where a section that they show differs."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path
from typing import Any

import pytest

from vizreport.drawing.section import Page, Section
from vizreport.report import html, kept_pages, templates
from vizreport.report.contents import Shown
from vizreport.report.kept_pages import KeptPages, as_pages_show
from vizreport.results.run import RunRecord

RUN = RunRecord("r", "Title", "c", "0", "d", 1, "0", {}, (), date="2026-11-28")
PAGE = Page("map", "Map", "pages/map.html", {}, others=("b",))


def shown(name: str, key: str = "k", *pages: Page) -> Shown:
    return Shown(name, name, "", "", "done", "", "", Section(pages=pages), key=key)


SECTIONS = {"a": shown("a", "k", PAGE), "b": shown("b"), "c": shown("c")}


@pytest.fixture
def filled(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Names of the sections that pages were filled with."""
    found: list[list[str]] = []

    def fill(template: str, package: str, run: RunRecord, sections: Any, **_: Any) -> str:
        found.append([each.name for each in sections])
        return f"{run.title} {run.date} {[each.key for each in sections]}"

    monkeypatch.setattr(templates, "fill", fill)
    return found


def written(folder: Path, run: RunRecord = RUN, **changed: Shown) -> str:
    """Write the pages of a report that takes the place of the one in the folder."""
    stage = folder.with_name("stage")
    (stage / "pages").mkdir(parents=True)
    (stage / "figures").mkdir()
    sections = tuple({**SECTIONS, **changed}.values())
    html._write_pages(stage, as_pages_show(run), sections, KeptPages(folder))
    shutil.rmtree(folder, ignore_errors=True)
    stage.rename(folder)
    return (folder / "pages" / "map.html").read_text()


def test_pages_are_kept_until_what_they_show_differs(
    tmp_path: Path, filled: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "run"
    first = written(folder)
    assert first == "Title  ['k', 'k']"
    assert written(folder) == first
    assert written(folder, dataclasses.replace(RUN, date="", seconds=3.0)) == first
    assert written(folder, c=shown("c", "other")) == first
    assert filled == [["a", "b"]]  # and the section that they do not show was not given
    assert written(folder, b=shown("b", "new")) == "Title  ['k', 'new']"
    assert written(folder, a=shown("a", "new", PAGE)) == "Title  ['new', 'k']"
    assert written(folder, dataclasses.replace(RUN, title="New")) == "New  ['k', 'k']"
    assert len(filled) == 4
    (folder / "pages" / "map.html").write_text("edited")
    assert written(folder, dataclasses.replace(RUN, title="New")) == "New  ['k', 'k']"
    monkeypatch.setattr(kept_pages, "pages_of", lambda _: "edited templates")
    written(folder, dataclasses.replace(RUN, title="New"))
    assert len(filled) == 6
    for broken in ("", "[]", "{}", '{"files": 3}'):
        (folder / kept_pages.FILE).write_text(broken)
        assert written(folder) == first
    assert len(filled) == 10
