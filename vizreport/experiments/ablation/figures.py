"""The ablation table, drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from vizreport.drawing import charts, medium
from vizreport.drawing.fonts import drawable
from vizreport.drawing.section import Fact, Figure, Section
from vizreport.experiments.ablation.compare import (
    change,
    label,
    mean,
    spread,
)
from vizreport.experiments.ablation.findings import NEAR_CHANCE, chance
from vizreport.experiments.ablation.result import AblationResult
from vizreport.models.variants import BASES, VARIANTS
from vizreport.published import Comparison, Measured, beside, published_tables
from vizreport.results.run import RunRecord
from vizreport.wording.text import percent, quoted

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Chart


def section(results: Mapping[str, Any], run: RunRecord) -> Section:
    """Show the errors of each network beside the published ones."""
    result: AblationResult = results["ablation"]
    unlearned = [
        label(row["variant"])
        for row in result.rows
        if mean(row["validation"]) > chance(result) - NEAR_CHANCE
    ]
    context = {
        "result": result,
        "comparison": _comparison(result),
        "ensembles": _ensembles(result) if result.ensembles else None,
        "rows": [
            {
                **row,
                "name": label(row["variant"]),
                "change": change(result, row["variant"]),
                "overfit": mean(row["validation"]) - mean(row["training"]),
            }
            for row in result.rows
        ],
        "chance": chance(result),
        "unlearned": unlearned,
    }
    best = min(result.rows, key=lambda row: mean(row["validation"]))
    fact = Fact(
        "Best in the ablation",
        percent(mean(best["validation"]), 1),
        f"top-1 error, {label(best['variant'])}",
    )
    return Section(figures=(_errors(result),), facts=(fact,), context=context)


def _measured(
    result: AblationResult,
    values: list[float],
    seeds: list[int],
    note: str = "",
    training: bool = False,
) -> Measured:
    """Describe the mean of some errors, on the validation images or on those that trained."""
    found = spread(values)
    if found is not None:
        note = "mean and standard deviation over the seeds"
    return Measured(
        100 * mean(values),
        quoted(result.data if training else result.validation_data),
        result.training_images if training else result.validation_images,
        tuple(seeds),
        quoted(result.study),
        None if found is None else 100 * found,
        note,
    )


_COLUMNS: tuple[tuple[str, Literal["validation", "top5"]], ...] = (
    ("val_top1", "validation"),
    ("val_top5", "top5"),
)


def _comparison(result: AblationResult) -> Comparison:
    cells = {}
    for row in result.rows:
        variant, seeds = row["variant"], row["seeds"]
        cells[variant, "train_top1"] = _measured(result, row["training"], seeds, training=True)
        for column, errors in _COLUMNS:
            if row[errors]:
                cells[variant, column] = _measured(result, row[errors], seeds)
    return beside(published_tables()["ablation"], cells)


_SINGLE = {
    "replication-1": "krizhevsky",
    "zfnet-1": "zfnet",
    "zfnet-wide-1": "zfnet-maps-512-1024-512",
}
_NAMES = {
    "krizhevsky": "{} convnets, replication of Krizhevsky et al.",
    "zfnet": "(a) {} convnets as per Fig. 3",
    "combined": "{} convnets, (a) and (b) combined",
}
_PUBLISHED = {("zfnet", 5): "zfnet-5", ("combined", 6): "zfnet-6"}


def _ensembles(result: AblationResult) -> Comparison:
    """Set single networks and ensembles beside the paper's Table 2."""
    cells, more = {}, {}
    rows = {row["variant"]: row for row in result.rows}
    for row_id, variant in _SINGLE.items():
        if variant not in rows:
            continue
        row = rows[variant]
        for column, errors in _COLUMNS:
            if row[errors]:
                cells[row_id, column] = _measured(result, row[errors], row["seeds"])
    for ensemble in result.ensembles:
        name, members = ensemble["name"], ensemble["members"]
        row_id = _PUBLISHED.get((name, len(members)), "")
        if not row_id:
            row_id = f"here-{name}"
            more[row_id] = (_NAMES[name].format(len(members)),)
        seeds = sorted({seed for _, seed in members})
        for column, value in (
            ("val_top1", ensemble["validation"]),
            ("val_top5", ensemble["top5"]),
        ):
            if value is not None:
                note = "class probabilities averaged"
                cells[row_id, column] = _measured(result, [value], seeds, note)
    return beside(published_tables()["imagenet"], cells, more)


_SMALL = 2.5  # points: the mark of a single training


