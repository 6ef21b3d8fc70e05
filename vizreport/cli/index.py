"""``vizreport index``: one page over many runs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from vizreport.cli.verb import Option, Verb


def run(arguments: argparse.Namespace) -> int:
    """Write the page; needs no TensorFlow.

    Returns
    -------
    int
        0, damaged runs or not: the page lists them with the reason.

    Raises
    ------
    RequestError
        If the folder holds no runs or cannot be written to.
    """
    from vizreport.report.shelf import write_index
    from vizreport.wording.text import printable

    damaged = write_index(arguments.FOLDER)
    print(arguments.FOLDER / "index.html")
    for book in damaged:
        said = printable(f"{book.folder}: {book.reason}")
        print(f"vizreport: a run that cannot be read: {said}", file=sys.stderr)
    return 0


VERB = Verb(
    name="index",
    summary="list many reports on one page",
    description=(
        "Write index.html over the runs below a folder, newest first: a picture, the network, "
        "the data, the date and the error of each, with links to the reports and to the "
        "galleries of their epochs. The page sorts and filters them. Damaged runs are listed with "
        "the reason, and named in the terminal. All links are "
        "relative, so that the folder can be moved. Works without TensorFlow."
    ),
    usage="FOLDER",
    options=(
        Option("FOLDER", "Folder that holds the runs' folders.", parse=Path, metavar="FOLDER"),
    ),
    run=run,
)
