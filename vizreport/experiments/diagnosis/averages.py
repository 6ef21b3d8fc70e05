"""Whether the moving averages of batch normalisation have settled, and whether it matters."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from vizreport.drawing import charts, medium
from vizreport.drawing.fonts import drawable
from vizreport.drawing.section import Figure
from vizreport.experiments.diagnosis.result import DiagnosisResult, NormalizedLayer
from vizreport.experiments.mining.result import MiningResult
from vizreport.findings.quantity import COUNT, POINTS, SHARE, Quantity
from vizreport.findings.record import FAULT, LOOK, NOTE, Finding
from vizreport.findings.statistics import paired_shares, share
from vizreport.wording.text import number, quoted

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Chart

FEWEST = 20
"""Labelled images below which nothing is said."""
BETTER, MUCH_BETTER = 0.05, 0.1
"""Accuracy gained by new averages from which on it is worth a look, and a fault."""
LEFT, EXPLAINED = 0.03, 0.5
"""Share of the initial values, and of the distance that it explains, that make it the cause."""
MOST = 24  # layers drawn
_LEAST = 1e-3  # added to variances, as Keras' layers do by default
_FAR = 9.0  # squared distance of a map, at most: a few dead maps decide nothing


def finding(result: DiagnosisResult, mining: MiningResult) -> Finding | None:
    """Test whether re-estimated averages make more of other images correct."""
    if not result.normalized:
        return None
    before = mining.top_classes[result.reestimated, 0]
    after, true = result.reestimated_predictions, mining.labels[result.reestimated]
    known = true >= 0
    if not known.any():
        return _without_labels(result, before != after)
    right, was_right = (each[known] == true[known] for each in (after, before))
    tested = paired_shares(right, was_right)
    severity = NOTE
    if tested.value >= BETTER:
        severity = FAULT if tested.value >= MUCH_BETTER else LOOK
    left = initial_share(result)
    gain = "re-estimated from {estimating} images, they raise the accuracy on {n} others from "
    gain += "{before} to {after}, by {effect:interval}."
    shown = "Re-estimated from {estimating} images, the moving averages of batch normalisation "
    shown += "change the accuracy on {n} others by {effect:interval}."
    if severity != NOTE:
        shown = "The moving averages of batch normalisation do not fit these images: " + gain
        if left is not None:
            shown = "The moving averages of batch normalisation have not settled: they still "
            shown += "contain about {left} of their initial values. "
            shown += gain[:1].upper() + gain[1:]
    return Finding(
        kind="averages-unfitting" if left is None else "averages-unsettled",
        compared="images classified correctly with the moving averages of batch normalisation "
        "re-estimated from {estimating} other images, and as they are stored",
        claim="re-estimated moving averages of batch normalisation raise the accuracy",
        shown=shown,
        **replace(tested, fewest=FEWEST, p=tested.p if tested.value > 0 else 1.0).fields(POINTS),
        unit="images",
        evidence="diagnosis-averages",
        severity=severity,
        advice=_advice(left is not None) if severity != NOTE else "",
        values={
            "estimating": Quantity(result.estimated_on, COUNT),
            "before": Quantity(float(was_right.mean()), SHARE),
            "after": Quantity(float(right.mean()), SHARE),
            **({"left": Quantity(left, SHARE)} if left is not None else {}),
        },
    )


def _advice(unsettled: bool) -> str:
    estimate = "re-estimate them: call the model with training=True on a few hundred batches of "
    estimate += "training images, which changes no weight. When training again, lower the layers' "
    estimate += "momentum or train for more steps."
    if unsettled:
        return estimate[:1].upper() + estimate[1:].replace("them", "the averages", 1)
    return (
        "Check first that these images are taken and prepared as those of the training. If they "
        "are, the averages lag behind the weights; " + estimate
    )


def _without_labels(result: DiagnosisResult, moved: np.ndarray) -> Finding:
    left = initial_share(result)
    shown = "With the moving averages of batch normalisation re-estimated from {estimating} "
    shown += "images, {effect:interval} of {n} others are classified differently"
    if left is not None:
        shown += "; those stored still contain about {left} of their initial values"
    return Finding(
        kind="averages-changed",
        compared="predictions with the moving averages of batch normalisation re-estimated from "
        "{estimating} other images, and as they are stored",
        claim="other averages change predictions",
        shown=shown + ".",
        **replace(share(int(moved.sum()), len(moved)), fewest=FEWEST).fields(SHARE),
        unit="images",
        values={
            "estimating": Quantity(result.estimated_on, COUNT),
            **({"left": Quantity(left, SHARE)} if left is not None else {}),
        },
    )


def initial_share(result: DiagnosisResult) -> float | None:
    """Return how much of their initial values is left in the averages; None where that is not seen.

    After t updates with momentum m, the share m^t of a mean of 0 and a variance of 1 is left, in
    all layers alike. Averages that are off for another reason lie elsewhere.
    """
    layers = list(result.normalized.values())
    shares = np.linspace(0, 1, 101)
    distances = np.stack([_distances(layer, shares) for layer in layers])
    together = distances.sum(axis=0)
    best = int(together.argmin())
    explained = 1 - together[best] / max(together[0], 1e-12)
    alone = shares[distances.argmin(axis=1)]
    alike = (alone >= shares[best] / 2).mean() > 0.5
    found = shares[best] >= LEFT and explained >= EXPLAINED and alike
    return float(shares[best]) if found else None


def _distances(layer: NormalizedLayer, shares: np.ndarray) -> np.ndarray:
    """Return how far a layer's averages are from those with shares of the initial values: [s]."""
    left = shares[:, None]
    mean = (1 - left) * layer.batch_means.astype(np.float64)
    variance = left + (1 - left) * layer.batch_variances.astype(np.float64)
    moving = layer.moving_variances.astype(np.float64)
    shift = (layer.moving_means - mean) ** 2 / (np.maximum(moving, variance) + _LEAST)
    ratio = np.log((moving + _LEAST) / (variance + _LEAST)) ** 2
    return np.asarray((shift.clip(0, _FAR) + ratio.clip(0, _FAR)).sum(axis=1))


