"""Letters of any script in pictures: the bundled font, and those of the system that have more."""

from __future__ import annotations

import logging
import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from vizreport.drawing import medium
from vizreport.system.bundled import bundled_folder
from vizreport.wording.text import shorten

if TYPE_CHECKING:
    from matplotlib.ft2font import FT2Font
    from PIL import ImageDraw, ImageFont

FAMILY = "Liberation Sans"
"""Comes with the program, for pages and pictures alike: Latin, Greek, Cyrillic."""

_JOINERS = {0x200C: None, 0x200D: None}  # they have no shape of their own

SECOND = "DejaVu Sans"
"""Comes with matplotlib: symbols, Armenian, Georgian, Hebrew, Arabic, Lao."""

SAMPLES = {
    "Chinese": "中文国國学學汉漢猫貓语語龙龍",
    "Japanese": "かなカナ犬駅猫",
    "Korean": "한국어고양이",
    "Arabic": "العربيةقط",
    "Hebrew": "עבריתחתול",
    "Devanagari": "हिन्दीबिल्ली",
    "Bengali": "বাংলাবিড়াল",
    "Gurmukhi": "ਪੰਜਾਬੀ",
    "Gujarati": "ગુજરાતી",
    "Tamil": "தமிழ்பூனை",
    "Telugu": "తెలుగుపిల్లి",
    "Kannada": "ಕನ್ನಡಬೆಕ್ಕು",
    "Malayalam": "മലയാളംപൂച്ച",
    "Sinhala": "සිංහලපූසා",
    "Thai": "ไทยแมว",
    "Lao": "ລາວແມວ",
    "Khmer": "ខ្មែរឆ្មា",
    "Burmese": "မြန်မာကြောင်",
    "Tibetan": "བོད་ཡིག",
    "Georgian": "ქართულიკატა",
    "Armenian": "հայերենկատու",
    "Ethiopic": "አማርኛድመት",
}
"""Common letters of scripts, by which fonts are chosen."""


def folder() -> Path:
    """Return the folder of the bundled font."""
    return bundled_folder("templates") / "assets" / "fonts"


def missing_scripts() -> list[str]:
    """Name the scripts of ``SAMPLES`` that no font on this machine can draw."""
    return [script for script, letters in SAMPLES.items() if not all(map(has, letters))]


def packages(scripts: list[str]) -> list[str]:
    """Name Debian's packages of fonts for scripts."""
    asian = {"Chinese", "Japanese", "Korean"}
    return sorted({"fonts-noto-cjk" if each in asian else "fonts-noto-core" for each in scripts})


def families() -> list[str]:
    """Return the fonts of charts: the bundled one, then others that have what it lacks."""
    from matplotlib.font_manager import fontManager

    # It regrets at length that fonts have no bold face.
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    known = {entry.fname for entry in fontManager.ttflist}
    for file in map(str, sorted(folder().glob("LiberationSans-*.ttf"))):
        if file not in known:
            fontManager.addfont(file)
            # Before the system's of the same name: the first of equals is taken.
            fontManager.ttflist.insert(0, fontManager.ttflist.pop())
    names = [FAMILY, SECOND]
    for file in fallbacks():
        if file not in known:
            fontManager.addfont(file)
        names.append(_face(file).family_name)
    return names


@cache
def has(character: str) -> bool:
    """Return whether a character can be drawn."""
    return _file(character) is not None


@cache
def fallbacks() -> tuple[str, ...]:
    """Return files of the system's fonts that together draw what the program's own cannot.

    For each script whose sample is not drawn yet the font that has most of it is taken: of several
    a plain one, and of these the first in alphabetical order.
    """
    from matplotlib.font_manager import findSystemFonts

    chosen: list[str] = []
    candidates = sorted(findSystemFonts(), key=_plainness)
    for letters in SAMPLES.values():
        lacking = [
            ord(c)
            for c in letters
            if not any(
                _face(file).get_char_index(ord(c)) for file in (_own(False), _second(), *chosen)
            )
        ]
        if not lacking:
            continue
        counts = [_count(file, lacking) for file in candidates]
        if max(counts, default=0):
            chosen.append(candidates[counts.index(max(counts))])
    return tuple(chosen)


