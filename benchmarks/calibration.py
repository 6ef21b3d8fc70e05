"""How often findings are claimed where there is nothing, and how often where there is something.

For each kind of finding that is tested, values that a finished run has stored for each image, map
or unit are exchanged so that its null holds (labels, places, layers or pairs), and the section's
own findings are made of them and decided, Holm's correction included. Then the stated effect is
added to the same. Nothing is trained and no network is run.

    python -m benchmarks.calibration reports/demo --table docs/findings.md

With --kept FILE what is simulated is kept there, a null at a time, and not simulated again: a call
that was stopped goes on from there, and calls for several sections add up to one table.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import numpy as np
from scipy import stats

from benchmarks import (
    nulls,
    nulls_of_evidence,
    nulls_of_faults,
    nulls_of_maps,
    nulls_of_networks,
)
from vizreport.experiments.registry import experiments
from vizreport.experiments.top_patches import findings as of_top_patches
from vizreport.findings import statistics
from vizreport.findings.decisions import decide
from vizreport.findings.record import SHOWN
from vizreport.report.reading import read_result
from vizreport.results.run import read_run
from vizreport.results.store import Store
from vizreport.wording.text import decimal, percent

NULLS = (
    *nulls.NULLS,
    *nulls_of_maps.NULLS,
    *nulls_of_networks.NULLS,
    *nulls_of_evidence.NULLS,
    *nulls_of_faults.NULLS,
)
BEGIN, END = "<!-- calibration -->", "<!-- end of calibration -->"


@dataclass(frozen=True)
class Simulated:
    """Claims of one kind of finding.

    Attributes
    ----------
    kind, section : str
    null, effect : str
        What was exchanged, and what was then added.
    units : str
        Number of units and what they are.
    draws, claims : int
        Simulations of the null, and those that claimed something.
    found : float
        Share of the simulations with the effect that claimed something.
    """

    kind: str
    section: str
    null: str
    effect: str
    units: str
    draws: int
    claims: int
    found: float

    @property
    def least(self) -> float:
        """Lower 95 % bound of the share of claims under the null (Clopper and Pearson)."""
        tested = stats.binomtest(self.claims, self.draws, alternative="greater")
        return float(tested.proportion_ci(0.95, "exact").low)


def simulate(
    results: Mapping[str, Any],
    draws: int,
    seed: int = 0,
    only: str = "",
    known: Mapping[str, Simulated] | None = None,
) -> Iterator[Simulated]:
    """Simulate every null whose section the run has.

    Parameters
    ----------
    results : mapping
        Of a run, by experiment.
    draws : int
        Of each null, and of each with the effect; fewer of the slow ones.
    seed : int
    only : str
        One section, or "" for all.
    known : mapping, optional
        What was simulated before, by kind; taken as it is.
    """
    known = known or {}
    for each in NULLS:
        if each.section not in results:
            continue
        missing = [kind for kind in each.kinds if kind not in known]
        if not missing:
            yield from (known[kind] for kind in each.kinds)
        elif not only or each.section == only:
            yield from _simulated(results, each, -(-draws // each.slow), seed)


def _simulated(
    results: Mapping[str, Any], null: nulls.Null, draws: int, seed: int
) -> Iterator[Simulated]:
    counts: dict[str, list[int]] = {}
    units: dict[str, str] = {}
    with _without_intervals():
        for k, shift in enumerate((0.0, null.shift)):
            for draw in range(draws):
                random = np.random.default_rng([seed, draw, k])
                for kind, n, shown in _decided(results, null, random, shift):
                    counts.setdefault(kind, [0, 0])[k] += shown
                    units.setdefault(kind, n)
    for kind in (kind for kind in null.kinds if kind in counts):
        claims, found = counts[kind]
        yield Simulated(
            kind, null.section, null.null, null.effect, units[kind], draws, claims, found / draws
        )


def _decided(
    results: Mapping[str, Any], null: nulls.Null, random: np.random.Generator, shift: float
) -> Iterator[tuple[str, str, bool]]:
    """Yield, once for each kind, whether any finding of it is shown."""
    findings: Callable[..., Any] | None = null.findings
    if findings is None:
        experiment = experiments()[null.section]
        findings = experiment.load(experiment.findings)
    decided = [
        each
        for each in decide(findings(null.change(results, random, shift)))
        if each.kind in null.kinds
    ]
    for kind in dict.fromkeys(each.kind for each in decided):
        mine = [each for each in decided if each.kind == kind]
        unit = f"{mine[0].n} {mine[0].unit}"
        yield kind, unit, any(each.decision == SHOWN for each in mine)


@contextmanager
def _without_intervals() -> Iterator[None]:
    """Leave out the bootstrap, which no decision depends on, and do the same test once."""
    nothing = SimpleNamespace(low=np.nan, high=np.nan)
    unknown = SimpleNamespace(confidence_interval=nothing)
    known: dict[bytes, Any] = {}

    def permuted(labels: np.ndarray, chosen: np.ndarray, own: np.ndarray, count: int) -> Any:
        asked = b"".join(each.tobytes() for each in (labels, chosen, own))
        if asked not in known:
            known[asked] = statistics.permuted_labels(labels, chosen, own, count)
        return known[asked]

    with (
        mock.patch("scipy.stats.bootstrap", return_value=unknown),
        mock.patch.object(of_top_patches, "permuted_labels", permuted),
    ):
        yield


def table(simulated: list[Simulated]) -> str:
    """Return the lines of the table, Markdown."""
    lines = [
        "| kind | n | permuted | claimed | lower 95 % bound | effect added | found |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| `{one.kind}` | {one.units} | {one.null} | {one.claims} of {one.draws} | "
        f"{decimal(100 * one.least, 1)} % | {one.effect} | "
        f"{percent(one.found).replace(chr(0x202F), ' ')} |"
        for one in simulated
    ]
    return "\n".join(lines)


def read(folder: Path) -> dict[str, Any]:
    """Return the results of a run by experiment."""
    store, run, known = Store(folder), read_run(folder), experiments()
    found = {}
    for record in run.experiments:
        if record.name in known:
            _, _, result = read_result(store, known[record.name], record)
            if result is not None:
                found[record.name] = result
    return found


def main() -> None:
    """Print the table, or put it into a document."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="one section")
    parser.add_argument("--kept", type=Path, help="file of what was simulated, to go on from")
    parser.add_argument("--table", type=Path, help="document whose table is replaced")
    asked = parser.parse_args()
    known: dict[str, Simulated] = {}
    if asked.kept and asked.kept.exists():
        lines = asked.kept.read_text("utf-8").splitlines()
        known = {one.kind: one for one in (Simulated(**json.loads(line)) for line in lines)}
    found = []
    for one in simulate(read(asked.run), asked.draws, asked.seed, asked.only, known):
        found.append(one)
        if one.kind in known:
            continue
        print(f"{one.kind}: {one.claims} of {one.draws}, {percent(one.found)}", flush=True)
        if asked.kept:
            with asked.kept.open("a", encoding="utf-8") as kept:
                kept.write(json.dumps(asdict(one)) + "\n")
    made = table(found)
    print(made)
    if asked.table:
        text = asked.table.read_text("utf-8")
        start, end = text.index(BEGIN) + len(BEGIN), text.index(END)
        asked.table.write_text(f"{text[:start]}\n{made}\n{text[end:]}", "utf-8")


if __name__ == "__main__":
    main()
