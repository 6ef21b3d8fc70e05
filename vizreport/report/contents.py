"""The report's sections, read from the results and drawn, before they are set as pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from vizreport.drawing.section import Figure, Section
from vizreport.experiments.experiment import Experiment
from vizreport.experiments.registry import experiments
from vizreport.report.drawing_code import Modules
from vizreport.report.drawn import Former, SectionPictures, keys, write
from vizreport.report.files import Placed, place
from vizreport.report.kept_findings import KeptFindings
from vizreport.report.numbering import number_figures
from vizreport.report.processes import drawn_beside
from vizreport.report.reading import FAILED, ReadSection, not_drawn, read_sections
from vizreport.results.disk import full_disk
from vizreport.results.run import ExperimentRecord, RunRecord
from vizreport.results.store import DONE, NOT_APPLICABLE

RETRY = (
    "The other sections are not affected. The same build command retries this one; finished "
    "results are kept."
)


@dataclass(frozen=True)
class Shown:
    """A section as templates see it.

    Attributes
    ----------
    name : str
        Its anchor.
    title : str
        Its heading.
    template : str
        Relative to the folder of templates.
    package : str
        Where its templates may be, see :func:`vizreport.report.templates.fill`.
    status : {"done", "not applicable", "failed"}
        Whether there is something to show.
    reason : str or None
        Why it is not done.
    advice : str
        What can be done about that, else "".
    section : Section
        Empty where it is not done.
    figures : mapping of str to Placed
        Drawn and numbered, by name.
    highlights : tuple of Placed
        Pictures for the front page.
    key : str
        Of what its pictures were drawn, see :func:`vizreport.report.drawn.keys`; "" where it is
        not done.
    """

    name: str
    title: str
    template: str
    package: str
    status: str
    reason: str | None
    advice: str
    section: Section
    figures: Mapping[str, Placed] = field(default_factory=dict)
    highlights: tuple[Placed, ...] = ()
    key: str = ""


def draw_sections(
    run_folder: Path, run: RunRecord, stage: Path, progress: Callable[[str], None]
) -> tuple[Shown, ...]:
    """Draw every section of a run.

    A section that cannot be drawn is shown as failed; the others are not affected.

    Parameters
    ----------
    run_folder : Path
        Of a finished or stopped build. Pictures of the report there are taken over where they
        would be drawn the same.
    run : RunRecord
        Says which sections there are.
    stage : Path
        Folder for the files of the figures.
    progress : callable
        Told the title of each section before it is drawn.
    """
    modules, former = Modules(), Former(run_folder)
    findings = KeptFindings(run_folder, run, modules)
    reads = list(read_sections(run_folder, run, kept=findings.of))
    findings.write(stage, reads)
    known = keys(reads, run, modules)
    taken = {
        read.record.name: former.take(read, known[read.record.name], stage)
        for read in reads
        if read.status == DONE and read.experiment is not None
    }
    redrawn = [read for read in reads if not taken.get(read.record.name)]
    charts = [figure for read in redrawn for figure in read.section.figures if not figure.threaded]
    order = {figure.name: number for number, figure in enumerate(charts)}
    shown: list[Shown] = []
    counts: dict[bool, int] = {}
    with drawn_beside(stage, charts) as chart, ThreadPoolExecutor(2) as pool:
        begun = [_begun(read, run, stage, pool, taken.get(read.record.name)) for read in reads]
        for part in begun:
            if isinstance(part, _Begun):
                if not part.taken:
                    progress(part.experiment.title)
                part = _finished(part, counts, lambda figure: chart(order[figure.name]))
                part = replace(part, key=known[part.name] if part.status == DONE else "")
            shown.append(part)
    drawn = {each.name: each for each in shown if each.status == DONE}
    write(
        stage,
        [
            (read, known[name], SectionPictures(drawn[name].figures, drawn[name].highlights))
            for read in reads
            if (name := read.record.name) in drawn
        ],
        former.states,
    )
    return tuple(shown)


@dataclass(frozen=True)
class _Begun:
    """A section whose pictures are being drawn in other threads."""

    record: ExperimentRecord
    experiment: Experiment
    section: Section
    pictures: Mapping[str, Future[Placed]]
    highlights: tuple[Future[Placed], ...]
    taken: SectionPictures | None = None


def _begun(
    read: ReadSection,
    run: RunRecord,
    stage: Path,
    pool: ThreadPoolExecutor,
    taken: SectionPictures | None,
) -> Shown | _Begun:
    """Write a section's files, and have its pictures drawn."""
    record, experiment, section = read.record, read.experiment, read.section
    if experiment is None or read.status != DONE:
        title = experiment.title if experiment else record.name
        return _unavailable(record.name, title, read.status, read.reason, run)
    if taken:
        return _Begun(record, experiment, section, {}, (), taken)
    highlights = tuple(pool.submit(place, stage, each) for each in section.highlights)
    pictures = {
        figure.name: pool.submit(place, stage, figure)
        for figure in section.figures
        if figure.threaded
    }
    try:
        for name, content in section.files.items():
            path = stage / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content() if callable(content) else content)
    except Exception as error:  # whatever a section does wrong, the report goes on
        if full_disk(error):
            raise
        return _failed(record, experiment, error)
    return _Begun(record, experiment, section, pictures, highlights)


def _failed(record: ExperimentRecord, experiment: Experiment, error: Exception) -> Shown:
    return _unavailable(record.name, experiment.title, FAILED, not_drawn(error))


def _finished(part: _Begun, counts: dict[bool, int], chart: Callable[[Figure], Placed]) -> Shown:
    """Wait for a section's figures, and number them after those that were counted."""
    experiment = part.experiment
    try:
        drawn: Mapping[str, Placed] = (
            part.taken.figures
            if part.taken
            else {
                figure.name: part.pictures[figure.name].result()
                if figure.threaded
                else chart(figure)
                for figure in part.section.figures
            }
        )
        highlights = (
            part.taken.highlights
            if part.taken
            else tuple(each.result() for each in part.highlights)
        )
    except Exception as error:  # whatever a figure does wrong, the report goes on
        if full_disk(error):
            raise
        return _failed(part.record, experiment, error)
    numbers = number_figures(part.section.figures, counts)
    figures = {
        name: replace(placed, number=number)
        for (name, placed), number in zip(drawn.items(), numbers, strict=True)
    }
    return Shown(
        experiment.name,
        experiment.title,
        experiment.template,
        experiment.package,
        DONE,
        None,
        "",
        part.section,
        figures,
        highlights,
    )


def _unavailable(
    name: str, title: str, status: str, reason: str | None, run: RunRecord | None = None
) -> Shown:
    if status == NOT_APPLICABLE:
        advice = "The other sections are not affected."
        experiment = experiments().get(name)
        by_rule = experiment is not None and "rule" in experiment.settings
        other = run is not None and run.settings.get("rule") != "gradient"
        if by_rule and other and "rule" in (reason or ""):
            advice = "The plain gradient needs no backward rules: rebuild with --rule gradient."
    else:
        advice = RETRY
    return Shown(
        name, title, "", "", status, reason or "No reason was recorded.", advice, Section()
    )
