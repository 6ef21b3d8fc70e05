"""Every experiment there is, built in or brought by another package."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.metadata import entry_points

from vizreport.experiments.experiment import Experiment

ENTRY_POINTS = "vizreport.experiments.v1"

# The order is the order of the report's sections; an experiment stands after those it requires.
BUILT_IN = (
    "mining",
    "overview",
    "preprocessing",
    "filters",
    "architecture",
    "parts",
    "top_patches",
    "feature_maps",
    "evolution",
    "occlusion",
    "invariance",
    "correspondence",
    "sanity",
    "hog",
    "photographs",
    "ablation",
    "transfer",
    "deconvolutional",
)


@cache
def experiments() -> dict[str, Experiment]:
    """Return the experiments by name, built-in ones first.

    Returns
    -------
    dict of str to Experiment
        Each stands after the experiments it requires.

    Raises
    ------
    ValueError
        If an entry point brings a name that is taken.
    """
    found = {name: import_module(f"vizreport.experiments.{name}").EXPERIMENT for name in BUILT_IN}
    for entry in sorted(entry_points(group=ENTRY_POINTS), key=lambda point: point.name):
        experiment = entry.load()
        if experiment.name in found:
            raise ValueError(
                f"entry point {entry.name!r} repeats the experiment {experiment.name!r}"
            )
        found[experiment.name] = experiment
    return found
