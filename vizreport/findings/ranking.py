"""What of all that a report finds to look at first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from vizreport.findings.record import FAULT, LOOK, Finding

CAUSES: tuple[tuple[str, ...], ...] = (
    ("values-not-finite", "values-silent", "values-extreme"),
    ("layers-initialised",),
    ("averages-unsettled",),
    ("preprocessing-better", "preprocessing-departure", "input-range"),
    ("averages-unfitting",),
    ("labels-assignment", "labels-exchanged"),
    ("predictions-collapsed", "predictions-one-class"),
    ("images-turned",),
    ("images-repeated-across",),
    ("labels-noise",),
    ("evidence-place",),
    ("evidence-colour",),
    ("evidence-background", "occlusion-object", "top-patches-energy"),
    ("images-size",),
    ("images-blur",),
    ("images-compression",),
    ("images-brightness",),
    ("images-plain",),
    ("classes-imbalance", "accuracy-majority"),
    ("architecture-dead", "filters-dead"),
    ("layers-dominated", "filters-dominating"),
    ("architecture-repeated-maps", "architecture-repeated-filters"),
    ("images-repeated",),
    ("shifts-pixel",),
    ("architecture-aliasing",),
    ("architecture-middle",),
    ("calibration-error", "accuracy-calibration"),
    ("sanity-all", "sanity-top"),
)
"""Kinds of findings by cause, in the order in which to look: first what makes others wrong."""


@dataclass(frozen=True)
class Found:
    """A decided finding and the section that it belongs to.

    Attributes
    ----------
    section, title : str
        Name and heading of the section.
    finding : Finding
        With its decision and corrected p.
    """

    section: str
    title: str
    finding: Finding


@dataclass(frozen=True)
class Ranked:
    """Something to look at.

    Attributes
    ----------
    first : Found
        The finding that says it best.
    others : tuple of Found
        Further findings of the same cause.
    """

    first: Found
    others: tuple[Found, ...] = ()


def ranked(found: Iterable[Found]) -> tuple[Ranked, ...]:
    """Rank what is worth a look: faults first, then by cause; findings of one cause together.

    Parameters
    ----------
    found : iterable of Found
        Of all sections, in the report's order, which decides between what no table orders.
    """
    telling = [each for each in found if each.finding.severity in (FAULT, LOOK)]
    order = sorted(range(len(telling)), key=lambda i: (*_place(telling[i].finding), i))
    groups: dict[int | str, list[Found]] = {}
    for i in order:
        kind = telling[i].finding.kind
        place = _cause(kind)
        groups.setdefault(place if place < len(CAUSES) else kind, []).append(telling[i])
    return tuple(Ranked(first, tuple(others)) for first, *others in groups.values())


def _place(finding: Finding) -> tuple[int, int, int]:
    cause = _cause(finding.kind)
    within = CAUSES[cause].index(finding.kind) if cause < len(CAUSES) else 0
    return (FAULT, LOOK).index(finding.severity), cause, within


def _cause(kind: str) -> int:
    return next((i for i, kinds in enumerate(CAUSES) if kind in kinds), len(CAUSES))
