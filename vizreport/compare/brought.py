"""Figures of runs that other packages' and a few own experiments made, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from vizreport.compare.runs import FinishedRun
from vizreport.drawing.section import Figure
from vizreport.experiments.experiment import Experiment
from vizreport.experiments.registry import BUILT_IN, experiments
from vizreport.report.reading import read_sections

ONE_AFTER_THE_OTHER = ("class_evidence", "optimised_inputs")
"""Built-in experiments whose figures are not drawn side by side either."""


def brought_figures(folders: Sequence[Path], runs: Sequence[FinishedRun]) -> list[Figure]:
    """Return the figures of experiments without a comparison of their own, each of all runs.

    Parameters
    ----------
    folders : sequence of Path
        Of the runs.
    runs : sequence of FinishedRun
        The same, read.

    Returns
    -------
    list of Figure
        Named after figure and run; sections that failed or do not apply have none.
    """
    shown = {*BUILT_IN} - {*ONE_AFTER_THE_OTHER}
    own = {name: each for name, each in experiments().items() if name not in shown}
    found: dict[str, list[Figure]] = {}
    for folder, run in zip(folders, runs, strict=True):
        for figure in _of_run(folder, run, own):
            found.setdefault(figure.name, []).append(
                replace(
                    figure,
                    name=f"compare-{figure.name}-{run.letter.lower()}",
                    title=f"{run.label}: {figure.title}",
                )
            )
    return [figure for figures in found.values() for figure in figures]


def _of_run(folder: Path, run: FinishedRun, own: dict[str, Experiment]) -> list[Figure]:
    needed = {record.name for record in run.run.experiments} & own.keys()
    if not needed:
        return []
    wanted, known = set(needed), experiments()
    for name in reversed(list(known)):  # each after those it requires
        if name in wanted:
            wanted.update(known[name].requires)
    few = tuple(record for record in run.run.experiments if record.name in wanted)
    reads = read_sections(folder, replace(run.run, experiments=few))
    return [figure for read in reads if read.record.name in own for figure in read.section.figures]
