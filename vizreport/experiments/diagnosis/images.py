"""Repeated images, and images whose size, sharpness or compression tells the class."""

from __future__ import annotations

import numpy as np

from vizreport.experiments.diagnosis.result import DiagnosisResult, Pair
from vizreport.experiments.mining.result import MiningResult
from vizreport.findings.quantity import COUNT, SHARE, Quantity
from vizreport.findings.record import FAULT, LOOK, NOTE, Finding
from vizreport.wording.text import quoted

FEW = 0.01
"""Share of images that may be repeated before it is worth a look, or a fault across classes."""
OF_A_CLASS = 8
"""Images of a class from which on they are compared with the others."""
TELLING = {"size": 0.9, "shape": 0.9, "blur": 0.95, "compression": 0.9, "light": 0.95}
"""Area under the curve, by measure, from which on it is worth a look."""


def classes_of(mining: MiningResult) -> tuple[np.ndarray, list[str]]:
    """Return a class for each image, -1 where it is not known, and their names."""
    if (mining.labels >= 0).any():
        return mining.labels, mining.class_names
    return mining.data_classes, mining.data_class_names


def repeated_findings(result: DiagnosisResult, mining: MiningResult) -> list[Finding]:
    """Count images that repeat another one, of another class and of the same."""
    labels, _ = classes_of(mining)
    across = [
        pair
        for pair in result.pairs
        if labels[pair["first"]] != labels[pair["second"]]
        and min(labels[pair["first"]], labels[pair["second"]]) >= 0
    ]
    within = [pair for pair in result.pairs if pair not in across]
    return [_repeated(result, across, True), _repeated(result, within, False)]


def _repeated(result: DiagnosisResult, pairs: list[Pair], across: bool) -> Finding:
    images = {pair["second"] for pair in pairs}
    same = sum(pair["difference"] == 0 for pair in pairs)
    share = len(images) / max(result.compared, 1)
    severity = NOTE
    if pairs:
        many = share >= FEW
        severity = (
            (FAULT if many and len(images) >= 3 else LOOK) if across else (LOOK if many else NOTE)
        )
    classes = "of another class" if across else "of the same class"
    return Finding(
        kind="images-repeated-across" if across else "images-repeated",
        compared=f"images that duplicate another one {classes}: perceptual hashes, then pixels",
        claim=f"images duplicate others {classes}",
        shown=f"{{count}} of {{n}} images {'duplicates' if len(images) == 1 else 'duplicate'} "
        f"another one {classes} ({{same}} pairs are pixel-identical)."
        if pairs
        else f"No image duplicates another one {classes}.",
        effect=Quantity(share, SHARE),
        n=result.compared,
        unit="images",
        evidence="diagnosis-repeated" if severity != NOTE else "",
        severity=severity,
        advice=(
            "One of their labels must be wrong: correct it, or exclude both images."
            if across
            else "Exclude duplicates; make sure that no image is in both training and test data."
        )
        if severity != NOTE
        else "",
        leading=severity != NOTE,
        values={"count": Quantity(len(images), COUNT), "same": Quantity(same, COUNT)},
    )


def plain_finding(result: DiagnosisResult) -> Finding:
    """Count images of one colour."""
    count = len(result.plain)
    share = count / max(result.compared, 1)
    telling = count >= 3 or share >= FEW
    return Finding(
        kind="images-plain",
        compared="images of essentially one colour",
        claim="images are empty",
        shown="{count} of {n} images are empty (a single colour)."
        if telling
        else "{count} of {n} images have a single colour.",
        effect=Quantity(share, SHARE),
        n=result.compared,
        unit="images",
        severity=LOOK if telling else NOTE,
        advice="Exclude them, or read them again: a failed read may return them."
        if telling
        else "",
        leading=telling,
        values={"count": Quantity(count, COUNT)},
    )


def measures(result: DiagnosisResult, mining: MiningResult) -> dict[str, np.ndarray]:
    """Return what may differ by class, float [N] each, NaN where it was not measured."""
    sizes = mining.sizes.astype(np.float64)
    return {
        "size": sizes[:, 0] * sizes[:, 1],
        "shape": sizes[:, 0] / np.maximum(sizes[:, 1], 1),
        "blur": result.blur.astype(np.float64),
        "light": result.light.astype(np.float64),
        # Below 1 there is no compression to be told.
        "compression": np.maximum(result.blocks.astype(np.float64), 1.0),
    }


