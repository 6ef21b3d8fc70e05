"""The report as HTML: index.html, pages/ and assets/."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from vizreport.drawing.section import Context
from vizreport.report import templates
from vizreport.report.bodies import Bodies, map_pages
from vizreport.report.contents import Shown
from vizreport.report.front import front
from vizreport.report.kept_pages import KeptPages, as_pages_show, key, write
from vizreport.report.numbering import References
from vizreport.results.run import RunRecord
from vizreport.results.run_folder import WHOLE

ASSETS = ("report.css", "report.js", "occlusion.js", "maps.js", "galleries.js")
_LAST = (("terms", "Terms and references"), ("run", "This run"))
TELLING = 4  # pictures on the front page


def write_html(
    stage: Path,
    run: RunRecord,
    sections: tuple[Shown, ...],
    bodies: Bodies,
    pdf: bool,
    kept: KeptPages,
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
    kept : KeptPages
        Pages of layers and maps that need not be filled again.
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
    _write_sections(stage, run, sections, bodies, pdf)
    _write_pages(stage, as_pages_show(run), sections, kept)


def _write_pages(stage: Path, run: RunRecord, sections: tuple[Shown, ...], kept: KeptPages) -> None:
    """Write the pages of layers and maps, or take those over that are kept."""
    maps = map_pages(sections)
    every = [(shown, page) for shown in sections for page in shown.section.pages]
    files = [f"pages/{page.name}.html" for _, page in every]
    involved = {name for shown, page in every for name in (shown.name, *page.others)}
    filled_of = key([shown for shown in sections if shown.name in involved], run)
    if kept.take(filled_of, files, stage):
        return
    for (shown, page), name in zip(every, files, strict=True):
        filled = templates.fill(
            page.template,
            shown.package,
            medium="html",
            root="../" * (1 + page.name.count("/")),
            run=run,
            sections=tuple(s for s in sections if s.name in (shown.name, *page.others)),
            shown=shown,
            page=page,
            map_pages=maps,
            **page.context,
        )
        (stage / name).parent.mkdir(exist_ok=True)
        (stage / name).write_text(filled, "utf-8")
    write(filled_of, files, stage)


def _write_sections(
    stage: Path, run: RunRecord, sections: tuple[Shown, ...], bodies: Bodies, pdf: bool
) -> None:
    """Write the front page, a page for each section, and all of them on one page."""
    explored = next(
        (s for s in sections if s.name == "occlusion" and s.section.context.get("images")), None
    )
    references = bodies.references
    context: Context = {
        "medium": "html",
        "run": run,
        "sections": sections,
        "bodies": bodies.bodies,
        "every": {name: placed for shown in sections for name, placed in shown.figures.items()},
        "numbers": references,
        "annex": [],
        "pdf": pdf,
        "front": front(sections, TELLING),
        "searchable": False,  # the section has a search, and an explorer
        "explored": None,
        "here": "",
    }
    searchable = any(page.name == "maps" for s in sections for page in s.section.pages)
    alone = {"searchable": searchable, "explored": explored}
    home = _home(sections, references)
    whole = templates.fill("all.html", root="../", **context)
    (stage / WHOLE).write_text(references.settle(whole), "utf-8")
    index = templates.fill("index.html", root="", **{**context, **alone})
    settled = references.settle(index, partial(_address, "pages/", home, ""))
    (stage / "index.html").write_text(settled, "utf-8")
    pages: list[tuple[str, str, Shown | None]] = [
        *((shown.name, shown.title, shown) for shown in sections)
    ]
    pages += [(name, title, None) for name, title in _LAST]
    turns = [("Front page", "index.html")]
    turns += [(title, f"pages/section-{name}.html") for name, title, _ in pages]
    for place, (name, title, shown) in enumerate(pages):
        given = {
            "here": name,
            "title": title,
            "shown": shown,
            "previous": turns[place],
            "next": turns[place + 2] if place + 2 < len(turns) else None,
        }
        filled = templates.fill("section.html", root="../", **{**context, **given})
        settled = references.settle(filled, partial(_address, "", home, name))
        (stage / "pages" / f"section-{name}.html").write_text(settled, "utf-8")


def _home(sections: Sequence[Shown], references: References) -> dict[str, str]:
    """Return on which section's page each anchor is."""
    home = {name: name for name, _ in _LAST}
    home |= {table.name: table.section for table in references.listed}
    for shown in sections:
        home[shown.name] = shown.name
        home |= dict.fromkeys((f"fig-{name}" for name in shown.figures), shown.name)
    return home


def _address(below: str, home: Mapping[str, str], here: str, anchor: str) -> str:
    """Return where an anchor is, from the page of a section; ``below`` leads to such pages."""
    section = home.get(anchor, here)
    if section == here:
        return f"#{anchor}"
    page = f"{below}section-{section}.html"
    return page if anchor == section else f"{page}#{anchor}"
