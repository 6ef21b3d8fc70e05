"""The folders that the verbs write into belong to the user."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.ownership import (
    FOREIGN,
    assert_all_are_named,
    assert_foreign_files_are_refused,
    files,
    tree,
)
from vizreport.building.build import build
from vizreport.building.request import BuildRequest
from vizreport.cli import main
from vizreport.compare.page import compare
from vizreport.errors import RequestError
from vizreport.report.render import render
from vizreport.report.run_index import write_index

NO_INPUT = ["--checkpoint", "nowhere.keras", "--data", "nowhere"]


def without_manifest(folder: Path, copy: Path) -> Path:
    """Copy a folder as the first edition would have left it."""
    return Path(shutil.copytree(folder, copy, ignore=shutil.ignore_patterns(".vizreport")))


def test_a_build_refuses_each_of_its_names(rendered: Path, tmp_path: Path) -> None:
    assert_all_are_named(rendered)

    def command(out: Path) -> None:
        build(BuildRequest(Path("nowhere.keras"), "nowhere", out, single_file=True))

    assert_foreign_files_are_refused(rendered, tmp_path / "out", command)
    (tmp_path / "single").mkdir()
    (tmp_path / "single" / "report.html").write_bytes(FOREIGN)
    assert_foreign_files_are_refused(tmp_path / "single", tmp_path / "out", command)


def test_a_build_in_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "figures").mkdir()
    for name in ("index.html", "figures/thesis.png", "notes.txt"):
        (tmp_path / name).write_bytes(FOREIGN)
    before = tree(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert main(["build", *NO_INPUT, "--out", "."]) == 2
    assert capsys.readouterr().err == (
        "vizreport: figures, index.html would be overwritten, but vizreport build did not write "
        "them; move them away or choose another folder\n"
    )
    assert tree(tmp_path) == before


def test_only_the_pdf_is_not_in_the_way_of_a_build_without(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "report.pdf").write_bytes(FOREIGN)
    asked = ["build", *NO_INPUT, "--out", str(tmp_path)]
    assert main(asked) == 2
    assert "report.pdf would be overwritten" in capsys.readouterr().err
    assert main([*asked, "--no-pdf"]) == 2
    assert "nowhere" in capsys.readouterr().err


def test_a_users_files_in_a_report_survive(run_folder: Path) -> None:
    render(run_folder, pdf=False)
    drawn = files(run_folder)
    mine = ("figures/mine.png", "figures/a/mine.html", "assets/mine.css", "mine.txt")
    for name in mine:
        (run_folder / name).parent.mkdir(exist_ok=True)
        (run_folder / name).write_bytes(FOREIGN)
    render(run_folder, pdf=False)
    assert {*files(run_folder)} - {*drawn} == {*mine}


def test_a_report_of_the_first_edition_is_adopted(rendered: Path, tmp_path: Path) -> None:
    former = without_manifest(rendered, tmp_path / "former")
    for name in ("figures/mine.png", "pages/mine.webp", "results/mine.json", "mine.txt"):
        (former / name).write_bytes(FOREIGN)
    asked = BuildRequest(Path("nowhere.keras"), "nowhere", former)
    with pytest.raises(RequestError, match="nowhere"):  # the folder is not what is wrong
        build(asked)
    for name in ("figures/mine.png", "pages/mine.webp", "results/mine.json", "mine.txt"):
        (former / name).unlink()
    assert_all_are_named(former)


def test_a_stopped_build_of_the_first_edition_is_adopted(run_folder: Path) -> None:
    (run_folder / "run.json").unlink()
    asked = BuildRequest(Path("nowhere.keras"), "nowhere", run_folder)
    with pytest.raises(RequestError, match="nowhere"):
        build(asked)
    (run_folder / "index.html").write_bytes(FOREIGN)
    with pytest.raises(RequestError, match="index.html would be overwritten"):
        build(asked)


def test_a_page_of_ones_own_is_not_adopted_with_a_run(run_folder: Path) -> None:
    (run_folder / "index.html").write_bytes(FOREIGN)
    before = tree(run_folder)
    with pytest.raises(RequestError, match="index.html would be overwritten"):
        render(run_folder)
    assert tree(run_folder) == before


def full(*_: Any) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("pdf", [False, True])
def test_a_disk_that_fills_up_while_drawing(
    run_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], pdf: bool
) -> None:
    render(run_folder, pdf=False)
    (run_folder / "figures" / "drawn.json").unlink()  # so that all is drawn again
    before = tree(run_folder)

    for place in ("place", "print_page") if pdf else ("place", "write_html"):
        with monkeypatch.context() as patch:
            module = "contents" if place == "place" else "render"
            patch.setattr(f"vizreport.report.{module}.{place}", full)
            if place == "place":
                patch.setattr("vizreport.report.processes.place", full)
            assert main(["render", str(run_folder), *([] if pdf else ["--no-pdf"])]) == 2
        assert capsys.readouterr().err == (
            f"vizreport: No space left on device while writing {run_folder}: finished results are "
            "kept, and the same command resumes once there is room\n"
        )
        if place != "print_page":  # the pages are there, then
            assert tree(run_folder) == before


def test_a_comparison(rendered: Path, tmp_path: Path) -> None:
    runs = (rendered, Path(shutil.copytree(rendered, tmp_path / "other")))
    out = tmp_path / "out"
    compare(runs, out, pdf=False)
    assert_all_are_named(out)

    def command(out: Path) -> None:
        compare(runs, out)

    assert_foreign_files_are_refused(out, tmp_path / "scratch", command)
    (out / "figures" / "mine.png").write_bytes(FOREIGN)
    drawn = tree(out)
    compare(runs, out, pdf=False)
    assert tree(out) == drawn
    former = without_manifest(out, tmp_path / "former")
    (former / "findings.json").unlink()  # the first edition wrote none
    compare(runs, former, pdf=False)
    assert tree(former) == drawn
    with pytest.raises(RequestError, match="belong to vizreport compare; choose another"):
        build(BuildRequest(Path("nowhere.keras"), "nowhere", out))


def test_an_index(run_folder: Path) -> None:
    folder = run_folder / "folder"
    (folder / "one").mkdir(parents=True)
    shutil.move(run_folder / "run.json", folder / "one" / "run.json")
    write_index(folder)
    for name in ("one", ".vizreport"):
        shutil.move(folder / name, run_folder / name)
    written = without_manifest(folder, run_folder / "written")
    assert_foreign_files_are_refused(written, run_folder / "scratch", write_index)
    for name in ("one", ".vizreport"):
        shutil.move(run_folder / name, folder / name)
    (folder / "index-of-runs" / "mine.txt").write_bytes(FOREIGN)
    drawn = tree(folder)
    write_index(folder)
    assert tree(folder) == drawn
    shutil.rmtree(folder / ".vizreport")
    write_index(folder)
    assert tree(folder) == drawn


def test_slides(run_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    slides = run_folder / "slides.pptx"
    slides.write_bytes(FOREIGN)
    render(run_folder, pdf=False)
    assert main(["slides", str(run_folder)]) == 2
    assert "slides.pptx would be overwritten" in capsys.readouterr().err
    assert slides.read_bytes() == FOREIGN
    assert main(["slides", str(run_folder), "--out", str(run_folder / "figures")]) == 2
    assert "figures is a folder; name a file" in capsys.readouterr().err
    # A file that is named may be replaced, one that the program wrote as well.
    assert main(["slides", str(run_folder), "--out", str(slides)]) == 0
    slides.unlink()
    assert main(["slides", str(run_folder)]) == 0
    first = slides.read_bytes()
    assert main(["slides", str(run_folder)]) == 0
    assert slides.read_bytes() == first


def test_a_figure(
    run_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(run_folder)
    asked = ["figure", ".", "filters", "--dpi", "40"]
    assert main(asked) == 0
    assert main(asked) == 0  # the same figure
    drawn = Path("filters.png").read_bytes()
    Path("filters.png").write_bytes(FOREIGN)
    capsys.readouterr()
    assert main(asked) == 2
    assert "pass --out filters.png to replace it" in capsys.readouterr().err
    assert Path("filters.png").read_bytes() == FOREIGN
    assert main([*asked, "--out", "filters.png"]) == 0
    assert Path("filters.png").read_bytes() == drawn
    Path("folder.png").mkdir()
    assert main([*asked, "--out", "folder.png"]) == 2
    assert "folder.png is a folder" in capsys.readouterr().err
    assert main([*asked, "--out", "filters.png/a.png"]) == 2
    assert "cannot be created or written to" in capsys.readouterr().err


def test_a_page_for_clicking_parts(
    rendered: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    images, page = tmp_path / "images", tmp_path / "parts.html"
    images.mkdir()
    shutil.copy(rendered / "figures" / "filters.png", images)
    asked = ["annotate", str(images), "--parts", "nose", "--out", str(tmp_path / "parts.csv")]
    page.write_bytes(FOREIGN)
    assert main(asked) == 2
    assert "parts.html would be overwritten" in capsys.readouterr().err
    assert page.read_bytes() == FOREIGN
    page.write_text("<head>\n<title>Parts: parts.csv</title>\n")  # the first edition's
    assert main(asked) == 0
    assert main(asked) == 0
