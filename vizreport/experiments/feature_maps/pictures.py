"""The stored pictures of feature maps, as files of the report and on one sheet."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from PIL import Image

from vizreport.drawing import medium, montage, tone
from vizreport.drawing.fonts import drawable
from vizreport.drawing.section import Context
from vizreport.experiments.feature_maps.result import RANKS, FeatureMapsResult, OtherRules
from vizreport.experiments.top_patches import mosaics
from vizreport.experiments.top_patches.pictures import drawn_encoder
from vizreport.experiments.top_patches.result import TopPatchesResult

_FOLDER = "pages/images"
_SIDE = 190  # px of a tile on the sheet
_LETTERS = 24  # px


def sources(result: FeatureMapsResult) -> dict[int, str]:
    """Return the file of each image that is kept whole."""
    return {int(image): f"{_FOLDER}/{int(image):06d}.webp" for image in result.images}


def files(result: FeatureMapsResult) -> dict[str, bytes]:
    """Return the whole images by file."""
    return {
        src: _part(result.pictures, result.picture_offsets, i)
        for i, src in enumerate(sources(result).values())
    }


def compared(
    result: FeatureMapsResult, top: TopPatchesResult, layer: Mapping[str, Any]
) -> dict[int, Context]:
    """Return, by map, the picture of its projections under the other rules."""
    others = result.layers[layer["name"]].others
    if not others.rules:
        return {}
    return {
        int(feature_map): {
            "src": f"pages/top-{layer['slug']}/{int(feature_map):05d}-rules.webp",
            "content": partial(_compared, others, top, layer, i),
            "rules": others.rules,
        }
        for i, feature_map in enumerate(others.maps)
    }


def _compared(others: OtherRules, top: TopPatchesResult, layer: Mapping[str, Any], i: int) -> bytes:
    """Draw a row for each other rule of the three strongest units' projections."""
    window, side = layer["window"], layer["drawn"].side
    stored = np.asarray(_decoded(others, i))
    shown = top.layers[layer["name"]]
    place = int(np.flatnonzero(shown.maps == others.maps[i])[0])
    images = layer["drawn"].insides[place]
    whole = Image.new("RGBA", (RANKS * side, len(others.rules) * side))
    for row in range(len(others.rules)):
        for k in np.flatnonzero(shown.shown[place][:RANKS]).tolist():
            tile = stored[row * window :, k * window :][:window, :window]
            picture = mosaics.within(tone.fitted(tile, side, layer["linear"]), images[k] / window)
            whole.paste(picture, (k * side, row * side))
    return drawn_encoder(window)(whole)


def rules_sheet(
    result: FeatureMapsResult,
    top: TopPatchesResult,
    chosen: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]],
    rules: Sequence[str],
) -> Image.Image:
    """Draw for each layer the strongest unit's patch and its projection by each rule.

    Two layers stand side by side, except where the sheet is for a narrow place.

    Parameters
    ----------
    result : FeatureMapsResult
        Has the projections under the other rules.
    top : TopPatchesResult
        Has the patches and those under the report's own rule.
    chosen : sequence of (layer, cell)
        As gathered for the top-9.
    rules : sequence of str
        A column each.
    """
    cells, labels = [], []
    newline = "\n" if medium.low() else ""  # letters are large there
    for layer, cell in chosen:
        side, others = layer["window"], result.layers[layer["name"]].others
        drawn, place = layer["drawn"], cell["place"]
        tiles = [mosaics.tiles(drawn, place, "patches", _SIDE)[0]]
        row = int(np.flatnonzero(others.maps == cell["map"])[0])
        projections = np.asarray(_decoded(others, row))
        for rule in rules:
            tile = Image.new("RGBA", tiles[0].size, (128, 128, 128, 0))
            if rule in others.rules:
                first = others.rules.index(rule) * side
                picture = tone.fitted(projections[first : first + side, :side], _SIDE, drawn.linear)
                tile = mosaics.within(picture, drawn.insides[place, 0] / side)
            elif rule == result.rule and cell["projections"]:
                tile = mosaics.tiles(drawn, place, "projections", _SIDE)[0]
            tiles.append(tile)
        cells += [_padded(montage.on_paper(tile), _SIDE) for tile in tiles]
        where = drawable(layer["name"], 14), f"{newline}map {cell['map']}"
        labels += [where, *((rule, "") for rule in rules)]
    columns = 1 + len(rules)
    if len(chosen) > 1 and not medium.narrow():
        columns *= 2
    picture = montage.grid(cells, columns, 16, labels, _LETTERS, sets=columns)
    head = "a map's strongest unit, and its projection by each rule; grey: zero; white: no image"
    return montage.headed(picture, head, _LETTERS)


def _padded(picture: Image.Image, side: int) -> Image.Image:
    """Bring a tile that was enlarged by a whole factor to its full side, pixels staying sharp."""
    return picture.resize((side, side), Image.Resampling.NEAREST)


def _part(content: np.ndarray, offsets: np.ndarray, i: int) -> bytes:
    return content[int(offsets[i]) : int(offsets[i + 1])].tobytes()


def _decoded(others: OtherRules, i: int) -> Image.Image:
    content = _part(others.projections, others.projection_offsets, i)
    with Image.open(io.BytesIO(content)) as picture:
        return picture.convert("RGB")
