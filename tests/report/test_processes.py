"""Charts drawn in processes against the same drawn in this one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

# In a process of its own: one that has started TensorFlow must not be forked.
SCRIPT = """
import sys
from dataclasses import replace
from pathlib import Path

from vizreport.report import processes
from vizreport.drawing.charts import styled
from vizreport.report.files import place
from vizreport.drawing.section import Figure

def figure(name, draw):
    return Figure(name, "Title", "Caption.", "Alt.", draw)

def wrong():
    raise KeyError("no such curve")

charts = [
    figure("one", styled(lambda axes: axes.plot([1, 3, 2], label="$a$"), 80, 40)),
    figure("wrong", wrong),
    figure("two", styled(lambda axes: axes.set_xlabel("epoch"), 60, 50)),
]
here, there = Path(sys.argv[1]), Path(sys.argv[2])
assert processes.processes() >= 1
processes.processes = lambda: 2
with processes.drawn_beside(there, charts) as drawn:
    for number in (2, 0):
        placed = drawn(number)
        assert placed == place(here, charts[number]), placed
        assert placed.figure is charts[number]
    try:
        drawn(1)
        print("nothing was raised")
    except KeyError as error:
        print(error)
with processes.made_beside("json") as beside:
    print(beside(pow, 2, 5).result(), type(beside(int, "x").exception()).__name__)
"""


def test_charts_are_those_drawn_here_and_errors_come_through(tmp_path: Path) -> None:
    folders = [tmp_path / "here", tmp_path / "there"]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *map(str, folders)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["'no such curve'", "32 ValueError"]
    files = [
        {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for folder in folders
    ]
    assert files[0] == files[1]
    assert set(files[0]) == {
        f"{name}{kind}" for name in ("one", "two") for kind in (".png", ".svg", "-dark.svg")
    }


GIVEN_UP = """
import time
from pathlib import Path

from vizreport.report import processes

def draw(number):  # a lambda could not be handed to a process
    time.sleep(0.2)

processes.processes = lambda: 2
processes._draw = draw
for attempt in range(12):
    try:
        with processes.drawn_beside(Path("."), [None] * 12):
            time.sleep(0.1 * (attempt % 4))
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        pass
"""


def test_giving_up_ends_the_processes_without_a_word() -> None:
    done = subprocess.run([sys.executable, "-c", GIVEN_UP], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


APART = """
import os
import sys

from vizreport.report import processes

first = []

def asked(end):
    if end and os.getpid() != here:
        os._exit(1)
    return os.getpid(), len(first)

here = os.getpid()
with processes.apart() as elsewhere:
    first.append(bytes(10))  # comes after the other process began, which has none of it
    there, known = elsewhere(asked, False)
    assert (there != here, known) == (sys.platform == "linux", int(there == here))
    assert elsewhere(asked, False)[0] == there
    try:
        elsewhere(int, "x")
    except ValueError as error:
        print(error)
    assert elsewhere(asked, True) == (here, 1)  # it has ended: done here
sys.modules["tensorflow"] = None
with processes.apart() as elsewhere:
    assert elsewhere(asked, False) == (here, 1)
"""


def test_what_is_done_apart_is_done_without_what_came_later() -> None:
    done = subprocess.run([sys.executable, "-c", APART], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "invalid literal for int() with base 10: 'x'\n"
