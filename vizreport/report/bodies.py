"""Sections set with their templates, each by itself, so that a broken one is shown as failed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from markupsafe import Markup

from vizreport.report import templates
from vizreport.report.contents import RETRY, Shown
from vizreport.report.reading import FAILED
from vizreport.report.section import Page, Section
from vizreport.results.run import RunRecord
from vizreport.results.store import DONE


def set_sections(
    sections: tuple[Shown, ...], medium: str, run: RunRecord
) -> tuple[tuple[Shown, ...], Mapping[str, Markup]]:
    """Fill each section's template.

    Parameters
    ----------
    sections : tuple of Shown
        In the report's order.
    medium : {"html", "pdf"}
        What it is set for: templates differ in links and in how much they show.
    run : RunRecord
        The templates' ``run``.

    Returns
    -------
    sections : tuple of Shown
        Those whose template failed are marked so, with the reason.
    bodies : mapping of str to Markup
        By name, what stands below each section's heading.
    """
    pages = [page for shown in sections for page in shown.section.pages if medium == "html"]
    layer_pages = {
        page.layer: f"pages/{page.name}.html" for page in pages if page.layer and page.map is None
    }
    maps = map_pages(sections) if medium == "html" else {}
    kept: list[Shown] = []
    bodies: dict[str, Markup] = {}
    for shown in sections:
        current = shown
        if shown.status == DONE:
            try:
                bodies[shown.name] = _filled(shown.template, shown, medium, run, layer_pages, maps)
            except Exception as error:  # whatever a template does wrong, the report goes on
                current = replace(
                    shown,
                    package="",
                    status=FAILED,
                    reason=f"Its template failed: {type(error).__name__}: {error}",
                    advice=RETRY,
                    section=Section(),
                    figures={},
                    highlights=(),
                )
        if current.status != DONE:
            bodies[shown.name] = _filled("unavailable.html", current, medium, run, {}, {})
        kept.append(current)
    return tuple(kept), bodies


def map_pages(sections: Iterable[Shown]) -> dict[tuple[str, int], Page]:
    """Return the pages of single feature maps by layer and map."""
    return {
        (page.layer, page.map): page
        for shown in sections
        for page in shown.section.pages
        if page.map is not None
    }


def _filled(
    template: str,
    shown: Shown,
    medium: str,
    run: RunRecord,
    layer_pages: Mapping[str, str],
    map_pages: Mapping[tuple[str, int], Page],
) -> Markup:
    # The templates escape all they are given: what they return is safe to place.
    return Markup(
        templates.fill(
            template,
            shown.package,
            medium=medium,
            root="",
            run=run,
            shown=shown,
            section=shown.section,
            figures=shown.figures,
            context=shown.section.context,
            layer_pages=layer_pages,
            map_pages=map_pages,
        )
    )
