"""What the errors of an ablation are compared with: the unchanged network, and the paper."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vizreport.experiments.ablation.result import AblationResult
from vizreport.models.variants import VARIANTS
from vizreport.published import published_tables

BASE_NAMES = {"krizhevsky": "Krizhevsky", "zfnet": "ZFNet"}


def label(variant: str) -> str:
    """Name of a network for a reader, as in "ZFNet, layers 6,7: 2048 units"."""
    row = VARIANTS[variant]
    base = BASE_NAMES[row.base]
    return f"{base}, unchanged" if variant == row.base else f"{base}, {row.change}"


def mean(values: Sequence[float]) -> float:
    """Mean over the seeds."""
    return float(np.mean(values))


def spread(values: Sequence[float]) -> float | None:
    """Standard deviation of a sample (n - 1); None of a single value."""
    return float(np.std(values, ddof=1)) if len(values) > 1 else None


def change(result: AblationResult, variant: str) -> float | None:
    """Mean validation error less that of the unchanged network.

    None for the unchanged network itself, and where that was not trained.
    """
    errors = {row["variant"]: mean(row["validation"]) for row in result.rows}
    base = VARIANTS[variant].base
    return errors[variant] - errors[base] if variant != base and base in errors else None


def ranked_pairs(result: AblationResult) -> list[tuple[float, float]]:
    """Return each network's validation error here and as published, where both are known."""
    table = published_tables()["ablation"]
    column = [column.id for column in table.columns].index("val_top1")
    published = {row.id: row.cells[column] for row in table.rows}
    return [
        (mean(row["validation"]), cell.value)
        for row in result.rows
        for cell in [published[row["variant"]]]
        if cell is not None
    ]
