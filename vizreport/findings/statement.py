"""What a section of another package says in its own words: a record that claims no test."""

from __future__ import annotations

from vizreport.findings.record import Finding

KIND = "statement"


def statement(said: str) -> Finding:
    """Return a plain sentence as a record, so that pages and files hold nothing but records.

    Its numbers cannot be checked, and nothing is known of what it rests on: the table of tests
    and ``findings.json`` call it a statement.

    Parameters
    ----------
    said : str
        With its full stop.
    """
    return Finding(
        kind=KIND,
        compared="a plain sentence of the section, without recorded evidence",
        claim="{said}",
        shown="{said}",
        n=1,
        unit="statement",
        names={"said": said},
    )
