"""Layers in which one map, or a few, are much stronger than the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vizreport.drawing import charts, medium
from vizreport.drawing.fonts import drawable
from vizreport.drawing.section import Figure
from vizreport.experiments.mining.result import MiningResult
from vizreport.findings.quantity import COUNT, SHARE, Quantity
from vizreport.findings.record import LOOK, NOTE, Finding
from vizreport.wording.text import number, quoted

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Chart

FEWEST = 8
"""Maps of a layer that is looked at."""
TIMES, HALF = 10.0, 0.5
"""Strongest activation over the median map's, and share of the mean activation, that dominate."""


def layers_of(mining: MiningResult) -> list[str]:
    """Return the layers that are looked at."""
    return [
        name
        for name, layer in mining.layers.items()
        if name != mining.output_layer
        and len(layer.means) >= FEWEST
        and layer.means.clip(0).sum() > 0
    ]


def shares(mining: MiningResult, layer: str) -> np.ndarray:
    """Return the share of a layer's mean activation that each map has: float64 [M]."""
    mined = mining.layers[layer]
    means = mined.means.clip(0).astype(np.float64)
    return np.asarray(means / means.sum())


def times(mining: MiningResult, layer: str) -> np.ndarray:
    """Return the strongest activation of each map over the median of the living: float64 [M]."""
    peaks = np.nan_to_num(mining.layers[layer].values[:, 0]).clip(0).astype(np.float64)
    alive = peaks[peaks > 0]
    return np.asarray(peaks / np.median(alive)) if len(alive) else peaks


def dominated(mining: MiningResult) -> Finding | None:
    """Name the layer in which maps are furthest above the others."""
    layers = layers_of(mining)
    if not layers:
        return None
    half = max(layers, key=lambda name: float(shares(mining, name).max()))
    far = max(layers, key=lambda name: float(times(mining, name).max()))
    by_share = bool(shares(mining, half).max() >= HALF)
    worst = half if by_share and times(mining, far).max() < TIMES else far
    above, share = times(mining, worst), shares(mining, worst)
    strong = int((above >= TIMES).sum())
    first = int((share if worst == half and not strong else above).argmax())
    telling = bool(strong or by_share)
    if strong:
        shown = "{strong} of the {n} maps in {layer} dominate the others: "
        shown = "One map in {layer} dominates the others: " if strong == 1 else shown
        shown += "the strongest activation of map {map} is {effect} times that of the median map"
        shown += ", and it has {share} of the layer's mean activation."
    elif by_share:
        shown = "One map in {layer} dominates the others: map {map} has {share} of the mean "
        shown += "activation of all {n} maps."
    else:
        shown = "No map's strongest activation is more than {effect} times that of its layer's "
        shown += "median map."
    return Finding(
        kind="layers-dominated",
        compared="strongest activation of a layer's strongest map and of its median map, and the "
        "largest share of the layer's mean activation in one map",
        claim="one map in {layer} dominates the others",
        shown=shown,
        effect=Quantity(float(above.max()), digits=1),
        n=len(above),
        unit="maps",
        evidence="diagnosis-dominated" if telling else "",
        severity=LOOK if telling else NOTE,
        advice="Limit the norm of each filter during training (a max-norm constraint), or "
        "normalise the layer's activations."
        if telling
        else "",
        leading=telling,
        values={
            "map": Quantity(first, COUNT),
            "strong": Quantity(strong, COUNT),
            "share": Quantity(float(share[first]), SHARE),
        },
        names={"layer": quoted(worst, 40)},
    )


def figure(mining: MiningResult) -> Figure:
    """Draw how much stronger each layer's maps are than the median map, and their shares."""
    layers = layers_of(mining)

    def chart() -> Chart:
        from matplotlib.figure import Figure as Chart

        with charts.style():
            size = medium.room(160), 20 + 6 * len(layers)
            drawn = Chart(figsize=(size[0] / 25.4, size[1] / 25.4), layout="constrained")
            far, half = drawn.subplots(1, 2, sharey=True)
            for row, name in enumerate(layers):
                above = times(mining, name)
                above = above[above > 0]
                colours = np.where(above >= TIMES, charts.ORANGE, charts.BLUE)
                far.scatter(above, np.full(len(above), row), s=7, c=colours, alpha=0.5, lw=0)
                largest, left = np.sort(shares(mining, name))[::-1][:8], 0.0
                for i, width in enumerate(100 * largest):
                    colour = charts.BLUE if i or width < 100 * HALF else charts.ORANGE
                    half.barh(row, width, left=left, color=colour, alpha=1 - 0.09 * i, ec="white")
                    left += width
            far.axvline(TIMES, color=charts.SOFT, lw=0.8, ls="--")
            charts.logarithmic(far, "x")
            far.set_yticks(range(len(layers)), [drawable(name, 28) for name in layers])
            far.set_ylim(len(layers) - 0.5, -0.5)
            far.set_xlabel("strongest activation / median map's")
            half.set_xlim(0, 100)
            half.set_xlabel("share of the mean activation, %")
        return drawn

    return Figure(
        name="diagnosis-dominated",
        title="Strength of the maps in each layer",
        caption=(
            "Left: how far each layer's strongest maps exceed the rest; beyond the dashed line "
            "(orange), a map dominates. Right: the share of the layer's activation in its eight "
            "strongest maps."
        ),
        method=(
            "Left: each point is a map's strongest activation, as a multiple of the median map's. "
            "Right: mean activation over all images and positions."
        ),
        alt=(
            "Strongest map in each layer, as a multiple of the median map: "
            + "; ".join(
                f"{quoted(name, 28)} {number(float(times(mining, name).max(initial=0)))}"
                for name in layers
            )
            + "."
        ),
        draw=chart,
        width=160,
    )
