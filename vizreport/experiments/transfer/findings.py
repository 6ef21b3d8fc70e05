"""What transfer claims: how far features carry, whether depth pays, and what training adds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from vizreport.experiments.transfer.result import TransferResult
from vizreport.experiments.transfer.scores import (
    Scored,
    best,
    control_of,
    features_only,
    scored,
)
from vizreport.findings.quantity import COUNT, POINTS, SHARE, Quantity
from vizreport.findings.record import Finding, Published
from vizreport.findings.sample_size import needed_pairs
from vizreport.findings.statistics import Tested, interval, paired
from vizreport.wording.text import quoted

EVIDENCE = "transfer-by-layer"
REFERENCE = 0.1
"""Difference whose sample size is given."""


def findings(results: Mapping[str, Any]) -> list[Finding]:
    """Compare layers, and the best one with a network from scratch, class by class."""
    result: TransferResult = results["transfer"]
    every = scored(result)
    winner = best(every)
    alike = [
        one
        for one in features_only(every)
        if (one.classifier, one.per_class) == (winner.classifier, winner.per_class)
    ]
    found = [_level(result, winner)]
    if len(alike) > 1:
        found.append(_depth(result, alike[0], alike[-1]))
    control = control_of(winner, every)
    if control is not None:
        found.append(_scratch(result, winner, control, len(alike)))
    return found


def _level(result: TransferResult, winner: Scored) -> Finding:
    known = winner.by_class[np.isfinite(winner.by_class)]
    low, high = interval(known, np.mean)
    tested = Tested(winner.mean, low, high, len(known), "", None, 1)
    accuracy = result.measure == "accuracy"
    images = ", learned from {per_class} images per class," if winner.per_class else ""
    guessing = "; chance: {guessing}" if accuracy else ""
    return Finding(
        kind="transfer-level",
        compared=f"{result.measure} of a linear classifier on the features of {{layer}}, the best "
        "layer tested",
        claim="a linear classifier learns the classes from the features of {layer}",
        shown=f"A linear classifier on the features of {{layer}}{images} reaches "
        f"an {result.measure} of {{effect}} (mean of {{n}} "
        f"classes{guessing}).",
        **tested.fields(SHARE, 1),
        unit="classes",
        evidence=EVIDENCE,
        values={
            "per_class": Quantity(winner.per_class, COUNT),
            "guessing": Quantity(1 / len(result.class_names), SHARE, digits=1),
        },
        names={"layer": quoted(winner.layer)},
    )


def _depth(result: TransferResult, first: Scored, last: Scored) -> Finding:
    tested = paired(last.by_class, first.by_class)
    word = "more" if tested.value > 0 else "less"
    return Finding(
        kind="transfer-depth",
        compared=f"{result.measure} of each class with the features of {{deep}} and of {{shallow}}",
        claim=f"features of {{deep}} separate the classes {word} reliably than those of "
        "{shallow}",
        shown=f"Features of {{deep}} separate the classes {word} reliably than those of "
        "{shallow}: {mean_deep} against {mean_shallow}.",
        **tested.fields(POINTS),
        unit="classes",
        needed=needed_pairs(last.by_class - first.by_class, REFERENCE),
        reference=Quantity(REFERENCE, POINTS),
        reference_of="a difference of {reference}",
        evidence=EVIDENCE,
        published=Published(
            "Zeiler & Fergus found that features of deeper layers classify other data better",
            "Table 7",
            tested.value > 0,
        ),
        values={
            "mean_deep": Quantity(last.mean, SHARE, digits=1),
            "mean_shallow": Quantity(first.mean, SHARE, digits=1),
        },
        names={"deep": quoted(last.layer), "shallow": quoted(first.layer)},
    )


def _scratch(result: TransferResult, winner: Scored, control: Scored, layers: int) -> Finding:
    """Compare the best layer with a network from scratch; p counts once for each layer tried."""
    tested = paired(winner.by_class, control.by_class)
    tested = replace(tested, p=min(1.0, (tested.p or 0.0) * layers))
    word = "better" if tested.value > 0 else "worse"
    return Finding(
        kind="transfer-scratch",
        compared=f"{result.measure} of each class with the features of {{layer}} and with a "
        "network trained from scratch",
        claim=f"features of {{layer}} do {word} than a network trained from scratch on the same "
        "images",
        shown=f"Features of {{layer}} do {word} than a network trained from scratch on the same "
        "images, which reaches {scratch}.",
        **tested.fields(POINTS),
        unit="classes",
        needed=needed_pairs(winner.by_class - control.by_class, REFERENCE),
        reference=Quantity(REFERENCE, POINTS),
        reference_of="a difference of {reference}",
        evidence=EVIDENCE,
        values={"scratch": Quantity(control.mean, SHARE, digits=1)},
        names={"layer": quoted(winner.layer)},
    )
