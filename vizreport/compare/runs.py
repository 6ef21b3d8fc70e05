"""Finished runs as ``vizreport compare`` reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vizreport.errors import RequestError
from vizreport.experiments.architecture.result import ArchitectureResult
from vizreport.experiments.experiment import Results
from vizreport.experiments.filters.result import FiltersResult
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.overview.result import OverviewResult
from vizreport.experiments.registry import experiments
from vizreport.report.reproducible import as_shown
from vizreport.results.run import RunRecord, read_run
from vizreport.results.store import DONE, Store, Unusable
from vizreport.runs.checking import run_faults


@dataclass(frozen=True)
class TrainingCurves:
    """Errors of a training, epoch by epoch; shares from 0 to 1, float [H]."""

    epochs: np.ndarray
    training_error: np.ndarray
    validation_error: np.ndarray


@dataclass(frozen=True)
class FinishedRun:
    """One run.

    Attributes
    ----------
    letter : str
        "A", "B", ...: what it is called in the figures.
    run : RunRecord
        Name, checkpoint, data, settings and sections.
    mining : MiningResult
        Predictions, and the strongest activations of every map.
    overview : OverviewResult
        The network's layers and its accuracy.
    filters : FiltersResult or None
        First-layer filters; None as for ``architecture``.
    architecture : ArchitectureResult or None
        None where the network has no first convolution, or the run no such section.
    reason : str or None
        Why they are None.
    curves : TrainingCurves or None
        None where the run has no history of its training.
    top9 : mapping or None
        Results by experiment of which the top-9 are drawn; None where the run has none.
    faults : tuple of str
        What is wrong with it, as its diagnosis ranks it, and what to try.
    """

    letter: str
    run: RunRecord
    mining: MiningResult
    overview: OverviewResult
    filters: FiltersResult | None
    architecture: ArchitectureResult | None
    reason: str | None
    curves: TrainingCurves | None
    top9: Mapping[str, Any] | None = None
    faults: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Letter and name of the folder."""
        return f"{self.letter}: {self.run.name}"


def read_runs(folders: Sequence[Path]) -> list[FinishedRun]:
    """Read the results of two or more runs.

    Raises
    ------
    RequestError
        If there are fewer than two, one is given twice, or one is damaged, unfinished or made by
        a vizreport whose results this one does not read.
    """
    if len(folders) < 2:
        raise RequestError("a single run cannot be compared; name two or more run folders")
    places = [folder.resolve() for folder in folders]
    for place, folder in zip(places, folders, strict=True):
        if places.count(place) > 1:
            raise RequestError(f"{folder} is given twice; name each run once")
    return [_read(folder, _letter(number)) for number, folder in enumerate(folders)]


def _letter(number: int) -> str:
    return chr(ord("A") + number) if number < 26 else str(number + 1)


def _read(folder: Path, letter: str) -> FinishedRun:
    run = as_shown(read_run(folder))
    mining, _ = _result(folder, run, "mining")
    overview, reason = _result(folder, run, "overview")
    if mining is None or overview is None:
        raise RequestError(f"{folder} has no overview to compare ({reason}); omit it")
    filters, reason = _result(folder, run, "filters", needed=False)
    architecture, lacking = _result(folder, run, "architecture", needed=False)
    return FinishedRun(
        letter, run, mining, overview, filters, architecture, reason or lacking,
        _curves(folder, run), _top9(folder, run, mining), run_faults(folder, run),
    )  # fmt: skip


def _result(folder: Path, run: RunRecord, name: str, needed: bool = True) -> tuple[Any, str | None]:
    """Return a run's result, or None and why the experiment does not apply."""
    record = next((record for record in run.experiments if record.name == name), None)
    if record is None and not needed:
        return None, "its report was built without this section"
    if record is None or record.status == "failed":
        missing = "has no result of" if record is None else "failed at"
        raise RequestError(
            f"{folder} {missing} {name!r}: run its `vizreport build` command again with this "
            "vizreport; finished results are kept"
        )
    if record.status != DONE:
        return None, record.reason
    try:
        outcome = Store(folder).read(experiments()[name], record.key)
    except Unusable as unusable:
        raise RequestError(
            f"{folder} has no usable result of {name!r} ({unusable}): run its `vizreport build` "
            "command again; the other results are kept"
        ) from None
    return outcome.result, outcome.reason


def _top9(folder: Path, run: RunRecord, mining: MiningResult) -> Results | None:
    """Return the results that the top-9 are drawn of, where the run has them."""
    found = {name: _optional(folder, run, name) for name in ("top_patches", "parts")}
    return None if None in found.values() else {"mining": mining, **found}


def _curves(folder: Path, run: RunRecord) -> TrainingCurves | None:
    """Return the learning curves that the section Evolution keeps, where there are any."""
    found = _optional(folder, run, "evolution")
    if found is None or not len(found.history_epochs):
        return None
    return TrainingCurves(found.history_epochs, found.training_error, found.validation_error)


def _optional(folder: Path, run: RunRecord, name: str) -> Any:
    """Return a run's result where it has a usable one, else None."""
    record = next((record for record in run.experiments if record.name == name), None)
    if record is None or record.status != DONE:
        return None
    outcome = Store(folder).load(experiments()[name], record.key)
    return None if outcome is None else outcome.result