@dataclass(frozen=True)
class Letters:
    """Letters of one size for Pillow, each from the first font that has it.

    Attributes
    ----------
    size : int
        Height, px.
    bold : bool
        Of the bundled font; others are drawn as they are.
    """

    size: int
    bold: bool = False

    def getlength(self, text: str) -> float:
        """Return the width of a text in px."""
        return sum(font.getlength(part) for font, part in self._parts(text))

    def draw(
        self,
        pen: ImageDraw.ImageDraw,
        place: tuple[float, float],
        text: str,
        fill: medium.Colour,
        anchor: str = "la",
    ) -> None:
        """Write a text.

        Parameters
        ----------
        pen : ImageDraw
            Of the picture that is drawn on.
        place : (float, float)
            Of the anchor, px.
        text : str
            One line.
        fill : (int, int, int)
            Colour of the letters, RGB from 0 to 255.
        anchor : str
            l, m or r for the left end, middle or right end, then a, m or s for top, middle or
            baseline of the bundled font's letters.
        """
        if not any(has_other(c) for c in text):
            pen.text(place, text, fill, _pillow(_own(self.bold), self.size), anchor=anchor)
            return
        ascent, descent = _pillow(_own(self.bold), self.size).getmetrics()
        left = place[0] - self.getlength(text) * {"l": 0.0, "m": 0.5, "r": 1.0}[anchor[0]]
        base = place[1] + {"a": ascent, "m": (ascent - descent) / 2, "s": 0}[anchor[1]]
        for font, part in self._parts(text):
            pen.text((left, base), part, fill, font, anchor="ls")
            left += font.getlength(part)

    def _parts(self, text: str) -> list[tuple[ImageFont.FreeTypeFont, str]]:
        own = _own(self.bold)
        return [
            (_pillow(file, self.size), "".join(part))
            for file, part in groupby(text, lambda c: (has_other(c) and _file(c)) or own)
        ]


def has_other(character: str) -> bool:
    """Return whether a character is drawn in another font than the built-in one."""
    return not character.isascii() and _file(character) not in (None, _own(False))


@cache
def _file(character: str) -> str | None:
    """Return the font that draws a character."""
    for file in (_own(False), _second()):
        if _face(file).get_char_index(ord(character)):
            return file
    found = (file for file in fallbacks() if _face(file).get_char_index(ord(character)))
    return next(found, None)


@cache
def _own(bold: bool) -> str:
    return str(folder() / f"LiberationSans-{'Bold' if bold else 'Regular'}.ttf")


@cache
def _second() -> str:
    import matplotlib

    return str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf")


@cache
def _face(file: str) -> FT2Font:
    from matplotlib.ft2font import FT2Font

    return FT2Font(file)


@cache
def _pillow(file: str, size: int) -> ImageFont.FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.truetype(file, size)


def _plainness(file: str) -> tuple[bool, bool, str]:
    """Order fonts: upright regular sans-serif ones first."""
    name = Path(file).name.lower()
    odd = any(word in name for word in ("bold", "italic", "oblique", "light", "thin", "black"))
    return odd or "medium" in name or "mono" in name, "sans" not in name, file


def _count(file: str, codes: list[int]) -> int:
    """Count the characters that a font of outlines has."""
    from matplotlib.ft2font import FaceFlags, FT2Font

    try:
        face = FT2Font(file)  # not kept: there may be thousands
    except (OSError, RuntimeError):  # damaged
        return 0
    return (
        sum(map(bool, map(face.get_char_index, codes)))
        if FaceFlags.SCALABLE in FaceFlags(face.face_flags)
        else 0
    )


def drawable(name: str, length: int) -> str:
    """Return a name for a picture: what no font of this machine has becomes a box."""
    whole = unicodedata.normalize("NFC", name).translate(_JOINERS)
    return shorten("".join(c if _is_drawable(c) else "□" for c in whole), length)


def _is_drawable(character: str) -> bool:
    if character.isascii():
        return character.isprintable()
    return (character.isprintable() or character in "\u00a0\u202f") and has(character)
