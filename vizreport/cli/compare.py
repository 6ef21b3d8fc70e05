"""``vizreport compare``: finished runs side by side."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace

from vizreport.cli.options import report
from vizreport.cli.verb import Option, Verb
from vizreport.experiments import values


def run(arguments: argparse.Namespace) -> int:
    """Write the page; needs neither checkpoints, images nor TensorFlow.

    Returns
    -------
    int
        0.

    Raises
    ------
    RequestError
        If a run cannot be read or the folder cannot be written.
    """
    from vizreport.compare.page import compare
    from vizreport.system.progress import drawing
    from vizreport.wording.text import printable

    with drawing(2) as log:
        runs = compare(arguments.RUN, arguments.out, pdf=not arguments.no_pdf, progress=log)
    for each in runs:
        for said in each.faults:
            print(f"vizreport: fault in {printable(f'{each.run.name}: {said}')}", file=sys.stderr)
    print(arguments.out / "index.html")
    if not arguments.no_pdf:
        print(arguments.out / "report.pdf")
    return 0


VERB = Verb(
    name="compare",
    summary="compare finished reports side by side",
    description=(
        "Compare two or more finished reports on one page: errors, accuracy by class, confusions, "
        "top-9 of the same units, layer-1 filters, layer-2 projections, architecture warning "
        "signs, learning curves, sizes and times. Reads only stored results and works without "
        "TensorFlow."
    ),
    usage="RUN RUN ... --out FOLDER [--no-pdf]",
    options=(
        replace(report.RUN, help="Folders written by vizreport build.", nargs="+"),
        Option(
            "--out",
            "Folder for the page; must not be a run's folder.",
            type=values.folder,
            metavar="FOLDER",
            required=True,
        ),
        report.NO_PDF,
    ),
    run=run,
)
