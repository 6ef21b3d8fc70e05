"""The maps of the top-9 that the front page shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from PIL import Image

from vizreport.drawing import montage
from vizreport.drawing.fonts import drawable
from vizreport.drawing.section import Highlight
from vizreport.experiments.top_patches import mosaics
from vizreport.wording.text import quoted

_FAINT = 9.0  # grey levels below which a small projection is hard to see


def chosen(layers: Sequence[Mapping[str, Any]]) -> tuple[Highlight, ...]:
    """Choose a map of each of the two deepest layers whose pictures show something.

    Parameters
    ----------
    layers : sequence
        As gathered for the figures.
    """
    highlights: list[Highlight] = []
    for layer in reversed(layers):
        pure = sorted(layer["main"], key=lambda cell: (-cell["times"], -cell["strongest"]))
        seen = [(_contrast(layer, cell), cell) for cell in pure[:4]]
        if not seen or max(contrast for contrast, _ in seen) < _FAINT:
            continue
        best = max(seen, key=lambda pair: (pair[1]["times"], pair[0]))[1]
        highlights.insert(0, _highlight(layer, best))
        if len(highlights) == 2:
            break
    return tuple(highlights)


def _contrast(layer: Mapping[str, Any], cell: Mapping[str, Any]) -> float:
    """Return the standard deviation of a map's projections as small as on the front.

    Of its patches where there are no projections.
    """
    view: mosaics.View = "patches" if layer["status"] else "projections"
    small = mosaics.tiles(layer["drawn"], cell["place"], view, 46)
    return float(np.std([np.asarray(tile.convert("RGB"), np.float32) for tile in small]))


def _one_pair(layer: Mapping[str, Any], cell: Mapping[str, Any]) -> Image.Image:
    """Draw a map's tiles, with its name."""
    named = f"{drawable(layer['name'], 30)}, map {cell['map']}"
    said = (
        drawable(f"{cell['times']}/{cell['of']} {cell['common']}", 50) if cell["times"] > 1 else ""
    )
    pair = mosaics.pair(layer["drawn"], cell, 420, 10)
    bars = "" if layer["status"] or layer["drawn"].linear else "a projection's peak"
    return montage.grid([pair], 1, 10, [(named, said)], 22, bars_are=bars)


def _highlight(layer: Mapping[str, Any], cell: Mapping[str, Any]) -> Highlight:
    name = quoted(layer["name"], 40)
    common = quoted(cell["common"], 40)
    if cell["times"] > 1 and cell["times"] == cell["of"]:
        what = f": its {cell['of']} strongest are all {common}"
    elif cell["times"] > 1:
        what = f": {cell['times']} of its {cell['of']} strongest are {common}"
    else:
        what = ": what it responds to, and where"
    return Highlight(
        name=f"highlight-{layer['slug']}",
        caption=f"Map {cell['map']} of {name}{what}.",
        alt=(
            f"The nine patches of map {cell['map']} of {name}{what}."
            if layer["status"]
            else f"Nine patches of map {cell['map']} in {name}, highlighted where their "
            f"projections are strong{what}."
        ),
        draw=partial(_one_pair, layer, cell),
        href=f"#fig-{layer['figure']}",
    )
