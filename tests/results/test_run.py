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
        ('{"schema_version": 1, "experiments": [], "odd": 2}', "cannot be read"),
    ],
)
def test_refusals_name_the_file(tmp_path: Path, content: str | None, said: str) -> None:
    if content is not None:
        (tmp_path / "run.json").write_text(content, "utf-8")
    with pytest.raises(RequestError, match=said) as refused:
        read_run(tmp_path)
    assert "run.json" in str(refused.value)
