"""``vizreport list``: the figures of a run."""

from __future__ import annotations

import argparse
import json
import sys

from vizreport.cli.options import report, running
from vizreport.cli.verb import Verb
from vizreport.system.documents import JsonObject


def run(arguments: argparse.Namespace) -> int:
    """Print name, section, size and title of each figure; needs no TensorFlow.

    Returns
    -------
    int
        0.

    Raises
    ------
    RequestError
        If the folder is not that of a run.
    """
    from vizreport.report.figures import drawn_size, list_figures
    from vizreport.report.reading import ReadSection
    from vizreport.results.run import read_run
    from vizreport.wording.text import printable

    failed: list[ReadSection] = []
    figures: list[JsonObject] = [
        {
            "number": listed.number,
            "name": listed.name,
            "section": listed.section,
            "title": listed.figure.title,
            "width_mm": listed.figure.width,
            "pixels": drawn_size(arguments.RUN, listed.name),
        }
        for listed in list_figures(arguments.RUN, read_run(arguments.RUN), failed.append)
    ]
    for read in failed:
        said = printable(f"section {read.record.name} failed: {read.reason}")
        print(f"vizreport: {said}", file=sys.stderr)
    if arguments.as_json:
        print(json.dumps(figures, indent=1))
        return 0
    rows = [("name", "section", "size", "title")]
    rows += [
        (each["name"], each["section"], _size(each), printable(each["title"])) for each in figures
    ]
    widths = [max(map(len, column)) for column in list(zip(*rows, strict=True))[:-1]]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, (*widths, 0), strict=True)]
        print("  ".join(cells))
    return 0


def _size(figure: JsonObject) -> str:
    pixels = figure["pixels"]
    wide = f"{figure['width_mm']:g} mm"
    return wide if pixels is None else f"{wide}, {pixels[0]} x {pixels[1]} px"


VERB = Verb(
    name="list",
    summary="list the figures of a report",
    description=(
        "List every figure of a report: its name for vizreport figure, its section, its printed "
        "width, its size in pixels once the report is drawn, and its title. Reads only stored "
        "results and works without TensorFlow."
    ),
    usage="RUN [--json]",
    options=(report.RUN, running.JSON),
    run=run,
)
