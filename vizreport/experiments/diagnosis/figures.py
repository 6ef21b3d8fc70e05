"""What to look at first, and the evidence for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from vizreport.drawing.section import Context, Figure, Section
from vizreport.experiments.diagnosis import averages, charts_of, domination, labels, pictures, turns
from vizreport.experiments.diagnosis.findings import findings
from vizreport.experiments.diagnosis.images import OF_A_CLASS, classes_of
from vizreport.experiments.diagnosis.result import DiagnosisResult
from vizreport.experiments.mining.predictions import labelled_predictions
from vizreport.experiments.mining.result import MiningResult
from vizreport.findings.decided import claims_of
from vizreport.findings.ranking import Found, Ranked, ranked
from vizreport.findings.record import FAULT, LOOK, NOTE, TOO_LITTLE, Finding
from vizreport.findings.sentences import caveat, compared, notice, remedy, sentence
from vizreport.results.run import RunRecord


def section(results: Mapping[str, Any], run: RunRecord, others: Sequence[Found] = ()) -> Section:
    """Rank what all sections found, and show the evidence of this one.

    Parameters
    ----------
    results : mapping
        Of this experiment and of mining.
    run : RunRecord
        Name, data and settings of the run.
    others : sequence of Found
        Decided findings of the other sections.
    """
    result: DiagnosisResult = results["diagnosis"]
    mining: MiningResult = results["mining"]
    own = claims_of(findings, results)
    mine = [Found("diagnosis", "Diagnosis", each) for each in own]
    ranking = ranked([*mine, *others])
    wanted = {each.evidence for each in own}
    telling = [each.first.finding.evidence for each in ranking] + sorted(wanted)
    figures = sorted(
        (f for f in _figures(result, mining, own) if f.name in wanted),
        key=lambda figure: telling.index(figure.name),
    )
    return Section(
        tuple(figures),
        finding=_headline(ranking),
        context={
            "ranking": [_row(each) for each in ranking],
            "clean": [
                sentence(each)
                for each in own
                if each.severity == NOTE
                and each.decision != TOO_LITTLE
                and each.kind not in _QUIET
                and not each.caveat
            ],
            "weak": [caveat(each) for each in own if each.caveat],
            "untested": untested(result, mining, own),
        },
    )


_QUIET = ("diagnosis-checks",)
_OF_LABELS = (
    "Class names",
    "Wrong labels",
    "Rotated or recoloured images",
    "Class balance",
    "Calibration",
)


def _headline(ranking: Sequence[Ranked]) -> str:
    """Describe what to look at first; "" leaves it to the section's own findings.

    A fault stands as a notice of its own already.
    """
    looks = [each.first.finding for each in ranking if each.first.finding.severity == LOOK]
    return f"To look at first: {notice(looks[0])}" if looks else ""


def _row(entry: Ranked) -> Context:
    first = entry.first
    return {
        "severity": first.finding.severity,
        "sentence": sentence(first.finding),
        "advice": remedy(first.finding),
        "effect": first.finding.effect,
        "n": f"{first.finding.n} {first.finding.unit}",
        "section": first.section,
        "title": first.title,
        "evidence": first.finding.evidence,
        "others": [
            (
                each.section,
                each.title,
                (notice if each.finding.severity == FAULT else sentence)(each.finding),
            )
            for each in entry.others
        ],
    }


def untested(
    result: DiagnosisResult, mining: MiningResult, own: Sequence[Finding]
) -> list[tuple[str, str]]:
    """Return what was not tested, and why."""
    found = list(result.untested)
    if labelled_predictions(mining) is None:
        why = (
            "no image has a known class" if mining.class_names else "the network outputs no classes"
        )
        found += [(what, why) for what in _OF_LABELS]
    found += [
        (compared(each), f"{each.n} {each.unit} are too few")
        for each in own
        if each.decision == TOO_LITTLE and each.kind not in _QUIET
    ]
    if not any(each.kind == "images-size" for each in own):
        known = classes_of(mining)[0] >= 0
        why = f"this needs two classes, one of them with {OF_A_CLASS} images"
        why = why if known.any() else "the images have no classes"
        found.append(("Size, sharpness, compression and brightness by class", why))
    if not np.isfinite(result.blur).any():
        found.append(("Image sharpness", "they are too small"))
    return found


def _figures(result: DiagnosisResult, mining: MiningResult, own: Sequence[Finding]) -> list[Figure]:
    found: list[Figure | None] = []
    predictions = labelled_predictions(mining)
    if predictions is not None:
        found += [charts_of.confusion(predictions), charts_of.balance(predictions)]
        given = predictions
        if any(each.kind == "labels-assignment" and each.severity != NOTE for each in own):
            given = labels.with_labels(predictions, labels.exchanged(predictions)[1])
        found += [charts_of.suspects(given, mining), charts_of.reliability(given)]
    found += [
        averages.figure(result),
        turns.figure(result),
        pictures.repeated(result, mining),
        pictures.places(result, mining),
    ]
    found += [charts_of.changes_chart(result, mining), charts_of.shifts(result)]
    found += [charts_of.quality(result, mining, own), domination.figure(mining)]
    return [each for each in found if each is not None]
