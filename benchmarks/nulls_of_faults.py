"""What is exchanged in the values that the diagnosis has stored, and what is then added."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from benchmarks.nulls import Null
from vizreport.experiments.diagnosis import changes, estimation
from vizreport.experiments.diagnosis.evidence import BY_CHANCE as BY_CHANCE_PASTED
from vizreport.experiments.diagnosis.evidence import UNSTEADY
from vizreport.experiments.diagnosis.labels import BY_CHANCE
from vizreport.experiments.diagnosis.result import NormalizedLayer

SECTION = "diagnosis"


def _known(results: Mapping[str, Any]) -> np.ndarray:
    return np.flatnonzero(results["mining"].labels >= 0)


def _answered(
    results: Mapping[str, Any],
    labels: np.ndarray | None = None,
    predicted: np.ndarray | None = None,
    confidence: np.ndarray | None = None,
) -> dict[str, Any]:
    """Return the results with other labels, predictions or confidences of the labelled images."""
    mining, known = results["mining"], _known(results)
    fields = {"labels": mining.labels.copy(), "top_classes": mining.top_classes.copy()}
    fields["top_probabilities"] = mining.top_probabilities.copy()
    if labels is not None:
        fields["labels"][known] = labels
    if predicted is not None:
        fields["top_classes"][known, 0] = predicted
    if confidence is not None:
        fields["top_probabilities"][known, 0] = confidence
    return {**results, "mining": replace(mining, **fields)}


def averages(
    results: Mapping[str, Any], random: np.random.Generator, shift: float, left: float = 0.0
) -> Any:
    """Let other averages correct as many images as they spoil; then let them correct more."""
    found, mining = results[SECTION], results["mining"]
    images = random.permutation(_known(results))[: estimation.TESTING]
    top, right = mining.top_classes.copy(), mining.labels[images]
    wrong = (right + 1) % len(mining.class_names)
    moved, gained = random.random((2, len(images)))
    after = (moved < 0.2) & (gained < 0.5)  # a fifth is right with one of them alone
    before = np.where(moved < 0.2, ~after, top[images, 0] == right)
    after = np.where(moved < 0.2, after, before)
    mended = random.random(len(images)) < shift
    top[images, 0] = np.where(before & ~mended, right, wrong)
    mean, variance = random.normal(0, 1, 16), random.uniform(0.1, 4, 16)
    stored = (1 - left) * mean, left + (1 - left) * variance
    changed = replace(
        found,
        normalized={"norm": NormalizedLayer(*stored, mean, variance)},
        estimated_on=estimation.ESTIMATING,
        reestimated=images,
        reestimated_predictions=np.where(after | mended, right, wrong),
    )
    return {**results, SECTION: changed, "mining": replace(mining, top_classes=top)}


def unsettled(results: Mapping[str, Any], random: np.random.Generator, shift: float) -> Any:
    """The same, a third of the averages' initial values being left."""
    return averages(results, random, shift, 0.3)


def names(results: Mapping[str, Any], random: np.random.Generator, shift: float) -> Any:
    """Deal the labels anew; or exchange those of two classes."""
    mining, known = results["mining"], _known(results)
    labels = mining.labels[known].copy()
    if not shift:
        return _answered(results, labels=random.permutation(labels))
    first, second = random.permutation(np.unique(labels))[:2]
    swapped = np.where(labels == first, second, np.where(labels == second, first, labels))
    return _answered(results, labels=swapped)


def one_class(results: Mapping[str, Any], random: np.random.Generator, shift: float) -> Any:
    """Draw the predictions from the labels; then say one class more often."""
    labels = results["mining"].labels[_known(results)]
    predicted = random.choice(labels, len(labels))
    predicted[random.random(len(labels)) < shift] = labels[0]
    return _answered(results, predicted=predicted)


def noise(results: Mapping[str, Any], random: np.random.Generator, shift: float) -> Any:
    """Let a tenth of the mistakes be as sure as half of what is right; then give wrong labels."""
    mining, known = results["mining"], _known(results)
    labels, predicted = mining.labels[known].copy(), mining.top_classes[known, 0]
    confidence = mining.top_probabilities[known, 0].copy()
    right = labels == predicted
    sure = np.sort(confidence[right])
    above = random.random(int((~right).sum())) < BY_CHANCE
    half = len(sure) // 2
    confidence[~right] = np.where(
        above,
        random.choice(sure[half + 1 :], len(above)),
        random.choice(sure[: half - 1], len(above)),
    )
    wrong = random.random(len(labels)) < shift
    labels[wrong] = (labels[wrong] + 1) % len(mining.class_names)
    return _answered(results, labels=labels, confidence=confidence)


def balance(results: Mapping[str, Any], random: np.random.Generator, shift: float) -> Any:
    """Draw classes equally often; then turn a share of them into one."""
    classes = np.unique(results["mining"].labels[_known(results)])
    labels = random.choice(classes, len(_known(results)))
    labels[random.random(len(labels)) < shift] = classes[0]
    return _answered(results, labels=labels)


