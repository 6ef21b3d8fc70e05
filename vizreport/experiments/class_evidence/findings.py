"""What class evidence claims: which maps this very network supports, and by which tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from vizreport.experiments.class_evidence.result import ClassEvidenceResult
from vizreport.experiments.class_evidence.verdicts import NAMES, areas, gain, left
from vizreport.experiments.sanity.assessment import CHANGED, PASSED
from vizreport.findings.decisions import decide
from vizreport.findings.quantity import COUNT, POINTS, SHARE, Quantity
from vizreport.findings.record import LOOK, NOTE, SHOWN, Finding
from vizreport.findings.statistics import mean

TESTS = {
    "class-evidence-deletion": "deletion",
    "class-evidence-insertion": "insertion",
    "class-evidence-pointing": "the pointing game",
    "class-evidence-all": "random weights",
    "class-evidence-top": "a random top layer",
}
"""What each kind of finding tests, as the headline names it."""
FEWEST = 6


def findings(results: Mapping[str, Any]) -> list[Finding]:
    """State which maps pass every test, then the result of each test for each map."""
    result: ClassEvidenceResult = results["class_evidence"]
    tests = [each for method in result.methods for each in _tests(result, method)]
    return [_supported(result, decide(tests)), *tests]


def _evidence(result: ClassEvidenceResult) -> str:
    """Name the figure of the curves; of the maps where no image is classified correctly."""
    return "class-evidence-curves" if len(result.sample) else "class-evidence-maps"


def _tests(result: ClassEvidenceResult, method: str) -> list[Finding]:
    found = [_curve(result, curve, method) for curve in ("deletion", "insertion")]
    if np.isfinite(result.areas).any():
        found.append(_pointing(result, method))
    return [*found, _random(result, method, 1), _random(result, method, 0)]


def passed(decided: Sequence[Finding], method: str) -> dict[str, bool | None]:
    """Return, by what is tested, whether a method passes; None where it is open.

    Parameters
    ----------
    decided : sequence of Finding
        The section's, decided.
    method : str
        As the result names it.
    """
    return {
        TESTS[each.kind]: each.severity == NOTE if each.decision == SHOWN else None
        for each in decided
        if each.kind in TESTS and each.names["method"] == NAMES[method]
    }


def _supported(result: ClassEvidenceResult, decided: Sequence[Finding]) -> Finding:
    outcomes = {method: passed(decided, method) for method in result.methods}
    every = [passes for outcome in outcomes.values() for passes in outcome.values()]
    passing_first = sorted(outcomes, key=lambda method: not all(outcomes[method].values()))
    said = [f"{NAMES[method]} {_verdict(outcomes[method])}" for method in passing_first]
    return Finding(
        kind="class-evidence-supported",
        compared="class evidence maps and their tests",
        claim="this network supports class evidence maps",
        shown="On this network, {verdicts} ({n} images).",
        n=len(result.sample),
        unit="images",
        fewest=FEWEST,
        evidence=_evidence(result),
        severity=LOOK if False in every else NOTE,
        advice=""
        if all(every)
        else "Rely on a class evidence map only as far as it passes the tests.",
        names={"verdicts": "; ".join(said)},
    )


def _verdict(outcome: Mapping[str, bool | None]) -> str:
    """State which tests a method passes: "fails deletion and is inconclusive on insertion"."""
    if all(outcome.values()):
        return "passes every test"
    failed = [test for test, passes in outcome.items() if passes is False]
    open_ = [test for test, passes in outcome.items() if passes is None]
    parts = [f"fails {_listed(failed)}"] if failed else []
    return " and ".join([*parts, *([f"is inconclusive on {_listed(open_)}"] if open_ else [])])


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _curve(result: ClassEvidenceResult, curve: str, method: str) -> Finding:
    tested, baseline = gain(result, curve, method)
    first = curve == "deletion"
    what = "deleting first" if first else "showing first"
    does = "lowers the probability of the class" if first else "raises the probability of the class"
    return Finding(
        kind=f"class-evidence-{curve}",
        compared=(
            f"mean probability of the class while cells are {'deleted' if first else 'shown'} in "
            "the order of {method}, and in a random order or from the centre outwards"
        ),
        claim=f"{what} the cells marked by {{method}} {does} more than either baseline",
        shown=(
            f"{what.capitalize()} the cells marked by {{method}} {does} by {{effect:interval}} "
            "more than "
            "{baseline} (the better baseline; median of {n} images)."
        ),
        **tested.fields(POINTS, 1),
        unit="images",
        evidence=_evidence(result),
        leading=False,
        values={
            "own": Quantity(_mean(areas(result, curve, method))),
            "random": Quantity(_mean(areas(result, curve, "random"))),
            "centre": Quantity(_mean(areas(result, curve, "centre"))),
        },
        names={"method": NAMES[method], "baseline": NAMES[baseline]},
    )


def _pointing(result: ClassEvidenceResult, method: str) -> Finding:
    known = np.isfinite(result.areas)
    chance = result.areas[known].astype(float)
    hits = result.hits[method][known]
    tested = mean(hits - chance, 0.0)
    on = tested.value > 0
    return Finding(
        kind="class-evidence-pointing",
        compared="share of images in which {method} is strongest on the object, and its area",
        claim="{method} is strongest on the object more often than a random pixel",
        shown=(
            "{method} is strongest on the object in {hits} of {n} images ({chance} by chance; the "
            "image centre: {centre})."
        ),
        **tested.fields(POINTS),
        unit="images with a known object",
        evidence="class-evidence-maps",
        severity=NOTE if on else LOOK,
        leading=False,
        values={
            "hits": Quantity(int(hits.sum()), COUNT),
            "chance": Quantity(float(chance.sum()), COUNT),
            "centre": Quantity(int(result.hits["centre"][known].sum()), COUNT),
        },
        names={"method": NAMES[method]},
    )


def _random(result: ClassEvidenceResult, method: str, state: int) -> Finding:
    limit = PASSED if state else CHANGED
    tested = mean(left(result, method, state), limit)
    fails = tested.value > limit
    which = "all weights" if state else "only the top layer's weights"
    remains = f"with {which} shuffled, {{effect:interval}} of the above-chance similarity remains"
    claim = "{method} depends on " + ("what was learned" if state else "the target class")
    return Finding(
        kind=f"class-evidence-{'all' if state else 'top'}",
        compared=f"{{method}} with the trained network, and with {which} shuffled",
        claim=claim,
        shown=(
            f"{{method}} fails the random-weights test: {remains} (passing: at most {{limit}})."
            if fails
            else f"{claim}: {remains} (passing: at most {{limit}})."
        ),
        not_shown=f"Inconclusive whether {claim}: {remains} (passing: at most {{limit}}).",
        **tested.fields(SHARE),
        unit="images",
        evidence="class-evidence-maps",
        severity=LOOK if fails else NOTE,
        leading=False,
        values={"limit": Quantity(limit, SHARE)},
        names={"method": NAMES[method]},
    )


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else float("nan")
