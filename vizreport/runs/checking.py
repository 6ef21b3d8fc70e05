"""A finished run checked: what to look at first, and whether it is what a pipeline stops on."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from vizreport.errors import RequestError
from vizreport.experiments.registry import experiments
from vizreport.findings.decisions import decide
from vizreport.findings.ranking import CAUSES, Found, Ranked, ranked
from vizreport.findings.record import FAULT, LOOK, NOTE
from vizreport.findings.sentences import notice
from vizreport.report.reading import read_result
from vizreport.results.run import RunRecord, read_run
from vizreport.results.store import DONE, Store
from vizreport.wording.nearest import meant

_CONDITION = re.compile(r"\s*([a-z0-9-]+)\s*(?:(>=|<=|>|<)\s*([-+.\deE]+)\s*)?")
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


@dataclass(frozen=True)
class Checked:
    """What a run's findings are worth.

    Attributes
    ----------
    ranking : tuple of Ranked
        What to look at, first things first.
    failed : tuple of Found
        The findings that meet a condition of those asked for.
    weak : tuple of Found
        Findings whose check says little here; each has a caveat.
    unread : dict of str to str
        Sections whose result is missing, failed or cannot be read, with the reason.
    """

    ranking: tuple[Ranked, ...]
    failed: tuple[Found, ...]
    weak: tuple[Found, ...]
    unread: dict[str, str]


def check(run: str | Path, fail_on: Sequence[str] = ()) -> Checked:
    """Rank the findings of a run, and return which of them meet a condition.

    Reads the stored results alone; needs no TensorFlow.

    Parameters
    ----------
    run : str or Path
        Folder of a finished or stopped build.
    fail_on : sequence of str
        ``"fault"``; ``"look"``, which a fault is, too; the kind of a finding that is one of these,
        or a part of it between hyphens (``"labels-noise"``, ``"noise"``); or a comparison of the
        effect of such a finding, whatever its severity (``"dead>0.1"``), shares from 0 to 1.

    Returns
    -------
    Checked

    Raises
    ------
    RequestError
        If the folder holds no readable run, or a condition cannot be understood.

    Examples
    --------
    >>> import vizreport
    >>> checked = vizreport.check("reports/model", fail_on=["labels-noise"])
    >>> [each.finding.kind for each in checked.failed]
    []
    """
    folder = Path(run)
    found, unread = run_findings(folder, read_run(folder))
    conditions = [parse(text) for text in fail_on]
    for each in conditions:
        _require_known(each, found)
    failed = [one for one in found if any(each.meets(one) for each in conditions)]
    weak = tuple(one for one in found if one.finding.caveat)
    return Checked(ranked(found), tuple(failed), weak, unread)


@dataclass(frozen=True)
class Condition:
    """What a pipeline stops on.

    Attributes
    ----------
    name : str
        A severity, or a finding's kind or a part of it.
    sign : str
        How the effect is compared; "" where it is not.
    bound : float
        With what.
    """

    name: str
    sign: str
    bound: float

    def meets(self, found: Found) -> bool:
        """Return whether a decided finding meets it."""
        finding = found.finding
        if self.name in (FAULT, LOOK):
            return finding.severity == FAULT or finding.severity == self.name
        if not _is_named(finding.kind, self.name):
            return False
        if not self.sign:
            return finding.severity != NOTE
        effect = finding.effect.value if finding.effect is not None else math.nan
        return math.isfinite(effect) and _COMPARE[self.sign](effect, self.bound)


def parse(text: str) -> Condition:
    """Read a condition.

    Raises
    ------
    RequestError
        If it cannot be understood.
    """
    matched = _CONDITION.fullmatch(text)
    try:
        if matched is None:
            raise ValueError
        name, sign, bound = matched.groups()
        condition = Condition(name, sign or "", float(bound) if sign else math.nan)
        if sign and (name in (FAULT, LOOK) or not math.isfinite(condition.bound)):
            raise ValueError
    except ValueError:
        raise RequestError(
            f"{text!r} is not a condition; use fault, look, a finding such as labels-noise, or a "
            "comparison such as dead>0.1"
        ) from None
    return condition


def _is_named(kind: str, name: str) -> bool:
    return kind == name or name in kind.split("-")


def _require_known(condition: Condition, found: Iterable[Found]) -> None:
    kinds = {each.finding.kind for each in found} | {kind for kinds in CAUSES for kind in kinds}
    name = condition.name
    if name in (FAULT, LOOK) or any(_is_named(kind, name) for kind in kinds):
        return
    words = kinds | {word for kind in kinds for word in kind.split("-")}
    hint = meant(name, words, f"available are {', '.join(sorted(kinds))}")
    raise RequestError(f"there is no finding {name!r}; {hint}")


def run_findings(folder: Path, run: RunRecord) -> tuple[list[Found], dict[str, str]]:
    """Return the decided findings of all sections, and the sections that have none to read.

    Parameters
    ----------
    folder : Path
        Of the run.
    run : RunRecord
        Says which sections the run has, and the keys of their results.
    """
    store, known = Store(folder), experiments()
    results: dict[str, object] = {}
    found: list[Found] = []
    unread: dict[str, str] = {}
    for record in run.experiments:
        experiment = known.get(record.name)
        if experiment is None:
            unread[record.name] = record.reason or "no such experiment is installed"
            continue
        status, reason, result = read_result(store, experiment, record)
        if status != DONE:
            if status == "failed":
                unread[record.name] = reason or ""
            continue
        results[record.name] = result
        needed = (*experiment.requires, experiment.name)
        if not experiment.findings or not results.keys() >= {*needed}:
            continue
        try:
            claimed = experiment.load(experiment.findings)({name: results[name] for name in needed})
            decided = decide(claimed)
        except Exception as error:  # as the report, which shows such a section as failed
            unread[record.name] = f"{type(error).__name__}: {error}"
            continue
        found += [Found(record.name, experiment.title, each) for each in decided]
    return found, unread


def run_faults(folder: Path, run: RunRecord) -> tuple[str, ...]:
    """Describe the faults of a run, first things first, each with what to try."""
    found, _ = run_findings(folder, run)
    first = (each.first.finding for each in ranked(found))
    return tuple(notice(each) for each in first if each.severity == FAULT)
