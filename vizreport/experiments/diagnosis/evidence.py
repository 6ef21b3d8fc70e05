"""What predictions rest on: a fixed place, colour, background, the exact position."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vizreport.experiments.diagnosis import changes
from vizreport.experiments.diagnosis.result import DiagnosisResult
from vizreport.experiments.mining.result import MiningResult
from vizreport.findings.quantity import COUNT, POINTS, SHARE, Quantity
from vizreport.findings.record import FAULT, LOOK, NOTE, Finding
from vizreport.findings.statistics import paired, share
from vizreport.report.text import quoted

FEWEST = 20
"""Changed images below which nothing is said of them."""
LARGE, PASTED = 0.3, 0.5
"""Rise of a probability by pasting a place, and share of the images that it turns, that tell."""
KEPT_BY_COLOUR, KEPT_BY_BACKGROUND = 1 / 3, 1 / 2
"""Share of the accuracy above the majority's that a change may leave, and be no look."""
UNSTEADY = 0.1
"""Share of the images that a pixel's shift may classify otherwise."""


def place_findings(result: DiagnosisResult, mining: MiningResult) -> list[Finding]:
    """Say of the two classes whose place carries them furthest what it does elsewhere."""
    gains = [-_median(result.place_pasted[z] - result.place_pasted_before[z]) for z in _all(result)]
    return [_place(result, mining, int(z)) for z in np.argsort(gains, kind="stable")[:2]]


def _all(result: DiagnosisResult) -> range:
    return range(len(result.place_classes))


