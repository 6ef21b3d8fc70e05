"""The page for clicking parts: one file that refers to the images beside it."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from markupsafe import Markup, escape

from vizreport.data.part_file import Parts
from vizreport.errors import RequestError
from vizreport.report import templates
from vizreport.results.atomic import write_text
from vizreport.results.disk import require_file
from vizreport.results.run_folder import is_page_of_vizreport


def write_annotation_page(
    out: Path, folder: Path, images: Sequence[str], parts: Sequence[str], given: Parts
) -> Path:
    """Write the page beside the CSV file that it will make.

    Parameters
    ----------
    out : Path
        The CSV file, whose points come from the page.
    folder : Path
        Folder of the images.
    images : sequence of str
        Paths relative to it, with forward slashes.
    parts : sequence of str
        Names to click, in this order.
    given : Parts
        Points that are known already; those of other parts and images are kept.

    Returns
    -------
    Path
        The page: ``out`` with the ending ``.html``.

    Raises
    ------
    RequestError
        If the page cannot be written, or there is another file of its name.
    """
    page = out.with_suffix(".html")
    require_file(page)
    if page.exists() and not _is_such_a_page(page, out.name):
        raise RequestError(
            f"{page} would be overwritten, but vizreport annotate did not write it; move it away "
            "or choose another --out"
        )
    # Relative, so that page and images can be moved together.
    start = os.path.relpath(folder.resolve(), page.resolve().parent).replace(os.sep, "/")
    data = {
        "csv": out.name,
        "parts": [*parts],
        "images": [{"file": name, "src": quote(f"{start}/{name}")} for name in images],
        "given": {
            file: {part: [point.x, point.y] for part, point in points.items()}
            for file, points in given.items()
        },
    }
    # In a script "<" could begin "</script>" or "<!--", whatever the names hold.
    script = json.dumps(data, separators=(",", ":")).replace("<", "\\u003c")
    filled = templates.fill(
        "annotate.html",
        csv=out.name,
        count=len(images),
        data=Markup(script),
        style=Markup(_asset("annotate.css")),
        program=Markup(_asset("annotate.js")),
    )
    write_text(page, filled)
    return page


def _is_such_a_page(page: Path, csv: str) -> bool:
    # The first edition's pages say so by their title alone.
    titled = f"<title>Parts: {escape(csv)}</title>" in page.read_text("utf-8", errors="replace")
    return titled or is_page_of_vizreport(page)


def _asset(name: str) -> str:
    return (templates.folder() / "assets" / name).read_text("utf-8")
