"""Pictures of one unit from one random network after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from vizreport.drawing import medium, montage, tone
from vizreport.drawing.fonts import drawable
from vizreport.experiments.sanity.result import SanityResult, TestedLayer
from vizreport.wording.text import decimal

NAMES = {"deconvnet": "Deconvnet", "guided": "Guided backpropagation", "gradient": "Gradient"}
_SIDE, _GAP, _APART, _LETTERS = 160, 8, 24, 25  # px
_FILTERS = ("random filters", "true filters", "random filters")
_SWITCHES = ("true switches", "random switches", "random switches")
CONTROLS_SAID = tuple(
    (*f"{filters},".split(), *switches.split())
    for filters, switches in zip(_FILTERS, _SWITCHES, strict=True)
)


def lowest(step: list[str], length: int = 24) -> str:
    """Name a step after the layer nearest the input that it makes random."""
    return drawable(step[0], length)


def two_lines(name: str, fits: Callable[[str], bool]) -> tuple[str, str]:
    """Break a name that does not fit in a line behind the mark nearest to its middle."""
    marks = [place for place, letter in enumerate(name[:-1], 1) if letter in "_/-. "]
    if fits(name) or not marks:
        return name, ""
    place = min(marks, key=lambda place: abs(2 * place - len(name)))
    return name[:place], name[place:]


def pictures(result: SanityResult, layer: str, unit: str) -> Image.Image:
    """Lay out the first unit's pictures: a row a method, a column a state; then the controls.

    The controls have a row of their own on a page. Elsewhere they end the methods' rows, and of
    the random networks the first and the last are shown: so letters can be read.
    """
    steps = result.layers[layer].steps
    place = medium.current()
    brief = place is not None and place.columns
    shown = sorted({0, len(steps) - 1}) if brief else list(range(len(steps)))
    size = montage.letters_for(
        place, _LETTERS, lambda size: _Layout(result, layer, size, shown, brief).size
    )
    sheet = _Layout(result, layer, size, shown, brief).drawn()
    head = (
        f"{drawable(layer, 30)}, {unit}. Below each projection: rank correlation with the trained "
        "network's (1: identical; chance: in the method's last control)"
    )
    if any(len(step) > 1 for step in steps):
        head += ". Columns skip layers: all weights down to the layer named are random"
    return montage.headed(sheet, head, size)


@dataclass(frozen=True)
class _Layout:
    """A picture that is laid out; places in px.

    Attributes
    ----------
    result : SanityResult
        Has the pictures.
    layer : str
        Whose first unit is drawn.
    letters : int
        Size of the letters, px.
    shown : list of int
        Random networks that are shown.
    brief : bool
        Whether the controls stand in the methods' rows.
    """

    result: SanityResult
    layer: str
    letters: int
    shown: list[int]
    brief: bool

    @property
    def tested(self) -> TestedLayer:
        return self.result.layers[self.layer]

    @property
    def line(self) -> int:
        return round(1.35 * self.letters)

    @property
    def tile(self) -> tuple[int, int]:
        return _tile(self.tested.states.pictures).size

    @property
    def row(self) -> int:
        """Height of a method's row: its name, its pictures, their similarity."""
        return 2 * self.line + self.tile[1] + _GAP

    @property
    def size(self) -> tuple[int, int]:
        methods, controls = len(self.result.methods), len(CONTROLS_SAID)
        across = self.tile[0] + _GAP
        states = 2 + len(self.shown)
        if self.brief:
            width = (states + controls) * across + _APART - _GAP
            return width, 4 * self.line + methods * self.row
        width = max(states * across, methods * (controls * across + _APART) - _APART) - _GAP
        return width, (3 + 4) * self.line + (methods + 1) * self.row

    def drawn(self) -> Image.Image:
        whole = Image.new("RGB", self.size, montage.palette().paper)
        across, line = self.tile[0] + _GAP, self.line
        head = (4 if self.brief else 3) * line
        names = [
            (
                "random to",
                *filter(None, two_lines(lowest(self.tested.steps[step]), self.fits)),
            )
            for step in self.shown
        ]
        self.words(whole, 0, head, ("image",))
        self.words(whole, across, head, ("trained",))
        for column, name in enumerate(names, 2):
            self.words(whole, column * across, head, name)
        whole.paste(_tile(self.tested.states.pictures), (0, head + line))
        columns = [0, *(1 + step for step in self.shown)]
        for m in range(len(self.result.methods)):
            top = head + m * self.row
            self.name(whole, across, top, m)
            for column, state in enumerate(columns, 1):
                self.picture(whole, column * across, top + line, m, state)
            self.controls(whole, m, top, head)
        return whole

    def controls(self, whole: Image.Image, m: int, top: int, head: int) -> None:
        """Show a method's controls, at the end of its row or below all rows."""
        across, line = self.tile[0] + _GAP, self.line
        left = (2 + len(self.shown)) * across + _APART
        if not self.brief:
            left = m * (len(CONTROLS_SAID) * across + _APART)
            head = head + len(self.result.methods) * self.row + 4 * line
            top = head
            self.name(whole, left, head - 4 * line, m, ": controls")
        for number, words in enumerate(CONTROLS_SAID):
            place = left + number * across
            if m == 0 or not self.brief:
                self.words(whole, place, head + (0 if self.brief else line), words)
            state = 1 + len(self.tested.steps) + number
            self.picture(whole, place, top + line, m, state)

    def name(self, whole: Image.Image, left: int, top: int, m: int, more: str = "") -> None:
        """Write a method's name."""
        pen, letters = ImageDraw.Draw(whole), montage.font(self.letters, bold=True)
        letters.draw(pen, (left, top), NAMES[self.result.methods[m]] + more, montage.palette().ink)

    def fits(self, text: str) -> bool:
        """Whether a text is no wider than a picture with the gap behind it."""
        return montage.font(self.letters).getlength(text) <= self.tile[0] + _GAP // 2

    def words(self, whole: Image.Image, left: int, bottom: int, lines: Sequence[str]) -> None:
        """Write lines below each other down to a place, each cut to a picture's width."""
        pen, letters = ImageDraw.Draw(whole), montage.font(self.letters)
        for number, text in enumerate(lines):
            fitted = montage.clip_text(text, self.tile[0] + _GAP // 2, self.letters)
            top = bottom - (len(lines) - number) * self.line
            letters.draw(pen, (left, top), fitted, montage.palette().ink)

    def picture(self, whole: Image.Image, left: int, top: int, m: int, state: int) -> None:
        """Show a method's picture of a state with its similarity below."""
        states = self.tested.states
        tile = _projection(states.projections[m, state])
        whole.paste(tile, (left, top))
        alike = np.concatenate([[1], states.cascade[m, :, 0, 0], states.controls[m, :, 0, 0]])
        said = decimal(float(alike[state]))  # "–" where the trained network's picture is blank
        if state == len(alike) - 1 and np.isfinite(alike[state]):
            said = f"chance {said}"
        if not states.scales[m, state]:
            said = "blank"
        place = (left + tile.width / 2, top + tile.height + 2)
        letters = montage.font(self.letters)
        letters.draw(ImageDraw.Draw(whole), place, said, montage.palette().soft, anchor="ma")


def _size(picture: np.ndarray) -> tuple[int, int]:
    """Return the size of a tile, px."""
    height, width = picture.shape[:2]
    return _SIDE, max(1, round(_SIDE * height / width))


def _projection(picture: np.ndarray) -> Image.Image:
    """Draw a projection as every other figure does, random networks' too."""
    width, height = _size(picture)
    values = tone.reduced(tone.signed(picture), height, width)
    drawn = Image.fromarray(tone.toned(values))
    return drawn.resize((width, height), Image.Resampling.NEAREST)


def _tile(picture: np.ndarray) -> Image.Image:
    size, width = _size(picture), picture.shape[1]
    smooth = Image.Resampling.LANCZOS if width > _SIDE else Image.Resampling.NEAREST
    return Image.fromarray(picture).resize(size, smooth)
