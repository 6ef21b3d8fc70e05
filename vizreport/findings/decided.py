"""What a section claims, decided once: its figures and its headline rest on the same findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from vizreport.findings.decisions import decide
from vizreport.findings.record import Finding

Claims = Callable[[Mapping[str, Any]], list[Finding]]

_REMEMBERED: ContextVar[dict[Claims, tuple[Finding, ...]] | None] = ContextVar(
    "findings", default=None
)


def claims_of(claims: Claims, results: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Return what an experiment claims of its results, decided.

    Parameters
    ----------
    claims : callable
        The experiment's ``findings``.
    results : mapping
        Results by experiment.
    """
    remembered = _REMEMBERED.get()
    if remembered is None:
        return decide(claims(results))
    if claims not in remembered:
        remembered[claims] = decide(claims(results))
    return remembered[claims]


@contextmanager
def remembering(known: Mapping[Claims, tuple[Finding, ...]]) -> Iterator[None]:
    """Decide each experiment's claims once while a section is made of one set of results.

    Parameters
    ----------
    known : mapping
        Those that are known already.
    """
    token = _REMEMBERED.set(dict(known))
    try:
        yield
    finally:
        _REMEMBERED.reset(token)
