"""Exports beside a report whose results are replaced."""

import dataclasses

import pytest

from vizreport.building.exports import removal, remove_outdated
from vizreport.results import manifest
from vizreport.results.run import ExperimentRecord, RunRecord, write_run
from vizreport.results.run_folder import PDF, REPORT, SINGLE_FILE, SLIDES

ALL = (PDF, SINGLE_FILE, SLIDES)


@pytest.fixture
def record():
    experiments = tuple(ExperimentRecord(name, "a" * 32, "done") for name in ("mining", "filters"))
    return RunRecord("run", "Title", "net.keras", "b" * 64, "data", 9, "c" * 64, {}, experiments)


@pytest.fixture
def folder(record, tmp_path):
    """Return a folder of a run with all exports."""
    write_run(tmp_path, record)
    manifest.add(tmp_path, REPORT, ALL)
    for name in ALL:
        (tmp_path / name).write_text(name)
    return tmp_path


def with_other_key(record):
    first, *others = record.experiments
    changed = ExperimentRecord(first.name, "0" * len(first.key), first.status)
    return dataclasses.replace(record, experiments=(changed, *others))


def test_exports_of_the_same_results_are_kept(folder, record):
    again = dataclasses.replace(record, date="2027-01-01", command="vizreport build", seconds=1.0)
    assert remove_outdated(folder, again, ()) == ()
    assert all((folder / name).is_file() for name in ALL)


def test_exports_of_other_results_are_removed(folder, record):
    assert remove_outdated(folder, with_other_key(record), (PDF,)) == (SINGLE_FILE, SLIDES)
    assert [(folder / name).exists() for name in ALL] == [True, False, False]
    assert manifest.read(folder, REPORT) == {PDF}
    said = removal(folder, (SINGLE_FILE, SLIDES))
    assert said.startswith("removed report.html and slides.pptx, which showed the former results; ")
    assert said.endswith(f"and `vizreport slides {folder}` make them again")


def test_files_of_others_are_kept(folder, record):
    manifest.discard(folder, REPORT)
    (folder / SLIDES).write_text("a talk")
    assert remove_outdated(folder, with_other_key(record), ()) == ()
    assert (folder / SLIDES).read_text() == "a talk"
