"""Gaps before figures: closed by smaller figures, as long as these can be read."""

from __future__ import annotations

import weasyprint
from weasyprint.text.fonts import FontConfiguration

from vizreport.report.paging import SMALLEST, set_pages

SHEET = (
    "@page { size: 100mm 100mm; margin: 10mm } body, figure { margin: 0 } * { line-height: 5mm }"
)


def laid_out(*heights: int) -> list[list[float]]:
    """Return the widths, mm, of pictures that were 50 mm wide and so many mm high, page by page."""
    figures = "".join(
        f"""<figure id="fig-{n}" style="break-inside: avoid">
        <img class="drawn" style="display: block; width: 50mm" src='data:image/svg+xml,
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 50 {high}"/>'></figure>"""
        for n, high in enumerate(heights)
    )
    fonts = FontConfiguration()
    document = set_pages(
        weasyprint.HTML(string=figures), [weasyprint.CSS(string=SHEET, font_config=fonts)], fonts
    )
    return [
        [
            round(box.width * 25.4 / 96, 1)
            for box in page._page_box.descendants()
            if box.element_tag == "img"
        ]
        for page in document.pages
    ]


def test_what_fits_stays_as_it_is() -> None:
    assert laid_out(40, 30) == [[50, 50]]


def test_figures_that_just_miss_a_page_share_it() -> None:
    (page,) = laid_out(45, 40)
    assert page[0] == page[1]
    assert SMALLEST * 50 <= page[0] < 80 / 85 * 50


def test_none_becomes_too_small() -> None:
    assert laid_out(55, 55) == [[50], [50]]


def test_a_small_gap_is_left() -> None:
    assert laid_out(60, 30) == [[50], [50]]


def test_page_after_page() -> None:
    assert [len(page) for page in laid_out(45, 40, 45, 40)] == [2, 2]
