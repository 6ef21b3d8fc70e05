"""What the front page shows of all the sections: the most telling pictures and the findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vizreport.report.contents import Shown
from vizreport.report.files import Placed
from vizreport.report.section import Fact

FACTS = 6  # key numbers on the front page


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
        What looks wrong, each with the section that says so.
    lead : str
        The finding of the first section, where it has no picture here.
    others : tuple of Shown
        Other sections with a finding that have no picture here.
    """

    facts: tuple[Fact, ...]
    telling: tuple[tuple[Shown, Placed], ...]
    warnings: tuple[tuple[Shown, str], ...]
    lead: str
    others: tuple[Shown, ...]


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
    told = {shown.name for _, _, shown, _ in chosen}
    untold = [s for s in sections if s.section.finding and s.name not in told]
    lead = [s for s in untold if s is sections[0]]
    return Front(
        tuple(fact for shown in sections for fact in shown.section.facts)[:FACTS],
        tuple((shown, placed) for _, _, shown, placed in chosen),
        warnings(sections),
        lead[0].section.finding if lead else "",
        tuple(s for s in untold if s not in lead),
    )


def warnings(sections: Sequence[Shown]) -> tuple[tuple[Shown, str], ...]:
    """Return what looks wrong, each with the section that says so."""
    return tuple((shown, said) for shown in sections for said in shown.section.warnings)
