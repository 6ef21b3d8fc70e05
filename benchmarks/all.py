"""Every table of docs/performance.md that two processor cores can fill, in one command.

    python benchmarks/all.py --photographs photos/ --labels classes.tsv
    python benchmarks/all.py --photographs photos/ --labels classes.tsv --only occlusion

Each row is a process of its own; it is kept in the folder ``--out`` as soon as it is finished, so
that a second call goes on where the first was stopped (``--anew`` measures again). Printed are
the machine, the date, the versions, and each table as Markdown, with how long each row took. Rows
but whole builds run on one core, where threads do not wait for each other. About 13 minutes on two
free cores; nothing else should run beside it.
Tables of other machines are not among them: a GPU (gpu.py), browsers (browsing.py), clusters
(cluster.py), memory by the number of images (memory.py).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("vizreport", "tensorflow", "keras", "numpy", "pillow", "weasyprint", "matplotlib")
LAYERS = ("conv1", "fire3", "fire5", "fire9")
# How many photographs the table of sections takes beside the default report.
FEW = 120
# Which setting is changed in the build whose other results are kept.
CHANGED = ("--sanity-units", "4")

Cells = list[list[str]]


@dataclass(frozen=True)
class Row:
    """A part of a table that is measured by itself."""

    table: str
    name: str
    minutes: float
    measure: Callable[[argparse.Namespace], Cells]


@dataclass(frozen=True)
class Table:
    """Title and columns."""

    title: str
    columns: tuple[str, ...]


SECTION = ("section", "CPU s", "compiling", "compiled", "else", "passes", "back", "bare s", "gap",
           "peak MB")  # fmt: skip
TABLES = {
    "projection": Table(
        "Projection: SqueezeNet, CPU time per projection",
        ("layer", "units", "images", "part", "ms", "whole ms", "plain ms", "whole / ms",
         "plain / ms", "difference"),
    ),
    "occlusion": Table(
        "Occlusion: CPU time of one map",
        ("network", "square, stride", "positions", "layer", "plain s", "windows s", "ratio",
         "bound", "groups", "bound, smallest windows", "first plain s", "first windows s",
         "refined s"),
    ),
    "mining": Table(
        "Mining: CPU time per image",
        ("network", "images", "bare ms", "mining ms", "reading ms", "from files ms",
         "bare / mining (goal 0.95)", "(reading + bare) / from files (goal 0.9)"),
    ),
    "sections": Table(f"Sections: SqueezeNet with {FEW} photographs", SECTION),
    "default": Table("Sections: the default report", SECTION),
    "builds": Table(
        "Whole builds, as processes of their own",
        ("build", "wall s", "CPU s", "peak MB"),
    ),
}  # fmt: skip


def _projection(asked: argparse.Namespace) -> Cells:
    squeezenet = ROOT / "checkpoints" / "squeezenet" / "squeezenet.keras"
    said = _output("projection.py", "--checkpoint", str(squeezenet), "--data", asked.photographs,
                   "--preprocess", "caffe", "--layers", *LAYERS)  # fmt: skip
    return [line.split() for line in said.splitlines() if line.split()[0] in LAYERS]


def _occlusion(network: str) -> Callable[[argparse.Namespace], Cells]:
    def measure(asked: argparse.Namespace) -> Cells:
        from benchmarks.occlusion import measure

        if network == "zfnet":
            found = measure(None, None, "caffe", None, 50, 8)
        else:
            photograph = min(Path(asked.photographs).glob("**/*.jpg"))
            checkpoint = ROOT / "checkpoints" / "squeezenet" / "squeezenet.keras"
            found = measure(checkpoint, photograph, "caffe", None, 45, 8)
        times, first = found["times"], found["first"]
        return [[
            found["network"], f"{found['square']}, {found['stride']}", str(found["places"]),
            found["layer"], f"{times['plain']:.2f}", f"{times['windows']:.2f}",
            f"{times['plain'] / times['windows']:.2f}", f"{found['bound']:.2f}",
            str(found["groups"]), f"{found['exact']:.2f}", f"{first['plain']:.2f}",
            f"{first['windows']:.2f}", f"{times['refined']:.2f}",
        ]]  # fmt: skip

    return measure


def _mining(checkpoint: str) -> Callable[[argparse.Namespace], Cells]:
    def measure(asked: argparse.Namespace) -> Cells:
        from benchmarks.mining import measure

        data = "scenes" if checkpoint == "demo" else asked.photographs
        found = measure(checkpoint, data, 256)
        return [[
            found["network"], str(found["images"]),
            *(f"{each:.2f}" for each in found["milliseconds"].values()),
            f"{found['in memory']:.2f}", f"{found['from files']:.2f}",
        ]]  # fmt: skip

    return measure


def _sections(few: bool) -> Callable[[argparse.Namespace], Cells]:
    def measure(asked: argparse.Namespace) -> Cells:
        chosen = ["--checkpoint", "squeezenet", "--data", asked.photographs, "--max-images",
                  str(FEW), *_labels(asked)] if few else []  # fmt: skip
        said = _output("sections.py", "--json", *chosen)
        found = json.loads(said.splitlines()[-1])
        rows: Cells = found["rows"]
        bare = ["bare pass, ms per image", f"{1000 * found['bare']:.2f}"]
        return [*rows, [*bare, *[""] * (len(SECTION) - 2)]]

    return measure


def _builds(squeezenet: bool) -> Callable[[argparse.Namespace], Cells]:
    """Build, build with nothing changed, with one section's setting changed, and draw again."""

    def measure(asked: argparse.Namespace) -> Cells:
        name = "SqueezeNet" if squeezenet else "default report"
        chosen = ["--checkpoint", "demo", "--data", "scenes"]
        if squeezenet:
            chosen = ["--checkpoint", "squeezenet", "--data", asked.photographs, *_labels(asked)]
        folder = tempfile.mkdtemp()
        out = f"{folder}/report"
        try:
            steps = [
                ("anew", ["build", *chosen, "--out", out]),
                ("nothing changed", ["build", *chosen, "--out", out]),
                (" ".join(CHANGED), ["build", *chosen, "--out", out, *CHANGED]),
                ("vizreport render", ["render", out]),
            ]
            return [[f"{name}, {step}", *_timed(command)] for step, command in steps]
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    return measure


