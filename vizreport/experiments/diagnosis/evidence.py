"""What predictions rest on: a fixed place, colour, background, the exact position."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from vizreport.experiments.diagnosis import changes
from vizreport.experiments.diagnosis.regions import Region, is_inner, name_of
from vizreport.experiments.diagnosis.result import DiagnosisResult
from vizreport.experiments.mining.result import MiningResult
from vizreport.findings.quantity import SHARE, Quantity
from vizreport.findings.record import FAULT, LOOK, NOTE, Finding
from vizreport.findings.statistics import share
from vizreport.wording.text import quoted

FEWEST = 20
"""Changed images below which nothing is said of them."""
BY_CHANCE, SOME, MOST = 0.1, 0.25, 0.5
"""Share of the images of other classes that a pasted place may turn into a class; from which on it
is worth a look at the picture's edge; and a fault there, inside the picture a look."""
KEPT_BY_COLOUR, KEPT_BY_BACKGROUND = 1 / 3, 1 / 2
"""Share of the accuracy above the majority's that a change may leave, and be no look."""
UNSTEADY = 0.1
"""Share of the images that a pixel's shift may classify otherwise."""


def place_findings(result: DiagnosisResult, mining: MiningResult) -> list[Finding]:
    """State of the two classes whose place carries them furthest what it does elsewhere."""
    turned = [_turned(result, z) for z in range(len(result.place_classes))]
    order = sorted(range(len(turned)), key=lambda z: -float(np.mean(turned[z])))
    return [_place(result, mining, z) for z in order[:2]]


def _turned(result: DiagnosisResult, z: int) -> np.ndarray:
    """Return which images of other classes the place turned into this one: bool [n]."""
    found = result.place_turned[z]
    return np.asarray(found[found >= 0] > 0)


def region_of(result: DiagnosisResult, z: int) -> Region:
    """Return the place that was tested of a class."""
    return Region(result.place_kinds[z], *result.place_chosen[z].tolist())


def _place(result: DiagnosisResult, mining: MiningResult, z: int) -> Finding:
    turned = _turned(result, z)
    tested = share(int(turned.sum()), len(turned), BY_CHANCE)
    region = region_of(result, z)
    # Inside the picture it may be the object itself.
    inner = is_inner(region)
    carried = tested.value >= (MOST if inner else SOME)
    severity = FAULT if tested.value >= MOST and not inner else LOOK
    clean, covered = probabilities_of(result, mining, z)
    return Finding(
        kind="evidence-place",
        compared="images of other classes classified as {cls} after pasting its most influential "
        "region, {place}, from images of {cls}, and {chance}",
        claim="one region of the image, {place}, makes the network predict {cls}",
        shown="One region of the image, {place}, makes the network predict {cls}, whatever the "
        "object: pasted into images of other classes, it changes {effect:interval} of the "
        "predictions to {cls}; "
        + (
            "covering it in images of {cls} changes the probability from {clean} to {covered}."
            if abs(clean - covered) >= 0.01
            else "covering it in images of {cls} leaves the probability at {clean}."
        )
        if carried
        else "The most influential region for {cls}, {place}, pasted into images of other "
        "classes, changes {effect:interval} of the predictions to {cls}.",
        **replace(
            tested,
            p=min(1.0, len(result.place_classes) * (tested.p or 0.0))
            if tested.value > BY_CHANCE
            else 1.0,
        ).fields(SHARE),
        unit="images",
        evidence="diagnosis-places",
        severity=severity if carried else NOTE,
        advice="Look there for a watermark, a border, a caption or a timestamp in the images of "
        "{cls}; crop or cover it, and retrain."
        if carried
        else "",
        values={
            "chance": Quantity(BY_CHANCE, SHARE),
            "clean": Quantity(clean),
            "covered": Quantity(covered),
        },
        names={
            "cls": quoted(mining.class_names[result.place_classes[z]], 40),
            "place": name_of(region),
        },
    )


def probabilities_of(result: DiagnosisResult, mining: MiningResult, z: int) -> tuple[float, float]:
    """Return the median probability of a class in its images, as they are and the place covered."""
    images = result.place_images[z]
    clean = mining.top_probabilities[images[images >= 0], 0]
    return float(np.median(clean)), float(np.nanmedian(result.place_covered[z]))


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
    """Describe what is left of the accuracy where only colour, or only the background, is seen."""
    found = []
    colour = [kept_by(result, labels, name) for name in (changes.COLOUR, changes.SHUFFLED)]
    known = [each for each in colour if each is not None]
    if known:
        best = max(known, key=lambda each: each.correct)
        seen = (
            "all pixels replaced by their mean colour"
            if best.change == changes.COLOUR
            else "the pixels shuffled"
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
        "Check whether colour alone should decide; if not, vary it in training (jitter "
        "brightness, contrast and hue), and balance colours across classes."
        if kind == "evidence-colour"
        else "Look at what surrounds the objects of each class; add images of each class with "
        "other backgrounds, or crop to the object."
    )
    return Finding(
        kind=kind,
        compared=f"images classified correctly with {seen}, and the share of the largest class",
        claim=f"{what} alone is enough",
        shown=f"{what.capitalize()} alone identifies the class in many images: with {seen}, "
        "{effect:interval} of the images are still classified correctly ({clean} unmodified; "
        "{majority} by always predicting the largest class)."
        if telling
        else f"With {seen}, {{effect:interval}} of the images are still classified correctly "
        "({clean} unmodified).",
        **replace(
            tested, fewest=FEWEST, p=min(1.0, tries * (tested.p or 0.0)) if more else 1.0
        ).fields(SHARE),
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
        compared="images classified differently under at least half of the one-pixel shifts, and "
        "{limit}",
        claim=f"{'more' if unsteady else 'fewer'} than {{limit}} of the predictions change under "
        "one-pixel shifts",
        shown="Predictions depend on the exact position: one-pixel shifts change the class of "
        "{effect:interval} of the images."
        if unsteady
        else "One-pixel shifts change the class of {effect:interval} of the images.",
        **replace(tested, fewest=FEWEST).fields(SHARE),
        unit="images",
        evidence="diagnosis-shifts",
        severity=LOOK if unsteady else NOTE,
        advice="Shift images at random in training; smooth before subsampling, or use a smaller "
        "first stride."
        if unsteady
        else "",
        leading=unsteady,
        values={"limit": Quantity(UNSTEADY, SHARE)},
    )
