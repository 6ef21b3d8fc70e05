"""What the overview claims: how good the predictions are, for which classes, and how sure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from vizreport.experiments.mining.predictions import LabelledPredictions, labelled_predictions
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.mining.soundness import unsound
from vizreport.experiments.overview.exchanged import exchange_findings
from vizreport.experiments.overview.initialised import initialised_finding
from vizreport.experiments.overview.result import OverviewResult
from vizreport.findings.groups import shares
from vizreport.findings.quantity import COUNT, POINTS, SHARE, Quantity
from vizreport.findings.record import LOOK, NOTE, Finding
from vizreport.findings.sample_size import needed_share
from vizreport.findings.statistics import Tested, mean, paired_shares, share
from vizreport.wording.text import quoted

FEWEST = 5
"""Images of a class below which its recall says next to nothing."""
WEAK = 0.5
"""Recall of the worst class, over that of the best, below which it is worth a look."""
REFERENCE = 0.1
BY_CLASS = "accuracy-by-class"


def findings(results: Mapping[str, Any]) -> list[Finding]:
    """Compare predictions with the majority class, classes with each other, p with accuracy."""
    result: OverviewResult = results["overview"]
    mining: MiningResult = results["mining"]
    two = mining.output["kind"] == "binary"
    found = [*unsound(mining)]
    if result.initialised:
        found.append(initialised_finding(result.initialised, result.initialised_tested))
    found += [*exchange_findings(result.exchanged, mining.class_names, two)]
    predictions = labelled_predictions(mining)
    if result.top1_error is None or predictions is None:
        return found
    names = [quoted(name, 40) for name in mining.class_names]
    found.append(_accuracy(predictions, names))
    found += [*_classes(predictions, names), _calibration(predictions)]
    return [*found, *_mistake(result, names)]


def _accuracy(predictions: LabelledPredictions, names: list[str]) -> Finding:
    """Against always saying the largest class, image by image."""
    counts = np.bincount(predictions.labels)
    majority = int(counts.argmax())
    alone = int((counts == counts.max()).sum()) == 1
    guess = "{majority}, the largest class" if alone else "the same class"
    always = predictions.labels == majority
    tested = paired_shares(predictions.right, always)
    accuracy = share(int(predictions.right.sum()), len(always))
    better = tested.value >= 0
    rest = "more than" if better else "fewer than"
    baseline, reference = float(always.mean()), float(always.mean()) + REFERENCE
    return Finding(
        kind="accuracy-majority",
        compared="images classified correctly by the network, and by always predicting {majority}",
        claim=f"it classifies {rest} always predicting {{majority}} would",
        shown=(
            "The network classifies {accuracy:interval} of {n} labelled images correctly; always "
            "predicting " + guess + (", " if alone else " ") + "would be correct for {baseline}."
        ),
        not_shown=(
            "The network classifies {accuracy:interval} of {n} labelled images correctly: no "
            "evidence that this is "
            + ("better" if better else "worse")
            + f" than always predicting {guess} ({{baseline}})."
        ),
        **tested.fields(POINTS),
        unit="images",
        needed=needed_share(baseline, min(reference, 0.99)) if baseline < 0.9 else None,
        reference=Quantity(REFERENCE, POINTS),
        reference_of="a difference of {reference}",
        evidence="",
        severity=NOTE if better else LOOK,
        advice="" if better else "Check the preprocessing and the class names.",
        values={
            "accuracy": accuracy.quantity(SHARE, 1),
            "baseline": Quantity(baseline, SHARE, digits=1),
        },
        names={"majority": names[majority]},
    )


def recalls(predictions: LabelledPredictions, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Return correct images and all images of each class, int [C] each."""
    counts = np.bincount(predictions.labels, minlength=classes)
    correct = np.bincount(predictions.labels[predictions.right], minlength=classes)
    return correct, counts


