"""Sections set with their templates, each by itself, so that a broken one is shown as failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from markupsafe import Markup

from vizreport.report import templates
from vizreport.report.contents import FAILED, RETRY, Shown
from vizreport.report.section import Section
from vizreport.results.run import RunRecord
from vizreport.results.store import DONE


def set_sections(
    sections: tuple[Shown, ...], medium: str, run: RunRecord
) -> tuple[tuple[Shown, ...], Mapping[str, Markup]]:
    """Fill each section's template.

    Parameters
    ----------
    sections : tuple of Shown
    medium : {"html", "pdf"}
    run : RunRecord

    Returns
    -------
    sections : tuple of Shown
        Those whose template failed are marked so, with the reason.
    bodies : mapping of str to Markup
        By name, what stands below each section's heading.
    """
    layer_pages = {
        page.layer: f"pages/{page.name}.html"
        for shown in sections
        for page in shown.section.pages
        if page.layer and medium == "html"
    }
    kept: list[Shown] = []
    bodies: dict[str, Markup] = {}
    for shown in sections:
        current = shown
        if shown.status == DONE:
            try:
                bodies[shown.name] = _filled(shown.template, shown, medium, run, layer_pages)
            except Exception as error:  # whatever a template does wrong, the report goes on
                current = replace(
                    shown,
                    status=FAILED,
                    reason=f"Its template failed: {type(error).__name__}: {error}",
                    advice=RETRY,
                    section=Section(),
                    figures={},
                    highlights=(),
                )
        if current.status != DONE:
            bodies[shown.name] = _filled("unavailable.html", current, medium, run, {})
        kept.append(current)
    return tuple(kept), bodies


def _filled(
    template: str, shown: Shown, medium: str, run: RunRecord, layer_pages: Mapping[str, Any]
) -> Markup:
    # The templates escape all they are given: what they return is safe to place.
    return Markup(
        templates.fill(
            template,
            medium=medium,
            root="",
            run=run,
            shown=shown,
            section=shown.section,
            figures=shown.figures,
            context=shown.section.context,
            layer_pages=layer_pages,
        )
    )
