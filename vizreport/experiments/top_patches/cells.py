"""What the templates say of a feature map and of its nine tiles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np

from vizreport.drawing.section import Context
from vizreport.experiments.mining.classes import predicted_name, true_name
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.parts.result import PartsResult
from vizreport.experiments.top_patches import classes, ground_truth, mosaics
from vizreport.experiments.top_patches.result import TopPatchesResult


@dataclass(frozen=True)
class Gathering:
    """Results, how many maps of a layer are in figures, and whether tiles share a scale."""

    result: TopPatchesResult
    whole: TopPatchesResult
    mining: MiningResult
    parts: PartsResult
    shown: int
    shared: bool


@dataclass(frozen=True)
class ShownLayer:
    """A layer as it is shown; ``counts``: the classes of its maps' images can be counted."""

    name: str
    slug: str
    drawn: mosaics.Layer
    counts: bool


def gathered_cell(of: Gathering, layer: ShownLayer, place: int, main: bool) -> Context:
    """Gather what is said of a feature map; ``main``: it is in the report's figures."""
    name, drawn, mining = layer.name, layer.drawn, of.mining
    top, measured = drawn.top, drawn.top.tiles
    feature_map, dead = int(top.maps[place]), bool(top.dead[place])
    tiles = _tiles(of, layer, place)
    own = classes.own_class(mining, name, feature_map)
    names = [str(tile["class_name"]) for tile in tiles] if layer.counts and not dead else []
    matched = not of.result.labelled or bool((mining.labels >= 0).any())
    found = classes.counted(names, own, matched)
    folder = f"pages/top-{layer.slug}"
    projected = not measured.status
    one = mosaics.one_tile(drawn, place) if drawn.same and not dead else None
    alone = one is not None and not drawn.shared
    scale = float(measured.tile_scales[place][one] if alone else measured.map_scales[place])
    return {
        "map": feature_map,
        "place": place,
        "projections": f"{folder}/{feature_map:05d}-projections.webp" if projected else "",
        "spotlights": f"{folder}/{feature_map:05d}-spotlights.webp"
        if projected and not drawn.same
        else "",
        "linear": f"{folder}/{feature_map:05d}-linear.webp"
        if projected and main and not drawn.linear and not dead
        else "",
        "bars": [] if not projected or drawn.linear or dead else mosaics.strengths(drawn, place),
        "patches": f"{folder}/{feature_map:05d}-patches.webp",
        "one": one,
        "anchor": f"map-{feature_map}",
        "dead": dead,
        "blank": bool(drawn.blank[place].any() and drawn.blank[place].sum() == len(tiles)),
        "strongest": float(top.values[place, 0]),
        "active": float(mining.layers[name].active[feature_map]) if name in mining.layers else nan,
        "part": ground_truth.part_of(of.parts, name, feature_map),
        "inside": _mean(measured.inside[place]),
        "inside_elsewhere": _mean(measured.inside_elsewhere[place]),
        "purity": found.times / len(tiles) if found.common else nan,
        "own": own,
        "own_said": classes.said(found, len(tiles)) if own and found.common else "",
        "common": found.common,
        "classes": _counts(tiles),
        "times": found.times,
        "of": len(tiles),
        "tiles": tiles,
        "scale": scale if tiles and projected else nan,
    }


def _tiles(of: Gathering, layer: ShownLayer, place: int) -> list[Context]:
    """Gather what is said of a map's tiles; without those that no image excites."""
    mining, top = of.mining, layer.drawn.top
    silent = [] if top.dead[place] else np.flatnonzero(~top.shown[place]).tolist()
    tiles = []
    for k, image in enumerate(top.images[place].tolist()):
        if image < 0 or k in silent:
            continue
        true, predicted = true_name(mining, image), predicted_name(mining, image)
        tiles.append(
            {
                "rank": k + 1,
                "value": float(top.values[place, k]),
                "class_name": true if of.result.labelled else predicted,
                "shown": true or (f"{predicted} (predicted)" if predicted else ""),
                "path": mining.paths[image],
                "box": [int(side) for side in top.tiles.fields[place, k]],
                "scale": float(top.tiles.tile_scales[place, k]),
            }
        )
    return tiles


def _mean(shares: np.ndarray) -> float:
    """Mean of what is known; NaN where nothing is."""
    known = shares[~np.isnan(shares)]
    return float(known.mean()) if len(known) else nan


def _counts(tiles: Sequence[Mapping[str, Any]]) -> list[tuple[str, int]]:
    """Count the classes among the tiles, most frequent first."""
    return Counter(tile["class_name"] for tile in tiles if tile["class_name"]).most_common()
