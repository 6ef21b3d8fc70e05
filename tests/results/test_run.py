"""run.json: written, read, refused."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from tests.report.fake_run import run_record
from vizreport.errors import RequestError
from vizreport.results.run import ExperimentRecord, read_run, write_run

RUN = run_record((ExperimentRecord("mining", "ab", "done", "", 1.5),), hostile_names=True)


def test_round_trip(tmp_path: Path) -> None:
    write_run(tmp_path, RUN)
    assert read_run(tmp_path) == RUN
    assert json.loads((tmp_path / "run.json").read_text("utf-8"))["schema_version"] == 1


def test_status_is_checked(tmp_path: Path) -> None:
    wrong = dataclasses.replace(RUN, experiments=(ExperimentRecord("a", "b", "fine"),))
    with pytest.raises(ValueError, match="fine"):
        write_run(tmp_path, wrong)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "does not exist"),
        ("", "cannot be read"),
        ("[]", "cannot be read"),
        ("{}", "cannot be read"),
        ('{"schema_version": 99}', "schema version 99"),
        ('{"schema_version": 1, "experiments": [], "odd": 2}', "missing required field"),
        ("\xff", "cannot be read"),
        ('{"schema_version": ' + "9" * 5000 + "}", "too large"),
        ("[" * 5000, "nested too deeply"),
        ('{"a": ' * 50 + "1" + "}" * 50, "nested too deeply"),
    ],
)
def test_refusals_name_the_file(tmp_path: Path, content: str | None, said: str) -> None:
    if content is not None:
        (tmp_path / "run.json").write_text(content, "utf-8")
    with pytest.raises(RequestError, match=said) as refused:
        read_run(tmp_path)
    assert "run.json" in str(refused.value)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", 5),
        ("title", None),
        ("data_images", -1),
        ("data_images", "many"),
        ("data_images", 10**30),
        ("seconds", "1"),
        ("seconds", {"float": "nan"}),
        ("settings", []),
        ("settings", {"paper": "../a4"}),
        ("settings", {"maps_in_print": 0}),
        ("settings", {"seed": 1.5}),
        ("experiments", {"mining": "done"}),
        ("experiments", 2 * [{"name": "mining", "key": "ab", "status": "done"}]),
        ("host", {"system": 1}),
        ("links", [["text"]]),
        ("links", "javascript:alert(1)"),
    ],
)
def test_fields_of_other_kinds_are_refused(tmp_path: Path, field: str, value: object) -> None:
    with pytest.raises(RequestError, match="run.json cannot be read"):
        read_run(written(tmp_path, **{field: value}))


@pytest.mark.parametrize(
    "record",
    [
        {"name": "../../etc"},
        {"name": "/etc/passwd"},
        {"name": ""},
        {"key": "../../../etc/passwd"},
        {"key": "/etc/passwd"},
        {"key": "0123\n"},
        {"key": None},
        {"status": "fine"},
        {"seconds": -1},
    ],
)
def test_experiments_cannot_lead_out_of_the_folder(
    tmp_path: Path, record: dict[str, object]
) -> None:
    experiment = {"name": "mining", "key": "ab", "status": "done"} | record
    with pytest.raises(RequestError, match="run.json cannot be read"):
        read_run(written(tmp_path, experiments=[experiment]))


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("../epoch-001/index.html", True),
        ("index.html#top?x=1", True),
        ("https://example.org/a?b=c", True),
        ("http://example.org", True),
        ("javascript:alert(1)", False),
        ("JavaScript:alert(1)", False),
        ("java\tscript:alert(1)", False),
        (" javascript:alert(1)", False),
        ("data:text/html,<script>alert(1)</script>", False),
        ("file:///etc/passwd", False),
        ("vbscript:x", False),
        ("//example.org/x", False),
        ("/etc/passwd", False),
        ("\\\\example.org\\x", False),
        ("https:javascript", False),
        ("http://[", False),
    ],
)
def test_links_are_http_or_relative(tmp_path: Path, address: str, kept: bool) -> None:
    run = read_run(written(tmp_path, links=[["before", "a.html"], ["text", address]]))
    assert (("text", address) in run.links) == kept
    assert ("before", "a.html") in run.links


def written(folder: Path, **changes: object) -> Path:
    """Write the run with other fields, whatever they are."""
    write_run(folder, RUN)
    path = folder / "run.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | changes), "utf-8")
    return folder
