"""The table of what the eye looks for in the first layers, made of the findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vizreport.experiments.architecture.findings import findings
from vizreport.experiments.architecture.gratings import SMALLEST
from vizreport.experiments.architecture.result import ArchitectureResult
from vizreport.experiments.filters import findings as of_filters
from vizreport.experiments.filters.result import FiltersResult
from vizreport.findings.decided import claims_of
from vizreport.findings.record import NOTE, Finding
from vizreport.findings.sentences import filled
from vizreport.wording.text import number

LIMIT = 0.1
"""The paper's limit on a filter's RMS, for inputs of about -128 to 128 (section 3)."""

# Kind of the finding, what the table calls it, and what is worth no look.
_ROWS = (
    (
        "filters-dominating",
        "Strongest layer-1 filter, multiple of the median RMS",
        "at most {limit}",
    ),
    ("filters-dead", "Dead layer-1 filters", "at most 5 %"),
    ("architecture-dead", "Dead maps in a deeper layer", "at most 5 %"),
    ("architecture-middle", "Layer-1 filters that prefer middle frequencies", "at least {limit}"),
    ("architecture-aliasing", "Response that the first stride makes ambiguous", "at most {limit}"),
    ("architecture-repeated-filters", "Duplicate layer-1 filters", "at most 10 %"),
    ("architecture-repeated-maps", "Duplicate maps in a layer", "at most 10 %"),
)


@dataclass(frozen=True)
class Sign:
    """A row of the table.

    Attributes
    ----------
    name : str
        What is looked for, the head of the row.
    found : str
        With its interval, or how many; "–" where nothing can be said.
    expected : str
        What is worth no look.
    look : bool
        Whether it is worth one.
    note : str
        Why nothing can be said, or the layer.
    """

    name: str
    found: str
    expected: str
    look: bool
    note: str


def find_signs(results: Mapping[str, Any]) -> list[Sign]:
    """Return the rows, in the order of the paper's Fig. 6."""
    decided: Sequence[Finding] = (
        *claims_of(of_filters.findings, results),
        *claims_of(findings, results),
    )
    known = {each.kind: each for each in decided}
    return [
        _row(name, expected, known[kind])
        if kind in known
        else Sign(name, "–", "–", False, _reason(kind, results))
        for kind, name, expected in _ROWS
    ]


def _row(name: str, expected: str, found: Finding) -> Sign:
    effect = "–" if found.effect is None else f"{found.effect:interval}"
    return Sign(
        name,
        f"{effect}, {number(found.n)} {found.unit}",
        filled(found, expected),
        found.severity != NOTE,
        found.names.get("layer", "") if found.effect and found.effect.value else "",
    )


def _reason(kind: str, results: Mapping[str, Any]) -> str:
    filters: FiltersResult = results["filters"]
    result: ArchitectureResult = results["architecture"]
    if kind == "architecture-aliasing":
        return "every filter is dead" if max(result.stride) > 1 else "the first stride is 1"
    if kind == "architecture-middle":
        small = min(filters.filters.shape[1:3]) < SMALLEST
        return f"the filters are smaller than {SMALLEST} px" if small else "every filter is dead"
    return "no deeper layer was mined"
