"""``vizreport render``: the report drawn again from stored results."""

from __future__ import annotations

import argparse
import sys

from vizreport.cli.options import report
from vizreport.cli.verb import Verb
from vizreport.errors import RequestError
from vizreport.system.paths import MISSING, problem


def run(arguments: argparse.Namespace) -> int:
    """Draw the report of a run's folder again; needs neither checkpoint, data nor TensorFlow.

    Returns
    -------
    int
        Exit status: 0 done, 1 a section failed.

    Raises
    ------
    RequestError
        If the folder is not that of a build, or something in it is in the way.
    """
    record = arguments.RUN / "run.json"
    wrong = problem(record)
    if wrong == MISSING:
        raise RequestError(
            f"{arguments.RUN} has no run.json; name a folder written by vizreport build"
        )
    if wrong:
        raise RequestError(f"{record} {wrong}; name a folder written by vizreport build")
    from vizreport.report.render import render
    from vizreport.results.disk import warn_if_scarce
    from vizreport.results.run import read_run
    from vizreport.results.run_folder import prepare_run
    from vizreport.system.progress import drawing

    prepare_run(arguments.RUN, not arguments.no_pdf, arguments.single_file)
    warn_if_scarce(arguments.RUN)
    with drawing(len(read_run(arguments.RUN).experiments) + 2) as log:
        failed = render(
            arguments.RUN,
            pdf=not arguments.no_pdf,
            progress=log,
            paper=arguments.paper,
            maps_in_print=arguments.maps_in_print,
            appendix=arguments.appendix or None,
        )
    report.print_written(arguments.RUN, arguments)
    for name in failed:
        print(f"vizreport: section {name} failed; the report shows why", file=sys.stderr)
    return 1 if failed else 0


VERB = Verb(
    name="render",
    summary="redraw a report from its stored results",
    description=(
        "Redraw a report's HTML pages, figures and PDF from its stored results. Needs neither the "
        "checkpoint, nor the images, nor TensorFlow."
    ),
    usage="RUN [--no-pdf] [--paper a4|letter] [--maps-in-print N] [--appendix] [--single-file]",
    options=(
        report.RUN,
        report.NO_PDF,
        report.PAPER,
        report.MAPS_IN_PRINT,
        report.APPENDIX,
        report.SINGLE_FILE,
    ),
    run=run,
)