def _median(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else 0.0


def _place(result: DiagnosisResult, mining: MiningResult, z: int) -> Finding:
    before, after = result.place_pasted_before[z], result.place_pasted[z]
    tested = paired(after.astype(float), before.astype(float))
    could = np.isfinite(after) & (before < 0.5)
    turned = share(int((after[could] >= 0.5).sum()), int(could.sum()))
    carried = tested.value >= LARGE and could.any() and turned.value >= PASTED
    row, col = result.place_chosen[z].tolist()
    last = len(result.tops) - 1
    inner = 0 < row < last and 0 < col < last
    # In the middle it may be the object itself.
    severity = (LOOK if inner else FAULT) if carried else NOTE
    return Finding(
        kind="evidence-place",
        compared="probability of {cls} in images of other classes, with what images of {cls} have "
        "at its most telling place, {place}, pasted in, and without",
        claim="what is at one place of the picture, {place}, makes the network say {cls}",
        shown="What is at one place of the picture, {place}, makes the network say {cls}, whatever "
        "the object: pasted into images of other classes, it turns {turned} of them into {cls} and "
        "raises its probability by {effect:interval}; covering it in images of {cls} changes the "
        "probability from {clean} to {covered}."
        if carried
        else "What is at the most telling place of {cls}, {place}, pasted into images of other "
        "classes, changes the probability of {cls} by {effect:interval}.",
        **tested.fields(POINTS),
        unit="images",
        evidence="diagnosis-places",
        severity=severity,
        advice="Look there for a watermark, a border, a caption or a timestamp in the images of "
        "{cls}; crop or cover it, and train again."
        if carried
        else "",
        values={
            "turned": Quantity(turned.value if could.any() else 0.0, SHARE),
            "clean": Quantity(_median(result.place_clean[z])),
            "covered": Quantity(_median(result.place_covered[z])),
        },
        names={
            "cls": quoted(mining.class_names[result.place_classes[z]], 40),
            "place": place_name(row, col, last),
        },
    )


def place_name(row: int, col: int, last: int) -> str:
    """Return where a place is, in words."""
    across = (
        ("right" if col else "left")
        if col in (0, last)
        else (
            "centre"
            if 2 * col == last
            else "left of the centre"
            if 2 * col < last
            else "right of the centre"
        )
    )
    if row in (0, last):
        edge = "top" if row == 0 else "bottom"
        return f"{edge} {across}" if col in (0, last) else f"{edge}, {across}"
    height = (
        "middle"
        if 2 * row == last
        else "above the middle"
        if 2 * row < last
        else ("below the middle")
    )
    return "the centre" if height == "middle" and across == "centre" else f"{height}, {across}"


@dataclass(frozen=True)
class Kept:
    """Accuracy of the changed images, and of the same images as they are.

    Attributes
    ----------
    change : str
        Name of the change.
    n, correct, clean : int
        Images, those correct once changed, and those correct as they are.
    majority : float
        Share of the largest class, what always saying the same would give.
    """

    change: str
    n: int
    correct: int
    clean: int
    majority: float

    @property
    def kept(self) -> float:
        """Share of the accuracy above the majority's that the change leaves."""
        above = self.clean / self.n - self.majority
        return (self.correct / self.n - self.majority) / above if above > 0.02 else float("nan")


def kept_by(result: DiagnosisResult, labels: np.ndarray, change: str) -> Kept | None:
    """Count the changed images that are classified correctly; None where none was changed."""
    predicted = result.predictions.get(change, np.full(len(result.changed), -1))
    known = (labels[result.changed] >= 0) & (predicted >= 0)
    if not known.any():
        return None
    true = labels[result.changed][known]
    clean = result.predictions[changes.NONE][known]
    return Kept(
        change,
        int(known.sum()),
        int((predicted[known] == true).sum()),
        int((clean == true).sum()),
        float(np.bincount(true).max() / len(true)),
    )


def change_findings(result: DiagnosisResult, labels: np.ndarray) -> list[Finding]:
    """Say what is left of the accuracy where only colour, or only the background, is seen."""
    found = []
    colour = [kept_by(result, labels, name) for name in (changes.COLOUR, changes.SHUFFLED)]
    known = [each for each in colour if each is not None]
    if known:
        best = max(known, key=lambda each: each.correct)
        seen = (
            "all pixels replaced by their mean colour"
            if best.change == changes.COLOUR
            else "the pixels in random order"
        )
        found.append(_kept(best, "evidence-colour", "colour", seen, len(known)))
    background = kept_by(result, labels, changes.OBJECT)
    if background is not None:
        seen = "the object covered"
        found.append(_kept(background, "evidence-background", "the background", seen, 1))
    return found


def _kept(found: Kept, kind: str, what: str, seen: str, tries: int) -> Finding:
    tested = share(found.correct, found.n, min(max(found.majority, 1e-3), 1 - 1e-3))
    limit = KEPT_BY_COLOUR if kind == "evidence-colour" else KEPT_BY_BACKGROUND
    telling = bool(found.kept >= limit)
    more = tested.value > found.majority
    advice = (
        "Check whether colour alone is meant to decide; if not, vary it in training (jitter of "
        "brightness, contrast and hue), and balance colours over the classes."
        if kind == "evidence-colour"
        else "Look at what surrounds the objects of each class; add images of each class before "
        "other backgrounds, or crop to the object."
    )
    return Finding(
        kind=kind,
        compared=f"images classified correctly with {seen}, and the share of the largest class",
        claim=f"{what} alone is enough",
        shown=f"{what.capitalize()} alone tells the class in many images: with {seen}, "
        "{effect:interval} of the images are still classified correctly, with nothing "
        "changed {clean} ({majority} by always saying the largest class)."
        if telling
        else f"With {seen}, {{effect:interval}} of the images are still classified correctly, with "
        "nothing changed {clean}.",
        **{
            **tested.fields(SHARE),
            "fewest": FEWEST,
            "p": min(1.0, tries * (tested.p or 0.0)) if more else 1.0,
        },
        unit="images",
        evidence="diagnosis-changes",
        severity=LOOK if telling else NOTE,
        advice=advice if telling else "",
        leading=telling,
        values={
            "clean": Quantity(found.clean / found.n, SHARE),
            "majority": Quantity(found.majority, SHARE),
        },
    )


def shift_finding(result: DiagnosisResult) -> Finding | None:
    """Count the images that a shift by one pixel classifies otherwise."""
    if not len(result.changed):
        return None
    moved = result.shift_predictions != result.predictions[changes.NONE][:, None]
    count = int((moved.mean(axis=1) >= 0.5).sum())
    tested = share(count, len(moved), UNSTEADY)
    unsteady = tested.value > UNSTEADY
    return Finding(
        kind="shifts-pixel",
        compared="images that are classified otherwise under at least half of the shifts by one "
        "pixel, and {limit}",
        claim=f"{'more' if unsteady else 'fewer'} than {{limit}} of the predictions change with a "
        "shift by one pixel",
        shown="Predictions hang on the exact position: under shifts by one pixel, "
        "{effect:interval} of the images are classified otherwise."
        if unsteady
        else "Shifts by one pixel classify {effect:interval} of the images otherwise.",
        **{**tested.fields(SHARE), "fewest": FEWEST},
        unit="images",
        evidence="diagnosis-shifts",
        severity=LOOK if unsteady else NOTE,
        advice="Shift the images at random in training; smooth before subsampling, or take a "
        "smaller first stride."
        if unsteady
        else "",
        leading=unsteady,
        values={"limit": Quantity(UNSTEADY, SHARE)},
    )


def dominated(mining: MiningResult) -> Finding | None:
    """Name the layer in which one map has the largest share of all activation."""
    shares = {
        name: float(mining.means[name].clip(0).max() / mining.means[name].clip(0).sum())
        for name in mining.layers
        if name != mining.output_layer
        and len(mining.means[name]) >= 8
        and mining.means[name].clip(0).sum() > 0
    }
    if not shares:
        return None
    worst = max(shares, key=lambda name: shares[name])
    many = shares[worst] >= 0.5
    return Finding(
        kind="layers-dominated",
        compared="share of a layer's mean activation that its strongest map has",
        claim="one map of {layer} dominates the others",
        shown="One map of {layer}, map {map}, has {effect} of the mean activation of all its {n} "
        "maps."
        if many
        else "No map has more than {effect} of its layer's mean activation.",
        effect=Quantity(shares[worst], SHARE),
        n=len(mining.means[worst]),
        unit="maps",
        evidence="diagnosis-dominated" if many else "",
        severity=LOOK if many else NOTE,
        advice="Limit the norm of each filter during training (a max-norm constraint), or "
        "normalise the layer's activations."
        if many
        else "",
        leading=many,
        values={"map": Quantity(int(mining.means[worst].argmax()), COUNT)},
        names={"layer": quoted(worst, 40)},
    )
