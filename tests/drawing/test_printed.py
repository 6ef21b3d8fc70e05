"""Charts whose letters are text in print."""

from __future__ import annotations

import io
from xml.etree import ElementTree

import numpy as np
import pytest
from fontTools.ttLib import TTFont
from matplotlib.figure import Figure

from vizreport.drawing import fonts
from vizreport.drawing.charts import style
from vizreport.drawing.printed import printed

SVG = "{http://www.w3.org/2000/svg}"


def drawn(*texts: str, **look: str) -> bytes:
    buffer = io.BytesIO()
    with style():
        chart = Figure(figsize=(3, 2))
        for place, text in enumerate(texts):
            chart.text(0.1, 0.1 + 0.2 * place, text, **look)
        chart.savefig(buffer, format="svg")
    return buffer.getvalue()


def texts_of(svg: bytes) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(svg).iter(f"{SVG}text"))


@pytest.mark.parametrize("weight", ["Regular", "Bold"])
def test_letters_stand_where_the_font_puts_them(weight: str) -> None:
    said = "n <o-o> & $x$"
    (text,) = texts_of(printed(drawn(said, weight=weight.lower())))
    assert (text.text, text.get("font-weight")) == (said, {"Regular": "400", "Bold": "700"}[weight])
    font = TTFont(fonts.folder() / f"LiberationSans-{weight}.ttf")
    widths = [font["hmtx"][font.getBestCmap()[ord(each)]][0] for each in said]
    places = 100 * np.cumsum([0, *widths[:-1]]) / font["head"].unitsPerEm
    found = [float(each) for each in text.get("x", "").split()]
    np.testing.assert_allclose(found, places, atol=0.5)  # a two-hundredth of the letters' size


def test_marks_and_colours_stay() -> None:
    before, after = (ElementTree.fromstring(f(drawn("one", "two"))) for f in (bytes, printed))
    assert [text.text for text in after.iter(f"{SVG}text")] == ["one", "two"]
    assert not list(after.iter(f"{SVG}use"))
    paths = [
        [each.get("d") for each in whole.iter(f"{SVG}path") if each.get("style")]
        for whole in (before, after)
    ]
    assert paths[0] == paths[1] != []
    styles = [{each.get("style") for each in whole.iter(f"{SVG}g")} for whole in (before, after)]
    assert styles[0] == styles[1]


def test_other_texts_stay_outlines() -> None:
    # A letter of another font; written to the left; spelled otherwise in the file.
    svg = drawn("plain", "a \u0561 b", "\u05d0\u05d1", "a--b")
    after = printed(svg)
    assert [text.text for text in texts_of(after)] == ["plain"]
    counts = [len(list(ElementTree.fromstring(each).iter(f"{SVG}use"))) for each in (svg, after)]
    assert counts[0] - counts[1] == len("plain")
