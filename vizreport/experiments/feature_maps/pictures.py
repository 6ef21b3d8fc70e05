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
from vizreport.experiments.feature_maps.result import RANKS, FeatureMapsResult
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
    name = layer["name"]
    if not result.rules[name]:
        return {}
    return {
        int(feature_map): {
            "src": f"pages/top-{layer['slug']}/{int(feature_map):05d}-rules.webp",
            "content": partial(_compared, result, top, layer, i),
            "rules": result.rules[name],
        }
        for i, feature_map in enumerate(result.maps[name])
    }


def _compared(
    result: FeatureMapsResult, top: TopPatchesResult, layer: Mapping[str, Any], i: int
) -> bytes:
    """Draw a row for each other rule of the three strongest units' projections."""
    name, window, side = layer["name"], layer["window"], layer["drawn"].side
    stored = np.asarray(_decoded(result.projections[name], result.projection_offsets[name], i))
    shown = top.layers[name]
    place = int(np.flatnonzero(shown.maps == result.maps[name][i])[0])
    images = layer["drawn"].insides[place]
    whole = Image.new("RGBA", (RANKS * side, len(result.rules[name]) * side))
    for row in range(len(result.rules[name])):
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
        name, side = layer["name"], layer["window"]
        drawn, place = layer["drawn"], cell["place"]
        tiles = [mosaics.tiles(drawn, place, "patches", _SIDE)[0]]
        row = int(np.flatnonzero(result.maps[name] == cell["map"])[0])
        others = np.asarray(
            _decoded(result.projections[name], result.projection_offsets[name], row)
        )
        for rule in rules:
            tile = Image.new("RGBA", tiles[0].size, (128, 128, 128, 0))
            if rule in result.rules[name]:
                first = result.rules[name].index(rule) * side
                picture = tone.fitted(others[first : first + side, :side], _SIDE, drawn.linear)
                tile = mosaics.within(picture, drawn.insides[place, 0] / side)
            elif rule == result.rule and cell["projections"]:
                tile = mosaics.tiles(drawn, place, "projections", _SIDE)[0]
            tiles.append(tile)
        cells += [_padded(montage.on_paper(tile), _SIDE) for tile in tiles]
        where = drawable(name, 14), f"{newline}map {cell['map']}"
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


def _decoded(content: np.ndarray, offsets: np.ndarray, i: int) -> Image.Image:
    with Image.open(io.BytesIO(_part(content, offsets, i))) as picture:
        return picture.convert("RGB")