def _classes(predictions: LabelledPredictions, names: list[str]) -> list[Finding]:
    """State where recall is lowest; of two classes, sensitivity and specificity."""
    from scipy import stats  # slow to import

    correct, counts = recalls(predictions, len(names))
    counted = np.flatnonzero(counts >= FEWEST)
    if len(counted) < 2:
        return []
    rates = correct[counted] / counts[counted]
    worst, best = counted[rates.argmin()], counted[rates.argmax()]
    table = np.stack([correct[counted], counts[counted] - correct[counted]])
    two = len(names) == 2
    low, high = (share(int(correct[i]), int(counts[i])) for i in (worst, best))
    effect = low.quantity(SHARE)
    if two:
        both = shares(*(int(each) for i in (best, worst) for each in (correct[i], counts[i])))
        effect, test, p, enough = both.quantity(POINTS), both.test, both.p, True
    elif not table.sum(axis=1).all():
        test, p, enough = "chi-squared test", 1.0, True
    else:
        found = stats.chi2_contingency(table)
        test, p = "chi-squared test", float(found.pvalue)
        # Cochran's rule: at most a fifth of the expected counts below 5, none below 1.
        enough = bool((found.expected_freq >= 1).all() and (found.expected_freq < 5).mean() <= 0.2)
    weak = low.value < WEAK * high.value
    shown = (
        "It recognises {recall_first:interval} of the images of {first} (specificity) and "
        "{recall_second:interval} of those of {second} (sensitivity)."
        if two
        else "Recall is lowest for {worst}, {lowest:interval} of {images} images, and highest for "
        "{best}, {highest}."
    )
    each = [share(int(correct[i]), int(counts[i])).quantity(SHARE) for i in (0, 1)] if two else []
    values = {
        "lowest": low.quantity(SHARE),
        "highest": high.quantity(SHARE),
        "images": Quantity(int(counts[worst]), COUNT),
        **dict(zip(("recall_first", "recall_second"), each, strict=False)),
    }
    return [
        Finding(
            kind="accuracy-classes",
            compared="recall of the two classes" if two else "recall of the classes; the lowest",
            claim="recall differs between classes",
            shown=shown,
            not_shown="" if not two else shown[:-1] + ", which chance alone can explain.",
            effect=effect,
            n=int(counts[counted].sum()),
            unit="images",
            test=test,
            p=p,
            fewest=0 if enough else int(counts.sum()) + 1,
            evidence=BY_CLASS,
            severity=LOOK if weak else NOTE,
            advice="Look at the mistakes for {worst}, and at its number of training images."
            if weak
            else "",
            values=values,
            names={
                "worst": names[worst],
                "best": names[best],
                "first": names[0],
                "second": names[-1],
            },
        )
    ]


def _mistake(result: OverviewResult, names: list[str]) -> list[Finding]:
    """Name the most frequent confusion, where it happened more than once."""
    if not result.confusions or result.confusions[0][2] < 2 or len(names) == 2:
        return []
    true, taken, count, _ = result.confusions[0]
    rate = share(count, max(count, int(result.class_counts[true])))
    return [
        Finding(
            kind="accuracy-confusion",
            compared="predictions of the images of {true}",
            claim="images of {true} are classified as {taken}",
            shown=(
                "Its most common mistake is calling {true} {taken}: {count} of {n} images, "
                "{effect:interval}."
            ),
            **rate.fields(SHARE),
            unit="images",
            evidence="mistakes",
            values={"count": Quantity(count, COUNT)},
            names={"true": names[true], "taken": names[taken]},
        )
    ]


def _calibration(predictions: LabelledPredictions) -> Finding:
    """Compare confidence with accuracy, image by image."""
    confidence = predictions.confidence
    tested: Tested = mean(confidence - predictions.right, 0.0)
    word = "over-confident" if tested.value > 0 else "under-confident"
    return Finding(
        kind="accuracy-calibration",
        compared="mean probability of the predicted class, and accuracy",
        claim=f"the network is {word}",
        shown=(
            f"It is {word} by {{effect:size}}: the predicted class has a mean "
            "probability of {confidence} but is right for {accuracy}."
        ),
        **replace(tested, fewest=30).fields(POINTS),
        unit="images",
        evidence="",
        values={
            "confidence": Quantity(float(confidence.mean()), SHARE, digits=1),
            "accuracy": Quantity(float(predictions.right.mean()), SHARE, digits=1),
        },
        leading=abs(tested.value) >= 0.05,
    )
