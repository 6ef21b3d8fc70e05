"""``vizreport demo``: the report of what comes with the program."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from vizreport.cli.options import report
from vizreport.cli.verb import Option, Verb
from vizreport.experiments import values
from vizreport.models.shipped import shipped_checkpoint


def run(arguments: argparse.Namespace) -> int:
    """Build the report of the shipped network on the shipped pictures, and print how to open it.

    Returns
    -------
    int
        Exit status: 0 done, 1 a section failed.

    Raises
    ------
    RequestError
        If the folder cannot be written.
    """
    from vizreport.building.build import build
    from vizreport.building.request import BuildRequest

    out: Path = arguments.out
    status = build(
        BuildRequest(shipped_checkpoint("demo"), "scenes", out, pdf=not arguments.no_pdf)
    )
    if status:
        print("vizreport: a section failed; the report shows which and why", file=sys.stderr)
    print(f"Open {(out / 'index.html').absolute().as_uri()} in a browser.")
    if not arguments.no_pdf and (out / "report.pdf").exists():
        print(f"For printing or e-mail: {out / 'report.pdf'}")
    return status


VERB = Verb(
    name="demo",
    summary="build a report on the network and images that come with vizreport",
    description=(
        "Build a report on a small ZFNet and rendered scenes, both of which come with vizreport. "
        "Takes a few minutes on two cores and works offline. Same as vizreport build --checkpoint "
        "demo --data scenes --out vizreport-demo."
    ),
    usage="[options]",
    options=(
        Option(
            "--out",
            "Folder for the report.",
            type=values.folder,
            metavar="FOLDER",
            default=Path("vizreport-demo"),
        ),
        report.NO_PDF,
    ),
    run=run,
)
