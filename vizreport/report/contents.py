"""The report's sections, read from the results and drawn, before they are set as pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vizreport.experiments.experiment import Experiment
from vizreport.experiments.registry import experiments
from vizreport.report.files import Later, Placed, place
from vizreport.report.section import Section
from vizreport.results.run import ExperimentRecord, RunRecord
from vizreport.results.store import DONE, NOT_APPLICABLE, Store

FAILED = "failed"
RETRY = (
    "The other sections are not affected. The same build command tries this one again; "
    "finished results are kept."
)


@dataclass(frozen=True)
class Shown:
    """A section as templates see it.

    Attributes
    ----------
    name : str
        Its anchor.
    title : str
    template : str
    status : {"done", "not applicable", "failed"}
    reason : str
        Why it is not done, else "".
    advice : str
        What can be done about that, else "".
    section : Section
        Empty where it is not done.
    figures : mapping of str to Placed
    highlights : tuple of Placed
    """

    name: str
    title: str
    template: str
    status: str
    reason: str
    advice: str
    section: Section
    figures: Mapping[str, Placed] = field(default_factory=dict)
    highlights: tuple[Placed, ...] = ()


def draw_sections(
    run_folder: Path, run: RunRecord, stage: Path, progress: Callable[[str], None]
) -> tuple[Shown, ...]:
    """Draw every section of a run.

    A section that cannot be drawn is shown as failed; the others are not affected.

    Parameters
    ----------
    run_folder : Path
    run : RunRecord
    stage : Path
        Folder for the files of the figures.
    progress : callable
        Told the title of each section before it is drawn.
    """
    with ThreadPoolExecutor(2) as pool:
        waiting: list[Future[object]] = []
        shown = _drawn(
            run_folder, run, stage, progress, lambda job: waiting.append(pool.submit(job))
        )
        for future in waiting:
            future.result()  # raises what writing a file raised
    return shown


def _drawn(
    run_folder: Path,
    run: RunRecord,
    stage: Path,
    progress: Callable[[str], None],
    later: Later,
) -> tuple[Shown, ...]:
    store = Store(run_folder)
    known = experiments()
    results: dict[str, Any] = {}
    shown: list[Shown] = []
    figures = 0
    for record in run.experiments:
        experiment = known.get(record.name)
        if experiment is None:
            shown.append(
                _unavailable(record.name, record.name, FAILED, "no such experiment is installed")
            )
            continue
        status, reason, result = _result(store, experiment, record)
        if result is not None:
            results[record.name] = result
        if not experiment.section:
            continue
        if status != DONE:
            shown.append(_unavailable(record.name, experiment.title, status, reason, run))
            continue
        progress(experiment.title)
        try:
            drawn = _draw(experiment, results, run, stage, figures, later)
        except Exception as error:  # whatever a section does wrong, the report goes on
            reason = f"The section could not be drawn: {type(error).__name__}: {error}"
            shown.append(_unavailable(record.name, experiment.title, FAILED, reason))
            continue
        figures += len(drawn.figures)
        shown.append(drawn)
    return tuple(shown)


def _result(store: Store, experiment: Experiment, record: ExperimentRecord) -> tuple[str, str, Any]:
    if record.status != DONE:
        return record.status, record.reason, None
    outcome = store.load(experiment, record.key)
    if outcome is None:
        return FAILED, "Its stored result is missing, damaged or of another version.", None
    if outcome.status == NOT_APPLICABLE:
        return NOT_APPLICABLE, outcome.reason, None
    return DONE, "", outcome.result


def _draw(
    experiment: Experiment,
    results: Mapping[str, Any],
    run: RunRecord,
    stage: Path,
    drawn: int,
    later: Later,
) -> Shown:
    needed = {name: results[name] for name in (*experiment.requires, experiment.name)}
    section: Section = experiment.load(experiment.section)(needed, run)
    figures = {
        figure.name: place(stage, figure, drawn + i, later)
        for i, figure in enumerate(section.figures, start=1)
    }
    highlights = tuple(place(stage, highlight, 0, later) for highlight in section.highlights)
    for name, content in section.files.items():
        path = stage / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return Shown(
        experiment.name,
        experiment.title,
        experiment.template,
        DONE,
        "",
        "",
        section,
        figures,
        highlights,
    )


def _unavailable(
    name: str, title: str, status: str, reason: str, run: RunRecord | None = None
) -> Shown:
    if status == NOT_APPLICABLE:
        advice = "Nothing is wrong with the network or the data; the other sections stand."
        experiment = experiments().get(name)
        by_rule = experiment is not None and "rule" in experiment.settings and "rule" in reason
        if by_rule and run is not None and run.settings.get("rule") != "gradient":
            advice = "The plain gradient needs no backward rules: build again with --rule gradient."
    else:
        advice = RETRY
    return Shown(name, title, "", status, reason or "No reason was recorded.", advice, Section())
