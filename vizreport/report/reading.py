"""The sections of a finished run, made from its results; nothing is drawn yet."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from vizreport.drawing.section import Section
from vizreport.errors import RequestError
from vizreport.experiments.experiment import Experiment, Results
from vizreport.experiments.registry import experiments, registry
from vizreport.findings.decided import Claims, claims_of, remembering
from vizreport.findings.decisions import decide
from vizreport.findings.ranking import Found
from vizreport.findings.record import Finding
from vizreport.findings.sentences import faults, headline
from vizreport.findings.statement import statement
from vizreport.results.run import ExperimentRecord, RunRecord
from vizreport.results.store import DONE, NOT_APPLICABLE, OtherVersion, Store, Unusable

FAILED = "failed"
_NAME = re.compile(r"[\w-]+(\.\w+)?(/[\w-]+(\.\w+)?)*")


@dataclass(frozen=True)
class ReadSection:
    """A section of a run.

    Attributes
    ----------
    record : ExperimentRecord
        What the run says of it.
    experiment : Experiment or None
        None where no such experiment is installed.
    status : {"done", "not applicable", "failed"}
        Whether there is something to show.
    reason : str or None
        Why it is not done; None where it is.
    section : Section
        Empty where it is not done.
    """

    record: ExperimentRecord
    experiment: Experiment | None
    status: str
    reason: str | None
    section: Section = field(default_factory=Section)


def read_sections(
    run_folder: Path,
    run: RunRecord,
    progress: Callable[[str], None] | None = None,
    kept: Callable[[Experiment], tuple[Finding, ...] | None] = lambda _: None,
) -> Iterator[ReadSection]:
    """Make the sections of a run, one after the other, in the order of the report.

    Parameters
    ----------
    run_folder : Path
        Of a finished or stopped build.
    run : RunRecord
        Says which sections there are.
    progress : callable, optional
        Told the title of each section before it is made.
    kept : callable, optional
        Returns what an experiment claims, decided, where that is known.

    Yields
    ------
    ReadSection

    Raises
    ------
    RequestError
        If another version of vizreport computed what every report rests on.
    """
    store, known = Store(run_folder), experiments()
    found = [known[record.name] for record in run.experiments if record.name in known]
    shared = {name for experiment in found for name in experiment.requires}
    results: Results = {}
    without: dict[str, str | None] = {}
    reason: str | None
    reads: list[ReadSection | _Waiting] = []
    for record in run.experiments:
        experiment = known.get(record.name)
        if experiment is None:
            reason = record.reason if record.status == FAILED else _absent(record.name)
            reads.append(ReadSection(record, None, FAILED, reason))
            continue
        status, reason, result = read_result(store, experiment, record)
        if result is not None:
            results[record.name] = result
            missing = [name for name in experiment.requires if name not in results]
            if missing:
                cause = without.get(missing[0]) or "the run has none"
                status, reason = FAILED, f"It requires the result of {missing[0]!r}: {cause}"
        if status != DONE:
            without[record.name] = reason
        if not experiment.section and (status != FAILED or record.name in shared):
            continue  # what requires a shared result says why it failed
        if status != DONE:
            reads.append(ReadSection(record, experiment, status, reason))
            continue
        needed = {name: results[name] for name in (*experiment.requires, experiment.name)}
        claimed = {each.findings: kept(each) for each in map(known.__getitem__, needed)}
        waiting = _Waiting(record, experiment, needed, claimed)
        if experiment.summary:
            reads.append(waiting)
            continue
        if progress:
            progress(experiment.title)
        reads.append(_made(waiting, run))
    others = findings_of(each for each in reads if isinstance(each, ReadSection))
    for each in reads:
        yield each if isinstance(each, ReadSection) else _made(each, run, others)


@dataclass(frozen=True)
class _Waiting:
    """A section that is not made yet, since it sums up the others."""

    record: ExperimentRecord
    experiment: Experiment
    results: Results
    claimed: dict[str, tuple[Finding, ...] | None]


def _made(waiting: _Waiting, run: RunRecord, *others: list[Found]) -> ReadSection:
    """Make a section; one that sums up is given the findings of the others, too."""
    record, experiment = waiting.record, waiting.experiment
    try:
        known = {
            experiment.load(claims): found
            for claims, found in waiting.claimed.items()
            if found is not None
        }
        with remembering(known):
            section: Section = experiment.load(experiment.section)(waiting.results, run, *others)
            section = _with_findings(section, experiment, waiting.results)
        _check_names(section)
    except Exception as error:  # whatever a section does wrong, the report goes on
        return ReadSection(record, experiment, FAILED, not_drawn(error))
    return ReadSection(record, experiment, DONE, None, section)


def findings_of(reads: Iterable[ReadSection]) -> list[Found]:
    """Return the decided findings of sections, in the report's order."""
    return [
        Found(read.record.name, read.experiment.title, each)
        for read in reads
        if read.experiment is not None
        for each in read.section.findings
    ]


def _absent(name: str) -> str:
    cause = registry().broken.get(name)
    return (
        f"its experiment cannot be loaded: {cause}" if cause else "no such experiment is installed"
    )


def _with_findings(section: Section, experiment: Experiment, results: Results) -> Section:
    if experiment.findings:
        found = claims_of(_claims(experiment), results)
    else:
        found = decide([statement(section.finding)] if section.finding else [])
    figures = {figure.name for figure in section.figures}
    for each in found:
        if each.evidence and each.evidence not in figures:
            raise ValueError(f"{each.kind}: the section has no figure {each.evidence!r}")
    said = section.finding if experiment.summary and section.finding else headline(found)
    return replace(section, findings=found, finding=said, warnings=faults(found))


def _claims(experiment: Experiment) -> Claims:
    claims: Claims = experiment.load(experiment.findings)
    return claims


def _check_names(section: Section) -> None:
    """Refuse names that would lead a file out of the report's folder."""
    names = [figure.name for figure in section.figures]
    names += [highlight.name for highlight in section.highlights]
    names += [page.name for page in section.pages]
    for name in (*names, *section.files):
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} cannot be the name of a file in the report")


def not_drawn(error: Exception) -> str:
    """Explain why a section is shown as failed."""
    return f"The section could not be drawn: {type(error).__name__}: {error}"


def read_result(
    store: Store, experiment: Experiment, record: ExperimentRecord
) -> tuple[str, str | None, Any]:
    """Return the status of a stored result, why it is not done, and the result; None for neither.

    Raises
    ------
    RequestError
        If another version of vizreport computed it and every report rests on it: the report there
        is better than one of failed sections.
    """
    if record.status != DONE:
        return record.status, record.reason, None
    try:
        outcome = store.read(experiment, record.key)
    except Unusable as unusable:
        if experiment.essential and isinstance(unusable, OtherVersion):
            raise RequestError(
                f"{store.folder} was built by another version of vizreport ({record.name}: "
                f"{unusable}); run its `vizreport build` command again (until then its report is "
                "unchanged)"
            ) from None
        said = str(unusable)
        return (
            FAILED,
            f"{said[0].upper()}{said[1:]}; the same build command recomputes it.",
            None,
        )
    if outcome.status == NOT_APPLICABLE:
        return NOT_APPLICABLE, outcome.reason, None
    return DONE, None, outcome.result
