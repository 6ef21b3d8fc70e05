"""What a report was drawn with: vizreport's own code, and that of packages with sections."""

from __future__ import annotations

import importlib

import pytest

from vizreport.report.drawing_code import fingerprint


@pytest.fixture
def package(tmp_path, monkeypatch):
    folder = tmp_path / "brought_section"
    (folder / "templates" / "assets").mkdir(parents=True)
    for name in ("__init__.py", "figures.py", "templates/page.html", "templates/assets/page.css"):
        (folder / name).write_text("1")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    return folder


@pytest.mark.parametrize("name", ["figures.py", "templates/page.html", "templates/assets/page.css"])
def test_each_file_that_draws_counts(package, name):
    before = fingerprint(["brought_section", "vizreport.experiments.filters"])
    assert before == fingerprint(["vizreport.experiments.occlusion", "brought_section"])
    assert before != fingerprint([])
    (package / name).write_text("2")
    assert before != fingerprint(["brought_section"])


def test_a_file_moved_counts_and_others_do_not(package):
    before = fingerprint(["brought_section"])
    (package / "notes.txt").write_text("not drawn with")
    assert before == fingerprint(["brought_section"])
    (package / "figures.py").rename(package / "drawings.py")
    assert before != fingerprint(["brought_section"])


def test_a_single_module_and_one_that_is_gone(tmp_path, monkeypatch):
    (tmp_path / "one_module_section.py").write_text("1")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    before = fingerprint(["one_module_section"])
    (tmp_path / "one_module_section.py").write_text("2")
    assert before != fingerprint(["one_module_section"])
    assert fingerprint(["no_such_section.inside"]) != fingerprint([""]) == fingerprint([])
