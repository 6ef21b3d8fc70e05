"""From the stored results of a run to its report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from vizreport.findings.stored import findings_json
from vizreport.report import standing
from vizreport.report.bodies import set_sections
from vizreport.report.contents import Shown, draw_sections
from vizreport.report.html import write_html
from vizreport.report.kept_pages import KeptPages
from vizreport.report.pdf import PAPER, print_page, printed_page
from vizreport.report.processes import made_beside
from vizreport.report.reading import FAILED
from vizreport.report.reproducible import as_shown
from vizreport.report.stage import stage_in
from vizreport.report.unchanged import take
from vizreport.results.manifest import replace as replace_files
from vizreport.results.run import RunRecord, read_run
from vizreport.results.run_folder import FINDINGS, HTML_PARTS, PDF, REPORT, prepare_run


def render(
    run_folder: Path,
    html: bool = True,
    pdf: bool = True,
    progress: Callable[[str], None] | None = None,
    paper: str | None = None,
    maps_in_print: int | None = None,
    appendix: bool | None = None,
) -> tuple[str, ...]:
    """Draw the report of a run from ``results/`` and ``run.json`` alone.

    An existing one that would be drawn the same is kept. A new report is finished before it
    takes the place of the former one. What the run's manifest does not name is left as it is.

    Parameters
    ----------
    run_folder : Path
        Of a finished or stopped build.
    html : bool
        Write ``index.html``, ``pages/``, ``figures/`` and ``assets/``.
    pdf : bool
        Write ``report.pdf``.
    progress : callable, optional
        Told in a few words what is being done.
    paper : {"a4", "letter"}, optional
        Size of the PDF's pages; where None, what the run was asked for.
    maps_in_print : int, optional
        Feature maps to show of each layer in the PDF and on the main page; where None, what the
        run was asked for.
    appendix : bool, optional
        Whether the PDF ends with the supplementary figures and tables and how all was measured;
        where None, what the run was asked for.

    Returns
    -------
    tuple of str
        Names of the sections that are shown as failed.

    Raises
    ------
    RequestError
        If the folder holds no readable ``run.json``, something in it is in the way, or Pango is
        missing (the HTML is then there).
    """
    run_folder = Path(run_folder)
    log = progress or (lambda _: None)
    prepare_run(run_folder, pdf)
    asked = {"paper": paper, "maps_in_print": maps_in_print, "appendix": appendix}
    run = as_drawn(read_run(run_folder), {k: v for k, v in asked.items() if v is not None})
    drawn_of, set_of = standing.of(run, html, pdf), ""
    if standing.stands(run_folder, drawn_of):
        return ()
    # Matrices are small here: a second thread of BLAS waits longer than it multiplies.
    with threadpool_limits(1), stage_in(run_folder) as stage:
        with made_beside("weasyprint") if pdf else nullcontext() as beside:
            sections = draw_sections(run_folder, run, stage, log)
            if html:
                sections, bodies = set_sections(sections, "html", run)
            on_screen = sections
            if beside:
                log("PDF")
                sections, printed = set_sections(sections, "pdf", run)
                filled = printed_page(run, sections, printed)
                set_of = standing.set_of(filled, stage, run.settings["paper"])
                kept = standing.kept_pdf(run_folder, set_of)
                if kept:
                    take(kept, stage / PDF)
                else:
                    done = beside(print_page, filled, stage, stage / PDF, run.settings["paper"])
            write_findings(stage, sections)
            if html:
                log("pages")
                write_html(stage, run, on_screen, bodies, pdf, KeptPages(run_folder))
            try:
                if beside and not kept:
                    done.result()
            except Exception:
                if html:  # what could be made is kept, without a link to what could not
                    write_html(stage, run, on_screen, bodies, False, KeptPages(run_folder))
                    replace_files(stage, run_folder, REPORT, (FINDINGS, *HTML_PARTS))
                raise
        parts = (FINDINGS, *HTML_PARTS, PDF) if html else (FINDINGS, PDF)
        replace_files(stage, run_folder, REPORT, parts)
    failed = tuple(shown.name for shown in sections if shown.status == FAILED)
    if not failed:
        standing.write(run_folder, run, drawn_of, html, pdf, set_of)
    return failed


def as_drawn(run: RunRecord, given: Mapping[str, Any]) -> RunRecord:
    """Return a run's record as its report is drawn of it.

    Parameters
    ----------
    run : RunRecord
        As it is stored.
    given : mapping
        Settings that override its own.
    """
    run = as_shown(run)
    return replace(run, settings={"paper": PAPER, **run.settings, **given})


def write_findings(stage: Path, sections: Sequence[Shown]) -> None:
    """Write what the sections claim, as records."""
    found = {shown.name: shown.section.findings for shown in sections}
    (stage / FINDINGS).write_text(findings_json(found), "utf-8")
