"""Letters that the bundled font lacks, drawn with a font that was made for the test."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from matplotlib import font_manager
from PIL import Image

from vizreport.drawing import charts, fonts, montage
from vizreport.drawing.fonts import drawable

CAT = "猫"


def square(side: int):
    pen = TTGlyphPen(None)
    for k, corner in enumerate([(0, 0), (0, side), (side, side), (side, 0)]):
        (pen.lineTo if k else pen.moveTo)(corner)
    pen.closePath()
    return pen.glyph()


def make_font(path, name, text):
    """Write a font whose every letter is a full black square of 800 of 1000 units."""
    builder = FontBuilder(1000)
    glyphs = [".notdef", *(f"g{ord(c)}" for c in text)]
    builder.setupGlyphOrder(glyphs)
    builder.setupCharacterMap({ord(c): f"g{ord(c)}" for c in text})
    builder.setupGlyf({glyph: square(800) for glyph in glyphs})
    builder.setupHorizontalMetrics(dict.fromkeys(glyphs, (1000, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": name, "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.save(path)
    return str(path)


@pytest.fixture
def system(monkeypatch, tmp_path):
    """A function that says which fonts the system has: files' names and their letters."""
    caches = (fonts.fallbacks, fonts.has, fonts._file)

    def install(**letters):
        files = [make_font(tmp_path / f"{n}.ttf", f"Test {n}", text) for n, text in letters.items()]
        monkeypatch.setattr(font_manager, "findSystemFonts", lambda: files)
        for each in caches:
            each.cache_clear()

    yield install
    for each in caches:
        each.cache_clear()


def test_a_name_becomes_boxes_only_where_no_font_has_its_letters(system):
    system()
    assert drawable(f"{CAT} café Ωж ☃", 20) == "□ café Ωж ☃"
    assert "Japanese" in fonts.missing_scripts()
    assert "Hebrew" not in fonts.missing_scripts()
    system(sans=fonts.SAMPLES["Chinese"])
    assert drawable(f"{CAT} café Ωж ☃ か", 20) == f"{CAT} café Ωж ☃ □"
    assert "Chinese" not in fonts.missing_scripts()
    assert "Japanese" in fonts.missing_scripts()


def test_letters_and_their_accents_are_joined(system):
    system()
    assert drawable("cafe\u0301", 9) == "café"
    assert drawable("a\u200db\n\u202e", 9) == "ab□□"


def test_the_font_with_most_letters_is_taken_and_plain_ones_first(system):
    chinese = fonts.SAMPLES["Chinese"]
    system(asans=chinese[:3], bsansbold=chinese, csans=chinese, dsans=chinese, e=chinese)
    (chosen,) = fonts.fallbacks()
    assert chosen.endswith("csans.ttf")
    assert fonts.families() == ["Liberation Sans", "DejaVu Sans", "Test csans"]


def test_a_damaged_font_is_passed_over(system, tmp_path, monkeypatch):
    good = make_font(tmp_path / "good.ttf", "Test good", CAT)
    (tmp_path / "bad.ttf").write_bytes(b"no font")
    system()
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: [str(tmp_path / "bad.ttf"), good])
    assert fonts.fallbacks() == (good,)


def test_pictures(system):
    """The square stands on the baseline of the letters beside it, 0.8 of the size high."""
    system(sans=CAT)
    picture = montage.grid([Image.new("RGB", (200, 10), "white")], 1, 0, [(CAT, "HH")], size=50)
    dark = np.asarray(picture.convert("L")) < 128
    columns = np.flatnonzero(dark[:, :45].any(axis=0))
    rows = np.flatnonzero(dark[:, :45].any(axis=1))
    letters = np.flatnonzero(dark[:, 60:].any(axis=1))  # of the H
    assert columns[0] == 0
    assert len(columns) == pytest.approx(40, abs=1)
    assert len(rows) == pytest.approx(40, abs=1)
    assert rows[-1] == pytest.approx(letters[-1], abs=1)
    assert fonts.Letters(50).getlength(CAT) == 50


@pytest.mark.parametrize("anchor", ["la", "ma", "lm", "rs"])
def test_anchors_are_those_of_the_bundled_font(system, anchor):
    system(sans=CAT)
    drawn = []
    for text in ("H", "H" + CAT):
        picture = Image.new("L", (300, 100), 255)
        letters = fonts.Letters(40)
        letters.draw(montage.ImageDraw.Draw(picture), (150, 50), text, 0, anchor)
        dark = np.asarray(picture) < 128
        left = np.flatnonzero(dark.any(axis=0))[0]
        moved = {"l": 0.0, "m": 0.5, "r": 1.0}[anchor[0]] * letters.getlength(text)
        first = dark[:, left : left + 25]  # the H alone
        drawn.append((np.flatnonzero(first.any(axis=1))[[0, -1]], left + moved))
    np.testing.assert_allclose(drawn[0][0], drawn[1][0], atol=1)
    assert drawn[0][1] == pytest.approx(drawn[1][1], abs=1)


def test_charts(system):
    system(sans=CAT)

    def draw(axes):
        axes.axis("off")
        axes.text(0, 0, drawable(CAT, 9), fontsize=40)

    figure = charts.styled(draw, 50, 30)()
    file = BytesIO()
    with charts.style():
        figure.savefig(file, format="png", dpi=100)
    dark = np.asarray(Image.open(file).convert("L")) < 128
    side = 0.8 * 40 / 72 * 100
    assert dark.sum() == pytest.approx(side**2, rel=0.05)  # a box would be hollow
