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
    from vizreport.report.run_index import write_index
    from vizreport.wording.text import printable

    damaged = write_index(arguments.FOLDER)
    print(arguments.FOLDER / "index.html")
    for each in damaged:
        said = printable(f"{each.folder}: {each.reason}")
        print(f"vizreport: cannot read run {said}", file=sys.stderr)
    return 0


VERB = Verb(
    name="index",
    summary="list many reports on one page",
    description=(
        "Write index.html for the runs below a folder, newest first: each with an image, network, "
        "data, date and error, and links to its report and epoch galleries. The page can sort and "
        "filter them. Damaged runs are listed with the reason, on the page and in the terminal. "
        "All links are relative, so that the folder can be moved. Works without TensorFlow."
    ),
    usage="FOLDER",
    options=(
        Option("FOLDER", "Folder that contains the runs' folders.", type=Path, metavar="FOLDER"),
    ),
    run=run,
)