def _errors(result: AblationResult) -> Figure:
    several = max(len(row["seeds"]) for row in result.rows) > 1
    by_error = sorted(result.rows, key=lambda row: mean(row["validation"]))
    return Figure(
        name="ablation-errors",
        title="Top-1 error of each network, here and in the paper",
        caption=(
            "Which changes hurt most here and in the paper: compare the pattern, not the numbers. "
            "A wide gap between diamonds (training) and dots (validation) is "
            "overfitting. "
            + (
                f"Dashed: chance among {result.classes} classes."
                if _near_chance(result)
                else f"Chance, {percent(chance(result), 1)}, is far outside."
            )
        ),
        method=(
            "Dots: error on validation images. Diamonds: error on training images."
            + (
                " Small marks are individual runs, each with its own seed; large ones are their "
                "mean."
                if several
                else ""
            )
            + " The two scales differ because the data do."
        ),
        alt=(
            f"Two dot charts of the same {len(result.rows)} networks. Measured errors run from "
            f"{percent(mean(by_error[0]['validation']), 1)} ({label(by_error[0]['variant'])}) to "
            f"{percent(mean(by_error[-1]['validation']), 1)} ({label(by_error[-1]['variant'])})."
        ),
        draw=lambda: _chart(result),
    )


def _near_chance(result: AblationResult) -> bool:
    """Whether a line at chance leaves room to tell the errors apart."""
    highest = max(max(*row["validation"], *row["training"]) for row in result.rows)
    return highest > chance(result) / 2


def _chart(result: AblationResult) -> Chart:
    from matplotlib.figure import Figure as Chart

    with charts.style():
        shape = (2, 1) if medium.narrow() else (1, 2)
        high = shape[0] * (14 + 6.2 * len(result.rows)) + 10
        size = medium.room(174) / 25.4, high / 25.4
        chart = Chart(figsize=size, layout="constrained")
        here, paper = chart.subplots(*shape, sharey=True)
        published = {row.id: row.cells for row in published_tables()["ablation"].rows}
        for place, row in enumerate(result.rows):
            for errors, filled in ((row["validation"], True), (row["training"], False)):
                values = 100 * np.array(errors)
                if len(values) > 1:
                    _dots(here, values, np.full(len(values), place), filled, _SMALL)
                _dots(here, values.mean(), place, filled)
            train, first, _ = published[row["variant"]]
            assert train is not None
            assert first is not None
            _dots(paper, first.value, place, True)
            _dots(paper, train.value, place, False)
        names = [label(row["variant"]).replace(" and ", "\nand ") for row in result.rows]
        here.set_yticks(range(len(result.rows)), names)
        here.set_ylim(len(result.rows) - 0.5, -0.5)
        guessing = {"color": charts.SOFT, "lw": 0.7, "ls": "--", "zorder": 0}
        if _near_chance(result):
            here.axvline(100 * chance(result), label="guessing", **guessing)
        here.set_title(f"measured:\n{drawable(result.validation_data, 40)}", fontsize=7.5)
        paper.set_title("published:\nImageNet 2012", fontsize=7.5)
        for axes in (here, paper):
            axes.set_xlim(left=0)
            axes.set_xlabel("top-1 error, % (the scales differ)")
            axes.grid(axis="x", color=charts.FAINT, lw=0.5)
            axes.set_axisbelow(True)
            _divide(axes, result)
        paper.tick_params(axis="y", length=0)
        nowhere = float("nan")
        several = max(len(row["seeds"]) for row in result.rows) > 1
        of = ", mean of the seeds" if several else ""
        _dots(here, nowhere, 0, True, name=f"validation images{of}")
        _dots(here, nowhere, 0, False, name=f"training images{of}")
        if several:
            _dots(here, nowhere, 0, True, _SMALL, "small: each seed")
        chart.legend(
            *here.get_legend_handles_labels(), frameon=False, loc="outside upper left",
            ncols=2 if medium.narrow() else 4, columnspacing=1.4,
        )  # fmt: skip
    return chart


def _dots(
    axes: Axes, x: Any, y: Any, filled: bool, size: float = 5.0, name: str | None = None
) -> None:
    axes.plot(
        x,
        y,
        "o" if filled else "D",
        linestyle="none",
        color=charts.BLUE,
        mfc=charts.BLUE if filled else "none",
        zorder=2 if filled else 3,  # a small circle of training would be lost behind validation
        mew=1.0 if size > _SMALL else 0.6,
        ms=size,
        label=name,
    )


def _divide(axes: Axes, result: AblationResult) -> None:
    """Draw a line between the two networks' rows."""
    bases = [VARIANTS[row["variant"]].base for row in result.rows]
    assert set(bases) <= set(BASES)
    for place in range(1, len(bases)):
        if bases[place] != bases[place - 1]:
            axes.axhline(place - 0.5, color=charts.SOFT, lw=0.6)
