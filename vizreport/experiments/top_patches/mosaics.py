"""The nine tiles of feature maps, drawn: as files of the report and in figures."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from PIL import Image, ImageDraw

from vizreport.drawing import montage, tone
from vizreport.drawing.spotlight import spotlight
from vizreport.drawing.tiles import quantised
from vizreport.experiments.top_patches.pictures import drawn_encoder
from vizreport.experiments.top_patches.placing import insides
from vizreport.experiments.top_patches.result import TopLayer, TopPatchesResult

View = Literal["spotlights", "projections", "linear", "patches"]
SIDE = 112
"""Side of a tile in a report's files at most, px: about as large as pages show it."""

_SAME = 0.99  # cosine of a map's projections, in the median map, from which one is shown
_TRIED = 16  # maps
_DASH = (128, 128, 128, 255)  # seen on light and dark pages alike


@dataclass(frozen=True)
class Layer:
    """How a layer's tiles are drawn.

    Attributes
    ----------
    top : TopLayer
        Has the stored tiles.
    linear : bool
        Whether projections are drawn linear: those of layer 1.
    shared : bool
        Whether the nine projections of a map have one scale where they are drawn linear; else each
        has its own.
    blank : bool [m, K]
        Tiles at whose pixels next to nothing arrives of what excites a living map.
    insides : int [m, K, 4]
        Part of each tile that is image: left, top, right, bottom.
    same : bool
        Whether a map's projections differ in strength alone, as those of a first convolution do:
        one of them is shown.
    decoded : dict
        By whether they are projections, the map whose tiles were decoded last, and these: several
        views of a map are drawn one after the other.
    """

    top: TopLayer
    linear: bool
    shared: bool
    blank: np.ndarray
    insides: np.ndarray
    same: bool = False
    decoded: dict[bool, tuple[int, np.ndarray]] = field(default_factory=dict, compare=False)

    @property
    def window(self) -> int:
        """Side of a tile, px."""
        return self.top.tiles.window

    @property
    def side(self) -> int:
        """Side of a tile in the report's files, px."""
        return min(self.window, SIDE)


def layer(
    result: TopPatchesResult,
    name: str,
    linear: bool,
    whole: TopPatchesResult | None = None,
    shared: bool = True,
) -> Layer:
    """Find which tiles of a layer are blank, and what of each is image.

    Parameters
    ----------
    result : TopPatchesResult
        Has the stored tiles of all layers.
    name : str
        Of the layer in the result.
    linear : bool
        Whether it is layer 1.
    whole : TopPatchesResult, optional
        Whose maps of the layer say what is blank, where ``result`` has only some beside them.
    shared : bool
        Whether a map's nine share a scale where they are drawn linear.
    """
    top = result.layers[name]
    blank = np.zeros_like(top.excited)
    if not top.tiles.status:
        typical = tone.typical(_strengths((whole or result).layers[name]))
        blank = top.excited & tone.blank(_strengths(top), typical)
    inside = insides(result, name, top.rows, top.cols, top.tiles.window)
    found = Layer(top, linear, shared, blank, inside)
    return replace(found, same=linear and not top.tiles.status and _same(found))


def _strengths(top: TopLayer) -> np.ndarray:
    return np.where(top.excited, top.tiles.strengths, 0)


def _same(drawn: Layer) -> bool:
    """Tell whether the whole tiles of each of some maps are one picture, but for its strength."""
    cosines = []
    for place in np.flatnonzero(~drawn.top.dead)[:_TRIED]:
        stored = tone.signed(_stored(drawn, int(place), True))
        tiles = stored[: len(drawn.blank[place])][_whole(drawn, int(place))]
        flat = tiles.reshape(len(tiles), math.prod(tiles.shape[1:]))
        lengths = np.linalg.norm(flat, axis=1)
        if len(flat) > 1 and lengths.all():
            cosines.append(float((flat[1:] @ flat[0] / (lengths[1:] * lengths[0])).min()))
    return len(cosines) > 0 and float(np.median(cosines)) > _SAME


def _whole(drawn: Layer, place: int) -> np.ndarray:
    """Return which of a map's tiles are shown and inside their images: bool [K]."""
    inside = (drawn.insides[place] == (0, 0, drawn.window, drawn.window)).all(axis=1)
    return np.asarray(inside & drawn.top.shown[place] & ~drawn.blank[place])


def one_tile(drawn: Layer, place: int) -> int:
    """Return which tile stands for all nine projections of a map: the first that is whole."""
    return int(_whole(drawn, place).argmax())


def _stored(drawn: Layer, place: int, projections: bool) -> np.ndarray:
    """Return a map's tiles as they are stored: uint8 [9, s, s, 3], read-only."""
    known = drawn.decoded.get(projections)
    if known is not None and known[0] == place:
        return known[1]
    stored = drawn.top.tiles
    content, offsets = stored.patches, stored.patch_offsets
    if projections:
        content, offsets = stored.projections, stored.projection_offsets
    encoded = content[int(offsets[place]) : int(offsets[place + 1])].tobytes()
    with Image.open(io.BytesIO(encoded)) as opened:
        mosaic = np.asarray(opened.convert("RGB"))
    side = stored.window
    tiles = mosaic.reshape(3, side, 3, side, 3).swapaxes(1, 2).reshape(9, side, side, 3)
    tiles.flags.writeable = False
    drawn.decoded[projections] = place, tiles
    return tiles