def quality_findings(result: DiagnosisResult, mining: MiningResult) -> list[Finding]:
    """Test for each measure which class it separates best from the others."""
    labels, names = classes_of(mining)
    found = []
    for what, values in measures(result, mining).items():
        finding = _differs(what, values, labels, names)
        if finding is not None:
            found.append(finding)
    return found


KINDS = {
    "size": "images-size",
    "shape": "images-size",
    "blur": "images-blur",
    "compression": "images-compression",
    "light": "images-brightness",
}
_SAID = {
    "size": ("larger", "smaller", "number of pixels"),
    "shape": ("wider", "narrower", "aspect ratio (width / height)"),
    "blur": ("more blurred", "sharper", "sharpness"),
    "light": ("brighter", "darker", "brightness"),
    "compression": (
        "more strongly compressed",
        "less compressed",
        "compression (steps at JPEG block borders)",
    ),
}
_ADVICE = {
    "light": "Check whether the images of {cls} have different lighting or exposure; vary "
    "brightness at random in training.",
    "size": "Check the source of the images of {cls}; blur and compress at random in training.",
    "shape": "Crop all images to one aspect ratio before training; check the source of the images "
    "of {cls}.",
    "blur": "Check whether the images of {cls} come from another camera or were resized "
    "differently; blur or sharpen at random in training.",
    "compression": "Save the images of all classes with the same settings; compress at random in "
    "training.",
}
_USE = "A network can recognise the class by that alone."
_TRACES = {
    "size": "The network receives all images at one size, but sharpness and compression artefacts "
    "can still reveal the original size.",
    "shape": "The network receives all images in one shape, but distorted or cropped content can "
    "still reveal the original aspect ratio.",
}


def _differs(what: str, values: np.ndarray, labels: np.ndarray, names: list[str]) -> Finding | None:
    from scipy import stats  # slow to import

    known = np.isfinite(values) & (labels >= 0)
    values, labels = values[known], labels[known]
    counts = np.bincount(labels, minlength=len(names)) if len(labels) else np.zeros(0, int)
    counted = np.flatnonzero(counts >= OF_A_CLASS)
    if len(counted) < 1 or len(np.unique(labels)) < 2:
        return None
    if not np.ptp(values):
        areas, p_values = {int(c): 0.5 for c in counted}, {int(c): 1.0 for c in counted}
    else:
        areas, p_values = {}, {}
        for c in counted.tolist():
            own, rest = values[labels == c], values[labels != c]
            tested = stats.mannwhitneyu(own, rest)
            areas[c] = float(tested.statistic / (len(own) * len(rest)))
            p_values[c] = float(tested.pvalue)
    most = max(areas, key=lambda c: abs(areas[c] - 0.5))
    area = max(areas[most], 1 - areas[most])
    telling = area >= TELLING[what]
    more = areas[most] > 0.5
    word = _SAID[what][0 if more else 1]
    return Finding(
        kind=KINDS[what],
        compared=f"{_SAID[what][2]} of each class's images and of the others",
        claim=f"images of {{cls}} are {word} than the others",
        shown=f"Images of {{cls}} are {word} than the others: in {{effect}} of all pairs with an "
        f"image of another class (half by chance). {_TRACES.get(what, _USE)}"
        if telling
        else f"By {_SAID[what][2]}, {{cls}} is separated best: its images have "
        f"{'more' if more else 'less'} in {{effect}} of all pairs with an image of another class.",
        effect=Quantity(area, SHARE),
        n=len(values),
        unit="images",
        test="Mann-Whitney test, for all classes",
        p=min(1.0, p_values[most] * len(counted)),
        fewest=2 * OF_A_CLASS,
        evidence="diagnosis-quality" if telling else "",
        severity=LOOK if telling else NOTE,
        advice=_ADVICE[what] if telling else "",
        leading=telling,
        names={"cls": quoted(names[most], 40)},
    )
