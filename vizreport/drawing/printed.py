"""Charts for print: their letters as text, which is smaller and can be searched and copied.

Matplotlib draws letters as outlines, since a picture on a screen has no fonts. Print has the
bundled one, and sets a letter in a fraction of the time that its curves take.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from xml.etree import ElementTree
from xml.sax.saxutils import unescape

from vizreport.drawing.fonts import FAMILY

_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_SIZE = "100"  # of letters in matplotlib's outlines
_WEIGHTS = {FAMILY.replace(" ", ""): "400", f"{FAMILY.replace(' ', '')}-Bold": "700"}
_GLYPH = re.compile(r"#(?P<font>[\w-]+)-[0-9a-f]+ translate\((?P<x>[-\d.e]+) (?P<y>[-\d.e]+)\)")


def printed(svg: bytes) -> bytes:
    """Return a chart, drawn as SVG by matplotlib, with text in place of outlines.

    Each letter stands where its outline was. A text stays as it is where not every letter has one
    outline, in the order of writing, from the bundled font.
    """
    reader = ElementTree.XMLParser(target=ElementTree.TreeBuilder(insert_comments=True))
    whole = ElementTree.fromstring(svg, reader)
    for parent in list(whole.iter()):
        for said, group in pairwise(parent):  # a text's outlines follow its letters
            kind: object = said.tag  # a function where it is a comment
            if kind is ElementTree.Comment and group.tag == f"{_SVG}g":
                glyphs = group.findall(f"{_SVG}use")
                text = _text(unescape(said.text or "")[1:-1], glyphs)
                if text is not None:
                    for glyph in glyphs:
                        group.remove(glyph)
                    group.append(text)
    return ElementTree.tostring(whole)


def _text(letters: str, glyphs: Sequence[ElementTree.Element]) -> ElementTree.Element | None:
    """Return the element that writes letters at their glyphs' places; None where that is not so."""
    named = [f"{each.get(_HREF)} {each.get('transform', 'translate(0 0)')}" for each in glyphs]
    found = [match for match in map(_GLYPH.fullmatch, named) if match]
    fonts = {match["font"] for match in found}
    if len(found) != len(glyphs) or len(glyphs) != len(letters) or not letters:
        return None
    if len(fonts) > 1 or not fonts <= _WEIGHTS.keys() or any(map(_to_the_left, letters)):
        return None
    written = {
        "transform": "scale(1 -1)",  # outlines have their y axis upwards
        "x": " ".join(match["x"] for match in found),
        "y": " ".join(f"{-float(match['y']):g}" for match in found),
        "font-family": FAMILY,
        "font-size": _SIZE,
        "font-weight": _WEIGHTS[fonts.pop()],
        _SPACE: "preserve",
    }
    text = ElementTree.Element(f"{_SVG}text", written)
    text.text = letters
    return text


def _to_the_left(letter: str) -> bool:
    return unicodedata.bidirectional(letter) in ("R", "AL", "AN")
