"""Which experiments a report is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vizreport.errors import RequestError
from vizreport.experiments.experiment import Experiment
from vizreport.experiments.registry import Registry
from vizreport.experiments.settings import Settings
from vizreport.wording.nearest import meant


@dataclass(frozen=True)
class Selection:
    """What a report is made of.

    Attributes
    ----------
    experiments : tuple of Experiment
        Each after those it requires.
    broken : mapping of str to str
        What cannot be used though it belongs to the report, with the reason.
    dropped : tuple of (str, str)
        Sections left out because they require what was skipped, and what.
    """

    experiments: tuple[Experiment, ...]
    broken: Mapping[str, str]
    dropped: tuple[tuple[str, str], ...]


def select(
    registry: Registry, settings: Settings, only: Sequence[str] = (), skip: Sequence[str] = ()
) -> Selection:
    """Choose experiments.

    Parameters
    ----------
    registry : Registry
        What there is, and what is broken.
    settings : Settings
        An experiment made only with a setting is left out where that is empty.
    only : sequence of str
        Experiments to make, and all that they require; empty for all there are.
    skip : sequence of str
        Experiments to leave out, and all that require them.

    Raises
    ------
    RequestError
        If there is no experiment of a name, or what is asked for requires what is skipped.
    """
    known = registry.experiments
    for name in (*only, *skip):
        _require_known(name, registry)
    wanted = set(known)
    if only:
        wanted = required(known, [name for name in only if name in known])
    for name, each in known.items():
        if each.only_with and not getattr(settings, each.only_with):
            if name in only:
                flag = each.all_settings[each.only_with].option
                raise RequestError(f"the section {name} is built only with {flag}")
            wanted.discard(name)
    lacking: dict[str, str] = {}
    for name, each in known.items():
        if name in skip:
            continue
        cause = next((need for need in each.requires if need in skip or need in lacking), "")
        if cause:
            lacking[name] = cause
            if name in only:
                raise RequestError(f"the section {name} requires {cause}, which is skipped")
    chosen = [each for name, each in known.items() if name in wanted - {*skip, *lacking}]
    broken = {
        name: cause
        for name, cause in registry.broken.items()
        if name not in skip and (not only or name in only)
    }
    if not chosen and not broken:
        raise RequestError("no sections are left; skip fewer sections")
    dropped = (
        (name, need) for name, need in lacking.items() if name in wanted and known[name].section
    )
    return Selection(tuple(chosen), broken, tuple(dropped))


def required(known: Mapping[str, Experiment], names: Sequence[str]) -> set[str]:
    """Return experiments and all that they require, by name.

    Parameters
    ----------
    known : mapping of str to Experiment
        Experiments by name.
    names : sequence of str
        Experiments wanted; what they require need not be among them.
    """
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += known[name].requires
    return found


def _require_known(name: str, registry: Registry) -> None:
    names = [*registry.experiments, *registry.broken]
    if name in names:
        return
    hint = meant(name, names, f"available are {', '.join(names)}")
    raise RequestError(f"there is no section {name!r}; {hint} (vizreport sections lists them)")
