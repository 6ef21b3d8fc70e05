"""Every experiment there is, built in or brought by another package."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points

from vizreport.experiments.experiment import Experiment
from vizreport.experiments.shared import SHARED

ENTRY_POINTS = "vizreport.experiments.v1"

# The order is the order of the report's sections; an experiment stands after those it requires.
BUILT_IN = (
    "mining",
    "diagnosis",
    "overview",
    "preprocessing",
    "filters",
    "architecture",
    "parts",
    "top_patches",
    "contributions",
    "feeding_maps",
    "feature_maps",
    "optimised_inputs",
    "evolution",
    "occlusion",
    "class_evidence",
    "invariance",
    "correspondence",
    "sanity",
    "hog",
    "photographs",
    "ablation",
    "transfer",
    "deconvolutional",
)


_NAME = re.compile(r"[A-Za-z]\w{0,79}", re.ASCII)


@dataclass(frozen=True)
class Registry:
    """What there is, and what should be but cannot.

    Attributes
    ----------
    experiments : mapping of str to Experiment
        By name, each after those it requires.
    broken : mapping of str to str
        What other packages bring that cannot be used, by name, with the reason.
    """

    experiments: Mapping[str, Experiment]
    broken: Mapping[str, str]


@cache
def registry() -> Registry:
    """Return the built-in experiments, then those of other packages."""
    built_in = [import_module(f"vizreport.experiments.{name}").EXPERIMENT for name in BUILT_IN]
    known = register({}, built_in)
    if known.broken:  # a defect of this very program
        raise ValueError("; ".join(f"{name}: {why}" for name, why in known.broken.items()))
    brought: list[Experiment] = []
    broken: dict[str, str] = {}
    for entry in sorted(entry_points(group=ENTRY_POINTS), key=lambda point: point.name):
        try:
            experiment = entry.load()
        except Exception as error:  # whatever a package does wrong, the report goes on
            said = f"{type(error).__name__}: {error}"
            broken[_recorded(entry.name)] = f"{entry.value} could not be imported ({said})"
            continue
        if isinstance(experiment, Experiment):
            brought.append(experiment)
        else:
            broken[_recorded(entry.name)] = f"{entry.value} is no Experiment"
    found = register(known.experiments, brought)
    return Registry(found.experiments, {**broken, **found.broken})


def experiments() -> Mapping[str, Experiment]:
    """Return the experiments that can be used, by name, each after those it requires."""
    return registry().experiments


def register(known: Mapping[str, Experiment], brought: Iterable[Experiment]) -> Registry:
    """Add experiments to those known, each after those it requires.

    Parameters
    ----------
    known : mapping of str to Experiment
        Experiments by name.
    brought : iterable of Experiment
        In the order in which their sections should stand.

    Returns
    -------
    Registry
        All of them; those that cannot be used with the reason: a name or an option that is
        taken, a setting wrongly declared, a requirement that is missing or goes in a circle.
    """
    found = dict(known)
    broken: dict[str, str] = {}
    waiting: dict[str, Experiment] = {}
    for experiment in brought:
        others = {**found, **waiting}
        if wrong := _wrong(experiment, others):
            taken = experiment.name in others
            broken[experiment.name + ".again" * taken] = wrong
        else:
            waiting[experiment.name] = experiment
    while ready := _first_ready(waiting, found):
        found[ready] = waiting.pop(ready)
    for experiment in waiting.values():
        broken[experiment.name] = _never_ready(experiment, waiting, found)
    return Registry(found, broken)


def _recorded(name: str) -> str:
    """Return the name of an entry point as a run's record can hold it."""
    return re.sub(r"\W", "_", name)[:90]


def _first_ready(waiting: Mapping[str, Experiment], found: Mapping[str, Experiment]) -> str:
    return next((name for name, each in waiting.items() if found.keys() >= {*each.requires}), "")


def _wrong(experiment: Experiment, others: Mapping[str, Experiment]) -> str:
    """Explain why an experiment cannot stand beside others, or ""."""
    if not _NAME.fullmatch(experiment.name):
        return f"{experiment.name!r} cannot be a name; letters, digits and _ can"
    if experiment.name in others:
        return f"an experiment {experiment.name!r} already exists"
    try:
        own = experiment.own_settings
    except (TypeError, ValueError) as error:
        return str(error)
    if experiment.only_with not in (None, "", *experiment.all_settings):
        return f"it is built only with {experiment.only_with!r}, which is not one of its settings"
    taken = dict(SHARED)
    for other in others.values():
        taken.update(other.own_settings)
    flags = {each.option: each for each in taken.values() if each.option}
    for name, each in own.items():
        other_one = taken.get(name) or flags.get(each.option)
        if other_one is not None:
            of = f"the experiment {other_one.owner!r}" if other_one.owner else "vizreport"
            return f"its setting {name!r} ({each.option or 'no option'}) is taken by {of}"
    return ""


def _never_ready(
    experiment: Experiment, waiting: Mapping[str, Experiment], found: Mapping[str, Experiment]
) -> str:
    """State which requirement is missing, or by which circle none can be first."""
    path = [experiment.name]
    while True:
        current = waiting[path[-1]]
        missing = next((name for name in current.requires if name not in found), "")
        if missing not in waiting:
            return f"it requires {missing!r}, which does not exist"
        if missing in path:
            circle = [*path[path.index(missing) :], missing]
            return f"experiments that require each other: {' -> '.join(circle)}"
        path.append(missing)