def tiles(drawn: Layer, place: int, view: View, side: int) -> list[Image.Image]:
    """Draw the nine tiles of a map, about ``side`` px wide, transparent where no image is.

    Parameters
    ----------
    drawn : Layer
        As :func:`layer` returns it.
    place : int
        Of the map among those chosen.
    view : {"spotlights", "projections", "linear", "patches"}
        What is drawn: patches lit by their projections, projections alone, projections linear, or
        patches alone.
    side : int
        Tiles larger than it are reduced; smaller ones are enlarged by a whole factor.

    Returns
    -------
    list of Image
        RGBA, of one size.
    """
    shown = drawn.top.excited[place]
    stored = _stored(drawn, place, view in ("projections", "linear"))
    if view == "spotlights":
        lights = tone.signed(_stored(drawn, place, True))
        lights[: len(shown)][drawn.blank[place]] = 0
        parts = np.tile([0, 0, drawn.window, drawn.window], (len(stored), 1))
        parts[: len(shown)] = drawn.insides[place]
        stored = np.stack([spotlight(*one) for one in zip(stored, lights, parts, strict=True)])
    if view == "projections" and drawn.linear:
        view = "linear"
    if view == "linear":
        stored = _on_display_scale(drawn, place, stored)
    found = []
    for k, tile in enumerate(stored):
        if not (k < len(shown) and shown[k]):
            found.append(Image.new("RGBA", (_fitted(drawn.window, side),) * 2, (128, 128, 128, 0)))
        elif view in ("projections", "linear") and drawn.blank[place, k]:
            found.append(dash(_fitted(drawn.window, side)))
        else:
            picture = _drawn(tile, view, side)
            photograph = view in ("patches", "spotlights")
            found.append(within(picture, drawn.insides[place, k] / drawn.window, photograph))
    return found


def _on_display_scale(drawn: Layer, place: int, stored: np.ndarray) -> np.ndarray:
    """Bring a map's projections from the scales they are stored with to those they are shown on."""
    measured = drawn.top.tiles
    shown = np.ones(len(stored), np.float32)
    scales = np.ones_like(shown)
    given = measured.scales[place]
    scales[: len(given)] = given
    shown[: len(given)] = (
        measured.map_scales[place] if drawn.shared else measured.tile_scales[place]
    )
    return quantised(tone.signed(stored) * scales[:, None, None, None], shown)


def _drawn(tile: np.ndarray, view: View, side: int) -> Image.Image:
    if view in ("patches", "spotlights"):
        return montage.fit(Image.fromarray(tile), side)
    return tone.fitted(tile, side, view == "linear")


def _fitted(window: int, side: int) -> int:
    """Return how wide a tile becomes, px."""
    return side if window > side else window * max(1, side // window)


def within(picture: Image.Image, inside: np.ndarray, white: bool = False) -> Image.Image:
    """Make transparent what lies beyond the image.

    Parameters
    ----------
    picture : Image
        What is drawn on.
    inside : float array [4]
        Left, top, right, bottom of the image in shares of the tile.
    white : bool
        Whether a viewer that knows no transparency shows white there; else mid-grey.
    """
    left, top, right, bottom = np.rint(inside * picture.width).astype(int).tolist()
    whole = Image.new("RGBA", picture.size, (255, 255, 255, 0) if white else (128, 128, 128, 0))
    if left < right and top < bottom:
        whole.paste(picture.crop((left, top, right, bottom)), (left, top))
    return whole


def dash(width: int, height: int = 0) -> Image.Image:
    """Draw the mark of a blank tile, square by default."""
    whole = Image.new("RGBA", (width, height or width), (128, 128, 128, 0))
    half, thick = max(1, width // 10), max(1, width // 40)
    across, top = width // 2, whole.height // 2 - thick // 2
    box = (across - half, top, across + half, top + thick - 1)
    ImageDraw.Draw(whole).rectangle(box, fill=_DASH)
    return whole


def encoded(drawn: Layer, place: int, view: View) -> bytes:
    """Return a map's nine tiles as a file of the report."""
    side = drawn.side
    whole = Image.new("RGBA", (3 * side, 3 * side))
    for k, tile in enumerate(tiles(drawn, place, view, side)):
        whole.paste(tile, (k % 3 * side, k // 3 * side))
    return drawn_encoder(drawn.window, len(drawn.insides))(whole)


def strengths(drawn: Layer, place: int) -> list[float]:
    """Return each tile's peak as a share of the nine's largest, 0 for blank ones."""
    seen = drawn.top.shown[place] & ~drawn.blank[place]
    peaks = np.where(seen, drawn.top.tiles.peaks[place], 0).astype(float)
    most = peaks.max(initial=0)
    return [float(peak / most) if most else 0.0 for peak in peaks]


def pair(drawn: Layer, cell: Mapping[str, Any], side: int, gap: int = 6) -> Image.Image:
    """Draw spotlights and projections; patches alone where there are no projections.

    Where all projections of a map are the same, patches and one projection.
    """
    place, tile = cell["place"], (side - 4) // 3
    if drawn.top.tiles.status or drawn.same:
        left = montage.part(tiles(drawn, place, "patches", tile))
        if not drawn.same:
            return left
        one = tiles(drawn, place, "projections", drawn.window)[one_tile(drawn, place)]
        right = one.resize(left.size, Image.Resampling.NEAREST)
        return montage.beside(left, montage.on_paper(right), gap)
    bars = [] if drawn.linear else strengths(drawn, place)
    left = montage.part(tiles(drawn, place, "spotlights", tile), [0.0] * len(bars))
    right = montage.part(tiles(drawn, place, "projections", tile), bars)
    return montage.beside(left, right, gap)
