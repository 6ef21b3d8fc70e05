"""``vizreport figure``: one figure as a file, for a slide, a column or a page."""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path

from vizreport.cli.options import report
from vizreport.cli.verb import Option, Verb
from vizreport.errors import RequestError
from vizreport.experiments import values


def run(arguments: argparse.Namespace) -> int:
    """Draw a figure again from the stored results; needs no TensorFlow.

    Returns
    -------
    int
        0.

    Raises
    ------
    RequestError
        If there is no such figure, or the file cannot be written or is there and not this figure.
    """
    from vizreport.report.export import FORMATS, READABLE, export
    from vizreport.report.figures import find_figure
    from vizreport.results.atomic import write_bytes
    from vizreport.results.disk import require_file
    from vizreport.results.run import read_run

    out, form = arguments.out, arguments.format
    if form is None:
        form = out.suffix.lower().lstrip(".") if out else "png"
        if form not in FORMATS:
            raise RequestError(
                f"--out {out} does not imply a format: use the extension .png, .svg or .pdf, or "
                "pass --format"
            )
    listed = find_figure(arguments.RUN, read_run(arguments.RUN), arguments.NAME)
    target = out or Path(f"{listed.name}.{form}")
    require_file(target)
    drawn = export(listed.figure, form, arguments.size, arguments.dpi, arguments.theme)
    if out is None and target.exists() and target.read_bytes() != drawn.content:
        raise RequestError(
            f"{target} exists and is not this figure; pass --out {target} to replace it"
        )
    write_bytes(target, drawn.content)
    print(target)
    if math.isfinite(drawn.letters) and drawn.letters < READABLE:
        print(
            f"vizreport: the smallest text in {listed.name} is {drawn.letters:.1f} pt at this "
            "size; try --size page",
            file=sys.stderr,
        )
    return 0


VERB = Verb(
    name="figure",
    summary="export one figure for a slide, a column or a page",
    description=(
        "Redraw one figure of a report from its stored results, with a layout and text size suited "
        "to its purpose; for a slide, fewer and larger images. In SVG and PDF files, charts are "
        "vector graphics and images are embedded losslessly. Works without TensorFlow."
    ),
    usage="RUN NAME [--out FILE] [options]",
    options=(
        report.RUN,
        Option("NAME", "Name of the figure; vizreport list shows all.", metavar="NAME"),
        Option(
            "--out",
            "File to write; an existing one is replaced. The default is NAME.png (or as set by "
            "--format) in the current folder, which does not replace other files.",
            type=Path,
            metavar="FILE",
        ),
        Option(
            "--format",
            "File format; the default follows the extension of --out, otherwise png.",
            choices=("png", "svg", "pdf"),
        ),
        Option(
            "--size",
            "slide: at most 152 x 70 mm, for a 160 x 90 mm slide; column: 84 mm wide; page: 174 "
            "mm wide.",
            choices=("slide", "column", "page"),
            default="page",
        ),
        Option(
            "--dpi",
            "Dots per inch of a PNG.",
            type=values.count,
            metavar="N",
            default=300,
        ),
        Option(
            "--theme",
            "Dark text on white, or light text on near-black.",
            choices=("light", "dark"),
            default="light",
        ),
    ),
    run=run,
)
