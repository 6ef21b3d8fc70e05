"""What each section of a build costs, beside the passes through the network that it makes.

Builds a report in this process, every section anew, and prints for each section its processor
time, how much of it is spent in compiling and in compiled functions, how many passes it makes, in
whole images (a crop of a quarter of the image is a quarter of a pass; places occluded in windows
occluded places are not counted), how many of them also go back, and what these
passes would take bare: a forward pass of the network in batches of 32, and twice that where a
signal goes back. *Gap* is the section's time over that.

    python benchmarks/sections.py --checkpoint squeezenet --data photos/ --labels classes.tsv \
        --max-images 120
    python benchmarks/sections.py                       # the default report

The peak of memory is each section's own (Linux).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

COLUMNS = ("section", "CPU s", "compiling", "compiled", "else", "passes", "back", "bare s", "gap",
           "peak MB")  # fmt: skip
BATCH = 32
# Modules whose compiled functions take a signal back to the input.
_BACK = ("projection", "evidence", "ascent", "contributions")


@dataclass
class Cost:
    """What one section took: seconds of processor time, and passes in whole images."""

    seconds: float = 0.0
    compiling: float = 0.0
    compiled: float = 0.0
    passes: float = 0.0
    back: float = 0.0
    peak: float = 0.0


class Meter:
    """Counts what compiled functions do, by section."""

    def __init__(self) -> None:
        self.costs: dict[str, Cost] = defaultdict(Cost)
        self.section = "start"
        self.area = 0.0
        self.began = time.process_time()

    def wrap(self, compiled: Callable[..., Any]) -> Callable[..., Any]:
        """Return ``backend.compiled`` that counts."""

        def counting(function: Callable[..., Any], *specs: Any, **rest: Any) -> Callable[..., Any]:
            made = compiled(function, *specs, **rest)
            apart = "split_passes" in function.__module__  # there and back are two functions
            back = not apart and any(part in function.__module__ for part in _BACK)
            known: set[Any] = set()

            def call(*given: Any) -> Any:
                started = time.process_time()
                outputs = made(*given)
                taken = time.process_time() - started
                cost = self.costs[self.section]
                if not known:
                    cost.compiling += taken
                else:
                    cost.compiled += taken
                known.add(True)
                passes = self.passes(given)
                cost.passes += passes
                cost.back += passes if back else 0
                if apart and isinstance(given[0], list):
                    cost.back += len(given[1])
                return outputs

            call.__dict__.update(getattr(made, "__dict__", {}))
            return call

        return counting

    def passes(self, given: Any) -> float:
        """Return how many whole images a call is given, by their area."""
        for each in given:
            shape = np.shape(each) if not isinstance(each, list | tuple) else ()
            if len(shape) == 4 and shape[-1] in (1, 3) and self.area:
                return float(shape[0] * shape[1] * shape[2] / self.area)
        return 0.0

    def ended(self, section: str) -> None:
        """Close a section: what was since the last one is its own."""
        now = time.process_time()
        cost = self.costs[section]
        for name in ("compiling", "compiled", "passes", "back"):
            other = self.costs["open"]
            setattr(cost, name, getattr(cost, name) + getattr(other, name))
        self.costs.pop("open", None)
        cost.seconds += now - self.began
        cost.peak = max(cost.peak, _peak())
        self.began, self.section = now, "open"


def _peak() -> float:
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    Path("/proc/self/clear_refs").write_text("5")  # sets the peak back
    return int(status["VmHWM"].split()[0]) / 1024


def measure(
    checkpoint: str, data: str, labels: str | None, images: int | None, pdf: bool = True
) -> dict[str, Any]:
    """Build, and return rows of :data:`COLUMNS` and the bare pass's seconds an image."""
    from vizreport.system.tensorflow_start import start_tensorflow

    meter = Meter()
    start_tensorflow()
    from vizreport import backend

    backend.compiled = meter.wrap(backend.compiled)
    from vizreport.building import first_pass, running
    from vizreport.cli import main

    bare_passes: list[float] = []
    original = running.run_experiment
    meter.ended("start of TensorFlow")

    def run(experiment: Any, computing: Any, *rest: Any) -> Any:
        if not meter.area:
            meter.ended("opening")
            height, width, _ = computing.subject.graph.input_shape
            meter.area = float(height * width)
            bare_passes.append(_bare(computing.subject))
            meter.ended("bare pass")
        record = original(experiment, computing, *rest)
        meter.ended(experiment.name)
        return record

    first_pass.run_experiment = running.run_experiment = run  # type: ignore[assignment]
    with tempfile.TemporaryDirectory() as folder:
        command = ["build", "--checkpoint", checkpoint, "--data", data, "--out", f"{folder}/report"]
        command += ["--labels", labels] if labels else []
        command += ["--max-images", str(images)] if images else []
        command += [] if pdf else ["--no-pdf"]
        status = main(command)
    meter.ended("drawing")
    bare = bare_passes[0]
    meter.costs.pop("bare pass")
    rows = [_row(name, cost, bare) for name, cost in meter.costs.items() if cost.seconds > 0.05]
    total = Cost(
        *(sum(getattr(c, f) for c in meter.costs.values())
          for f in ("seconds", "compiling", "compiled", "passes", "back")),
        max(c.peak for c in meter.costs.values()),
    )  # fmt: skip
    return {"status": status, "bare": bare, "rows": [*rows, _row("all", total, bare)]}


def _row(name: str, cost: Cost, bare: float) -> list[str]:
    least = (cost.passes + cost.back) * bare
    other = cost.seconds - cost.compiling - cost.compiled
    return [
        name, f"{cost.seconds:.1f}", f"{cost.compiling:.1f}", f"{cost.compiled:.1f}",
        f"{other:.1f}", f"{cost.passes:.0f}", f"{cost.back:.0f}", f"{least:.1f}",
        f"{cost.seconds / least:.1f}" if least > 0.05 else "", f"{cost.peak:.0f}",
    ]  # fmt: skip


def _bare(subject: Any) -> float:
    """Return the processor time of a bare forward pass, seconds an image."""
    from vizreport import backend
    from vizreport.backend import Spec

    graph, model = subject.graph, subject.model
    bare = backend.compiled(
        lambda x: model(x, training=False),
        Spec(("images", *graph.input_shape), graph.dtype),
        variables=model.variables,
    )
    images = np.random.default_rng(0).normal(size=(BATCH, *graph.input_shape)).astype(graph.dtype)
    bare(images)
    taken = []
    for _ in range(3):
        started = time.process_time()
        bare(images)
        taken.append(time.process_time() - started)
    return min(taken) / BATCH


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint", default="demo")
    parser.add_argument("--data", default="scenes")
    parser.add_argument("--labels")
    parser.add_argument("--max-images", type=int)
    parser.add_argument("--json", action="store_true", help="print what was measured as JSON")
    arguments = parser.parse_args()
    found = measure(arguments.checkpoint, arguments.data, arguments.labels, arguments.max_images)
    if arguments.json:
        print(json.dumps(found))
        return
    print(f"bare forward pass: {1000 * found['bare']:.2f} ms an image; status {found['status']}")
    print("| " + " | ".join(COLUMNS) + " |")
    print("|" + " --- |" * len(COLUMNS))
    for row in found["rows"]:
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    main()
