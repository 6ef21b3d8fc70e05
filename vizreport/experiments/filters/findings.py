"""What the filters section claims: filters that are dead, and filters that drown the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from vizreport.experiments.filters.result import FiltersResult
from vizreport.experiments.mining.result import MiningResult
from vizreport.findings.quantity import COUNT, SHARE, Quantity
from vizreport.findings.record import FAULT, LOOK, NOTE, Finding
from vizreport.findings.statistics import share
from vizreport.wording.text import quoted

MANY_DEAD = 0.05
"""Share of a layer's filters that may be dead before it is worth a look."""
MOST_DEAD = 0.5
"""Share from which on it is a fault."""
ENOUGH = 30
"""Images below which a filter that is never active means little."""


def findings(results: Mapping[str, Any]) -> list[Finding]:
    """Count filters that are never active, and filters much stronger than the others."""
    result: FiltersResult = results["filters"]
    return [_dead(result, results["mining"]), _dominating(result)]


def _dead(result: FiltersResult, mining: MiningResult) -> Finding:
    dead, count, images = int(result.dead.sum()), len(result.dead), len(mining.paths)
    severity = NOTE
    if images >= ENOUGH and dead > MANY_DEAD * count:
        severity = FAULT if dead > MOST_DEAD * count else LOOK
    # The largest share of images in which a filter may be active that is seen active in none.
    unseen = share(0, images).high
    seen = f"{{dead}} of the {{n}} filters of {{layer}} {'is' if dead == 1 else 'are'} dead: never"
    return Finding(
        kind="filters-dead",
        compared="first-layer filters that are never above zero in {images} images",
        claim="filters of {layer} are dead",
        shown=f"{seen} above zero in {{images}} images."
        if dead
        else "All {n} filters of {layer} are active in some of the {images} images.",
        n=count,
        unit="filters",
        effect=Quantity(dead / count, SHARE),
        evidence="filters",
        severity=severity,
        advice=""
        if severity == NOTE
        else "Such filters usually die early in training: try a lower learning rate or warm-up, "
        "and check the input scale.",
        values={
            "dead": Quantity(dead, COUNT),
            "images": Quantity(images, COUNT),
            "active_at_most": Quantity(unseen, SHARE),
        },
        names={"layer": quoted(result.layer, 40)},
    )


def _dominating(result: FiltersResult) -> Finding:
    strong, median = int(result.dominating.sum()), float(np.median(result.rms))
    ratio = float(result.rms.max()) / median if median > 0 else float("nan")
    verb = "dominates" if strong == 1 else "dominate"
    some = f"{{strong}} of the {{n}} filters of {{layer}} {verb} the others"
    return Finding(
        kind="filters-dominating",
        compared="RMS of the strongest filter's weights and the median RMS",
        claim="some filters dominate the others",
        shown=f"{some}: the strongest has {{effect}} times the median RMS."
        if strong
        else "No filter of {layer} dominates: the strongest has {effect} times the median RMS.",
        n=len(result.rms) if median > 0 else 0,
        unit="filters",
        effect=Quantity(ratio, digits=1),
        evidence="filter-rms",
        severity=LOOK if strong else NOTE,
        advice="Limit the norm of each filter during training (a max-norm constraint)."
        if strong
        else "",
        values={
            "strong": Quantity(strong, COUNT),
            "limit": Quantity(result.dominating_ratio, digits=1),
        },
        names={"layer": quoted(result.layer, 40)},
    )
