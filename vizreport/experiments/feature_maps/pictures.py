"""The stored pictures of feature maps, as files of the report and on one sheet."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image

from vizreport.experiments.feature_maps.result import FeatureMapsResult
from vizreport.experiments.top_patches.result import TopPatchesResult
from vizreport.report import medium, montage
from vizreport.report.text import drawable

_FOLDER = "pages/images"
_SIDE = 190  # px of a tile on the sheet


def sources(result: FeatureMapsResult) -> dict[int, str]:
    """Return the file of each image that is kept whole."""
    return {int(image): f"{_FOLDER}/{int(image):06d}.webp" for image in result.images}


def files(result: FeatureMapsResult) -> dict[str, bytes]:
    """Return the whole images by file."""
    return {
        src: _part(result.pictures, result.picture_offsets, i)
        for i, src in enumerate(sources(result).values())
    }


def compared(result: FeatureMapsResult, layer: Mapping[str, Any]) -> dict[int, dict[str, Any]]:
    """Return, by map, the picture of its projections under the other rules."""
    name = layer["name"]
    if not result.rules[name]:
        return {}
    return {
        int(feature_map): {
            "src": f"pages/top-{layer['slug']}/{int(feature_map):05d}-rules.webp",
            "content": _part(result.projections[name], result.projection_offsets[name], i),
            "rules": [
                {"name": rule, "scale": float(scale)}
                for rule, scale in zip(result.rules[name], result.scales[name][i], strict=True)
            ],
        }
        for i, feature_map in enumerate(result.maps[name])
    }


def rules_sheet(
    result: FeatureMapsResult,
    top: TopPatchesResult,
    chosen: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]],
    rules: Sequence[str],
) -> Image.Image:
    """Draw a row for each layer: the strongest unit's patch and its projection by each rule.

    Parameters
    ----------
    result : FeatureMapsResult
    top : TopPatchesResult
    chosen : sequence of (layer, cell)
        As gathered for the top-9.
    rules : sequence of str
        A column each.
    """
    cells, labels = [], []
    for layer, cell in chosen:
        name, side = layer["name"], layer["window"]
        tiles = [_decoded(top.patches[name], top.patch_offsets[name], cell["place"])]
        row = int(np.flatnonzero(result.maps[name] == cell["map"])[0])
        others = _decoded(result.projections[name], result.projection_offsets[name], row)
        for rule in rules:
            tile = Image.new("RGB", (side, side), montage.palette().paper)
            if rule in result.rules[name]:
                tile = others.crop((0, result.rules[name].index(rule) * side, *others.size))
            elif rule == result.rule and cell["projections"]:
                content, starts = top.projections[name], top.projection_offsets[name]
                tile = _decoded(content, starts, cell["place"])
            tiles.append(tile)
        tiles = [tile.crop((0, 0, side, side)) for tile in tiles]
        cells += [montage.fit(tile, _SIDE).resize((_SIDE, _SIDE)) for tile in tiles]
        where = drawable(name, 14), f"map {cell['map']}"
        labels += [where, *((rule, "") for rule in rules)]
    columns = 1 + len(rules)
    place = medium.current()
    if place and place.width > place.height:  # two layers side by side
        columns *= 2
    return montage.grid(cells, columns, 16, labels, 16, rows_belong=True)


def _part(content: np.ndarray, offsets: np.ndarray, i: int) -> bytes:
    return content[int(offsets[i]) : int(offsets[i + 1])].tobytes()


def _decoded(content: np.ndarray, offsets: np.ndarray, i: int) -> Image.Image:
    with Image.open(io.BytesIO(_part(content, offsets, i))) as picture:
        return picture.convert("RGB")
