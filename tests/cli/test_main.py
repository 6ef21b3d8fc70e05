"""The command line as a whole: exit statuses, one-line complaints, lazy imports."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from vizreport.cli import main, parser
from vizreport.cli import render as render_verb
from vizreport.data.presets import PRESETS
from vizreport.errors import RequestError
from vizreport.version import __version__


def complaint(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("vizreport: ")
    assert captured.err.count("\n") == 1
    return captured.err


def test_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"vizreport {__version__}\n"


@pytest.mark.parametrize("verb", [verb.name for verb in parser.VERBS])
def test_help_of_each_verb(verb, capsys):
    assert main([verb, "--help"]) == 0
    assert f"usage: vizreport {verb}" in capsys.readouterr().out


def test_no_verb_lists_the_verbs(capsys):
    assert ", ".join(verb.name for verb in parser.VERBS) in complaint(capsys)


def test_unknown_verb_lists_the_verbs(capsys):
    assert "render" in complaint(capsys, "frobnicate")


def test_a_verb_or_option_that_is_nearly_right_is_named(capsys):
    assert "did you mean build?" in complaint(capsys, "bild")
    typed = ("build", "--checkpoint", "a.keras", "--data", "b", "--max-image", "5")
    assert "did you mean --max-images?" in complaint(capsys, *typed)
    assert "unrecognized arguments" in complaint(capsys, *typed[:-2], "")


def test_unknown_option_is_refused(capsys):
    assert "--colour" in complaint(capsys, "doctor", "--colour")


def test_options_are_not_abbreviated(capsys):
    complaint(capsys, "build", "--check", "a.keras", "--data", "b")


def test_unknown_choice_lists_the_choices(capsys):
    text = complaint(capsys, "build", "--checkpoint", "a", "--data", "b", "--rule", "magic")
    assert all(rule in text for rule in ("deconvnet", "guided", "gradient"))


def test_missing_options_are_named(capsys):
    text = complaint(capsys, "build")
    assert "--checkpoint" in text
    assert "--data" in text


@pytest.mark.parametrize(
    ("option", "value"),
    [("--maps", "0"), ("--maps", "some"), ("--batch-size", "-1"), ("--seed", "1.5")],
)
def test_wrong_numbers_are_refused_by_name(option, value, capsys):
    text = complaint(capsys, "build", "--checkpoint", "a", "--data", "b", option, value)
    assert option in text
    assert repr(value) in text


def test_render_of_a_folder_without_a_run(tmp_path, capsys):
    assert str(tmp_path) in complaint(capsys, "render", str(tmp_path))


@pytest.mark.parametrize(
    ("raised", "status", "text"),
    [
        (RequestError("photo.txt is not\n a checkpoint"), 2, "photo.txt is not a checkpoint"),
        (KeyboardInterrupt(), 130, "interrupted"),
    ],
)
def test_what_a_verb_raises(raised, status, text, tmp_path, monkeypatch, capsys):
    def run(arguments):
        raise raised

    verb = type(render_verb.VERB)(**{**vars(render_verb.VERB), "run": run})
    monkeypatch.setattr(parser, "VERBS", (verb,))
    assert main(["render", str(tmp_path)]) == status
    error = capsys.readouterr().err
    assert error.startswith("vizreport: ")
    assert text in error
    assert error.count("\n") == 1


def fails(monkeypatch, error):
    def run(arguments):
        raise error

    verb = type(render_verb.VERB)(**{**vars(render_verb.VERB), "run": run})
    monkeypatch.setattr(parser, "VERBS", (verb,))


def test_a_defect_is_a_sentence_and_its_traceback_is_kept(tmp_path, monkeypatch, capsys):
    report, temporary = tmp_path / "report", tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    fails(monkeypatch, ZeroDivisionError("by\nnothing"))
    for folder in (temporary, report):  # without and with a report's folder
        assert main(["render", str(report)]) == 1
        (kept,) = folder.iterdir()
        text = kept.read_text()
        assert text.startswith("Traceback (most recent call last)")
        assert "in run" in text
        assert capsys.readouterr().err == (
            f"vizreport: unexpected ZeroDivisionError: by nothing (the traceback is in {kept})\n"
        )
        report.mkdir(exist_ok=True)


def test_a_traceback_that_cannot_be_kept(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "absent"))
    fails(monkeypatch, MemoryError())
    assert main(["render", str(tmp_path / "no-report")]) == 1
    error = capsys.readouterr().err
    assert "not enough memory" in error
    assert "could not be written" in error
    assert error.count("\n") == 1


def test_help_names_the_presets_there_are():
    (option,) = [o for o in parser.build.VERB.all_options() if o.flag == "--preprocess"]
    assert set(re.findall(r"\w+", option.help)) >= set(PRESETS)


@pytest.mark.parametrize("arguments", [["--help"], ["build", "--help"], ["build"]])
def test_help_and_complaints_import_nothing_heavy(arguments):
    program = (
        "import sys; from vizreport.cli import main; main(sys.argv[1:]);"
        "heavy = {'tensorflow', 'keras', 'matplotlib', 'numpy', 'weasyprint', 'jinja2', 'PIL'};"
        "print('imported:', sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True
    )
    assert done.stdout.endswith("imported: []\n")


def test_module_runs_like_the_script():
    done = subprocess.run(
        [sys.executable, "-m", "vizreport", "render", "no-such-folder"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("vizreport: no-such-folder")


def test_a_reader_that_leaves_early_is_no_error():
    program = (
        "import sys\n"
        "from vizreport.cli import doctor, main\n"
        "doctor.diagnose = lambda: [doctor.Check('x' * 999, 'y')] * 999\n"
        "sys.exit(main(['doctor']))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


def test_reference_is_up_to_date():
    from vizreport.cli.reference import reference

    page = Path(__file__).parents[2] / "docs" / "cli.md"
    assert page.read_text(encoding="utf-8") == reference(), "run: make docs"
