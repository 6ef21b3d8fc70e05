"""The report as PDF, set by WeasyPrint from its own template."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

from markupsafe import Markup

from vizreport.errors import RequestError
from vizreport.report import templates
from vizreport.report.contents import Shown
from vizreport.report.front import front
from vizreport.report.tables import number_tables
from vizreport.results.run import RunRecord

PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
PAPER = "a4"
# The text is 174 mm wide on either: figures are drawn for that.
_PAPERS = {
    "a4": "@page { size: A4; margin: 22mm 18mm 20mm }",
    "letter": "@page { size: letter; margin: 20mm 20.95mm 18mm } .drawn { max-height: 205mm }",
}


def printed_page(run: RunRecord, sections: tuple[Shown, ...], bodies: Mapping[str, Markup]) -> str:
    """Fill the template of the PDF.

    Parameters
    ----------
    run : RunRecord
        The template's ``run``.
    sections : tuple of Shown
        In the report's order.
    bodies : mapping of str to Markup
        Filled templates by section.
    """
    filled = templates.fill(
        "report.html",
        medium="pdf",
        root="",
        run=run,
        sections=sections,
        bodies=bodies,
        front=front(sections, 3),
    )
    return number_tables(filled)


def print_page(filled: str, stage: Path, target: Path, paper: str = PAPER) -> None:
    """Set a filled template as a PDF (PDF/UA-1: tagged, with outline and language).

    ``SOURCE_DATE_EPOCH`` in the environment makes the bytes the same from run to run.

    Parameters
    ----------
    filled : str
        HTML whose pictures, below ``figures/`` and ``print/``, are named relative to ``stage``.
    stage : Path
        Folder of the pictures.
    target : Path
        The PDF; replaced where it exists.
    paper : {"a4", "letter"}
        Size of its pages.

    Raises
    ------
    RequestError
        If WeasyPrint or the system's Pango is missing.
    """
    try:
        import weasyprint

        from vizreport.report.fetcher import BASE, ReportFetcher
    except (ImportError, OSError) as error:
        raise RequestError(
            f"{target.name} cannot be made because WeasyPrint does not start ({error}): "
            f"run `apt-get install {PACKAGES}` (macOS: `brew install pango`); "
            "the HTML report works without."
        ) from error
    # It warns of every property it does not know; a reader of the terminal cannot mend that.
    for name in ("weasyprint", "fontTools"):
        logging.getLogger(name).setLevel(logging.ERROR)
    style = (templates.folder() / "assets" / "print.css").read_text("utf-8")
    document = weasyprint.HTML(string=filled, base_url=BASE, url_fetcher=ReportFetcher(stage))
    sheets = [weasyprint.CSS(string=style + _PAPERS[paper])]
    document.write_pdf(target, stylesheets=sheets, pdf_variant="pdf/ua-1")
