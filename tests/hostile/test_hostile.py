"""No hostile or odd input hangs, fills the memory or ends in a traceback."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.hostile.arguments import ARGUMENTS
from tests.hostile.cases import DONE, Case, Place, write_photos
from tests.hostile.checkpoints import CHECKPOINTS, flipped
from tests.hostile.data import DATA
from tests.hostile.labels_and_sidecars import LABELS_AND_SIDECARS
from tests.hostile.runs import RUNS
from tests.hostile.shards import SHARDS
from vizreport.cli import main
from vizreport.system.tensorflow_start import LOG_LEVEL

TABLES = {
    "checkpoint": CHECKPOINTS,
    "data": DATA,
    "shards": SHARDS,
    "beside": LABELS_AND_SIDECARS,
    "argument": ARGUMENTS,
    "run": RUNS,
}
CASES = [
    pytest.param(case, id=f"{kind}: {case.name}")
    for kind, table in TABLES.items()
    for case in table
]
SHELL = (
    "pipe",
    "link_to_itself",
    "zip_bomb",
    "home_of_nobody",
    "npz_of_terabytes",
    "pipe_npz",
)
# A hang ends the test; a machine that is busy does not.
PATIENCE = 120


@contextmanager
def patience() -> Iterator[None]:
    """Interrupt what hangs."""

    def stop(*_: object) -> None:
        raise TimeoutError("it hangs")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network in both formats, and pictures."""
    import keras
    from keras import layers

    folder = tmp_path_factory.mktemp("good")
    network = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.Conv2D(2, 3, activation="relu", name="conv2d"),
            layers.Flatten(name="flatten"),
            layers.Dense(2, activation="softmax", name="dense"),
        ],
        name="net",
    )
    network.save(folder / "good.keras")
    network.save(folder / "good.h5")
    write_photos(folder / "photos")
    return folder


@pytest.fixture
def place(good: Path, tmp_path: Path) -> Place:
    return Place(good / "good.keras", good / "good.h5", good / "photos", tmp_path)


def test_the_table_is_long_enough():
    assert len(CASES) >= 60
    assert len({parameter.id for parameter in CASES}) == len(CASES)


def test_the_good_ones_are_taken(place, capsys):
    """What the cases spoil works as long as nobody spoils it."""
    assert main(place.inspect(place.keras)) == DONE
    assert main(place.inspect(place.h5)) == DONE
    assert main(place.evaluate(place.photos)) == DONE
    assert "left out" not in capsys.readouterr().out


@pytest.mark.parametrize("case", CASES)
def test_each(case: Case, place: Place, capfd: pytest.CaptureFixture[str], monkeypatch):
    arguments = case.make(place)
    before = set(place.folder.rglob("*"))
    monkeypatch.chdir(place.folder)
    with patience():
        status = main(arguments)
    captured = capfd.readouterr()
    assert status == case.status, captured.err
    assert "Traceback" not in captured.err + captured.out
    if case.status == DONE:
        assert re.search(case.words, captured.out, re.DOTALL)
        assert captured.err == ""
    else:
        sentence(captured.err, case.words)
        assert captured.out == ""
    assert set(place.folder.rglob("*")) == before, "something was written"


def sentence(text: str, words: str = "") -> None:
    """Check a complaint: one line of words."""
    assert text.startswith("vizreport: ")
    assert text.endswith("\n")
    assert text.count("\n") == 1
    assert text[:-1].isprintable()
    assert re.search(words, text), text
    assert len(text) < 1200


@pytest.mark.parametrize("name", SHELL)
def test_through_the_shell(name: str, place: Place):
    case = next(case for table in TABLES.values() for case in table if case.name == name)
    environment = {name: value for name, value in os.environ.items() if name != LOG_LEVEL}
    done = subprocess.run(
        [sys.executable, "-m", "vizreport", *case.make(place)],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        cwd=place.folder,
        env={**environment, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert done.returncode == case.status
    assert done.stdout == ""
    sentence(done.stderr, case.words)


@pytest.mark.parametrize("kind", ["keras", "h5"])
def test_files_with_bytes_replaced(kind: str, place: Place, capfd: pytest.CaptureFixture[str]):
    """Most are refused; where weights alone are hit the network may load, with other numbers."""
    source: Path = getattr(place, kind)
    refused = 0
    for seed in range(40):
        path = place.folder / f"net-{seed}.{kind}"
        path.write_bytes(flipped(source, seed))
        with patience():
            status = main(place.inspect(path))
        captured = capfd.readouterr()
        assert status in (0, 2), captured.err
        if status:
            sentence(captured.err)
            refused += 1
    assert refused > 5
