"""Pages without large gaps: figures set a little smaller where one more then fits on a page."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from weasyprint import CSS, HTML
    from weasyprint.document import Document
    from weasyprint.text.fonts import FontConfiguration

VARIANT = "pdf/ua-1"
GAP = 0.3
"""Share of a page that may stay empty before a figure."""
SMALLEST = 0.8
"""No figure is set below this share of its width, since its letters must stay readable."""
_STEP = 0.98  # the least that helps: margins vanish at the top of a page
_MARGINS = 26.0  # CSS px around a figure
_PASSES = 5  # layouts; each takes as long as the first, half the time of a PDF


def set_pages(html: HTML, sheets: list[CSS], fonts: FontConfiguration) -> Document:
    """Lay a document out, again with smaller figures while that closes a gap.

    Parameters
    ----------
    html : weasyprint.HTML
        Its figures have ids; those with one ``.drawn`` picture may become smaller.
    sheets : list of weasyprint.CSS
        Its style sheets.
    fonts : weasyprint FontConfiguration
        Of the style sheets.
    """
    import weasyprint

    widths: dict[str, float] = {}
    pictures: dict[Any, Any] = {}
    original: dict[str, float] = {}
    for _ in range(_PASSES):
        rules = (
            f'[id="{name}"] .drawn {{ width: {w:.1f}px !important }}' for name, w in widths.items()
        )
        smaller = weasyprint.CSS(string=" ".join(rules), font_config=fonts)
        document = html.render(
            stylesheets=[*sheets, smaller], font_config=fonts, pdf_variant=VARIANT, cache=pictures
        )
        closing = _closing(document, original)
        if not closing:
            break
        widths |= closing
    return document


def _closing(document: Document, original: dict[str, float]) -> dict[str, float]:
    """Return the widths, CSS px by figure's id, that close the first gap that can be closed.

    Parameters
    ----------
    document : weasyprint Document
        As it is laid out now.
    original : dict
        Widths that figures had at first; grows.
    """
    # WeasyPrint keeps the places of boxes only in its pages' own boxes.
    for page, following in pairwise(page._page_box for page in document.pages):
        free = page.content_box_y() + page.height - _bottom(page)
        figure = next(_figures(following), None)
        if free < GAP * page.height or figure is None:
            continue
        drawn = {}
        for each in (*_figures(page), figure):
            pictures = [box for box in each.descendants() if "drawn" in _classes(box)]
            if len(pictures) == 1:
                drawn[each.element.get("id")] = pictures[0]
        missing = _bottom(figure) - following.content_box_y() + _MARGINS - free
        share = 1 - missing / (sum(box.height for box in drawn.values()) or 1.0)
        share = min(share, _STEP)
        widths = {name: share * box.width for name, box in drawn.items()}
        for name, box in drawn.items():
            original.setdefault(name, box.width)
        if all(width >= SMALLEST * original[name] for name, width in widths.items()):
            return widths
    return {}


def _figures(page: Any) -> Any:
    return (box for box in page.children[0].descendants() if box.element_tag == "figure")


def _classes(box: Any) -> list[str]:
    return (box.element.get("class") or "").split() if box.element is not None else []


def _bottom(box: Any) -> float:
    """Return where the last line or picture of a figure, or of a page's text, ends, CSS px."""
    inside = box.children[0] if box.element_tag != "figure" else box
    leaves = (each for each in inside.descendants() if not getattr(each, "children", ()))
    return float(max((each.position_y + each.height for each in leaves), default=0.0))
