"""The report's sections, read from the results and drawn, before they are set as pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from vizreport.experiments.experiment import Experiment
from vizreport.experiments.registry import experiments
from vizreport.report.files import Placed, place
from vizreport.report.reading import FAILED, not_drawn, read_sections
from vizreport.report.section import Section
from vizreport.results.run import ExperimentRecord, RunRecord
from vizreport.results.store import DONE, NOT_APPLICABLE

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
        return tuple(_finished(part) for part in _begun(run_folder, run, stage, progress, pool))


@dataclass(frozen=True)
class _Begun:
    """A section whose figures are being drawn in other threads."""

    record: ExperimentRecord
    experiment: Experiment
    section: Section
    figures: Mapping[str, Future[Placed]]
    highlights: tuple[Future[Placed], ...]


def _begun(
    run_folder: Path,
    run: RunRecord,
    stage: Path,
    progress: Callable[[str], None],
    pool: ThreadPoolExecutor,
) -> list[Shown | _Begun]:
    shown: list[Shown | _Begun] = []
    figures = 0
    for read in read_sections(run_folder, run, progress):
        record, experiment = read.record, read.experiment
        if experiment is None or read.status != DONE:
            title = experiment.title if experiment else record.name
            shown.append(_unavailable(record.name, title, read.status, read.reason, run))
            continue
        try:
            begun = _begin(record, experiment, read.section, stage, figures, pool)
        except Exception as error:  # whatever a section does wrong, the report goes on
            shown.append(_failed(record, experiment, error))
            continue
        figures += len(begun.figures)
        shown.append(begun)
    return shown


def _failed(record: ExperimentRecord, experiment: Experiment, error: Exception) -> Shown:
    return _unavailable(record.name, experiment.title, FAILED, not_drawn(error))


def _finished(part: Shown | _Begun) -> Shown:
    """Wait for a section's figures."""
    if isinstance(part, Shown):
        return part
    experiment = part.experiment
    try:
        figures = {each.name: part.figures[each.name].result() for each in part.section.figures}
        highlights = tuple(future.result() for future in part.highlights)
    except Exception as error:  # whatever a figure does wrong, the report goes on
        return _failed(part.record, experiment, error)
    return Shown(
        experiment.name,
        experiment.title,
        experiment.template,
        DONE,
        "",
        "",
        part.section,
        figures,
        highlights,
    )


def _begin(
    record: ExperimentRecord,
    experiment: Experiment,
    section: Section,
    stage: Path,
    drawn: int,
    pool: ThreadPoolExecutor,
) -> _Begun:
    """Draw a section: its pictures by the pool, its charts at once."""
    highlights = tuple(pool.submit(place, stage, each, 0) for each in section.highlights)
    figures = {
        figure.name: pool.submit(place, stage, figure, number)
        for number, figure in enumerate(section.figures, start=drawn + 1)
        if figure.threaded
    }
    for number, figure in enumerate(section.figures, start=drawn + 1):
        if not figure.threaded:
            figures[figure.name] = Future()
            figures[figure.name].set_result(place(stage, figure, number))
    for name, content in section.files.items():
        path = stage / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return _Begun(record, experiment, section, figures, highlights)


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
