"""Which of a section's claims are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from vizreport.findings.record import (
    AGREES,
    DIFFERS,
    NOT_SHOWN,
    NOTE,
    SHOWN,
    TOO_LITTLE,
    UNDECIDED,
    Finding,
    Published,
)

LEVEL = 0.05
"""Corrected p below which a claim is shown."""


def holm(values: Sequence[float] | np.ndarray) -> np.ndarray:
    """Correct p values for their number (Holm 1979).

    Parameters
    ----------
    values : float [n]
        Uncorrected p values, each of one test.

    Returns
    -------
    float64 [n]
        Corrected, in the same order, at most 1.
    """
    found = np.asarray(values, np.float64)
    order = np.argsort(found, kind="stable")
    factors = len(found) - np.arange(len(found))
    corrected = np.empty(len(found))
    corrected[order] = np.minimum(np.maximum.accumulate(found[order] * factors), 1)
    return corrected


def decide(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Correct the p values of a section's findings over all its tests, and decide each.

    A finding without a test is shown where it has enough units. One whose test could show nothing
    with so few units is not counted among the tests.

    Parameters
    ----------
    findings : sequence of Finding
        All of one section's.

    Returns
    -------
    tuple of Finding
        In the same order, with ``corrected``, ``decision`` and what depends on it set.
    """
    tested = [i for i, each in enumerate(findings) if each.p is not None and _enough(each)]
    corrected = dict(zip(tested, holm([findings[i].p or 0.0 for i in tested]), strict=True))
    return tuple(
        _decided(each, float(corrected[i]) if i in corrected else None)
        for i, each in enumerate(findings)
    )


def _enough(finding: Finding) -> bool:
    return finding.n > 0 and finding.n >= finding.fewest


def _decided(finding: Finding, corrected: float | None) -> Finding:
    if not _enough(finding):
        decision = TOO_LITTLE
    else:
        decision = SHOWN if corrected is None or corrected < LEVEL else NOT_SHOWN
    shown = decision == SHOWN
    return replace(
        finding,
        corrected=corrected,
        decision=decision,
        severity=finding.severity if shown else NOTE,
        advice=finding.advice if shown else "",
        caveat=finding.caveat if decision == NOT_SHOWN else "",
        published=_beside(finding.published, shown),
    )


def _beside(published: Published | None, shown: bool) -> Published | None:
    if published is None:
        return None
    stands = UNDECIDED if not shown else AGREES if published.same else DIFFERS
    return replace(published, stands=stands)
