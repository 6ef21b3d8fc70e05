"""Kill builds of a tiny network at random moments, resume each, and look for what is left.

    python tools/kill_builds.py --work /tmp/kills

Each kill, by SIGKILL and SIGTERM in turn, hits a build that begins with nothing, or (``--drawing``)
one whose results are there, so that pages and PDF are drawn in several processes. After it no
process of the build may be alive; after the same command again the report, its figures and results
equal those of a build that was never killed, to the byte, and no other file is in the folder or
among the temporary files. Linux only: processes are looked for in /proc. Exit status 1 where
something is found.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.experiments import tiny  # noqa: E402
from vizreport.results.manifest import FOLDER as MANIFESTS  # noqa: E402
from vizreport.system.interruption import MESSAGE  # noqa: E402
from vizreport.system.tensorflow_start import LOG_LEVEL, start_tensorflow  # noqa: E402

PATIENCE = 20.0  # s until a process that has lost its parent must have ended


@dataclass(frozen=True)
class Bench:
    """The inputs of all builds, and where they are made."""

    work: Path
    checkpoint: Path
    data: Path

    def build(self, out: Path) -> subprocess.Popen[str]:
        """Begin a build in a session of its own."""
        temporary = self.work / "temporary"
        temporary.mkdir(exist_ok=True)
        environment = {
            **{name: value for name, value in os.environ.items() if name != LOG_LEVEL},
            "PYTHONPATH": str(ROOT),
            "SOURCE_DATE_EPOCH": "1500000000",
            "TMPDIR": str(temporary),
        }
        command = [sys.executable, "-m", "vizreport", "build", "--checkpoint", self.checkpoint]
        return subprocess.Popen(
            [*command, "--data", self.data, "--out", out],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def finish(self, out: Path) -> tuple[float, list[str]]:
        """Build to the end; returns the processor time it took, s, and what is wrong."""
        process = self.build(out)
        seconds = wait(process, float("inf"))
        _, said = process.communicate()
        wrong = [f"exit status {process.returncode}"] if process.returncode else []
        return seconds, wrong + ([f"it said {said!r}"] if traced(said) else [])


def main() -> int:
    """Run all kills and print a line for each."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--work", type=Path, required=True, help="new folder; removed where nothing is found"
    )
    parser.add_argument("--kills", type=int, default=12, help="of builds that begin with nothing")
    parser.add_argument("--drawing", type=int, default=8, help="of builds that only draw")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True)
    work = arguments.work.resolve()
    start_tensorflow()
    bench = Bench(work, *tiny.files(str(work)))
    chance = random.Random(arguments.seed)
    reference = work / "reference" / "run"  # reports name their folder: all are called "run"
    whole, failures = bench.finish(reference)
    results = work / "results" / "run"
    shutil.copytree(reference / "results", results / "results")
    (results / "results" / "rendered.json").unlink()
    drawing, found = bench.finish(shutil.copytree(results, work / "drawn" / "run"))
    failures += found
    print(f"processor time: a build {whole:.1f} s, its drawing alone {drawing:.1f} s", flush=True)
    plans = [(whole, None)] * arguments.kills + [(drawing, results)] * arguments.drawing
    for count, (seconds, start) in enumerate(plans):
        out = work / f"killed-{count:02d}" / "run"
        if start:
            shutil.copytree(start, out)
        number = (signal.SIGKILL, signal.SIGTERM)[count % 2]
        what, found = kill(bench, out, number, chance.uniform(0, seconds), reference)
        print(f"{count + 1:2d}. {what}: {'; '.join(found) or 'nothing found'}", flush=True)
        failures += found
        if not found:
            shutil.rmtree(out.parent)
    print(f"{len(plans)} kills, {len(failures)} findings")
    if not failures:
        shutil.rmtree(work)
    return 1 if failures else 0


def kill(
    bench: Bench, out: Path, number: signal.Signals, after: float, reference: Path
) -> tuple[str, list[str]]:
    """Kill a build after some seconds of processor time, and resume it.

    Returns
    -------
    what : str
        What was done.
    found : list of str
        What is wrong.
    """
    process = bench.build(out)
    wait(process, after)
    process.send_signal(number)
    process.wait()
    left = alive(process.pid, PATIENCE)
    found = [f"processes left: {left}"] if left else []
    _, said = process.communicate()
    status = process.returncode
    if status == 128 + number:
        ends = said.endswith(f"vizreport: {MESSAGE}\n")
        found += [] if ends and not traced(said) else [f"it said {said!r}"]
        found += [f"{path.name} is left" for path in hidden(out)]
    elif status not in (0, -number) or traced(said):
        found.append(f"exit status {status} and {said!r}")
    ended = {0: "had finished", -number: "killed it"}.get(status, f"status {status}")
    half = len(hidden(out))
    done = len([path for path in out.glob("results/*/*.json") if ".run." not in path.name])
    found += bench.finish(out)[1] + differences(out, reference)
    found += [f"{path} is left" for path in hidden(out)]
    found += [f"temporary file {path.name} is left" for path in bench.work.glob("temporary/*")]
    name = signal.Signals(number).name
    return f"{name} after {after:.1f} s {ended}, {done} results there, {half} half made", found


def wait(process: subprocess.Popen[str], until: float) -> float:
    """Wait for the end of a process, or until it took so much processor time; returns that, s.

    Moments are told by processor time, which does not depend on what else the machine does.
    """
    seconds = 0.0
    while process.poll() is None and seconds < until:
        fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
        if fields[0] != "Z":
            seconds = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        time.sleep(0.01)
    return seconds


def traced(said: str) -> bool:
    """Tell whether a traceback was printed, if only of an exception that could not be raised."""
    return "Traceback" in said or "Exception ignored" in said


def alive(session: int, patience: float) -> list[int]:
    """Return the processes of a session that have not ended in time."""
    end = time.monotonic() + patience
    while (left := _of_session(session)) and time.monotonic() < end:
        time.sleep(0.1)
    return left


def _of_session(session: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            # After the name, which may hold anything: state, parent, group, session.
            state, _, _, of = path.read_text().rpartition(")")[2].split()[:4]
        except OSError:
            continue
        if int(of) == session and state not in "ZX":
            found.append(int(path.parent.name))
    return found


def hidden(out: Path) -> list[Path]:
    """Return what is half made in a run's folder."""
    return sorted(
        path
        for path in out.rglob(".*")
        if path.name != MANIFESTS and not path.parent.name.startswith(".rendering-")
    )


def differences(out: Path, reference: Path) -> list[str]:
    """Name files that are not in both folders or not equal; of times none is compared."""
    contents = [
        {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file() and path.name != "run.json" and not path.name.endswith(".run.json")
        }
        for folder in (out, reference)
    ]
    names = sorted(contents[0].keys() | contents[1].keys())
    return [f"{name} differs" for name in names if contents[0].get(name) != contents[1].get(name)]


if __name__ == "__main__":
    sys.exit(main())
