"""Charts of the diagnosis: confusion, balance, reliability, changed images, quality by class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from vizreport.drawing import charts
from vizreport.drawing.fonts import drawable
from vizreport.drawing.section import Figure
from vizreport.experiments.diagnosis import changes
from vizreport.experiments.diagnosis.calibration import FEWEST, bins_of
from vizreport.experiments.diagnosis.evidence import kept_by
from vizreport.experiments.diagnosis.images import KINDS, classes_of, measures
from vizreport.experiments.diagnosis.labels import suspects as suspects_of
from vizreport.experiments.diagnosis.result import DiagnosisResult
from vizreport.experiments.mining.predictions import LabelledPredictions
from vizreport.experiments.mining.result import MiningResult
from vizreport.findings.record import NOTE, Finding
from vizreport.wording.text import file_words, number, percent, quoted, wilson

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST = 24  # classes drawn


def _classes(predictions: LabelledPredictions) -> np.ndarray:
    """Return the classes that are drawn: those with most mistakes to or from them."""
    wrong = ~predictions.right
    counts = np.bincount(predictions.labels[wrong], minlength=len(predictions.names)) + np.bincount(
        predictions.predicted[wrong], minlength=len(predictions.names)
    )
    counts = 2 * counts + (np.bincount(predictions.labels, minlength=len(predictions.names)) > 0)
    chosen = np.argsort(-counts, kind="stable")[:MOST]
    return np.sort(chosen[counts[chosen] > 0])


def confusion(predictions: LabelledPredictions) -> Figure:
    """Draw how often images of each class are taken for each."""
    chosen = _classes(predictions)
    table = np.zeros((len(predictions.names), len(predictions.names)))
    np.add.at(table, (predictions.labels, predictions.predicted), 1)
    part = table[np.ix_(chosen, chosen)]
    shares = part / np.maximum(table[chosen].sum(axis=1, keepdims=True), 1)

    def draw(axes: Axes) -> None:
        axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        names = [drawable(predictions.names[c], 22) for c in chosen]
        axes.set_xticks(range(len(chosen)), names, rotation=90)
        axes.set_yticks(range(len(chosen)), names)
        axes.set_xlabel("classified as")
        axes.set_ylabel("named in the data")
        if len(chosen) <= 12:
            for i, row in enumerate(shares):
                for j, value in enumerate(row):
                    if value >= 0.005:
                        colour = charts.ON_DARK if value > 0.7 else charts.ON_LIGHT
                        axes.text(j, i, f"{100 * value:.0f}", ha="center", va="center",
                                  color=colour, fontsize=6)  # fmt: skip

    side = 42 + 6 * max(len(chosen), 4)
    return Figure(
        name="diagnosis-confusion",
        title="Confusion matrix",
        caption=(
            "Rows: class in the data; columns: predicted class, in % of the row. Correct "
            "predictions lie on the diagonal; dark cells off it are confusions."
            + (
                f" The {len(chosen)} classes with the most mistakes."
                if len(predictions.names) > MOST
                else ""
            )
        ),
        method=(
            "Each row sums to 100\u202f% over all classes; the prediction is the most probable "
            "class."
        ),
        alt=f"A {len(chosen)} by {len(chosen)} matrix; "
        f"{percent(float(predictions.right.mean()))} of the images lie on its diagonal.",
        draw=charts.styled(draw, min(side, 170), min(side, 170) - 8),
        width=min(side, 170),
    )


def balance(predictions: LabelledPredictions) -> Figure:
    """Draw the number of images of each class, and those classified correctly."""
    counts = np.bincount(predictions.labels, minlength=len(predictions.names))
    right = np.bincount(predictions.labels[predictions.right], minlength=len(predictions.names))
    order = np.argsort(-counts, kind="stable")
    order = order[counts[order] > 0]
    shown = order if len(order) <= MOST else np.r_[order[: MOST // 2], order[-MOST // 2 :]]

    def draw(axes: Axes) -> None:
        rows = np.arange(len(shown))
        axes.barh(rows, counts[shown], color=charts.FILL, label="images")
        axes.barh(rows, right[shown], height=0.4, color=charts.BLUE, label="classified correctly")
        axes.set_yticks(rows, [drawable(predictions.names[c], 28) for c in shown])
        axes.set_ylim(len(shown) - 0.5, -0.5)
        axes.set_xlabel("images")
        axes.legend(frameon=False, loc="lower right")

    return Figure(
        name="diagnosis-balance",
        title="Images per class",
        caption=(
            "Number of images per class (wide bars), and of those classified correctly (narrow "
            "bars)."
            + (" Only the largest and smallest classes are shown." if len(order) > MOST else "")
        ),
        method=(
            "Classes without images are omitted. Correct: the most probable class is the true one."
        ),
        alt=f"Bars for {len(shown)} classes, from {number(int(counts[order[0]]))} images down to "
        f"{number(int(counts[order[-1]]))}.",
        draw=charts.styled(draw, 130, 18 + 4.6 * len(shown)),
        width=130,
    )


def suspects(predictions: LabelledPredictions, mining: MiningResult) -> Figure | None:
    """Draw how confident right and wrong predictions are, and name the most suspicious labels."""
    wrong = ~predictions.right
    if not wrong.any() or not predictions.right.any():
        return None
    median = float(np.median(predictions.confidence[predictions.right]))
    found = suspects_of(predictions)

    def draw(axes: Axes) -> None:
        edges = np.linspace(0, 1, 21).tolist()
        for values, colour, label in (
            (predictions.confidence[predictions.right], charts.BLUE, "correct"),
            (predictions.confidence[wrong], charts.ORANGE, "wrong"),
        ):
            weights = np.full(len(values), 100 / len(values))
            axes.hist(values, edges, weights=weights, histtype="step", color=colour, lw=1.3,
                      label=f"{label} ({len(values)})")  # fmt: skip
        axes.axvline(median, color=charts.SOFT, lw=0.8, ls=":")
        axes.set_xlim(0, 1)
        axes.set_xlabel("probability of the predicted class")
        axes.set_ylabel("% of the predictions")
        axes.legend(frameon=False, loc="upper left")

    listed = "; ".join(
        f"{quoted(file_words(mining.paths[predictions.images[i]]), 30)}: "
        f"{quoted(predictions.names[predictions.labels[i]], 24)} in the data, "
        f"{quoted(predictions.names[predictions.predicted[i]], 24)} by the network"
        for i in found[:6]
    )
    return Figure(
        name="diagnosis-noise",
        title="Confidence of correct and wrong predictions",
        caption=(
            "Wrong labels cause confident mistakes: if labels were wrong at random, half of the "
            "mistakes would lie to the right of the dotted line."
            + (f" Most suspicious labels: {listed}." if listed else "")
        ),
        method=(
            "Confidence is the probability of the predicted class. The dotted line is the "
            "median confidence of the correct predictions; few true mistakes lie beyond it."
        ),
        alt=f"Two histograms over confidence; {len(found)} of {int(wrong.sum())} mistakes lie "
        "above the median of the correct predictions.",
        draw=charts.styled(draw, 120, 55),
        width=120,
    )


def reliability(predictions: LabelledPredictions) -> Figure | None:
    """Draw accuracy over confidence."""
    if len(predictions.labels) < FEWEST:
        return None
    confidence = np.clip(predictions.confidence, 0, 1)
    _, bins, counts = np.unique(bins_of(confidence), return_inverse=True, return_counts=True)
    said = np.bincount(bins, confidence) / counts
    true = np.bincount(bins, predictions.right) / counts

    def draw(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color=charts.SOFT, lw=0.8, ls="--", label="calibrated")
        for k, each in enumerate(np.unique(bins)):
            mine = predictions.right[bins == each]
            low, high = wilson(int(mine.sum()), len(mine))
            x = float(confidence[bins == each].mean())
            axes.plot(
                [x, x], [low, high], color=charts.BLUE, lw=1.0, alpha=0.5,
                label="" if k else "95\u202f% interval (Wilson)",
            )  # fmt: skip
        said_of = f"this network: {len(counts)} groups of about {int(np.median(counts))} images"
        axes.plot(said, true, color=charts.BLUE, lw=1.2, marker="o", ms=4, label=said_of)
        axes.set_xlim(0, 1.02)
        axes.set_ylim(0, 1.02)
        axes.set_xlabel("confidence: probability of the predicted class")
        axes.set_ylabel("accuracy: share correct")
        axes.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1.0), ncols=1)

    return Figure(
        name="diagnosis-reliability",
        title="Reliability curve",
        caption=("Points below the dashed line: the network is over-confident."),
        method=(
            "Accuracy against confidence (the probability of the predicted class), in bins of "
            f"about {int(np.median(counts))} images each, with "
            "95\u202f% "
            "intervals (Wilson)."
        ),
        alt="Points for each bin of confidence: "
        + ", ".join(f"{s:.2f} said, {t:.2f} right" for s, t in zip(said, true, strict=True))
        + ".",
        draw=charts.styled(draw, 84, 82),
        width=84,
    )


_CHANGES = {
    changes.NONE: "nothing changed",
    changes.OBJECT: "object covered",
    changes.BACKGROUND: "background covered",
    changes.COLOUR: "mean colour only",
    changes.SHUFFLED: "pixels in random order",
}


def changes_chart(result: DiagnosisResult, mining: MiningResult) -> Figure | None:
    """Draw accuracy with parts of the images taken away."""
    kept = [kept_by(result, mining.labels, name) for name in _CHANGES]
    known = [each for each in kept if each is not None]
    if len(known) < 2:
        return None
    majority = known[0].majority

    def draw(axes: Axes) -> None:
        for row, each in enumerate(known):
            low, high = wilson(each.correct, each.n)
            axes.plot([100 * low, 100 * high], [row, row], color=charts.BLUE, lw=1.2, alpha=0.5)
            share = 100 * each.correct / each.n
            axes.plot(share, row, "o", color=charts.BLUE, ms=4.5, clip_on=False)
        axes.axvline(
            100 * majority, color=charts.SOFT, lw=0.8, ls="--",
            label="always the largest class",
        )  # fmt: skip
        axes.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), borderpad=0)
        axes.set_yticks(range(len(known)), [f"{_CHANGES[e.change]} (n = {e.n})" for e in known])
        axes.set_ylim(len(known) - 0.5, -0.5)
        axes.set_xlim(0, 100)
        axes.set_xlabel(f"classified correctly, % of n images\n{charts.INTERVAL}")
        axes.grid(axis="x", color=charts.FAINT, lw=0.5)
        axes.set_axisbelow(True)

    return Figure(
        name="diagnosis-changes",
        title="Accuracy with parts of the images removed",
        caption=(
            "How much accuracy remains when parts of the images are removed. Dashed: always "
            "predicting the largest class."
        ),
        method=(
            "Share of images classified correctly, with its 95\u202f% interval (Wilson); n: "
            "number of images. Covered areas show the mean colour of the rest."
        ),
        alt="; ".join(f"{_CHANGES[e.change]}: {percent(e.correct / e.n)}" for e in known) + ".",
        draw=charts.styled(draw, 130, 26 + 6 * len(known)),
        width=130,
    )


def shifts(result: DiagnosisResult) -> Figure | None:
    """Draw the share of predictions that each shift by a pixel changes."""
    if not len(result.changed):
        return None
    moved = result.shift_predictions != result.predictions[changes.NONE][:, None]
    names = ("down", "up", "right", "left")

    def draw(axes: Axes) -> None:
        axes.bar(range(4), 100 * moved.mean(axis=0), color=charts.BLUE, width=0.6)
        axes.set_xticks(range(4), [f"1 px {name}" for name in names])
        axes.set_ylim(0, 100)
        axes.set_ylabel("classified differently, %")

    return Figure(
        name="diagnosis-shifts",
        title="Predictions under one-pixel shifts",
        caption=(
            f"Share of {len(moved)} images that are classified differently after a one-pixel shift."
        ),
        method=(
            "The edge row or column is repeated. A prediction counts as changed if its most "
            "probable class changes."
        ),
        alt=", ".join(
            f"{n}: {percent(float(s))}" for n, s in zip(names, moved.mean(axis=0), strict=True)
        )
        + ".",
        draw=charts.styled(draw, 90, 50),
        width=90,
    )


_MEASURES = {
    "size": "pixels of the original",
    "shape": "width / height",
    "blur": "blur (0 sharp, 1 blurred)",
    "light": "mean brightness (0 to 255)",
    "compression": "steps at JPEG block borders relative to those inside, at least 1",
}


def quality(result: DiagnosisResult, mining: MiningResult, own: Sequence[Finding]) -> Figure | None:
    """Draw the measures that identify a class, image by image."""
    telling = {each.kind for each in own if each.severity != NOTE}
    labels, names = classes_of(mining)
    shown = []
    for what, values in measures(result, mining).items():
        kind = KINDS[what]
        known = np.isfinite(values) & (labels >= 0)
        if kind in telling and known.any() and np.ptp(values[known]):
            shown.append((what, values, known))
    if not shown:
        return None
    present = np.unique(np.concatenate([labels[known] for *_, known in shown]))[:MOST]

    def draw(axes: Axes) -> None:
        what, values, known = shown[0]
        random = np.random.default_rng(0)
        for row, c in enumerate(present):
            mine = values[known & (labels == c)]
            y = row + random.uniform(-0.25, 0.25, len(mine))
            axes.plot(mine, y, "o", ms=2.2, color=charts.BLUE, alpha=0.6)
            if len(mine):
                axes.plot([np.median(mine)] * 2, [row - 0.35, row + 0.35], color=charts.INK)
        axes.set_yticks(range(len(present)), [drawable(names[c], 28) for c in present])
        axes.set_ylim(len(present) - 0.5, -0.5)
        axes.set_xlabel(_MEASURES[what])

    return Figure(
        name="diagnosis-quality",
        title=f"Images by class: {_MEASURES[shown[0][0]]}",
        caption=(
            "Classes whose points lie apart can be recognised by this measure alone. Each point "
            "is an image, the vertical line the median of its class."
        ),
        method=("Measured on the images before preprocessing."),
        alt=f"Points for {len(present)} classes; medians "
        + ", ".join(
            f"{quoted(names[c], 24)} {np.median(shown[0][1][shown[0][2] & (labels == c)]):.3g}"
            for c in present[:6]
        )
        + ".",
        draw=charts.styled(draw, 130, 18 + 6 * len(present)),
        width=130,
    )