def calibration(results: Mapping[str, Any], random: np.random.Generator, shift: float) -> Any:
    """Draw whether each image is classified correctly by its own confidence."""
    mining, known = results["mining"], _known(results)
    labels = mining.labels[known]
    right = random.random(len(known)) < mining.top_probabilities[known, 0] - shift
    wrong = (labels + 1) % len(mining.class_names)
    return _answered(results, predicted=np.where(right, labels, wrong))


def places(results: Mapping[str, Any], random: np.random.Generator, shift: float) -> Any:
    """Let a tenth of the images of other classes be turned, whatever was pasted."""
    found = results[SECTION]
    turned = (random.random(found.place_turned.shape) < BY_CHANCE_PASTED + shift).astype(np.int8)
    turned[found.place_turned < 0] = -1
    return {**results, SECTION: replace(found, place_turned=turned)}


def kept(results: Mapping[str, Any], random: np.random.Generator, shift: float) -> Any:
    """Let changed images be right as often as the largest class occurs."""
    found, labels = results[SECTION], results["mining"].labels
    true = labels[found.changed]
    share = np.bincount(true[true >= 0]).max() / (true >= 0).sum()
    predictions = dict(found.predictions)
    wrong = (true + 1) % len(results["mining"].class_names)
    for name in (changes.COLOUR, changes.SHUFFLED, changes.OBJECT):
        if name in predictions:
            right = random.random(len(true)) < share + shift
            predictions[name] = np.where(
                predictions[name] >= 0, np.where(right, true, wrong), predictions[name]
            )
    return {**results, SECTION: replace(found, predictions=predictions)}


def shifts(results: Mapping[str, Any], random: np.random.Generator, shift: float) -> Any:
    """Let a tenth of the images be classified otherwise."""
    found = results[SECTION]
    clean = found.predictions[changes.NONE]
    moved = random.random(len(clean)) < UNSTEADY + shift
    predicted = np.where(moved, clean + 1, clean)[:, None].repeat(4, axis=1)
    return {**results, SECTION: replace(found, shift_predictions=predicted)}


def turns(results: Mapping[str, Any], random: np.random.Generator, shift: float) -> Any:
    """Exchange the ways to turn an image, image by image; then let one mend more of them."""
    found = results[SECTION]
    right = random.permuted(found.turned_right, axis=1)
    right[random.random(len(right)) < shift, 0] = 1
    return {**results, SECTION: replace(found, turned_right=right)}


def quality(results: Mapping[str, Any], random: np.random.Generator, shift: float) -> Any:
    """Deal sizes, sharpness and compression over the images; then raise those of one class."""
    found, mining = results[SECTION], results["mining"]
    one = mining.labels == mining.labels[0]

    def dealt(values: np.ndarray) -> np.ndarray:
        known = np.flatnonzero(np.isfinite(values))
        out = values.astype(np.float64)
        out[known] = random.permutation(values[known]) + random.normal(size=len(known)) * 1e-3
        spread = np.nanstd(out) or 1.0
        out[one] += shift * spread
        return out

    sizes = np.stack([np.abs(dealt(100.0 + 0 * mining.sizes[:, 0])), mining.sizes[:, 1]], axis=1)
    changed = replace(
        found, blur=dealt(found.blur), blocks=dealt(found.blocks), light=dealt(found.light)
    )
    return {**results, SECTION: changed, "mining": replace(mining, sizes=sizes)}


def _null(kinds: tuple[str, ...], change: Any, null: str, effect: str, shift: float) -> Null:
    return Null(SECTION, kinds, change, null, effect, shift, 5)


_CORRECTED = "images that only the stored, or only other averages have right"
NULLS = (
    _null(("averages-unsettled",), unsettled, _CORRECTED, "20 points more correct", 0.2),
    _null(("averages-unfitting",), averages, _CORRECTED, "20 points more correct", 0.2),
    _null(("labels-assignment",), names, "labels of the images", "two names swapped", 1.0),
    _null(
        ("predictions-one-class",),
        one_class,
        "predictions drawn from the labels",
        "30 % of the predictions in one class",
        0.3,
    ),
    _null(
        ("labels-noise",),
        noise,
        "confidence of the mistakes, a tenth above the median of the correct ones",
        "10 % of the labels wrong",
        0.1,
    ),
    _null(
        ("classes-imbalance",),
        balance,
        "classes drawn equally often",
        "20 % more images in one class",
        0.2,
    ),
    _null(
        ("calibration-error",),
        calibration,
        "correct or wrong, drawn according to the confidence",
        "10 points over-confident",
        0.1,
    ),
    _null(
        ("evidence-place",),
        places,
        "a tenth of the images of other classes changed",
        "40 points more of them",
        0.4,
    ),
    _null(
        ("evidence-colour", "evidence-background"),
        kept,
        "correct as often as the largest class occurs",
        "20 points more correct",
        0.2,
    ),
    _null(
        ("shifts-pixel",),
        shifts,
        "a tenth of the predictions changed",
        "20 points more of them",
        0.2,
    ),
    _null(
        ("images-turned",),
        turns,
        "changes to an image, within each image",
        "70 points more mended by one",
        0.7,
    ),
    _null(
        ("images-size", "images-blur", "images-compression", "images-brightness"),
        quality,
        "sizes, sharpness, compression and brightness among the images",
        "two standard deviations more in one class",
        2.0,
    ),
)
