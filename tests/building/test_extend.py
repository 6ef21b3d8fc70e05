"""The example of docs/extend.md, installed as a package, and packages that break."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pypdf
import pytest

from vizreport.cli import main
from vizreport.experiments import registry, settings, v1
from vizreport.results.run import read_run
from vizreport.subject.subject import Subject
from vizreport.wording.text import printable

PAGE = (Path(__file__).parents[2] / "docs" / "extend.md").read_text("utf-8")
FILES = dict(re.findall(r"^`([\w/.]+)`\n\n```\w+\n(.*?)```$", PAGE, re.DOTALL | re.MULTILINE))
BROKEN = """
from vizreport.experiments.v1 import Experiment, RequestError

def compute(context, required):
    raise RequestError("the file of weights is missing: fetch it")

def look(subject, settings):
    return settings.seed

E = Experiment("missing", "Missing", 1, "broken_package:E", "broken_package:compute", "", "")
NOSY = Experiment("nosy", "Nosy", 1, "broken_package:E", "broken_package:look", "", "")
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder into which pip installed the example, with a package whose parts break."""
    made = tmp_path_factory.mktemp("extend")
    package, target = made / "package", made / "site"
    for name, text in FILES.items():
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text(text, "utf-8")
    options = ("--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--target", target)
    subprocess.run([sys.executable, "-m", "pip", "install", *options, package], check=True)
    record = target / "broken-0.1.dist-info"
    record.mkdir()
    (record / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 0.1\n")
    (record / "entry_points.txt").write_text(
        "[vizreport.experiments.v1]\nmissing = broken_package:E\n"
        "nosy = broken_package:NOSY\nabsent = no_such_package:E\n"
    )
    (target / "broken_package.py").write_text(BROKEN)
    return target


@pytest.fixture
def installed(site, monkeypatch):
    """Have both packages found."""
    monkeypatch.syspath_prepend(str(site))
    _forget()
    yield
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    registry.registry.cache_clear()
    settings.declared_settings.cache_clear()


def test_another_package_brings_a_section(installed, tiny_files, tmp_path, capsys):
    out = tmp_path / "run"
    build = ["build", "--checkpoint", str(tiny_files[0]), "--data", str(tiny_files[1])]
    build += ["--out", str(out), "--only", "sparsity,missing,absent,nosy"]
    assert main([*build, "--rare", "0.2"]) == 1
    said = capsys.readouterr().err
    assert "section missing: the file of weights is missing: fetch it\n" in said
    records = {each.name: each for each in read_run(out).experiments}
    assert {name: each.status for name, each in records.items()} == {
        "mining": "done",
        "sparsity": "done",
        "missing": "failed",
        "nosy": "failed",
        "absent": "failed",
    }
    assert (
        "does not declare that its result depends on the setting 'seed'" in records["nosy"].reason
    )
    page = (out / "pages" / "all.html").read_text("utf-8")
    text = " ".join(sheet.extract_text() for sheet in pypdf.PdfReader(out / "report.pdf").pages)
    for shown in (page, " ".join(text.split())):
        assert "has the largest share of rare maps" in shown
        assert "How often feature maps are active" in shown
        assert "he file of weights is missing" in shown
        assert "no_such_package:E could not be imported" in shown
    record = json.loads((out / "findings.json").read_text("utf-8"))["findings"][0]
    assert (record["section"], record["kind"]) == ("sparsity", "sparsity-rare")
    assert record["sentence"] in printable(page)
    assert read_run(out).settings["rare"] == 0.2
    assert main(["list", str(out)]) == 0
    assert "sparsity" in capsys.readouterr().out
    file = tmp_path / "sparsity.png"
    assert main(["figure", str(out), "sparsity", "--out", str(file)]) == 0
    assert file.stat().st_size
    # Another value is another result; the former one is still there.
    main([*build, "--no-pdf"])
    again = {each.name: each for each in read_run(out).experiments}
    assert again["mining"].key == records["mining"].key
    assert again["sparsity"].key != records["sparsity"].key
    assert len(list((out / "results" / "sparsity").glob("*.npz"))) == 2


def test_its_options_are_in_the_help(installed, capsys):
    assert main(["build", "--help"]) == 0
    assert "--rare" in capsys.readouterr().out
    assert main(["sections"]) == 1
    shown = capsys.readouterr()
    assert "sparsity: Sparsity\n    requires: mining\n    options: --rare\n" in shown.out
    assert "absent cannot be used: no_such_package:E" in shown.err


def test_the_page_says_what_may_be_relied_on():
    names = set(re.findall(r"`(\w+)[`(]", PAGE.partition("| shared settings |")[2].split("\n")[0]))
    from vizreport.experiments.shared import SHARED

    assert names == {name for name, each in SHARED.items() if each.option}

    row = next(line for line in PAGE.split("\n") if line.startswith("| `subject`"))
    named = set(re.findall(r"`(\w+)(?:\(\w+\))?`", row)) - {"subject", "context"}
    made = Subject(None, None, None)
    assert {name for name in named if not (name in dir(Subject) or name in vars(made))} == set()
    assert all(hasattr(v1, name) for name in v1.__all__)
