"""Folders of runs with something else in the place of a file."""

from __future__ import annotations

import os
from pathlib import Path

from tests.hostile.cases import Place, Table

RUNS = Table()
case = RUNS.case


def run_of_a_pipe(place: Place) -> Path:
    folder = place.folder / "run"
    folder.mkdir()
    os.mkfifo(folder / "run.json")
    return folder


VERBS = {
    "list": ("list", "RUN"),
    "figure": ("figure", "RUN", "top-conv"),
    "slides": ("slides", "RUN"),
    "render": ("render", "RUN"),
}


def _verb(name: str, arguments: tuple[str, ...]) -> None:
    @case("named pipe", name=f"{name}_a_pipe")
    def make(place: Place) -> list[str]:
        folder = run_of_a_pipe(place)
        return [str(folder) if argument == "RUN" else argument for argument in arguments]


for _name, _arguments in VERBS.items():
    _verb(_name, _arguments)


@case("named pipe")
def compare_a_pipe(place: Place) -> list[str]:
    other = place.folder / "other"
    other.mkdir()
    return ["compare", str(run_of_a_pipe(place)), str(other), "--out", str(place.folder / "page")]


@case("device")
def run_without_end(place: Place) -> list[str]:
    folder = place.folder / "run"
    folder.mkdir()
    (folder / "run.json").symlink_to("/dev/zero")
    return ["list", str(folder)]


@case("link.*itself")
def run_that_links_to_itself(place: Place) -> list[str]:
    (place.folder / "run").symlink_to("run")
    return ["list", str(place.folder / "run")]


@case("would be overwritten")
def index_page_is_a_pipe(place: Place) -> list[str]:
    os.mkfifo(place.folder / "index.html")
    return ["index", str(place.folder)]


@case("would be overwritten")
def report_page_is_a_pipe(place: Place) -> list[str]:
    os.mkfifo(place.folder / "index.html")
    return [
        *("build", "--checkpoint", str(place.keras), "--data", str(place.photos)),
        *("--preprocess", "unit", "--out", str(place.folder)),
    ]


@case("nested")
def run_nested(place: Place) -> list[str]:
    folder = place.folder / "run"
    folder.mkdir()
    (folder / "run.json").write_text("[" * 100_000 + "]" * 100_000)
    return ["list", str(folder)]
