"""Whether planted faults are found, rightly named and ranked; and what is found in sound networks.

Each fault is planted by itself, in the demo's network or in one trained in seconds, a report is
built, and its ranking is read. "Found": a finding that names the fault is a fault or worth a look;
"first three": it stands among the first three.

    python -m benchmarks.faults --seed 0
    python -m benchmarks.faults --seed 0 --only watermark --strength 0.5

``--seed`` draws pictures, networks and the fault anew; ``--curve`` varies the strength of four.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from vizreport.system.tensorflow_start import start_tensorflow

start_tensorflow()

from benchmarks.planted import FAULTS  # noqa: E402
from benchmarks.sound_networks import Subject, healthy  # noqa: E402
from vizreport.building import build as building  # noqa: E402
from vizreport.findings.ranking import Ranked  # noqa: E402
from vizreport.models.preprocessing_choice import PreprocessingRequest  # noqa: E402
from vizreport.runs.checking import check  # noqa: E402
from vizreport.subject.options import NetworkOptions  # noqa: E402

SECTIONS = ("diagnosis", "overview", "preprocessing", "filters", "architecture")
CURVES: dict[str, tuple[float, ...]] = {
    "wrong labels": (0.01, 0.02, 0.04, 0.06, 0.1, 0.15),
    "watermark": (0.2, 0.4, 0.6, 0.8, 1.0),
    "repeated images": (0.003, 0.01, 0.02, 0.05),
    "blur": (0.3, 0.5, 0.7, 1.0, 1.5),
}


@dataclass(frozen=True)
class Outcome:
    """What a report says.

    Attributes
    ----------
    ranking : list of (kind, severity)
        With those of the same cause behind the first one.
    seconds : float
        Processor time of the build.
    """

    ranking: list[list[tuple[str, str]]]
    seconds: float

    def rank(self, kinds: tuple[str, ...]) -> int | None:
        """Return the place of the first entry that names the fault, from 1; None without."""
        for place, entry in enumerate(self.ranking, start=1):
            if any(kind in kinds for kind, _ in entry):
                return place
        return None


def build(subject: Subject, sections: tuple[str, ...], seed: int = 0) -> Outcome:
    """Build the report of a subject, and read its ranking."""
    out = Path(tempfile.mkdtemp(prefix="faults-"))
    dataset = subject.pictures.dataset()
    begun = time.process_time()
    try:
        request = building.BuildRequest(
            subject.checkpoint,
            "pictures",
            out / "report",
            only=sections,
            pdf=False,
            network=NetworkOptions(PreprocessingRequest(parts=dict(subject.preprocessing or {}))),
            strict=True,
        )
        render = mock.patch.object(building, "_render", return_value=True)
        opened = mock.patch.object(building, "open_dataset", return_value=dataset)
        with opened, render as drawn:
            building.build(request)
        from vizreport.results.run import write_run

        write_run(out / "report", drawn.call_args.args[1])
        ranking = check(out / "report").ranking
    finally:
        shutil.rmtree(out)
    return Outcome([_entry(each) for each in ranking], time.process_time() - begun)


def _entry(ranked: Ranked) -> list[tuple[str, str]]:
    every = (ranked.first, *ranked.others)
    return [(each.finding.kind, each.finding.severity) for each in every]


def cases(
    arguments: argparse.Namespace, folder: Path
) -> Iterator[tuple[str, float, Callable[[], Subject]]]:
    """Yield name, strength and maker of each subject."""
    for name, fault in FAULTS.items():
        if arguments.only and name not in arguments.only:
            continue
        strengths = [arguments.strength if arguments.strength is not None else fault.strength]
        if arguments.curve:
            strengths = list(CURVES.get(name, ()))
        for strength in strengths:
            yield name, strength, lambda f=fault, s=strength: f.plant(folder, arguments.seed, s)  # type: ignore[misc]
    if not arguments.curve and (not arguments.only or "healthy" in arguments.only):
        for name, make in healthy(folder, arguments.seed).items():
            yield f"sound: {name}", 0.0, make


def line(name: str, strength: float, outcome: Outcome) -> str:
    """Return a row of the table, Markdown."""
    kinds = FAULTS[name].kinds if name in FAULTS else ()
    rank = outcome.rank(kinds)
    first = [entry[0] for entry in outcome.ranking]
    others = [f"{kind} ({severity})" for kind, severity in first if kind not in kinds]
    if name in FAULTS:
        shown = "yes" if rank else "no", str(rank or "–")
        return f"| {name} | {strength:g} | {' | '.join(shown)} | {', '.join(others) or '–'} |"
    return f"| {name} | | | | {', '.join(others) or '–'} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--strength", type=float, help="of the fault, in place of its default")
    parser.add_argument("--only", action="append", help="a fault's name, or healthy")
    parser.add_argument("--curve", action="store_true", help="several strengths of four faults")
    parser.add_argument("--networks", type=Path, help="folder in which trained networks are kept")
    parser.add_argument("--log", type=Path, help="JSON lines; what is there is not built again")
    arguments = parser.parse_args()
    folder = arguments.networks or Path(tempfile.mkdtemp(prefix="networks-"))
    folder.mkdir(exist_ok=True)
    done = {}
    if arguments.log and arguments.log.exists():
        for text in arguments.log.read_text().splitlines():
            known = json.loads(text)
            done[known["name"], known["strength"], known["seed"]] = Outcome(
                [[tuple(each) for each in entry] for entry in known["ranking"]], known["seconds"]
            )
    print("| fault | strength | found | rank | other findings |")
    print("| --- | --- | --- | --- | --- |")
    for name, strength, make in cases(arguments, folder):
        outcome = done.get((name, strength, arguments.seed))
        if outcome is None:
            outcome = build(make(), SECTIONS)
            if arguments.log:
                told = {"name": name, "strength": strength, "seed": arguments.seed}
                told |= {"ranking": outcome.ranking, "seconds": outcome.seconds}
                with arguments.log.open("a") as file:
                    file.write(json.dumps(told) + "\n")
        print(line(name, strength, outcome), flush=True)


if __name__ == "__main__":
    main()
