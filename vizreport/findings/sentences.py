"""Sentences made of findings alone."""

from __future__ import annotations

from collections.abc import Sequence
from string import Formatter

from vizreport.findings.quantity import P, Quantity, told_apart
from vizreport.findings.record import AGREES, DIFFERS, FAULT, SHOWN, TOO_LITTLE, Finding

LEADING = 3
"""Findings of a section whose sentences make its headline, at most."""


def sentence(finding: Finding) -> str:
    """Write a decided finding as a sentence: what is shown or not, and on how many units."""
    if finding.decision == SHOWN:
        return filled(finding, finding.shown)
    claim, units = filled(finding, finding.claim), f"{Quantity(finding.n, 'count')} {finding.unit}"
    if finding.decision == TOO_LITTLE:
        wanted = f"; the test needs {Quantity(finding.fewest, 'count')}" if finding.fewest else ""
        return f"Too little data to tell whether {claim} ({units}{wanted})."
    if finding.not_shown:
        return filled(finding, finding.not_shown)
    p = f", p = {Quantity(finding.corrected, P)}" if finding.corrected is not None else ""
    return f"No evidence that {claim} ({units}{p}){_needed(finding)}."


def _needed(finding: Finding) -> str:
    if finding.needed is None or not finding.reference_of or finding.needed <= finding.n:
        return ""
    what = filled(finding, finding.reference_of)
    return f"; about {Quantity(finding.needed, 'count')} would be needed to show {what}"


def beside_published(finding: Finding) -> str:
    """Compare a decided finding with the published one; "" where there is none."""
    published = finding.published
    if published is None:
        return ""
    return f"{published.found} ({published.source}): {_stands(finding)}."


def _stands(finding: Finding) -> str:
    assert finding.published is not None
    if finding.published.stands == AGREES:
        return "this agrees"
    return "this differs" if finding.published.stands == DIFFERS else "these data are inconclusive"


def beside_all_published(findings: Sequence[Finding]) -> list[str]:
    """Compare decided findings with published ones, a sentence for each published one.

    Where several stand beside the same one and not alike, each is named by what tells it apart: its
    method, its layer.
    """
    groups: dict[tuple[str, str], list[Finding]] = {}
    for each in findings:
        if each.published is not None:
            groups.setdefault((each.published.found, each.published.source), []).append(each)
    said = []
    for (found, source), group in groups.items():
        if len({_stands(each) for each in group}) == 1:
            said.append(beside_published(group[0]))
            continue
        apart: list[str] = []
        for key in group[0].names:
            if len({each.names.get(key) for each in group}) > 1:
                apart.append(key)
            if len({tuple(each.names.get(k) for k in apart) for each in group}) == len(group):
                break
        by_stand: dict[str, list[str]] = {}
        for each in group:
            named = ", ".join(each.names[key] for key in apart if key in each.names)
            by_stand.setdefault(_stands(each), []).append(named or compared(each))
        listed = "; ".join(f"{stands} for {' and '.join(n)}" for stands, n in by_stand.items())
        said.append(f"{found} ({source}): {listed}.")
    return said


def notice(finding: Finding) -> str:
    """Describe what is wrong and what to try."""
    return f"{sentence(finding)} {remedy(finding)}".strip()


def remedy(finding: Finding) -> str:
    """Describe what to try; "" where the finding says nothing of it."""
    return filled(finding, finding.advice)


def caveat(finding: Finding) -> str:
    """Describe why a decided finding says little where it is not shown; "" where it says enough."""
    return filled(finding, finding.caveat)


def headline(findings: Sequence[Finding]) -> str:
    """Join the sentences of a section's first findings; faults are notices of their own."""
    leading = [each for each in findings if each.leading and each.severity != FAULT]
    return " ".join(notice(each) for each in leading[:LEADING])


def faults(findings: Sequence[Finding]) -> tuple[str, ...]:
    """Return a section's notices: what is wrong with the network, the data or their reading."""
    return tuple(notice(each) for each in findings if each.severity == FAULT)


def compared(finding: Finding) -> str:
    """Describe what is compared with what."""
    return filled(finding, finding.compared)


def filled(finding: Finding, template: str) -> str:
    """Fill one of a finding's templates; numbers that differ are not written alike."""
    named = {name for _, name, _, _ in Formatter().parse(template) if name}
    filling = {name: what for name, what in finding.filling().items() if name in named}
    numbers = {name: what for name, what in filling.items() if isinstance(what, Quantity)}
    text = template.format_map({**filling, **told_apart(numbers)})
    return text[:1].upper() + text[1:] if template in (finding.shown, finding.not_shown) else text
