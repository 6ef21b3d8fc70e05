"""The stored mosaics of feature maps, as bytes for files and as pictures."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image

from vizreport.experiments.top_patches.pictures import patch_encoder
from vizreport.experiments.top_patches.result import TopPatchesResult
from vizreport.report import montage


def encoded(result: TopPatchesResult, name: str, place: int, projections: bool) -> bytes:
    """Return a map's mosaic as it is stored."""
    content = result.projections[name] if projections else result.patches[name]
    offsets = (result.projection_offsets if projections else result.patch_offsets)[name]
    return content[int(offsets[place]) : int(offsets[place + 1])].tobytes()


def silent_ranks(result: TopPatchesResult, name: str, place: int) -> list[int]:
    """Return which of the nine do not excite a living map: fewer than nine images do."""
    if result.dead[name][place]:
        return []
    return np.flatnonzero(~result.shown[name][place]).tolist()


def encoded_patches(result: TopPatchesResult, name: str, place: int) -> bytes:
    """Return a map's patches, grey where the image does not excite it."""
    if not silent_ranks(result, name, place):
        return encoded(result, name, place, False)
    side, maps = int(result.window[name]), len(result.maps[name])
    return patch_encoder(side, maps)(np.asarray(mosaic(result, name, place, False)))


def mosaic(result: TopPatchesResult, name: str, place: int, projections: bool) -> Image.Image:
    """Return a map's projections or patches, those grey that do not excite it."""
    with Image.open(io.BytesIO(encoded(result, name, place, projections))) as stored:
        picture = stored.convert("RGB")
    if not projections:
        side = int(result.window[name])
        for k in silent_ranks(result, name, place):
            left, top = k % 3 * side, k // 3 * side
            picture.paste((128, 128, 128), (left, top, left + side, top + side))
    return picture


def pair(
    result: TopPatchesResult, name: str, cell: Mapping[str, Any], side: int, gap: int = 6
) -> Image.Image:
    """Draw projections and patches; the patches alone where there are no projections."""
    if result.status[name]:
        return montage.part(mosaic(result, name, cell["place"], False), side)
    left, right = (
        montage.part(mosaic(result, name, cell["place"], which), side) for which in (True, False)
    )
    return montage.beside(left, right, gap)
