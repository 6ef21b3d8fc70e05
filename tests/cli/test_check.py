"""``vizreport check``: the ranking, and what a pipeline stops on."""

import json

import pytest

import vizreport
from tests.report.small_run import make_small_run
from vizreport.cli import main
from vizreport.errors import RequestError
from vizreport.findings.decisions import decide
from vizreport.findings.ranking import Found
from vizreport.findings.record import Finding
from vizreport.runs import checking
from vizreport.runs.checking import parse


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("check") / "run"
    make_small_run(folder)
    return folder


def test_the_ranking_is_printed(run, capsys):
    assert main(["check", str(run)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("1. look (")
    assert main(["check", str(run), "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert {each["severity"] for each in listed["ranking"]} <= {"look", "fault"}
    assert listed["failed"] == []


def test_a_check_that_says_little_is_named(run, capsys, monkeypatch):
    weak, strong = (
        Finding(
            "labels-noise", "", "", "", 20, "mistakes", p=p, caveat="The network is often wrong."
        )
        for p in (0.5, 0.001)
    )
    found = [Found("diagnosis", "Diagnosis", each) for each in decide([weak, strong])]
    monkeypatch.setattr(checking, "run_findings", lambda *_: (found, {}))
    assert main(["check", str(run)]) == 0
    said = capsys.readouterr().out
    assert said.count("weak (labels-noise, Diagnosis): The network is often wrong.") == 1
    assert main(["check", str(run), "--json"]) == 0
    weakness = {"labels-noise": "The network is often wrong."}
    assert json.loads(capsys.readouterr().out)["weak"] == weakness


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ("fault", 0),
        ("look", 3),
        ("filters-dominating", 3),
        ("dominating", 3),
        ("labels-noise", 0),
        ("filters-dead>0.02", 3),
        ("dead > 0.03", 0),
        ("filters-dead<=0.02", 0),
    ],
)
def test_the_status_follows_the_condition(run, capsys, condition, status):
    assert main(["check", str(run), "--fail-on", condition]) == status
    assert ("failed on" in capsys.readouterr().err) == (status == 3)


@pytest.mark.parametrize("condition", ["", "dead>", "dead>x", "fault>1", "dead>nan", "a b", "Dead"])
def test_what_is_no_condition_is_refused(condition):
    with pytest.raises(RequestError, match="is not a condition"):
        parse(condition)


def test_a_name_that_there_is_not_is_refused(run, capsys):
    assert main(["check", str(run), "--fail-on", "labels-nose"]) == 2
    assert "did you mean labels-noise?" in capsys.readouterr().err


def test_the_same_in_python(run):
    checked = vizreport.check(run, fail_on=["filters-dead>0.02"])
    assert [each.finding.kind for each in checked.failed] == ["filters-dead"]
    assert [each.first.finding.kind for each in checked.ranking].count("filters-dominating") == 1
    assert checked.unread == {}
