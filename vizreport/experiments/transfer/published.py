"""The paper's tables of transfer, with what was measured beside them."""

from __future__ import annotations

import re

import numpy as np

from vizreport.experiments.transfer.result import TransferResult
from vizreport.experiments.transfer.scores import (
    NAMES,
    Scored,
    best,
    classes_won,
    control_of,
    features_only,
)
from vizreport.published import Comparison, Measured, beside, published_tables
from vizreport.wording.text import quoted

_CALTECH = {
    "caltech101": ("caltech101", "101objectcategories"),
    "caltech256": ("caltech256", "256objectcategories"),
}
_FEATURES = {"caltech101": 30, "caltech256": 60}
"""Images a class of the columns of the paper's Table 7."""
_VOC = {"aeroplane": "airplane", "diningtable": "dining-table", "pottedplant": "potted-plant",
        "tvmonitor": "tv"}  # fmt: skip


def comparisons(result: TransferResult, all_scored: list[Scored]) -> list[Comparison]:
    """Set the tables of these data beside the paper's; of other data the paper's Table 7 alone."""
    if result.measure != "accuracy":
        return [_pascal(result, all_scored)]
    data = _caltech(result.data)
    if data is None:
        return [beside(published_tables()["features"], {})]
    return [_accuracies(data, result, all_scored), _features(data, result, all_scored)]


def _caltech(name: str) -> str | None:
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    return next(
        (table for table, words in _CALTECH.items() if any(word in plain for word in words)), None
    )


def _measured(result: TransferResult, one: Scored, named: bool = False) -> Measured:
    """Describe a figure; ``named``: its row says the layer and the classifier already."""
    how = [] if named else [f"layer {quoted(one.layer)}, {NAMES[one.classifier]}"]
    if one.classifier == "scratch":
        how = [f"{quoted(one.layer)} from scratch"]
    if one.spread is not None:
        how.append("mean and standard deviation over the splits")
    return Measured(
        100 * one.mean,
        quoted(result.test_data or result.data),
        result.test_images,
        tuple(one.seeds),
        quoted(result.study),
        None if one.spread is None else 100 * one.spread,
        "; ".join(how),
    )


def _accuracies(data: str, result: TransferResult, all_scored: list[Scored]) -> Comparison:
    """Tables 4 and 5: a classifier on the last layer, and a network from scratch."""
    table = published_tables()[data]
    columns = {column.id for column in table.columns}
    last = [one for one in features_only(all_scored) if one.layer == result.layers[-1]]
    cells = {}
    for one in sorted(last, key=lambda one: one.mean):  # the better classifier stays
        if f"train{one.per_class}" in columns:
            cells["pretrained", f"train{one.per_class}"] = _measured(result, one)
            control = control_of(one, all_scored)
            if control is not None:
                cells["scratch", f"train{one.per_class}"] = _measured(result, control)
    more = {}
    winner = best(all_scored)
    if winner.layer != result.layers[-1]:
        more["best"] = (f"The same, best layer ({quoted(winner.layer, 40)})",)
        for one in features_only(all_scored):
            same = (one.layer, one.classifier) == (winner.layer, winner.classifier)
            if same and f"train{one.per_class}" in columns:
                cells["best", f"train{one.per_class}"] = _measured(result, one)
    return beside(table, cells, more)


def _features(data: str, result: TransferResult, all_scored: list[Scored]) -> Comparison:
    """Table 7: every layer in turn. Layers that are not the paper's have rows of their own."""
    table = published_tables()["features"]
    known = {row.id for row in table.rows}
    is_paper = all(re.fullmatch(r"(conv|fc)\d", layer) for layer in result.layers)
    cells, more = {}, {}
    for one in features_only(all_scored):
        if one.per_class != _FEATURES[data]:
            continue
        row = f"{one.classifier}-{one.layer[-1]}" if is_paper else ""
        if row not in known:
            row = f"{one.classifier} {one.layer}"
            more[row] = (NAMES[one.classifier], f"up to {quoted(one.layer, 40)}")
        cells[row, data] = _measured(result, one, named=not is_paper)
    return beside(table, cells, more)


def _pascal(result: TransferResult, all_scored: list[Scored]) -> Comparison:
    """Table 6: average precision by class, and the classes won against two other methods."""
    table = published_tables()["pascal"]
    winner = best(all_scored)
    cells, ours = {}, {}
    more: dict[str, tuple[str, ...]] = {}
    known = {row.id for row in table.rows} - {"mean", "classes-won"}
    for name, value in zip(result.class_names, winner.by_class, strict=True):
        row = _VOC.get(name, name)
        if np.isnan(value):
            continue
        if row not in known:
            more[row] = (quoted(name, 40),)
        ours[row] = float(value)
        cells[row, "zeiler_fergus"] = _one(result, winner, float(value))
    if set(ours) == known:
        cells["mean", "zeiler_fergus"] = _one(result, winner, winner.mean)
        rows = [row for row in table.rows if row.id in known]
        others = [[cell.value for cell in row.cells[:2] if cell] for row in rows]
        mine = [100 * ours[row.id] for row in rows]
        won = classes_won(np.array([*np.transpose(others), mine]))
        cells["classes-won", "zeiler_fergus"] = _one(result, winner, int(won[2]) / 100)
    return beside(table, cells, more)


def _one(result: TransferResult, winner: Scored, value: float) -> Measured:
    return Measured(
        100 * value,
        quoted(result.test_data or result.data),
        result.test_images,
        tuple(winner.seeds),
        quoted(result.study),
        None,
        f"layer {quoted(winner.layer)}, {NAMES[winner.classifier]}",
    )
