"""``vizreport annotate``: a page on which a person clicks the parts of objects."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from vizreport.cli.options.network_and_data import MAX_IMAGES
from vizreport.cli.options.running import SEED
from vizreport.cli.verb import Option, Verb
from vizreport.errors import RequestError
from vizreport.experiments import values
from vizreport.system.paths import folder_problem


def run(arguments: argparse.Namespace) -> int:
    """Write the page.

    Returns
    -------
    int
        0.

    Raises
    ------
    RequestError
        If the folder or a former file of parts is wrong, or the page cannot be written.
    """
    from vizreport.data.folder import open_folder
    from vizreport.data.image_files import NOT_IN_BROWSERS
    from vizreport.data.part_file import read_parts
    from vizreport.data.storage import LocalFolder
    from vizreport.report.annotate import write_annotation_page

    out: Path = arguments.out
    if out.suffix.lower() != ".csv":
        raise RequestError(f"{out} does not end in .csv; name the CSV file to create")
    if wrong := folder_problem(arguments.FOLDER):
        raise RequestError(f"{arguments.FOLDER} {wrong}; name a folder of images")
    storage = LocalFolder(arguments.FOLDER)
    dataset = open_folder(storage, None, arguments.max_images, arguments.seed)
    files = [record.path for record in dataset.records]
    shown = [file for file in files if not file.lower().endswith(NOT_IN_BROWSERS)]
    if not shown:
        raise RequestError(
            f"browsers cannot show images such as {files[0]} in {arguments.FOLDER}; save them as "
            "PNG"
        )
    if len(shown) < len(files):
        print(
            f"vizreport: {len(files) - len(shown)} of {len(files)} images cannot be shown by "
            "browsers (TIFF, PPM) and are skipped; save them as PNG",
            file=sys.stderr,
        )
    given = read_parts(out) if out.exists() else {}
    page = write_annotation_page(out, arguments.FOLDER, shown, arguments.parts, given)
    print(page)
    return 0


VERB = Verb(
    name="annotate",
    summary="create a page for marking the parts of objects in images",
    description=(
        "Create a page for marking the parts of objects in a folder of images, for the "
        "Correspondence section of vizreport build. Open the page in a browser, click, and save "
        "the CSV file it downloads as FILE; the same command then resumes from there. The page "
        "needs neither server nor network."
    ),
    usage="FOLDER --parts A,B,C [--out FILE]",
    options=(
        Option("FOLDER", "Folder of images.", type=Path, metavar="FOLDER"),
        Option(
            "--parts",
            "Names of the parts to mark, in order.",
            type=values.names,
            metavar="A,B,C",
            required=True,
        ),
        Option(
            "--out",
            "The CSV file. The page is created beside it, as .html; if the file exists, the page "
            "has its points.",
            type=Path,
            metavar="FILE",
            default=Path("parts.csv"),
        ),
        replace(MAX_IMAGES, group="options"),
        replace(SEED, group="options"),
    ),
    run=run,
)
