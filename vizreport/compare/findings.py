"""What a comparison claims: which run makes fewer errors, and the signs of each."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from vizreport.compare.runs import FinishedRun
from vizreport.compare.table import same_data, signs_of
from vizreport.findings.quantity import COUNT, POINTS, SHARE, Quantity
from vizreport.findings.record import Finding
from vizreport.findings.sample_size import needed_share
from vizreport.findings.statistics import paired_shares


def findings(runs: Sequence[FinishedRun]) -> list[Finding]:
    """Compare every two runs image by image, the best with the worst first, and count signs."""
    return [*_errors(runs), *_signs(runs)]


def _errors(runs: Sequence[FinishedRun]) -> list[Finding]:
    known = [run for run in runs if run.overview.top1_error is not None]
    if not same_data(runs) or len(known) < 2:
        return []
    right = {run.letter: _right(run) for run in known}
    order = sorted(right, key=lambda letter: -right[letter].mean())
    # Best and worst are chosen by their errors: p is corrected for all the pairs there are.
    pairs = sorted(combinations(order, 2), key=lambda pair: pair != (order[0], order[-1]))
    return [_fewer(right, *pair, leading=not k) for k, pair in enumerate(pairs)]


def _fewer(right: dict[str, np.ndarray], best: str, worst: str, leading: bool) -> Finding:
    """Compare two runs of which the first makes no more errors."""
    tested = paired_shares(right[best], right[worst])
    errors = {"best": 1 - float(right[best].mean()), "worst": 1 - float(right[worst].mean())}
    alike = "All" if leading else "{A} and {B}"
    return Finding(
        kind="compare-error",
        compared="top-one errors of {A} and {B} on the same images",
        claim="{A} makes fewer errors than {B}",
        shown="{A} makes fewer top-one errors than {B}: {best} against {worst} of {n} images.",
        not_shown="No evidence that {A} makes fewer errors than {B}: {best} against {worst} of {n} "
        "images."
        if tested.value
        else f"{alike} have the same top-one error, {{best}} of {{n}} images.",
        **tested.fields(POINTS),
        unit="images",
        needed=needed_share(errors["worst"], errors["best"]),
        leading=leading,
        values={key: Quantity(value, SHARE, digits=1) for key, value in errors.items()},
        names={"A": best, "B": worst},
    )


def _right(run: FinishedRun) -> np.ndarray:
    known = run.mining.labels >= 0
    return np.asarray(run.mining.top_classes[known, 0] == run.mining.labels[known])


def _signs(runs: Sequence[FinishedRun]) -> list[Finding]:
    faults = {run.letter: sum(sign.look for sign in signs_of(run)) for run in runs if run.filters}
    if len(faults) < 2:
        return []
    listed = ", ".join(f"{{{letter}_signs}} in {{{letter}}}" for letter in faults)
    return [
        Finding(
            kind="compare-signs",
            compared="architecture warning signs",
            claim="the networks differ in architecture warning signs",
            shown=f"Architecture warning signs: {listed}.",
            n=len(faults),
            unit="networks",
            values={f"{letter}_signs": Quantity(count, COUNT) for letter, count in faults.items()},
            names={letter: letter for letter in faults},
        )
    ]
