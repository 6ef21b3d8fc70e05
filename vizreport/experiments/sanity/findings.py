"""What sanity claims: whether projections depend on what was learned, and what they are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from vizreport.experiments.sanity.assessment import (
    CHANGED,
    JUDGED,
    PASSED,
    Assessment,
    assess,
)
from vizreport.experiments.sanity.drawing import NAMES
from vizreport.experiments.sanity.result import SanityResult
from vizreport.findings.decisions import LEVEL
from vizreport.findings.quantity import COUNT, SHARE, Quantity
from vizreport.findings.record import LOOK, NOTE, Finding, Published
from vizreport.findings.statistics import mean
from vizreport.wording.text import quoted

ALL, TOP = "all", "top"


def findings(results: Mapping[str, Any]) -> list[Finding]:
    """Judge each method without any learned weight, and without the topmost layer's."""
    result: SanityResult = results["sanity"]
    found: list[Finding] = []
    for number, layer in enumerate(result.layers):
        judged = [assess(result, layer, measure) for measure in JUDGED]
        for pair in zip(*judged, strict=True):
            main = not number and pair[0].method == result.methods[0]
            every, top = (_judged(result, layer, pair, step, number) for step in (ALL, TOP))
            # What fails is told of every method, what passes of the first one.
            found += [
                replace(every, leading=main or (not number and _surely(every, result))),
                replace(top, leading=not number and _surely(top, result)),
            ]
            if main:
                found.append(_sources(result, layer, pair[0], number))
    return found


def _surely(finding: Finding, result: SanityResult) -> bool:
    """Whether it fails whatever the section's other tests show."""
    tests = 2 * len(result.methods) * len(result.layers)
    return finding.severity == LOOK and (finding.p or 0.0) * tests < LEVEL


def _judged(
    result: SanityResult, layer: str, pair: tuple[Assessment, ...], step: str, number: int
) -> Finding:
    """Test the worse of the two measures against the share that may be left.

    To pass, both measures must be below it: their larger p counts. To fail, one above it is enough,
    and its p counts twice.
    """
    limit = PASSED if step == ALL else CHANGED
    tests = [mean(one.left if step == ALL else one.left_by_top, limit) for one in pair]
    values = [-np.inf if np.isnan(test.value) else test.value for test in tests]
    worst = int(np.argmax(values))
    fails = bool(values[worst] > limit)
    ps = [1.0 if test.p is None else test.p for test in tests]
    if not fails:  # what is said is of the measure that is less sure
        worst = int(np.argmax(ps))
    tested = replace(tests[worst], p=min(1.0, 2 * ps[worst]) if fails else ps[worst])
    blank = 2 * tested.n < pair[0].drawn
    shuffled = "all weights" if step == ALL else "only the weights of {piece}"
    left = f"with {shuffled} shuffled, {{effect:interval}} of the above-chance similarity remains"
    on = "what was learned" if step == ALL else _topmost(result, layer)
    depends = f"depend on {on}"
    shown = (
        f"{NAMES[pair[0].method]} in {{layer}} fails the test: {left} (passing: at most {{limit}})."
        if fails
        else f"{NAMES[pair[0].method]} projections in {{layer}} {depends}: {left}."
    )
    return Finding(
        kind=f"sanity-{step}",
        compared=(
            f"{{method}} in {{layer}}: projections of the trained network, and with {shuffled} "
            "shuffled"
        ),
        claim=f"{{method}} projections in {{layer}} {depends}",
        shown=shown,
        not_shown=(
            f"Inconclusive whether {{method}} projections in {{layer}} {depends}: {left} "
            "(passing: at most {limit}; {n} units)."
        ),
        effect=tested.quantity(SHARE),
        n=tested.n,
        test=tested.test,
        p=tested.p,
        unit="units with non-blank projections",
        fewest=max(3, (pair[0].drawn + 1) // 2) if blank else 3,
        evidence=f"sanity-similarity-{number + 1}",
        severity=LOOK if fails else NOTE,
        advice="These projections are not evidence of what was learned." if fails else "",
        published=_published(pair[0].method, step, fails),
        values={"limit": Quantity(limit, SHARE), "draws": Quantity(_draws(result, layer), COUNT)},
        names={
            "method": NAMES[pair[0].method].lower(),
            "layer": quoted(layer, 40),
            "piece": ", ".join(quoted(name, 40) for name in result.layers[layer].steps[0][:3]),
        },
    )


def _topmost(result: SanityResult, layer: str) -> str:
    return "the target class" if result.layers[layer].scores else "the unit's own weights"


def _sources(result: SanityResult, layer: str, one: Assessment, number: int) -> Finding:
    switches, filters = mean(one.from_switches, 0.0), mean(one.from_filters, 0.0)
    return Finding(
        kind="sanity-sources",
        compared="{method} in {layer}: learned filters alone, and the image's switches alone",
        claim="the learned filters alone reproduce the projections",
        shown=(
            "Learned filters with random switches reproduce {effect:interval} of the above-chance "
            "similarity, random filters with the image's switches {switches:interval}."
        ),
        effect=filters.quantity(SHARE),
        n=filters.n,
        unit="units",
        fewest=3,
        evidence=f"sanity-similarity-{number + 1}",
        values={"switches": switches.quantity(SHARE)},
        names={"method": NAMES[one.method].lower(), "layer": quoted(layer, 40)},
    )


def _published(method: str, step: str, fails: bool) -> Published | None:
    if method != "guided" or step != ALL:
        return None
    return Published(
        "Adebayo et al. (2018) found guided backpropagation hardly changed by random weights, in "
        "other networks",
        "Figs. 2 to 4",
        fails,
    )


def _draws(result: SanityResult, layer: str) -> int:
    return int(result.layers[layer].states.drawn.shape[1])
