"""Ctrl-C and SIGTERM at moments when they are awkward."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from vizreport.system.interruption import MESSAGE

ROOT = Path(__file__).parents[2]
WAIT = "print('ready', flush=True); time.sleep(60)"
AT = {
    "work": f"    {WAIT}",
    "a library that makes another error of it": f"""
    try:
        {WAIT}
    except KeyboardInterrupt:
        raise ImportError('a module failed to import')""",
    "a destructor": f"""
    class Late:
        def __del__(self):
            {WAIT}
    Late()
    time.sleep(60)""",
    "a library that swallows it": f"""
    try:
        time.sleep(60)
    except KeyboardInterrupt:
        {WAIT}""",
}
SWALLOWED = f"""
    from pathlib import Path
    from vizreport.results.atomic import write_bytes
    try:
        {WAIT}
    except KeyboardInterrupt:
        made = b"a part of it"
    write_bytes(Path({{folder!r}}) / "result", made)"""
PROGRAM = """
import sys, time
from dataclasses import replace
from vizreport.__main__ import run
from vizreport.cli import parser

def waiting(arguments):
{}

parser.VERBS = (replace(parser.VERBS[0], name="wait", options=(), run=waiting),)
sys.argv = ["vizreport", "wait"]
sys.exit(run())
"""
IMPORTS = f"""
import sys, time
from vizreport.__main__ import run

class Slow:
    def find_spec(self, name, *_):
        if name == "vizreport.cli.parser":
            {WAIT}

sys.meta_path.insert(0, Slow())
sys.exit(run())
"""


def heed_signals() -> None:
    # What starts the tests may ignore Ctrl-C, as nohup and shells in the background do.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


def interrupted(program: str, *numbers: signal.Signals) -> tuple[int, str]:
    with subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_signals,
    ) as process:
        assert process.stdout is not None
        for number in numbers:
            assert process.stdout.readline() == "ready\n"
            process.send_signal(number)
        said = process.communicate()[1]
    return process.returncode, said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
@pytest.mark.parametrize("moment", ["imports", *AT])
def test_it_is_one_line_and_a_status(moment: str, number: signal.Signals) -> None:
    program = IMPORTS if moment == "imports" else PROGRAM.format(AT[moment])
    if "swallows" in moment:
        program = program.replace("time.sleep(60)", WAIT, 1)
    numbers = [number] * (2 if "swallows" in moment else 1)
    status, said = interrupted(program, *numbers)
    assert (status, said) == (128 + number, f"vizreport: {MESSAGE}\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_nothing_is_kept_of_what_a_library_made_of_it(
    tmp_path: Path, number: signal.Signals
) -> None:
    program = PROGRAM.format(SWALLOWED.format(folder=str(tmp_path)))
    assert interrupted(program, number) == (128 + number, f"vizreport: {MESSAGE}\n")
    assert not list(tmp_path.iterdir())