def _labels(asked: argparse.Namespace) -> list[str]:
    return ["--labels", asked.labels] if asked.labels else []


def _timed(command: list[str]) -> list[str]:
    """Run vizreport; return wall seconds, CPU seconds and peak memory of it and its processes."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "vizreport", *command], env=_environment(),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"vizreport {' '.join(command)} ended with status {status >> 8}")
    return [f"{wall:.0f}", f"{used.ru_utime + used.ru_stime:.0f}", f"{used.ru_maxrss / 1024:.0f}"]


def _output(script: str, *arguments: str) -> str:
    command = [sys.executable, str(ROOT / "benchmarks" / script), *arguments]
    done = subprocess.run(
        command, env=_environment(), stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


ROWS = (
    Row("projection", "squeezenet", 1, _projection),
    Row("occlusion", "zfnet", 0.5, _occlusion("zfnet")),
    Row("occlusion", "squeezenet", 0.5, _occlusion("squeezenet")),
    Row("mining", "squeezenet", 1, _mining("squeezenet")),
    Row("mining", "demo", 0.5, _mining("demo")),
    Row("sections", "squeezenet", 3, _sections(few=True)),
    Row("default", "demo", 1.5, _sections(few=False)),
    Row("builds", "demo", 1.5, _builds(squeezenet=False)),
    Row("builds", "squeezenet", 3, _builds(squeezenet=True)),
)


def machine() -> Iterator[str]:
    """Yield lines on the machine, the date and the versions."""
    text = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    models = [line.split(":", 1)[1].strip() for line in text.splitlines() if "model name" in line]
    yield f"{models[0] if models else platform.processor()}, {os.cpu_count()} cores, "
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    yield f"{memory:.0f} GiB of memory; load {os.getloadavg()[0]:.1f} before the start; "
    yield time.strftime("%d %B %Y; ") + f"Python {platform.python_version()}, "
    yield ", ".join(f"{name} {version(name)}" for name in PACKAGES)


def main() -> None:
    """Measure what is missing, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photographs", required=True, help="folder of ImageNet photographs")
    parser.add_argument("--labels", help="names of SqueezeNet's outputs")
    parser.add_argument("--only", choices=TABLES, action="append", help="a table; repeatable")
    parser.add_argument("--out", type=Path, default=Path("benchmark-rows"), help="finished rows")
    parser.add_argument("--anew", action="store_true", help="measure finished rows again")
    parser.add_argument("--row", help=argparse.SUPPRESS)  # measured in this process
    asked = parser.parse_args()
    if asked.row:
        (row,) = (row for row in ROWS if f"{row.table}-{row.name}" == asked.row)
        if row.table != "builds" and hasattr(os, "sched_setaffinity"):  # Linux
            os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        print(json.dumps(row.measure(asked)))
        return
    asked.out.mkdir(parents=True, exist_ok=True)
    print("".join(machine()), flush=True)
    wanted = [row for row in ROWS if not asked.only or row.table in asked.only]
    print(f"about {sum(row.minutes for row in wanted):.0f} minutes on two free cores", flush=True)
    for name, table in TABLES.items():
        rows = [row for row in wanted if row.table == name]
        if not rows:
            continue
        print(f"\n{table.title}\n")
        print("| " + " | ".join(table.columns) + " |")
        print("|" + " --- |" * len(table.columns), flush=True)
        notes = []
        for row in rows:
            kept = _kept(asked, row)
            for cells in kept["rows"]:
                print("| " + " | ".join(cells) + " |", flush=True)
            notes.append(f"{row.name}: {kept['wall']:.0f} s, {kept['date']}")
        print(f"\n({'; '.join(notes)})", flush=True)


def _kept(asked: argparse.Namespace, row: Row) -> dict[str, Any]:
    """Return a row that is there, or measure it and keep it."""
    path = asked.out / f"{row.table}-{row.name}.json"
    if path.exists() and not asked.anew:
        known: dict[str, Any] = json.loads(path.read_text())
        return known
    started = time.perf_counter()
    command = [sys.executable, __file__, "--row", f"{row.table}-{row.name}",
               "--photographs", asked.photographs, *_labels(asked)]  # fmt: skip
    done = subprocess.run(command, env=_environment(), stdout=subprocess.PIPE, text=True)
    if done.returncode:
        return {"rows": [[row.name, f"failed with status {done.returncode}"]],
                "wall": time.perf_counter() - started, "date": ""}  # fmt: skip
    found = {
        "rows": json.loads(done.stdout.splitlines()[-1]),
        "wall": time.perf_counter() - started,
        "date": time.strftime("%Y-%m-%d %H:%M"),
        "machine": "".join(machine()),
    }
    new = path.with_suffix(".new")
    new.write_text(json.dumps(found, indent=1))
    new.replace(path)
    return found


if __name__ == "__main__":
    main()
