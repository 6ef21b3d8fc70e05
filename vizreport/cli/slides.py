"""``vizreport slides``: a run as a PowerPoint file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from vizreport.cli.options import report
from vizreport.cli.verb import Option, Verb


def run(arguments: argparse.Namespace) -> int:
    """Write the slides from the stored results; needs no TensorFlow.

    Returns
    -------
    int
        Exit status: 0 done, 1 something could not be drawn.

    Raises
    ------
    RequestError
        If the folder is not that of a run, python-pptx is missing or the file cannot be written.
    """
    from vizreport.report.slides import make_slides
    from vizreport.results.atomic import write_bytes
    from vizreport.results.disk import require_file
    from vizreport.results.manifest import add, prepare
    from vizreport.results.run import read_run
    from vizreport.results.run_folder import REPORT, SLIDES, adopted_run

    run = read_run(arguments.RUN)
    out = arguments.out or arguments.RUN / SLIDES
    if arguments.out:
        require_file(out)
    else:
        prepare(arguments.RUN, REPORT, [SLIDES], adopted_run)
    content, failed = make_slides(arguments.RUN, run, arguments.all)
    if not arguments.out:
        add(arguments.RUN, REPORT, [SLIDES])
    write_bytes(out, content)
    print(out)
    for name in failed:
        print(f"vizreport: {name} could not be drawn and was omitted", file=sys.stderr)
    return 1 if failed else 0


VERB = Verb(
    name="slides",
    summary="export a report as slides",
    description=(
        "Write a PowerPoint file, 16:9: a title slide with network, data and accuracy, a slide of "
        "faults if the report has any, then one figure per section, at most 12, titled with its "
        "finding; the caption is in the notes, the description in the alternative text. Needs the "
        "package python-pptx (vizreport doctor says how to install it), but not TensorFlow."
    ),
    usage="RUN [--all] [--out FILE]",
    options=(
        report.RUN,
        Option("--all", "Include every figure.", action="store_true"),
        Option(
            "--out",
            "File to write; an existing one is replaced. The default is slides.pptx in the run's "
            "folder, which replaces only earlier slides.",
            type=Path,
            metavar="FILE",
        ),
    ),
    run=run,
)
