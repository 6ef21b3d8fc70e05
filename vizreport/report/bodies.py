"""Sections set with their templates, each by itself, so that a broken one is shown as failed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from markupsafe import Markup

from vizreport.drawing.section import Context, Page, Section
from vizreport.experiments.registry import experiments
from vizreport.report import templates
from vizreport.report.contents import RETRY, Shown
from vizreport.report.files import Placed
from vizreport.report.numbering import References
from vizreport.report.reading import FAILED
from vizreport.results.run import RunRecord
from vizreport.results.store import DONE
from vizreport.system.documents import JsonObject


@dataclass(frozen=True)
class Bodies:
    """Sections that are set.

    Attributes
    ----------
    bodies : mapping of str to Markup
        By name, what stands below each section's heading; "run" for the record of the run.
    annexes : mapping of str to tuple of Markup
        What goes to the PDF's appendix, likewise.
    references : References
        Their tables, and what refers to what.
    """

    bodies: Mapping[str, Markup]
    annexes: Mapping[str, tuple[Markup, ...]]
    references: References


def set_sections(
    sections: tuple[Shown, ...], medium: str, run: RunRecord
) -> tuple[tuple[Shown, ...], Bodies]:
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
    bodies : Bodies
    """
    pages = [page for shown in sections for page in shown.section.pages if medium == "html"]
    layer_pages = {
        page.layer: f"pages/{page.name}.html" for page in pages if page.layer and page.map is None
    }
    maps = map_pages(sections) if medium == "html" else {}
    every = {name: placed for shown in sections for name, placed in shown.figures.items()}
    report = _Report(medium, run, layer_pages, maps, every)
    kept: list[Shown] = []
    references = References(medium == "html" or bool(run.settings.get("appendix")))
    bodies: dict[str, Markup] = {}
    annexes: dict[str, tuple[Markup, ...]] = {}
    for shown in sections:
        current = shown
        if shown.status == DONE:
            references.section = shown.name
            before, annex = references.kept(), list[Markup]()
            try:
                bodies[shown.name] = _filled(shown.template, shown, report, references, annex)
                annexes[shown.name] = tuple(annex)
            except Exception as error:  # whatever a template does wrong, the report goes on
                references = before
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
            bare = _Report(medium, run, {}, {}, {})
            bodies[shown.name] = _filled("unavailable.html", current, bare, references, [])
        kept.append(current)
    last: list[Markup] = []
    references.section = "run"
    context: Context = {
        "medium": medium,
        "root": "",
        "run": run,
        "numbers": references,
        "annex": last,
        "settings": _settings(run),
    }
    bodies["run"] = Markup(templates.fill("run.html", **context))
    annexes["run"] = tuple(last)
    return tuple(kept), Bodies(bodies, annexes, references)


def _settings(run: RunRecord) -> JsonObject:
    """Return the settings of a run but for those of experiments that it has not."""
    known, present = experiments(), {record.name for record in run.experiments}
    own = {each: known[each].all_settings.keys() for each in known}
    used = {name for each, names in own.items() if each in present for name in names}
    unused = {name for names in own.values() for name in names} - used
    return {name: value for name, value in run.settings.items() if name not in unused}


def map_pages(sections: Iterable[Shown]) -> dict[tuple[str, int], Page]:
    """Return the pages of single feature maps by layer and map."""
    return {
        (page.layer, page.map): page
        for shown in sections
        for page in shown.section.pages
        if page.map is not None
    }


@dataclass(frozen=True)
class _Report:
    """What all sections' templates are given: links lead to pages of layers and maps."""

    medium: str
    run: RunRecord
    layer_pages: Mapping[str, str]
    map_pages: Mapping[tuple[str, int], Page]
    every: Mapping[str, Placed]


def _filled(
    template: str, shown: Shown, report: _Report, references: References, annex: list[Markup]
) -> Markup:
    context: Context = {
        **vars(report),
        "root": "../" if report.medium == "html" else "",  # an HTML section is below pages/
        "shown": shown,
        "section": shown.section,
        "figures": shown.figures,
        "context": shown.section.context,
        "numbers": references,
        "annex": annex,
    }
    body = templates.fill(template, shown.package, **context)
    tested = templates.fill("findings.html", findings=shown.section.findings, **context)
    # The templates escape all they are given: what they return is safe to place.
    return Markup(body + tested)
