"""What the errors of an ablation say: differences from the unchanged network, and their order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vizreport.experiments.ablation.result import AblationResult
from vizreport.models.variants import VARIANTS
from vizreport.published import published_tables

_BASES = {"krizhevsky": "Krizhevsky", "zfnet": "ZFNet"}
FEWEST_RANKED = 4


def label(variant: str) -> str:
    """Name of a network for a reader, as in "ZFNet, layers 6,7: 2048 units"."""
    row = VARIANTS[variant]
    base = _BASES[row.base]
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


def costliest_removal(result: AblationResult) -> tuple[str, float, float] | None:
    """Find the variant without some layers whose error rises most.

    Returns
    -------
    (variant, rise of the error, error) or None
        None where no variant without layers was trained beside the unchanged network.
    """
    found = [
        (variant, cost, mean(row["validation"]))
        for row in result.rows
        for variant in [row["variant"]]
        for cost in [change(result, variant)]
        if cost is not None and VARIANTS[variant].removed
    ]
    return max(found, key=lambda one: one[1], default=None)


def rank_agreement(result: AblationResult) -> float | None:
    """Spearman's rank correlation of the validation errors with the published ones.

    None with fewer than four networks, or where all errors are the same.
    """
    table = published_tables()["ablation"]
    column = [column.id for column in table.columns].index("val_top1")
    published = {row.id: row.cells[column] for row in table.rows}
    pairs = [
        (mean(row["validation"]), cell.value)
        for row in result.rows
        for cell in [published[row["variant"]]]
        if cell is not None
    ]
    if len(pairs) < FEWEST_RANKED:
        return None
    here, paper = (_ranked(values) for values in zip(*pairs, strict=True))
    if not (np.ptp(here) and np.ptp(paper)):
        return None
    return float(np.corrcoef(here, paper)[0, 1])


def _ranked(values: Sequence[float]) -> np.ndarray:
    """Rank values; equal ones share the mean of their ranks."""
    array = np.asarray(values)
    below = (array[:, None] > array).sum(1)
    equal = (array[:, None] == array).sum(1)
    return below + (equal - 1) / 2
