"""What to look at first."""

import pytest

from vizreport.findings.ranking import CAUSES, Found, ranked
from vizreport.findings.record import Finding


def found(kind: str, severity: str, section: str = "x") -> Found:
    finding = Finding(
        kind=kind, compared="", claim="", shown="Said.", n=1, unit="images", severity=severity
    )
    return Found(section, section.title(), finding)


def kinds(entries) -> list[list[str]]:
    return [[each.finding.kind for each in (entry.first, *entry.others)] for entry in entries]


def test_faults_stand_first_then_causes_then_the_order_of_the_report():
    entries = ranked(
        [
            found("own-b", "look"),
            found("calibration-error", "look"),
            found("own-a", "look"),
            found("architecture-dead", "fault"),
            found("labels-noise", "look"),
            found("values-silent", "note"),
            found("preprocessing-better", "fault"),
        ]
    )
    assert kinds(entries) == [
        ["preprocessing-better"],
        ["architecture-dead"],
        ["labels-noise"],
        ["calibration-error"],
        ["own-b"],
        ["own-a"],
    ]


def test_findings_of_one_cause_stand_together_with_the_severest_first():
    entries = ranked(
        [
            found("labels-assignment", "look"),
            found("shifts-pixel", "fault"),
            found("labels-exchanged", "fault"),
        ]
    )
    assert kinds(entries) == [["labels-exchanged", "labels-assignment"], ["shifts-pixel"]]


def test_nothing_is_ranked_where_all_are_notes():
    assert ranked([found("labels-noise", "note")]) == ()


@pytest.mark.parametrize("kind", sorted({kind for kinds in CAUSES for kind in kinds}))
def test_no_kind_belongs_to_two_causes(kind):
    assert sum(kind in each for each in CAUSES) == 1
