"""What the front page shows of all the sections: the most telling pictures and the findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vizreport.drawing.section import Fact
from vizreport.findings.record import FAULT
from vizreport.findings.sentences import sentence
from vizreport.report.contents import Shown
from vizreport.report.files import Placed

FACTS = 6  # key numbers on the front page
RANKED = 3  # things to look at first, unless there are more faults


@dataclass(frozen=True)
class Front:
    """The front page.

    Attributes
    ----------
    facts : tuple of Fact
        Key numbers.
    telling : tuple of (Shown, Placed)
        The pictures, each with its section, in the report's order.
    warnings : tuple of (Shown, str)
        What looks wrong, each with the section that says so; shown where nothing is ranked.
    lead : str
        The finding of the first section; shown where nothing is ranked.
    ranking : sequence
        What to look at first, as the diagnosis ranks it: all faults, and what else is among the
        first three. Empty where the report has no diagnosis or nothing stands out.
    others : tuple of (Shown, str)
        The other sections, each with the first thing that it found.
    """

    facts: tuple[Fact, ...]
    telling: tuple[tuple[Shown, Placed], ...]
    warnings: tuple[tuple[Shown, str], ...]
    lead: str
    ranking: Sequence[Any]
    others: tuple[tuple[Shown, str], ...]


def front(sections: Sequence[Shown], pictures: int) -> Front:
    """Choose what the front page shows.

    Every section's first picture comes before any section's second one.

    Parameters
    ----------
    sections : sequence of Shown
        In the report's order.
    pictures : int
        How many to show at most.
    """
    ranked = [
        (rank, place, shown, placed)
        for place, shown in enumerate(sections)
        for rank, placed in enumerate(shown.highlights)
    ]
    chosen = sorted(ranked, key=lambda entry: entry[:2])[:pictures]
    chosen.sort(key=lambda entry: (entry[1], entry[0]))
    return Front(
        tuple(fact for shown in sections for fact in shown.section.facts)[:FACTS],
        tuple((shown, placed) for _, _, shown, placed in chosen),
        warnings(sections),
        sections[0].section.finding if sections else "",
        _ranking(sections),
        tuple((s, _first(s)) for s in sections[1:] if s.section.finding),
    )


def _ranking(sections: Sequence[Shown]) -> Sequence[Any]:
    rows: Sequence[Any] = sections[0].section.context.get("ranking", ()) if sections else ()
    faults = sum(row["severity"] == FAULT for row in rows)
    return rows[: max(RANKED, faults)]


def _first(shown: Shown) -> str:
    leading = [each for each in shown.section.findings if each.leading and each.severity != FAULT]
    return sentence(leading[0]) if leading else shown.section.finding


def warnings(sections: Sequence[Shown]) -> tuple[tuple[Shown, str], ...]:
    """Return what looks wrong, each with the section that says so."""
    return tuple((shown, said) for shown in sections for said in shown.section.warnings)
