"""A report: its folder, and the files it is written as."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from vizreport.cli.verb import Option
from vizreport.experiments import values
from vizreport.experiments.shared import RUNNING
from vizreport.wording.foreign_text import printable

RUN = Option("RUN", "Folder of a finished or interrupted build.", type=values.folder, metavar="RUN")
NO_PDF = Option("--no-pdf", "Write only the HTML pages.", group=RUNNING, action="store_true")
PAPER = Option(
    "--paper",
    "Page size of the PDF; the default is the build's setting, or a4.",
    choices=("a4", "letter"),
    group=RUNNING,
)
MAPS_IN_PRINT = Option(
    "--maps-in-print",
    "Feature maps per layer in the PDF and in the Top-9 section; the layers' own pages show all. "
    "The default is the build's setting, or 4.",
    type=values.count,
    metavar="N",
    group=RUNNING,
)
APPENDIX = Option(
    "--appendix",
    "Append the supplementary figures and tables (S1, S2, ...) and the methods to the PDF; the "
    "HTML always has them.",
    group=RUNNING,
    action="store_true",
)
SINGLE_FILE = Option(
    "--single-file",
    "Also write report.html: all sections in one file of at most 15 MB, for e-mail, without the "
    "pages of layers and feature maps.",
    group=RUNNING,
    action="store_true",
)


def print_reading(folder: Path) -> None:
    """Describe how the network's output and the data's classes were read."""
    from vizreport.experiments.overview.meaning import lines
    from vizreport.runs.opened import open_run

    run = open_run(folder)
    done = {record.name for record in run.record.experiments if record.status == "done"}
    if "preprocessing" in done:
        prepared = run.result("preprocessing")
        said = f"preprocessing: {prepared.description} ({prepared.reason})"
        print(printable(said), file=sys.stderr)
    if {"mining", "overview"} <= done:
        for line in lines(run.result("overview"), run.result("mining")):
            print(line, file=sys.stderr)


def print_written(folder: Path, arguments: argparse.Namespace) -> None:
    """Name the files of a report that is drawn; the single file, where asked for, is made here."""
    print(folder / "index.html")
    if not arguments.no_pdf:
        print(folder / "report.pdf")
    if arguments.single_file:
        from vizreport.report.single import write_single_file

        print(write_single_file(folder))
