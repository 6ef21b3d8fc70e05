"""Class names exchanged, labels that are wrong, classes out of balance, one class for all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from vizreport.experiments.mining.predictions import LabelledPredictions
from vizreport.findings.decisions import LEVEL
from vizreport.findings.quantity import COUNT, POINTS, SHARE, Quantity
from vizreport.findings.record import FAULT, LOOK, NOTE, Finding
from vizreport.findings.statistics import paired_shares, share
from vizreport.wording.text import quoted

FEWEST = 20
"""Labelled images below which nothing is said of labels."""
NOISY, VERY_NOISY = 0.03, 0.1
"""Share of wrong labels from which on they are worth a look, and a fault."""
BY_CHANCE = 0.1
"""Of the mistakes, those that may always be as confident as half of the correct predictions."""
UNBALANCED = 4.0
"""Largest class over the median one, from which on the balance is worth a look."""
UNEQUAL = 2.0
"""Largest class over the median one, from which on images taken for one class suggest balancing."""
UNSURE = 0.7
"""Accuracy below which the network's own mistakes hide wrong labels."""
ONE_CLASS = 0.8
"""Share of all predictions from which on one class is a fault."""


def assignment(labels: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """Return for each label the predicted class that it should stand for: int [classes].

    The one-to-one assignment that makes most images correct (linear assignment); a class keeps its
    own name where that costs nothing.

    Parameters
    ----------
    labels, predicted : int [n]
        True class and most probable one.
    classes : int
        Number of classes.
    """
    from scipy.optimize import linear_sum_assignment  # slow to import

    # Others cannot gain; leaving them out keeps a thousand classes quick.
    found = np.arange(classes)
    used = np.unique(np.concatenate([labels, predicted]))
    table = np.zeros((len(used), len(used)))
    np.add.at(table, (np.searchsorted(used, labels), np.searchsorted(used, predicted)), 1)
    rows, columns = linear_sum_assignment(table + 0.5 / len(used) * np.eye(len(used)), True)
    found[used[rows]] = used[columns]
    return found


def exchanged(predictions: LabelledPredictions, seed: int = 0) -> tuple[Finding, np.ndarray]:
    """Test whether other names for the outputs would be right more often.

    Names are assigned by one half of the images and tested on the other, and the reverse.

    Returns
    -------
    finding : Finding
        Not decided yet.
    labels : int [n]
        With the names assigned, where that is shown; else as they are.
    """
    n, classes = len(predictions.labels), len(predictions.names)
    half = np.random.default_rng(seed).permutation(n) < n // 2
    with_names = predictions.labels.copy()
    for part in (half, ~half):
        found = assignment(predictions.labels[part], predictions.predicted[part], classes)
        with_names[~part] = found[predictions.labels[~part]]
    tested = paired_shares(with_names == predictions.predicted, predictions.right)
    whole = assignment(predictions.labels, predictions.predicted, classes)
    moved = np.flatnonzero(whole != np.arange(classes))
    # What rests on an image or two is not an exchange.
    counts = np.array(
        [
            int(((predictions.labels == c) & (predictions.predicted == whole[c])).sum())
            for c in moved
        ]
    )
    moved = moved[counts >= 3] if len(moved) else moved
    shown = tested.value > 0 and (tested.p or 0) < LEVEL and len(moved) >= 2
    pairs = "; ".join(
        f"{quoted(predictions.names[c], 40)} looks like {quoted(predictions.names[whole[c]], 40)}"
        for c in moved[:6]
    )
    return Finding(
        kind="labels-assignment",
        compared="images classified correctly with the names as given, and with those suggested "
        "by the other half of the images (linear assignment)",
        claim="class names are swapped",
        shown="The names of {moved} classes look swapped: {pairs}. Names assigned from one half "
        "of the images make {effect:interval} more of the other half correct.",
        not_shown="",
        **replace(tested, fewest=FEWEST, p=tested.p if shown else 1.0).fields(POINTS),
        unit="images",
        evidence="diagnosis-confusion",
        severity=FAULT,
        advice="Compare the order of the class names with that used in training; correct it with "
        "--labels FILE.",
        values={"moved": Quantity(len(moved), COUNT)},
        names={"pairs": pairs},
    ), (whole[predictions.labels] if shown else predictions.labels)


def one_class(predictions: LabelledPredictions, batch_normalization: bool) -> Finding:
    """Compare the most frequent prediction with how frequent that class is."""
    counts = np.bincount(predictions.predicted, minlength=len(predictions.names))
    most = int(counts.argmax())
    there = float((predictions.labels == most).mean())
    tested = share(int(counts[most]), len(predictions.labels), min(max(there, 1e-3), 1 - 1e-3))
    chosen = len(np.unique(np.concatenate([predictions.labels, predictions.predicted])))
    over = tested.value - there
    sizes = np.bincount(predictions.labels)
    unbalanced = bool(sizes.max() > UNEQUAL * np.median(sizes[sizes > 0]))
    severity = FAULT if tested.value >= ONE_CLASS and over >= 0.3 else LOOK if over >= 0.2 else NOTE
    return Finding(
        kind="predictions-one-class",
        compared="images classified as {most}, and images of {most}",
        claim="{most} is predicted more often than it occurs",
        shown="{effect:interval} of the images are classified as {most}, but only {there} are of "
        "that class."
        if over > 0
        else "{effect:interval} of the images are classified as {most}, "
        "the most frequent prediction; {there} are of that class.",
        **replace(tested, fewest=FEWEST, p=min(1.0, chosen * (tested.p or 0.0))).fields(SHARE),
        unit="images",
        evidence="diagnosis-confusion",
        severity=severity,
        advice=_one_class_advice(batch_normalization, unbalanced) if severity != NOTE else "",
        leading=False,
        values={"there": Quantity(there, SHARE)},
        names={"most": quoted(predictions.names[most], 40)},
    )


def _one_class_advice(batch_normalization: bool, unbalanced: bool) -> str:
    """Name the causes that are possible, the most frequent first."""
    causes = ["training may have collapsed (try a lower learning rate)"]
    if batch_normalization:
        causes.insert(
            0,
            "the moving averages of batch normalisation may not have settled (compare the error "
            "in training mode, or re-estimate the averages)",
        )
    if unbalanced:
        causes.append("the largest class may dominate training (balance the classes)")
    listed = "; or ".join(causes)
    return f"Check the preprocessing and the input range. If they are right, {listed}."


def suspects(predictions: LabelledPredictions) -> np.ndarray:
    """Return mistakes at least as confident as half of the correct predictions: int [k]."""
    wrong = np.flatnonzero(~predictions.right & _sure(predictions))
    return wrong[np.argsort(-predictions.confidence[wrong], kind="stable")]


def _sure(predictions: LabelledPredictions) -> np.ndarray:
    """Return which predictions are as confident as half of the correct ones: bool [n]."""
    right = predictions.right
    least = np.median(predictions.confidence[right]) if right.any() else np.inf
    return np.asarray(predictions.confidence >= least)


def noise(predictions: LabelledPredictions) -> Finding:
    """Test whether mistakes are as confident as correct predictions: then labels are wrong.

    A label that is wrong by chance says nothing of the prediction, so half of such images are at
    least as confident as half of the correct ones; few true mistakes are.
    """
    wrong = int((~predictions.right).sum())
    found = suspects(predictions)
    # A calibrated network makes some of them by itself.
    expected = float((1 - predictions.confidence[_sure(predictions)]).sum())
    chance = min(0.5, max(BY_CHANCE, expected / max(wrong, 1)))
    tested = share(len(found), wrong, chance)
    n = len(predictions.labels)

    def rate_of(share_of_mistakes: float) -> float:
        return min(1.0, max(0.0, 2 * (share_of_mistakes * wrong - expected) / n))

    rate, low, high = (rate_of(each) for each in (tested.value, tested.low, tested.high))
    accuracy = 1 - wrong / n
    # Of a network that is mostly wrong, mistakes say nothing of the labels.
    more = wrong > 0 and tested.value > chance and accuracy >= 0.5
    severity = FAULT if rate >= VERY_NOISY else LOOK if rate >= NOISY else NOTE
    return Finding(
        kind="labels-noise",
        compared="share of the {wrong} mistakes at least as confident as half of the correct "
        "predictions, and {chance}",
        claim="labels are wrong",
        shown="About {effect:interval} of the labels look wrong: {suspects} of {wrong} mistakes "
        "are at least as confident as half of the correct predictions.",
        caveat=_weakness(accuracy),
        effect=Quantity(rate, SHARE, low, high) if wrong else Quantity(0.0, SHARE),
        n=wrong,
        unit="mistakes",
        test=tested.test,
        p=(tested.p if more else 1.0) if wrong else None,
        fewest=max(tested.fewest, 6),
        evidence="diagnosis-noise",
        severity=severity,
        advice="Check these images and correct their labels; the error measured with wrong labels "
        "is too high.",
        values={
            "wrong": Quantity(wrong, COUNT),
            "suspects": Quantity(len(found), COUNT),
            "chance": Quantity(chance, SHARE),
            "accuracy": Quantity(accuracy, SHARE),
        },
    )


def _weakness(accuracy: float) -> str:
    """Say where a network is wrong too often to find wrong labels by its mistakes."""
    if accuracy >= UNSURE:
        return ""
    classified = "the network classifies only {accuracy} of the images correctly, and "
    if accuracy >= 0.5:
        return f"The check for wrong labels is weak here: {classified}its own mistakes hide them."
    return (
        f"Wrong labels could not be checked: {classified}its mistakes say nothing about the labels."
    )


def balance(predictions: LabelledPredictions) -> Finding:
    """Test whether classes are equally frequent, and say what the largest one alone would give."""
    from scipy import stats

    counts = np.bincount(predictions.labels, minlength=len(predictions.names))
    present = counts[counts > 0]
    largest, smallest = int(counts.argmax()), int(np.where(counts > 0, counts, 1 << 30).argmin())
    ratio = float(counts[largest] / np.median(present))
    extreme = float(counts[largest] / counts[smallest])
    p = float(stats.chisquare(present).pvalue) if len(present) > 1 else 1.0
    unbalanced = max(ratio, extreme / 2) >= UNBALANCED
    return Finding(
        kind="classes-imbalance",
        compared="images per class, and equal numbers",
        claim="the classes are imbalanced",
        shown="The classes are imbalanced: {most} images of {largest}, {fewest_images} of "
        "{smallest}; always predicting {largest} would be right for {majority}, the network is "
        "right for {accuracy}."
        if unbalanced
        else "Class sizes differ by a factor of {effect}.",
        effect=Quantity(extreme, digits=1),
        n=len(predictions.labels),
        unit="images",
        test="chi-squared test",
        p=p,
        fewest=FEWEST if present.mean() >= 5 else len(predictions.labels) + 1,
        evidence="diagnosis-balance",
        severity=LOOK if unbalanced else NOTE,
        advice="Judge the network by recall per class, not by accuracy; weight the classes in "
        "training, or add images of {smallest}."
        if unbalanced
        else "",
        leading=unbalanced,
        values={
            "most": Quantity(int(counts[largest]), COUNT),
            "fewest_images": Quantity(int(counts[smallest]), COUNT),
            "majority": Quantity(float(counts.max() / counts.sum()), SHARE, digits=1),
            "accuracy": Quantity(float(predictions.right.mean()), SHARE, digits=1),
        },
        names={
            "largest": quoted(predictions.names[largest], 40),
            "smallest": quoted(predictions.names[smallest], 40),
        },
    )


def with_labels(predictions: LabelledPredictions, labels: np.ndarray) -> LabelledPredictions:
    """Return the same predictions beside other labels."""
    return replace(predictions, labels=labels)
