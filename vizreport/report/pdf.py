"""The report as PDF, set by WeasyPrint from its own template."""

from __future__ import annotations

import logging
from pathlib import Path

from vizreport.errors import RequestError
from vizreport.report import templates
from vizreport.report.bodies import Bodies
from vizreport.report.contents import Shown
from vizreport.report.front import front
from vizreport.report.paging import VARIANT, set_pages
from vizreport.results.run import RunRecord

PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
PAPER = "a4"
# The text is 174 mm wide on either: figures are drawn for that.
_PAPERS = {
    "a4": "@page { size: A4; margin: 19mm 18mm 16mm }",
    "letter": "@page { size: letter; margin: 17mm 20.95mm 14mm } .drawn { max-height: 205mm }",
}


def printed_page(run: RunRecord, sections: tuple[Shown, ...], bodies: Bodies) -> str:
    """Fill the template of the PDF.

    Parameters
    ----------
    run : RunRecord
        The template's ``run``.
    sections : tuple of Shown
        In the report's order.
    bodies : Bodies
        Filled templates.
    """
    filled = templates.fill(
        "report.html",
        medium="pdf",
        root="",
        run=run,
        sections=sections,
        bodies=bodies.bodies,
        annexes=bodies.annexes,
        numbers=bodies.references,
        annex=[],
        front=front(sections, 3),
    )
    return bodies.references.settle(filled)


def print_page(filled: str, stage: Path, target: Path, paper: str = PAPER) -> None:
    """Set a filled template as a PDF (PDF/UA-1: tagged, with outline and language).

    ``SOURCE_DATE_EPOCH`` in the environment makes the bytes the same from run to run.

    Parameters
    ----------
    filled : str
        HTML whose pictures, below ``figures/``, are named relative to ``stage``.
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
        from weasyprint.text.fonts import FontConfiguration

        from vizreport.report.fetcher import BASE, ReportFetcher
    except (ImportError, OSError) as error:
        raise RequestError(
            f"{target.name} cannot be written because WeasyPrint does not start ({error}); run "
            f"`apt-get install {PACKAGES}` (macOS: `brew install pango`); "
            "the HTML report works without it."
        ) from error
    # It warns of every property it does not know; a reader of the terminal cannot mend that.
    for name in ("weasyprint", "fontTools"):
        logging.getLogger(name).setLevel(logging.ERROR)
    assets, fonts = templates.folder() / "assets", FontConfiguration()
    style = (assets / "print.css").read_text("utf-8")
    document = weasyprint.HTML(string=filled, base_url=BASE, url_fetcher=ReportFetcher(stage))
    sheet = weasyprint.CSS(
        string=style + _PAPERS[paper],
        base_url=BASE,
        url_fetcher=ReportFetcher(assets),
        font_config=fonts,
    )
    set_pages(document, [sheet], fonts).write_pdf(target, pdf_variant=VARIANT)
