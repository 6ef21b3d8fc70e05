"""``vizreport build``: from a checkpoint and images to a report."""

from __future__ import annotations

import argparse
import sys

from vizreport.cli.options import network_and_data, preprocessing, report, running
from vizreport.cli.options.requests import request_of
from vizreport.cli.options.settings import setting_options, settings_from
from vizreport.cli.verb import Option, Verb
from vizreport.experiments import values
from vizreport.experiments.shared import NETWORK, SHOWN


def run(arguments: argparse.Namespace) -> int:
    """Build the report that the arguments ask for.

    Returns
    -------
    int
        Exit status: 0 done, 1 a section failed.

    Raises
    ------
    RequestError
        If the checkpoint, the data or a setting is wrong.
    """
    from vizreport.building.build import build
    from vizreport.building.request import BuildRequest

    request = request_of(
        BuildRequest,
        arguments,
        settings=settings_from(arguments),
        network=preprocessing.network_options(arguments),
        pdf=not arguments.no_pdf,
        paper=arguments.paper or BuildRequest.paper,
        maps_in_print=arguments.maps_in_print or BuildRequest.maps_in_print,
        only=_together(arguments.only),
        skip=_together(arguments.skip),
    )
    arguments.out = request.folder  # where a traceback goes, too
    status = build(request)
    report.print_reading(request.folder)
    report.print_written(request.folder, arguments)
    if status:
        print("vizreport: a section failed; the report shows which and why", file=sys.stderr)
    return status


def _together(given: list[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the names of an option that was given several times, each once."""
    return tuple(dict.fromkeys(name for names in given for name in names))


def _options() -> tuple[Option, ...]:
    return (
        network_and_data.CHECKPOINT,
        network_and_data.DATA,
        Option(
            "--out",
            "Folder for the report; the default is reports/NAME, after the checkpoint.",
            type=values.folder,
            metavar="FOLDER",
            group=NETWORK,
        ),
        network_and_data.LABELS,
        network_and_data.LABELS_IN_ORDER,
        network_and_data.IMPORT,
        network_and_data.OUTPUT,
        network_and_data.OUTPUT_KIND,
        *preprocessing.OPTIONS,
        Option(
            "--only",
            "Build only these sections and what they require; vizreport sections lists them. "
            "Can be repeated.",
            type=values.names,
            metavar="A,B",
            group=SHOWN,
            action="append",
        ),
        Option(
            "--skip",
            "Omit these sections and what requires them. Can be repeated.",
            type=values.names,
            metavar="A,B",
            group=SHOWN,
            action="append",
        ),
        *setting_options(),
        report.NO_PDF,
        report.PAPER,
        report.MAPS_IN_PRINT,
        report.APPENDIX,
        report.SINGLE_FILE,
        running.CLUSTER,
        running.STRICT,
    )


VERB = Verb(
    name="build",
    summary="build a report on a checkpoint and images",
    description=(
        "Build a report on a checkpoint and images. Finished results are kept in the report's "
        "folder: an interrupted build resumes from them, and if nothing changed, nothing is "
        "computed."
    ),
    usage="--checkpoint FILE|FOLDER|NAME --data SOURCE [options]",
    options=_options,
    run=run,
)
