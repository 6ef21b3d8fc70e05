"""The comparison as one page, in HTML and PDF."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from vizreport.compare.accuracy import accuracy_figures
from vizreport.compare.brought import brought_figures
from vizreport.compare.figures import make_figures
from vizreport.compare.findings import findings
from vizreport.compare.runs import FinishedRun, read_runs
from vizreport.compare.table import make_rows, same_data
from vizreport.compare.top9 import top9_figures
from vizreport.drawing.section import Context, Figure
from vizreport.errors import RequestError
from vizreport.findings.decisions import decide
from vizreport.findings.sentences import headline
from vizreport.findings.stored import findings_json
from vizreport.report import templates
from vizreport.report.files import place
from vizreport.report.numbering import References
from vizreport.report.pdf import print_page
from vizreport.report.stage import stage_in
from vizreport.results.disk import full_disk, warn_if_scarce
from vizreport.results.manifest import prepare, replace
from vizreport.results.run import FILE_NAME
from vizreport.results.run_folder import FINDINGS, PAGE, PDF, adopted_comparison

_ASSETS = ("report.css", "report.js")
_WRITER = "comparison"
_PARTS = ("assets/", "figures/", PAGE, FINDINGS)


def compare(
    folders: Sequence[Path],
    out: Path,
    pdf: bool = True,
    progress: Callable[[str], None] | None = None,
) -> list[FinishedRun]:
    """Write finished runs side by side; needs neither checkpoints, images nor TensorFlow.

    Parameters
    ----------
    folders : sequence of Path
        Two or more runs, in the order in which they are shown.
    out : Path
        Folder of ``index.html``, ``findings.json``, ``figures/``, ``assets/`` and ``report.pdf``.
    pdf : bool
        Whether to write ``report.pdf`` too.
    progress : callable, optional
        Told in a few words what is being done.

    Returns
    -------
    list of FinishedRun
        The runs, as they were read.

    Raises
    ------
    RequestError
        If a run cannot be read, ``out`` is a run, cannot be written or holds something that is in
        the way, or Pango is missing (the HTML is then there).
    """
    log = progress or (lambda _: None)
    if (out / FILE_NAME).exists():
        raise RequestError(f"{out} is a run's folder; choose another --out")
    prepare(out, _WRITER, (*_PARTS, PDF) if pdf else _PARTS, adopted_comparison)
    runs = read_runs(folders)
    warn_if_scarce(out)
    out.mkdir(parents=True, exist_ok=True)
    with stage_in(out) as stage:
        log("figures")
        context = _drawn(runs, stage)
        _add_brought(context, brought_figures(folders, runs), stage)
        (stage / "assets").mkdir()
        for name in _ASSETS:
            shutil.copyfile(templates.folder() / "assets" / name, stage / "assets" / name)
        (stage / FINDINGS).write_text(findings_json({"comparison": context["findings"]}), "utf-8")
        _write_html(stage, context, pdf)
        if pdf:
            log("PDF")
            references = References()
            filled = templates.fill(
                "compare/print.html", medium="pdf", root="", numbers=references, annex=[], **context
            )
            try:
                print_page(references.settle(filled), stage, stage / PDF)
            except RequestError:
                _write_html(stage, context, pdf=False)
                replace(stage, out, _WRITER, _PARTS)
                raise
        replace(stage, out, _WRITER, (*_PARTS, PDF))
    return runs


def _drawn(runs: list[FinishedRun], stage: Path) -> Context:
    try:
        opening = [*accuracy_figures(runs), *top9_figures(runs)]
        drawn = [
            place(stage, each, str(i))
            for i, each in enumerate([*opening, *make_figures(runs)], start=1)
        ]
        return _context(runs) | {
            "figures": {each.figure.name: each for each in drawn},
            "opening": [each.name for each in opening],
        }
    except Exception as error:  # results that are as declared may still make no sense
        if full_disk(error):
            raise
        raise RequestError(
            f"the runs cannot be compared ({type(error).__name__}: {error}): a result of "
            f"{' or '.join(run.run.name for run in runs)} may be damaged; delete the run's "
            "results/ folder and run its `vizreport build` command again"
        ) from error


def _add_brought(context: Context, brought: Sequence[Figure], stage: Path) -> None:
    """Draw figures of other packages; one that cannot be drawn is named and left out."""
    placed, lost = context["figures"], context["lost"]
    for figure in brought:
        try:
            placed[figure.name] = place(stage, figure, str(len(placed) + 1))
        except Exception as error:  # whatever a figure does wrong, the comparison goes on
            if full_disk(error):
                raise
            lost.append(f"{figure.title} ({type(error).__name__}: {error})")


def _context(runs: list[FinishedRun]) -> Context:
    found = decide(findings(runs))
    return {
        "run": templates.Heading(f"{len(runs)} networks side by side"),
        "runs": runs,
        "groups": make_rows(runs),
        "finding": headline(found),
        "findings": found,
        "same_data": same_data(runs),
        "lost": [],
        "without": [run for run in runs if run.filters is None or run.architecture is None],
    }


def _write_html(stage: Path, context: Context, pdf: bool) -> None:
    references = References()
    filled = templates.fill(
        "compare/index.html",
        medium="html",
        root="",
        pdf=pdf,
        numbers=references,
        annex=[],
        **context,
    )
    (stage / "index.html").write_text(references.settle(filled), "utf-8")
