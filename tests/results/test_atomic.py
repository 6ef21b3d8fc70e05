"""Files written whole or not at all, and what killed writers left."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from vizreport.results.atomic import write_bytes
from vizreport.results.claims import SUFFIX, claim

ROOT = Path(__file__).parents[2]


def test_the_next_write_sweeps_what_a_killed_writer_left(tmp_path: Path) -> None:
    program = (
        "import os, signal\n"
        "from pathlib import Path\n"
        "from vizreport.results.atomic import write_bytes\n"
        "Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"write_bytes(Path({str(tmp_path / 'result.json')!r}), b'half')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False)
    assert done.returncode == -9
    (left,) = tmp_path.iterdir()
    assert left.name.startswith(".result.json.")
    write_bytes(tmp_path / "other.json", b"whole")
    assert [path.name for path in tmp_path.iterdir()] == ["other.json"]


def test_what_another_writer_has_open_and_what_is_not_ours_stay(tmp_path: Path) -> None:
    name = f".result.json.0123abcd{SUFFIX}"
    file = claim(tmp_path / name)
    assert file is not None
    os.mkfifo(tmp_path / f".pipe.0123abcd{SUFFIX}")
    theirs = {".notes.tmp", ".notes.vizreport.tmp", f"notes.0123abcd{SUFFIX}"}
    for each in theirs:
        (tmp_path / each).write_text("kept")
    write_bytes(tmp_path / "other.json", b"whole")
    kept = {path.name for path in tmp_path.iterdir()}
    assert kept == {name, "other.json", f".pipe.0123abcd{SUFFIX}", *theirs}
    file.close()
    write_bytes(tmp_path / "other.json", b"whole")
    assert {path.name for path in tmp_path.iterdir()} == kept - {name}
