"""What the diagnosis claims of network, labels and images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from vizreport.experiments.diagnosis import averages, domination, evidence, images, labels, turns
from vizreport.experiments.diagnosis.calibration import calibration
from vizreport.experiments.diagnosis.result import DiagnosisResult
from vizreport.experiments.mining.predictions import labelled_predictions
from vizreport.experiments.mining.result import MiningResult
from vizreport.findings.decisions import decide
from vizreport.findings.quantity import COUNT, Quantity
from vizreport.findings.record import NOTE, TOO_LITTLE, Finding

ALWAYS = ("diagnosis-reliability", "diagnosis-changes")
"""Figures that are shown whatever was found; others only where something was."""


def findings(results: Mapping[str, Any]) -> list[Finding]:
    """Test for each fault that the diagnosis knows, those of averages and labels first."""
    result: DiagnosisResult = results["diagnosis"]
    mining: MiningResult = results["mining"]
    settled = averages.finding(result, mining)
    found: list[Finding | None] = [settled]
    predictions = labelled_predictions(mining)
    given = mining.labels
    if predictions is not None:
        exchanged, assigned = labels.exchanged(predictions)
        unsettled = settled.severity != NOTE if settled else result.batch_normalization
        found += [exchanged, labels.one_class(predictions, unsettled)]
        found.append(labels.balance(predictions))
        given = given.copy()
        given[predictions.images] = assigned
        predictions = labels.with_labels(predictions, assigned)
        found += [labels.noise(predictions), calibration(predictions)]
    found += [*images.repeated_findings(result, mining), images.plain_finding(result)]
    found.append(turns.finding(result, mining))
    found += evidence.place_findings(result, mining)
    found += [*evidence.change_findings(result, given), evidence.shift_finding(result)]
    found += [*images.quality_findings(result, mining), domination.dominated(mining)]
    known = [replace(each, leading=False) for each in found if each is not None]
    decided = decide(known)
    shown = {each.evidence for each in decided if each.severity != NOTE} | set(ALWAYS)
    kept = [replace(x, evidence=x.evidence if x.evidence in shown else "") for x in known]
    return [_summary(decided), *kept]


def _summary(decided: Sequence[Finding]) -> Finding:
    """Count the checks that found something."""
    telling = sum(each.severity != NOTE for each in decided)
    checked = sum(each.decision != TOO_LITTLE for each in decided)
    return Finding(
        kind="diagnosis-checks",
        compared="checks, and those that found something",
        claim="checks found something",
        shown="{telling} of {n} checks of labels, images and evidence found something worth a look."
        if telling
        else "None of {n} checks of labels, images and evidence found anything worth a look.",
        n=checked,
        unit="checks",
        fewest=1,
        values={"telling": Quantity(telling, COUNT)},
    )
