"""A run as slides: a title, the faults, then a figure a slide, headed by what it shows."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from vizreport.drawing.section import Fact
from vizreport.errors import RequestError
from vizreport.findings.ranking import ranked
from vizreport.findings.record import FAULT
from vizreport.findings.sentences import notice, remedy, sentence
from vizreport.report.export import SIZES, Exported, export
from vizreport.report.figures import Listed
from vizreport.report.numbering import number_figures
from vizreport.report.reading import ReadSection, findings_of, read_sections
from vizreport.report.reproducible import as_shown
from vizreport.results.run import RunRecord
from vizreport.system.installed import pip_install
from vizreport.wording.text import number, printable

WIDTH, HEIGHT = 338.67, 190.5  # mm; 16:9, as presentation programs have it
_EDGE, _TOP, _TITLE = 8.5, 8.0, 24.0  # mm
_ENLARGED = WIDTH / 160  # figures are drawn for a slide 160 mm wide
_TITLE_ONLY = 5  # layout of the default template
_DATE = (1980, 1, 1, 0, 0, 0)
_DPI = 220
_MOST = 12  # figures, unless all are asked for
_TWO_LINES = 130  # letters of a title


def make_slides(
    run_folder: Path, run: RunRecord, every: bool = False
) -> tuple[bytes, tuple[str, ...]]:
    """Make a PowerPoint file of a run's figures from its results alone.

    By default of one figure a section, at most 12, each headed by what its section found. Where
    the run has faults, they come first, on a slide of their own.

    Captions are in the notes, descriptions of the pictures in their alternative texts. The same
    results give the same bytes.

    Parameters
    ----------
    run_folder : Path
        Of a finished or stopped build.
    run : RunRecord
        Says which sections there are, and what the first slide says.
    every : bool
        Whether to show all figures, each under its own title.

    Returns
    -------
    content : bytes
    failed : tuple of str
        Names of the figures and sections that could not be drawn.

    Raises
    ------
    RequestError
        If python-pptx is not installed.
    """
    try:
        from pptx import Presentation
        from pptx.util import Mm
    except ImportError:
        raise RequestError(
            f"slides need the package python-pptx; run {pip_install('python-pptx')}"
        ) from None
    run, deck = as_shown(run), Presentation()
    deck.slide_width, deck.slide_height = Mm(WIDTH), Mm(HEIGHT)
    sections = list(read_sections(run_folder, run))
    _title_slide(deck, run, sections)
    _fault_slide(deck, sections)
    failed = [read.record.name for read in sections if read.status == "failed"]
    numbered = _numbered(sections)
    for slide in _all(numbered) if every else _telling(numbered):
        try:
            drawn = export(slide.listed.figure, "png", "slide", _DPI)
        except Exception:  # whatever a figure does wrong, the slides go on
            failed.append(slide.listed.name)
            continue
        _figure_slide(deck, slide, drawn)
    _date(deck, run)
    buffer = io.BytesIO()
    deck.save(buffer)
    return _without_times(buffer.getvalue()), tuple(failed)


@dataclass(frozen=True)
class _Slide:
    """A figure under a title; what its section found, for the notes."""

    listed: Listed
    title: str
    finding: str


def _numbered(sections: Iterable[ReadSection]) -> list[tuple[ReadSection, list[Listed]]]:
    counts: dict[bool, int] = {}
    found = []
    for read in sections:
        if read.experiment is not None:
            title, figures = read.experiment.title, read.section.figures
            numbers = number_figures(figures, counts)
            listed = [
                Listed(number, read.record.name, title, figure)
                for figure, number in zip(figures, numbers, strict=True)
            ]
            found.append((read, listed))
    return found


def _all(numbered: list[tuple[ReadSection, list[Listed]]]) -> Iterator[_Slide]:
    for read, listed in numbered:
        for place, one in enumerate(listed):
            yield _Slide(one, one.figure.title, "" if place else read.section.finding)


def _telling(numbered: list[tuple[ReadSection, list[Listed]]]) -> list[_Slide]:
    """Choose the evidence of each section's first finding.

    Without findings, it is the figure that the section has on the front page, or its first.
    """
    slides = []
    for read, listed in numbered:
        leading = [each for each in read.section.findings if each.leading]
        printed = [one for one in listed if not one.figure.supplement]
        evidence = [one for f in leading for one in listed if one.name == f.evidence]
        front = [h.href.removeprefix("#fig-") for h in read.section.highlights]
        telling = [one for name in front for one in printed if one.name == name]
        if not (evidence or printed):
            continue
        one = (evidence or telling or printed)[0]
        said = sentence(leading[0]) if leading else one.figure.title
        slides.append(_Slide(one, _without_brackets(said), read.section.finding))
    return slides[:_MOST]


def _without_brackets(text: str) -> str:
    """Leave out what stands in round brackets: intervals and counts are in the notes."""
    kept, depth = [], 0
    for letter in text:
        depth += letter == "("
        if not depth:
            kept.append(letter)
        depth -= letter == ")" and depth > 0
    return " ".join("".join(kept).split()).replace(" .", ".").replace(" ,", ",").replace(" :", ":")


def _title_slide(deck: Any, run: RunRecord, sections: list[ReadSection]) -> None:
    slide = _slide(deck, run.title, 40, 50.0)
    facts = [fact for read in sections for fact in read.section.facts]
    lines = [
        f"Network: {run.checkpoint_file}",
        f"Data: {run.data_name}, {number(run.data_images)} images",
        *(_said(fact) for fact in facts),
    ]
    box = _box(slide, _EDGE, 80.0, WIDTH - 2 * _EDGE, 90.0)
    _write(box, lines, 20)
    _notes(slide, f"Made with vizreport from {run.name}, {run.date[:10]}.")


def _fault_slide(deck: Any, sections: list[ReadSection]) -> None:
    """Show the first fault as the title, with its remedy, and the others below."""
    all_ranked = ranked(findings_of(sections))
    found = [each.first for each in all_ranked if each.first.finding.severity == FAULT]
    if not found:
        return
    first, *others = (each.finding for each in found)
    slide = _slide(deck, f"Fault: {sentence(first)}", 26, _TOP)
    lines = [remedy(first), *(f"Fault: {notice(each)}" for each in others)]
    lines = [line for line in lines if line]
    if lines:
        _write(_box(slide, _EDGE, _TOP + _TITLE + 8, WIDTH - 2 * _EDGE, 140.0), lines, 20)
    _notes(slide, "\n".join(f"{each.title}: {notice(each.finding)}" for each in found))


def _said(fact: Fact) -> str:
    return f"{fact.label}: {fact.value}" + (f" ({fact.note})" if fact.note else "")


def _figure_slide(deck: Any, shown: _Slide, drawn: Exported) -> None:
    from pptx.util import Mm

    listed, finding = shown.listed, shown.finding
    figure = listed.figure
    slide = _slide(deck, shown.title, 26, _TOP)
    wide = drawn.width * _ENLARGED
    free = (SIZES["slide"][1] - drawn.height) * _ENLARGED
    top = _TOP + _TITLE + 4 + free / 2
    picture = slide.shapes.add_picture(
        io.BytesIO(drawn.content), Mm((WIDTH - wide) / 2), Mm(top), width=Mm(wide)
    )
    properties = picture._element.nvPicPr.cNvPr
    properties.set("name", listed.name)
    properties.set("descr", _clean(figure.alt))
    said = (
        f"Figure {listed.number}, {listed.section_title}. {figure.caption} {figure.method}".rstrip()
    )
    _notes(slide, f"{finding}\n{said}" if finding else said)


def _slide(deck: Any, title: str, points: int, top: float) -> Any:
    from pptx.util import Mm

    slide = deck.slides.add_slide(deck.slide_layouts[_TITLE_ONLY])
    heading = slide.shapes.title
    heading.left, heading.top = Mm(_EDGE), Mm(top)
    heading.width, heading.height = Mm(WIDTH - 2 * _EDGE), Mm(_TITLE)
    _write(heading, [title], points, _TWO_LINES)
    return slide


def _box(slide: Any, left: float, top: float, width: float, height: float) -> Any:
    from pptx.util import Mm

    return slide.shapes.add_textbox(Mm(left), Mm(top), Mm(width), Mm(height))


def _write(shape: Any, lines: list[str], points: int, fit: int = 90) -> None:
    """Fill a shape with lines at its left, smaller where a line is long."""
    from pptx.enum.text import PP_ALIGN
    from pptx.util import Pt

    frame = shape.text_frame
    frame.word_wrap = True
    frame.text = "\n".join(_clean(line) for line in lines)
    longest = max(len(line) for line in lines)
    for paragraph in frame.paragraphs:
        paragraph.alignment = PP_ALIGN.LEFT
        for run in paragraph.runs:
            run.font.size = Pt(points if longest < fit else max(10, points * fit // longest))


def _notes(slide: Any, text: str) -> None:
    slide.notes_slide.notes_text_frame.text = "\n".join(map(_clean, text.split("\n")))


def _clean(text: str) -> str:
    """Leave out what XML cannot hold, and marks of direction; spell out what is not UTF-8.

    The thin spaces of numbers become spaces that do not break.
    """
    parts = text.encode("utf-8", "backslashreplace").decode("utf-8").split("\u202f")
    return "\u00a0".join(map(printable, parts))


def _date(deck: Any, run: RunRecord) -> None:
    properties = deck.core_properties
    properties.title, properties.author = _clean(run.title)[:255], "vizreport"
    properties.last_modified_by, properties.revision = "vizreport", 1
    try:
        made = datetime.fromisoformat(run.date).astimezone(UTC)
    except ValueError:  # a run that does not say when it was made
        made = datetime(*_DATE, tzinfo=UTC)
    properties.created = properties.modified = made.replace(tzinfo=None)


def _without_times(content: bytes) -> bytes:
    """Write an archive again, its members as old as can be."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as read, zipfile.ZipFile(buffer, "w") as written:
        for name in read.namelist():
            entry = zipfile.ZipInfo(name, date_time=_DATE)
            entry.external_attr, entry.create_system = 0o644 << 16, 3
            packed = zipfile.ZIP_STORED if name.endswith(".png") else zipfile.ZIP_DEFLATED
            written.writestr(entry, read.read(name), packed)
    return buffer.getvalue()
