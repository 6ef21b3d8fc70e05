"""What is drawn again, and what stays: by results, code, settings and files."""

from __future__ import annotations

import dataclasses
import importlib
import json
import shutil
from pathlib import Path

import pytest

from tests.report.small_run import make_small_run
from vizreport.experiments.registry import experiments
from vizreport.findings import statistics
from vizreport.report import drawing_code, standing
from vizreport.report.drawing_code import Modules
from vizreport.report.kept_findings import KeptFindings
from vizreport.report.reading import read_sections
from vizreport.report.render import render
from vizreport.results.run import read_run, write_run

PAGE = "pages/section-overview.html"


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("standing") / "run"
    make_small_run(folder)
    run = read_run(folder)
    few = tuple(r for r in run.experiments if r.name in ("mining", "overview", "filters"))
    write_run(folder, dataclasses.replace(run, experiments=few))
    assert render(folder, pdf=False) == ()
    return folder


@pytest.fixture
def folder(drawn: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(drawn, tmp_path / "run"))  # with times of its own


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Return the stages in which pages were written."""
    found = []
    module = importlib.import_module("vizreport.report.render")
    write_html = module.write_html

    def noted(stage: Path, *given: object) -> None:
        found.append(stage)
        write_html(stage, *given)

    monkeypatch.setattr(module, "write_html", noted)
    return found


def test_a_report_that_would_be_the_same_stays(folder: Path, written: list[Path]) -> None:
    before = (folder / PAGE).stat().st_mtime_ns
    assert render(folder, pdf=False) == ()
    assert not written
    assert (folder / PAGE).stat().st_mtime_ns == before
    write_run(folder, dataclasses.replace(read_run(folder), command="vizreport build again"))
    render(folder, pdf=False)  # how it was asked for changes nothing
    assert not written


@pytest.mark.parametrize(
    "change", ["page", "picture", "result", "paper", "maps", "appendix", "lost", "title", "code"]
)
def test_what_differs_is_drawn_again(
    folder: Path, written: list[Path], monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    before = (folder / PAGE).read_bytes()
    given: dict[str, object] = {}
    if change == "page":
        (folder / PAGE).write_bytes(before.replace(b"<h1>", b"<h2>", 1))
    elif change == "picture":
        (folder / "figures" / "filters.png").write_bytes(b"")
    elif change == "result":
        path = next((folder / "results" / "overview").glob("*.npz"))
        content = bytearray(path.read_bytes())
        content[-1] ^= 1
        path.write_bytes(content)
    elif change == "paper":
        given = {"paper": "letter"}
    elif change == "maps":
        given = {"maps_in_print": 2}
    elif change == "appendix":
        given = {"appendix": True}
    elif change == "lost":
        (folder / "figures" / "filters.png").unlink()
    elif change == "title":
        write_run(folder, dataclasses.replace(read_run(folder), title="Another"))
    else:
        monkeypatch.setattr(standing, "fingerprint", lambda _: "edited")
    failed = render(folder, pdf=False, **given)
    assert len(written) == 1
    assert failed == (("overview",) if change == "result" else ())
    if change in ("page", "picture", "lost"):
        assert (folder / PAGE).read_bytes() == before
        assert (folder / "figures" / "filters.png").read_bytes()
    render(folder, pdf=False, **given)
    assert len(written) == (2 if change == "result" else 1)  # a failed section is tried again
    if given:
        render(folder, pdf=False)  # as the run asks for it
        assert len(written) == 2


def test_kept_findings_are_those_that_would_be_made(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = read_run(folder)
    kept = KeptFindings(folder, run, Modules())
    made = {read.record.name: read.section.findings for read in read_sections(folder, run)}
    for name in ("overview", "filters"):
        assert kept.of(experiments()[name]) == made[name]
        assert made[name]
    monkeypatch.setattr(statistics, "interval", None)  # nothing is computed where all are kept
    read = {each.record.name: each for each in read_sections(folder, run, kept=kept.of)}
    assert {name: each.section.findings for name, each in read.items()} == made
    other = dataclasses.replace(
        run, experiments=tuple(dataclasses.replace(r, key="1" * 16) for r in run.experiments)
    )
    assert KeptFindings(folder, other, Modules()).of(experiments()["filters"]) is None
    path = folder / "figures" / "claims.json"
    whole = path.read_text("utf-8")
    for broken in ("", "[]", "{}", '{"filters": 3}', whole.replace('"kind"', '"king"')):
        path.write_text(broken)
        assert KeptFindings(folder, run, Modules()).of(experiments()["filters"]) is None
    path.write_text(whole, "utf-8")


def test_a_section_depends_on_the_code_it_imports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = {
        "__init__": "",
        "own": "from brought import shared\nfrom brought.several import (\n    one,  # a part\n"
        "    two,\n)\n",
        "shared": "import brought.deep\n",
        "several/__init__": "from brought.several.one import one\n",
        "several/one": "",
        "several/two": "",
        "deep": "",
        "aside": "import brought.own\n",
    }
    for name, source in sources.items():
        path = tmp_path / "brought" / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    drawn_by = Modules().code_of("brought.own:section")
    for name in sources:
        path = tmp_path / "brought" / f"{name}.py"
        before = path.read_text()
        path.write_text(before + "# edited\n")
        assert (Modules().code_of("brought.own:section") == drawn_by) == (name == "aside"), name
        path.write_text(before)
    assert Modules().code_of("brought.own:section") == drawn_by
    assert Modules().code_of("no_such_package.own:section") == Modules().code_of("nor_this:at_all")
    # Of vizreport's own sections, each depends on what it draws with, not on the others.
    own = {name: each.section for name, each in experiments().items() if each.section}
    codes = {name: Modules().code_of(section) for name, section in own.items()}
    edited = Path(drawing_code.__file__).parents[1] / "experiments" / "hog" / "glyphs.py"
    read_bytes = Path.read_bytes
    monkeypatch.setattr(
        Path, "read_bytes", lambda self: read_bytes(self) + (b"#" if self == edited else b"")
    )
    changed = {name for name in own if Modules().code_of(own[name]) != codes[name]}
    assert changed == {"hog"}


def test_unchanged_files_keep_their_time(drawn: Path) -> None:
    known = json.loads((drawn / "results" / "rendered.json").read_text("utf-8"))["files"]
    assert {"index.html", "figures/filters.png", "findings.json", PAGE} <= known.keys()
    assert any(name.startswith("results/overview/") for name in known)
    assert "report.pdf" not in known
    for name, (changed, size, _) in known.items():
        found = (drawn / name).stat()
        assert (found.st_mtime_ns, found.st_size) == (changed, size)
