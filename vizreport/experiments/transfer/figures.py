"""Accuracy by layer, drawn."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import numpy as np

from vizreport.drawing import charts, medium
from vizreport.drawing.fonts import drawable
from vizreport.drawing.section import Context, Fact, Figure, Section
from vizreport.experiments.transfer.published import comparisons
from vizreport.experiments.transfer.result import TransferResult
from vizreport.experiments.transfer.scores import (
    NAMES,
    Scored,
    best,
    classes_won,
    control_of,
    features_only,
    lines,
    scored,
)
from vizreport.results.run import RunRecord
from vizreport.wording.text import network_name, number, percent, quoted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CLASSES = 10
"""Best and worst classes listed, each."""


def section(results: Mapping[str, Any], run: RunRecord) -> Section:
    """Show what a linear classifier makes of each layer."""
    result: TransferResult = results["transfer"]
    all_scored = scored(result)
    winner = best(all_scored)
    control = control_of(winner, all_scored)
    context = {
        "result": result,
        "network": network_name(result.network, result.checkpoint),
        "comparisons": comparisons(result, all_scored),
        "columns": [
            (NAMES[classifier], per_class) for classifier, per_class, _ in lines(all_scored)
        ],
        "rows": _rows(result, all_scored),
        "controls": [one for one in all_scored if one.classifier == "scratch"],
        "winner": winner,
        "control": control,
        "won": _won(winner, control),
        "classes": _classes(result, winner, control),
        "listed": CLASSES,
    }
    fact = Fact(
        "Transfer",
        percent(winner.mean, 1),
        f"{result.measure} on {quoted(result.data, 40)}, {quoted(winner.layer, 30)}",
    )
    return Section(
        figures=(_by_layer(result, all_scored),),
        facts=(fact,),
        context=context,
    )


def _rows(result: TransferResult, all_scored: list[Scored]) -> list[Context]:
    rows = []
    for layer in result.layers:
        of_layer = [one for one in features_only(all_scored) if one.layer == layer]
        cells = []
        for classifier, per_class, _ in lines(all_scored):
            found = [o for o in of_layer if (o.classifier, o.per_class) == (classifier, per_class)]
            cells.append(found[0] if found else None)
        rows.append(
            {
                "layer": layer,
                "size": " × ".join(map(str, of_layer[0].size)),
                "features": of_layer[0].features,
                "cells": cells,
            }
        )
    return rows


def _won(winner: Scored, control: Scored | None) -> list[int] | None:
    """Classes in which the features, and in which the network from scratch, are better."""
    if control is None:
        return None
    return [int(n) for n in classes_won(np.stack([winner.by_class, control.by_class]))]


def _classes(
    result: TransferResult, winner: Scored, control: Scored | None
) -> list[tuple[Any, Any]]:
    """Pairs of classes with their scores: from the best on and from the worst on."""
    known = np.flatnonzero(~np.isnan(winner.by_class))
    order = known[np.argsort(-winner.by_class[known], kind="stable")]
    half = min(CLASSES, (len(order) + 1) // 2)
    named = [
        (
            result.class_names[i],
            float(winner.by_class[i]),
            None if control is None else float(control.by_class[i]),
        )
        for i in order
    ]
    worst = named[: half - 1 : -1]
    return list(zip_longest(named[:half], worst[:half]))


def _label(classifier: str, per_class: int) -> str:
    return f"{NAMES[classifier]}, {per_class} per class" if per_class else NAMES[classifier]


def _by_layer(result: TransferResult, all_scored: list[Scored]) -> Figure:
    winner = best(all_scored)
    several = winner.spread is not None
    controls = any(one.classifier == "scratch" for one in all_scored)
    return Figure(
        name="transfer-by-layer",
        title=f"{result.measure.capitalize()} on {quoted(result.data, 40)} by layer",
        caption=(
            "How well a linear classifier does on each layer's features, from input to output."
            + (" Dashed: a network trained from scratch on the same images." if controls else "")
        ),
        method=(
            f"Mean over the {number(len(result.class_names))} classes"
            + ("; bars: standard deviation over the random splits." if several else ".")
            + (
                f" Dotted: chance, {percent(1 / len(result.class_names), 1)}."
                if result.measure == "accuracy"
                else ""
            )
        ),
        alt="; ".join(
            f"{_label(classifier, per_class)}: from {percent(ones[0].mean, 1)} at "
            f"{quoted(ones[0].layer)} to {percent(ones[-1].mean, 1)} at {quoted(ones[-1].layer)}"
            for classifier, per_class, ones in lines(all_scored)
        )
        + ".",
        draw=charts.styled(lambda axes: _draw(axes, result, all_scored), 160, 80),
        width=160,
    )


_MARKS = ("o", "s", "^", "D", "v", "P", "X", "*")


def _draw(axes: Axes, result: TransferResult, all_scored: list[Scored]) -> None:
    place = {layer: i for i, layer in enumerate(result.layers)}
    kinds = list(lines(all_scored))
    names = sorted({classifier for classifier, _, _ in kinds}, reverse=True)
    for i, (classifier, per_class, ones) in enumerate(kinds):
        colour = charts.SERIES[1 + names.index(classifier)]
        axes.errorbar(
            [place[one.layer] for one in ones],
            [100 * one.mean for one in ones],
            [100 * (one.spread or 0.0) for one in ones],
            marker=_MARKS[i % len(_MARKS)],
            ms=4,
            lw=1,
            capsize=2,
            color=colour,
            label=_label(classifier, per_class),
        )
    for one in all_scored:
        if one.classifier == "scratch":
            axes.axhline(100 * one.mean, color=charts.SOFT, lw=0.9, ls="--")
            axes.annotate(
                f"{drawable(one.layer, 30)} from scratch, {one.per_class} per class",
                (1.0, 100 * one.mean),
                xycoords=("axes fraction", "data"),
                xytext=(-2, 2),
                textcoords="offset points",
                ha="right",
                color=charts.SOFT,
            )
    if result.measure == "accuracy":
        axes.axhline(100 / len(result.class_names), color=charts.SOFT, lw=0.7, ls=":")
    labels = [drawable(layer, 24) for layer in result.layers]
    steep = sum(map(len, labels)) > 70
    axes.set_xticks(
        range(len(labels)), labels, rotation=35 if steep else 0, ha="right" if steep else "center"
    )
    axes.set_xlabel("layer, from the input")
    axes.set_ylabel(f"{result.measure}, mean over the classes, %")
    axes.set_ylim(0, 100)
    axes.grid(axis="y", color=charts.FAINT, lw=0.5)
    axes.set_axisbelow(True)
    axes.legend(
        frameon=False, loc="lower left", bbox_to_anchor=(0, 1), borderpad=0,
        ncols=2 if medium.narrow() else 4,
    )  # fmt: skip
