"""What an experiment hands to the report: figures, pages, pictures and facts, declared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Union

from vizreport.findings.record import Finding

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Chart
    from PIL.Image import Image

Drawing = Union["Image", "Chart"]
Content = bytes | Callable[[], bytes]

PRINT_WIDTH = 174.0
"""Width of the printed page's text, mm."""


@dataclass(frozen=True)
class Figure:
    """A numbered figure, the same in HTML, in PDF and as a PNG file.

    Attributes
    ----------
    name : str
        Made of a-z, 0-9 and "-"; unique in the report. Its file is ``figures/<name>.png``, or
        ``.jpg`` where it is a picture like a photograph.
    title : str
        What it shows, in a few words without a full stop.
    caption : str
        What to see, and how to read it: units, what the marks mean.
    alt : str
        What there is to see, for those who cannot see it.
    draw : callable
        Returns an RGB picture (Pillow) or a chart (matplotlib); called once a rendering.
    width : float
        Printed width, mm.
    threaded : bool
        Whether ``draw`` may run in another thread: Pillow may, matplotlib must not.
    supplement : bool
        Whether it is for the HTML and the PDF's appendix alone: it is numbered S1, S2, ...
    method : str
        How it was drawn and measured: folded in HTML, in the appendix of the PDF.
    chart : callable, optional
        Where ``draw`` returns a picture of a chart: returns the chart, for files with lines and
        letters.
    """

    name: str
    title: str
    caption: str
    alt: str
    draw: Callable[[], Drawing]
    width: float = PRINT_WIDTH
    threaded: bool = False
    supplement: bool = False
    method: str = ""
    chart: Callable[[], Chart] | None = None


@dataclass(frozen=True)
class Page:
    """A page of its own below ``pages/``, only in HTML.

    Attributes
    ----------
    name : str
        Its file is ``pages/<name>.html``; may contain "/".
    title : str
        Its heading, and that of the window.
    template : str
        Relative to the templates folder; extends "page.html".
    context : mapping
        Variables of the template.
    layer : str
        The layer it is about, to which tables of layers link; "" where it is about none.
    map : int or None
        The feature map of that layer it is about, to which galleries link; None for the layer as
        a whole.
    others : tuple of str
        Names of the other sections that its template shows parts of: of all sections, it is given
        these and its own.
    """

    name: str
    title: str
    template: str
    context: Mapping[str, Any]
    layer: str = ""
    map: int | None = None
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Highlight:
    """A telling picture for the front of the report, about twice as wide as high.

    Attributes
    ----------
    name, alt, draw
        As in :class:`Figure`; ``draw`` returns a Pillow picture.
    caption : str
        One sentence.
    href : str
        Where it leads: "#" and the anchor of a figure in the same report.
    """

    name: str
    caption: str
    alt: str
    draw: Callable[[], Image]
    href: str


@dataclass(frozen=True)
class Fact:
    """A key number for the front of the report, such as ("Top-1 error", "34.5 %", "of 600")."""

    label: str
    value: str
    note: str = ""


Context = dict[str, Any]
"""Variables of a template, or of an entry that a template lists."""


@dataclass(frozen=True)
class Section:
    """What an experiment shows.

    Attributes
    ----------
    findings : tuple of Finding
        What the experiment's ``findings`` claims, decided; the report puts them there.
    finding : str
        The sentences of those that lead: what this section shows of this very network and these
        data, above the section and on the front page. The section's template must not repeat it.
        A section whose experiment has no ``findings`` may give a sentence of its own, which
        becomes a record of kind "statement"; one that sums up the others may put theirs first.
    warnings : tuple of str
        The sentences of those that are faults, first in the report.
    figures : tuple of Figure
        In the order in which the template places and the report numbers them.
    pages : tuple of Page
        Beside the section, in HTML.
    highlights : tuple of Highlight
        Pictures for the front page.
    facts : tuple of Fact
        Key numbers for the front page.
    files : mapping of str to bytes or callable
        Pictures the HTML refers to, by path relative to the report's folder; they must lie
        below ``pages/`` or ``figures/``. A function that returns the content is called where the
        section is redrawn.
    context : mapping
        Variables of the section's template.
    """

    figures: tuple[Figure, ...] = ()
    pages: tuple[Page, ...] = ()
    highlights: tuple[Highlight, ...] = ()
    facts: tuple[Fact, ...] = ()
    files: Mapping[str, Content] = field(default_factory=dict)
    context: Mapping[str, Any] = field(default_factory=dict)
    finding: str = ""
    warnings: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