def figure(result: DiagnosisResult) -> Figure | None:
    """Draw how far each layer's averages are from those of the images."""
    if not result.normalized:
        return None
    none = np.zeros(1)
    off = {
        name: float(_distances(layer, none)[0]) / len(layer.moving_means)
        for name, layer in result.normalized.items()
    }
    furthest = set(sorted(off, key=lambda name: -off[name])[:MOST])
    layers = {name: each for name, each in result.normalized.items() if name in furthest}
    shifts = {
        name: (each.moving_means - each.batch_means) / np.sqrt(each.batch_variances + _LEAST)
        for name, each in layers.items()
    }
    ratios = {
        name: np.sqrt((each.moving_variances + _LEAST) / (each.batch_variances + _LEAST))
        for name, each in layers.items()
    }

    def chart() -> Chart:
        from matplotlib.figure import Figure as Chart

        with charts.style():
            size = medium.room(160), 20 + 6 * len(layers)
            drawn = Chart(figsize=(size[0] / 25.4, size[1] / 25.4), layout="constrained")
            means, deviations = drawn.subplots(1, 2, sharey=True)
            for axes, values, same in ((means, shifts, 0), (deviations, ratios, 1)):
                _points(axes, values, same)
            means.set_yticks(range(len(layers)), [drawable(name, 28) for name in layers])
            means.set_ylim(len(layers) - 0.5, -0.5)
            means.set_xlabel("stored mean − estimated, standard deviations")
            deviations.set_xlabel("stored standard deviation / estimated")
            charts.logarithmic(deviations, "x")
            low, high = deviations.get_xlim()
            deviations.set_xlim(min(low, 0.45), max(high, 2.2))
        return drawn

    return Figure(
        name="diagnosis-averages",
        title="Moving averages of batch normalisation",
        caption=(
            "Stored averages compared with those re-estimated from "
            f"{number(result.estimated_on)} images; each point is a feature map. Averages that "
            "have settled lie on the dashed lines."
            + (f" The {MOST} layers that are furthest off." if len(off) > MOST else "")
        ),
        method=(
            "As in training, each batch is normalised by its own mean and variance; these are "
            "averaged over batches. Left: difference of the means, in estimated standard "
            "deviations. Right: ratio of the standard deviations."
        ),
        alt="Median distance of a layer's stored means from the estimated ones, in standard "
        "deviations, and median ratio of the standard deviations: "
        + "; ".join(
            f"{quoted(name, 28)} {number(float(np.median(np.abs(shifts[name]))))} and "
            f"{number(float(np.median(ratios[name])))}"
            for name in layers
        )
        + ".",
        draw=chart,
        width=160,
    )


def _points(axes: Axes, values: dict[str, np.ndarray], same: float) -> None:
    for row, each in enumerate(values.values()):
        axes.scatter(each, np.full(len(each), row), s=7, color=charts.BLUE, alpha=0.5, lw=0)
    axes.axvline(same, color=charts.SOFT, lw=0.8, ls="--")
