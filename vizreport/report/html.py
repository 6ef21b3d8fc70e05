"""The report as HTML: index.html, pages/ and assets/."""

from __future__ import annotations

import shutil
from pathlib import Path

from vizreport.report import templates
from vizreport.report.bodies import Bodies, map_pages
from vizreport.report.contents import Shown
from vizreport.report.front import front
from vizreport.results.run import RunRecord

ASSETS = ("report.css", "report.js", "occlusion.js", "maps.js")
TELLING = 4  # pictures on the front page


def write_html(
    stage: Path,
    run: RunRecord,
    sections: tuple[Shown, ...],
    bodies: Bodies,
    pdf: bool,
) -> None:
    """Write the pages and their assets; the figures are there already.

    Parameters
    ----------
    stage : Path
        Folder in which ``figures/`` and the sections' other files lie.
    run : RunRecord
        The templates' ``run``.
    sections : tuple of Shown
        In the report's order.
    bodies : Bodies
        Filled templates.
    pdf : bool
        Whether a PDF lies beside the page, to be linked.
    """
    assets = stage / "assets"
    assets.mkdir(exist_ok=True)
    for name in ASSETS:
        shutil.copyfile(templates.folder() / "assets" / name, assets / name)
    for shown in sections:
        for name, content in templates.assets_of(shown.package).items():
            (assets / shown.name).mkdir(exist_ok=True)
            (assets / shown.name / name).write_bytes(content)
    pages = stage / "pages"
    pages.mkdir(exist_ok=True)
    tables = bodies.tables.kept()
    index = templates.fill(
        "index.html",
        medium="html",
        root="",
        run=run,
        sections=sections,
        bodies=bodies.bodies,
        numbers=tables,
        annex=[],
        pdf=pdf,
        front=front(sections, TELLING),
    )
    (stage / "index.html").write_text(tables.settle(index), "utf-8")
    maps = map_pages(sections)
    for shown in sections:
        for page in shown.section.pages:
            filled = templates.fill(
                page.template,
                shown.package,
                medium="html",
                root="../" * (1 + page.name.count("/")),
                run=run,
                sections=sections,
                shown=shown,
                page=page,
                map_pages=maps,
                **page.context,
            )
            file = pages / f"{page.name}.html"
            file.parent.mkdir(exist_ok=True)
            file.write_text(filled, "utf-8")
