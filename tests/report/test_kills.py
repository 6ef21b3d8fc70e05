"""Drawing killed at five moments: nothing is left, and the next drawing shows no sign of it."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.report.pages import Page
from tests.report.small_run import make_small_run
from vizreport.report.render import render
from vizreport.report.stage import stage_in
from vizreport.results.run import read_run, write_run
from vizreport.system.interruption import MESSAGE

ROOT = Path(__file__).parents[2]
EPOCH = "1500000000"


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("killed") / "run"
    make_small_run(folder)
    run = read_run(folder)
    few = [each for each in run.experiments if each.name in ("mining", "overview", "filters")]
    write_run(folder, dataclasses.replace(run, experiments=tuple(few)))
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def begin(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "vizreport", "render", str(folder)],
        cwd=ROOT,
        env={**os.environ, "SOURCE_DATE_EPOCH": EPOCH},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def stages(folder: Path) -> list[Path]:
    return list(folder.glob(".rendering-*"))


def wait_for(process: subprocess.Popen[str], reached: Callable[[], bool]) -> None:
    while not reached():
        assert process.poll() is None, process.communicate()
        time.sleep(0.005)


def test_five_kills_leave_nothing_and_change_nothing(
    run_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drawn(name: str) -> Callable[[], bool]:
        return lambda: any(list(stage.glob(name)) for stage in stages(run_folder))

    def swept(former: set[Path]) -> bool:
        return not former & set(stages(run_folder))

    moments = [
        (signal.SIGKILL, lambda: bool(stages(run_folder))),
        (signal.SIGTERM, drawn("figures/*")),
        (signal.SIGKILL, drawn("figures/*.svg")),  # by another process
        (signal.SIGTERM, drawn("index.html")),  # while another process sets the PDF
        (signal.SIGKILL, drawn("index.html")),
    ]
    for number, reached in moments:
        process = begin(run_folder)
        of_the_former_kill = set(stages(run_folder))
        wait_for(process, partial(swept, of_the_former_kill))
        wait_for(process, reached)
        process.send_signal(number)
        # Its workers have its standard error: this returns when the last of them has ended.
        _, said = process.communicate(timeout=120)
        if number == signal.SIGKILL:
            assert process.returncode == -signal.SIGKILL
            assert len(stages(run_folder)) == 1
        else:
            assert (process.returncode, said) == (143, f"vizreport: {MESSAGE}\n")
            assert not stages(run_folder)
    process = begin(run_folder)
    _, said = process.communicate(timeout=120)
    assert (process.returncode, said) == (0, "")
    resumed = files(run_folder)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)
    render(run_folder)
    assert resumed == files(run_folder)
    words = Page(run_folder / "pages" / "all.html").words()
    assert "2017-07-14" in words  # that many seconds after 1970
    assert not any(shown in words for shown in ("Computing time", "Started", "vizreport build"))
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    render(run_folder, pdf=False)
    words = Page(run_folder / "pages" / "all.html").words()
    assert all(shown in words for shown in ("Computing time", "Started", "vizreport build"))


def test_a_stage_in_use_is_not_swept(tmp_path: Path) -> None:
    abandoned = tmp_path / ".rendering-abcdefgh"
    (abandoned / "figures").mkdir(parents=True)
    users = tmp_path / ".rendering-of-mine"
    users.mkdir()
    with stage_in(tmp_path) as first:
        assert not abandoned.exists()
        with stage_in(tmp_path) as second:
            assert first.is_dir()
            assert first != second
        assert not second.exists()
    assert list(tmp_path.iterdir()) == [users]
