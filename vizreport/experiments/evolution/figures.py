"""Feature maps over the epochs, laid out."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from PIL import Image

from vizreport.drawing import montage, tone
from vizreport.drawing.fonts import drawable
from vizreport.drawing.section import Context, Figure, Highlight, Section
from vizreport.experiments.evolution.curves import curves
from vizreport.experiments.evolution.jumps import jumps
from vizreport.experiments.evolution.result import EvolutionResult, FollowedMaps
from vizreport.experiments.evolution.sheet import TILE, Strip, sheet, side_by_side
from vizreport.experiments.evolution.similarity import THRESHOLD, median_similarity
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.top_patches.classes import own_class
from vizreport.experiments.top_patches.mosaics import SIDE, within
from vizreport.experiments.top_patches.pictures import drawn_encoder
from vizreport.experiments.top_patches.placing import insides
from vizreport.experiments.top_patches.result import TopPatchesResult
from vizreport.results.run import RunRecord
from vizreport.wording.text import quoted, slugs

SHOWN = 6  # maps a layer
_LARGE = 60  # px of a tile from which pictures are shown smoothed


def section(results: Mapping[str, Any], run: RunRecord) -> Section:
    """Show some maps of each layer over the epochs, and when the layers settled."""
    result: EvolutionResult = results["evolution"]
    mining: MiningResult = results["mining"]
    top: TopPatchesResult = results["top_patches"]
    slug = slugs(result.layers)
    layers = [_layer(result, mining, name, slug[name]) for name in result.layers]
    there = [layer for layer in layers if not layer["status"]]
    files = {
        cell[kind]: partial(_file, result, top, layer, cell, kind == "projections")
        for layer in there
        for cell in layer["cells"]
        for kind in ("projections", "patches")
    }
    ends = [there[0], there[-1]] if there else []  # the others are supplementary
    figures = (
        _chart(result, there),
        *(_figure(result, top, layer, layer not in ends) for layer in there),
    )
    context = {
        "layers": layers,
        "epochs": result.epochs,
        "found": result.found,
        "rule": result.rule,
        "threshold": THRESHOLD,
        "history": len(result.history_epochs) > 0,
    }
    highlights = tuple(_highlights(result, top, there))
    return Section(figures, (), highlights, (), files, context)


def _layer(result: EvolutionResult, mining: MiningResult, name: str, slug: str) -> Context:
    """Gather what the templates show of a layer."""
    maps = result.layers[name].followed
    if maps is None:
        return {"name": name, "slug": slug, "status": result.layers[name].status}
    window, changed = maps.window, jumps(maps)
    return {
        "name": name,
        "slug": slug,
        "status": "",
        "figure": f"evolution-{slug}",
        "window": window,
        "linear": name == mining.checked[0],
        "side": min(window, SIDE),
        "columns": min(window, SIDE) * len(result.epochs),
        "pixelated": window < _LARGE,
        "maps": len(maps.maps),
        "cells": [_cell(result, mining, name, slug, place) for place in _spread(len(maps.maps))],
        "similarity": median_similarity(maps.similarity).tolist(),
        "own_similarity": median_similarity(maps.own_similarity).tolist(),
        "unrelated": maps.unrelated,
        "settled": maps.settled,
        "jumps": float(changed.mean()) if changed.size else float("nan"),
    }


def _spread(count: int) -> list[int]:
    shown = min(SHOWN, count)
    return [i * count // shown for i in range(shown)]


def _cell(
    result: EvolutionResult, mining: MiningResult, name: str, slug: str, place: int
) -> Context:
    """Gather what the templates show of a feature map."""
    maps = result.followed[name]
    feature_map = int(maps.maps[place])
    changed = [False, *jumps(maps)[:, place].tolist()]
    folder = f"pages/evolution-{slug}"
    paths = [mining.paths[image] for image in maps.images[:, place]]
    return {
        "map": feature_map,
        "own": own_class(mining, name, feature_map),
        "place": place,
        "projections": f"{folder}/{feature_map:05d}-projections.webp",
        "patches": f"{folder}/{feature_map:05d}-patches.webp",
        "tiles": [
            {"epoch": epoch, "jump": jump, "path": path}
            for epoch, jump, path in zip(result.epochs, changed, paths, strict=True)
        ],
        "jumps": sum(changed),
    }


def _encoded(maps: FollowedMaps, place: int, projections: bool) -> bytes:
    content = maps.projections if projections else maps.patches
    offsets = maps.projection_offsets if projections else maps.patch_offsets
    return content[int(offsets[place]) : int(offsets[place + 1])].tobytes()


def _tiles(
    result: EvolutionResult,
    top: TopPatchesResult,
    layer: Mapping[str, Any],
    cell: Mapping[str, Any],
    projections: bool,
    side: int,
) -> list[Image.Image]:
    """Draw a map's tiles, one an epoch, transparent where no image is: RGBA."""
    name, window, place = layer["name"], layer["window"], cell["place"]
    maps = result.followed[name]
    with Image.open(io.BytesIO(_encoded(maps, place, projections))) as opened:
        strip = np.asarray(opened.convert("RGB"))
    images = insides(top, name, maps.rows[:, place], maps.cols[:, place], window)
    images[~(maps.values[:, place] > 0)] = 0
    found = []
    for i, inside in enumerate(images):
        tile = strip[:, i * window : (i + 1) * window]
        drawn = (
            tone.fitted(tile, side, layer["linear"])
            if projections
            else montage.fit(Image.fromarray(tile), side)
        )
        found.append(within(drawn, inside / window, not projections))
    return found


def _file(
    result: EvolutionResult,
    top: TopPatchesResult,
    layer: Mapping[str, Any],
    cell: Mapping[str, Any],
    projections: bool,
) -> bytes:
    """Return a map's strip as a file of the report."""
    side = layer["side"]
    whole = Image.new("RGBA", (side * len(result.epochs), side))
    for i, tile in enumerate(_tiles(result, top, layer, cell, projections, side)):
        whole.paste(tile, (i * side, 0))
    return drawn_encoder(layer["window"])(whole)


def _strip(
    result: EvolutionResult,
    top: TopPatchesResult,
    layer: Mapping[str, Any],
    cell: Mapping[str, Any],
) -> Strip:
    """Draw a map's tiles for a figure."""
    rows = [_tiles(result, top, layer, cell, which, TILE) for which in (True, False)]
    said = "no jump" if not cell["jumps"] else f"{cell['jumps']} jump" + "s" * (cell["jumps"] > 1)
    label = drawable(cell["own"], 30) or f"map {cell['map']}"
    active = (result.followed[layer["name"]].values[:, cell["place"]] > 0).tolist()
    return Strip(label, said, [t["jump"] for t in cell["tiles"]], rows[0], rows[1], active)


def _figure(
    result: EvolutionResult, top: TopPatchesResult, layer: Mapping[str, Any], supplement: bool
) -> Figure:
    name, cells = layer["name"], layer["cells"]
    epochs = ", ".join(map(str, result.epochs))
    how = (
        "each tile has its own scale, the 99.5th percentile of its absolute value"
        if layer["linear"]
        else tone.CAPTION
    )
    return Figure(
        name=layer["figure"],
        title=f"Evolution of {quoted(name)}",
        caption=(
            f"{len(cells)} feature maps from epoch {result.epochs[0]} (left) to epoch "
            f"{result.epochs[-1]} (right): above, the projection of each map's strongest "
            "activation; below, the same region of the image. A bar marks a jump: a different "
            "image now excites the map most."
        ),
        method=(
            f"Epochs {epochs}. Above: projection of the strongest activation over the images at "
            f"that epoch "
            f"({'deconvnet' if result.rule == 'deconvnet' else result.rule + ' rules'}); "
            f"mid-grey is zero; {how}. Below: {layer['window']} px wide at all epochs. Not "
            "active: not above 0 in any image."
        ),
        alt=(
            f"{len(cells)} maps of {quoted(name)} at {len(result.epochs)} epochs, projections "
            f"over patches, with {sum(cell['jumps'] for cell in cells)} jumps; "
            + _steadiest(cells)
            + "."
        ),
        draw=lambda: sheet(
            drawable(name, 40),
            result.epochs,
            [_strip(result, top, layer, cell) for cell in cells],
        ),
        threaded=True,
        supplement=supplement,
        width=150,
    )


def _steadiest(cells: Sequence[Mapping[str, Any]]) -> str:
    """State which maps of a figure kept their image, or how often the steadiest one changed it."""
    steady = [str(cell["map"]) for cell in cells if not cell["jumps"]]
    if steady:
        return f"map{'s' * (len(steady) > 1)} {', '.join(steady)} kept the same image throughout"
    fewest = min(cells, key=lambda cell: int(cell["jumps"]))
    times = "once" if fewest["jumps"] == 1 else f"{fewest['jumps']} times"
    return f"map {fewest['map']} changed its image least often, {times}"


def _chart(result: EvolutionResult, layers: Sequence[Mapping[str, Any]]) -> Figure:
    history = len(result.history_epochs) > 0
    caption = (
        "Similarity of each layer's projections to those of the last epoch (1: identical). The "
        "larger mark shows where the layer has settled."
        + (" Bottom: training loss and error." if history else "")
    )
    method = (
        "Median over each layer's maps of the cosine between a projection and the last epoch's (1 "
        "if they differ only in strength). Left: the last epoch's strongest unit, in the same "
        "image, at each epoch; a layer has settled at the first epoch from which it stays at "
        f"{THRESHOLD:.1f} or above. Right: each epoch's own strongest unit, as in the tiles below, "
        "which falls at every jump. Epochs are on a logarithmic scale."
        + (
            " Training errors are measured with dropout and changing weights, validation errors "
            "on separate images."
            if history
            else ""
        )
    )
    alt = "; ".join(
        f"{quoted(layer['name'], 40)} from {layer['similarity'][0]:.2f} at epoch "
        f"{result.epochs[0]} to 1 at {result.epochs[-1]}"
        for layer in layers
    )
    return Figure(
        name="evolution-curves",
        title="How early each layer settles",
        caption=caption,
        method=method,
        alt=f"Similarity by epoch: {alt}.",
        draw=curves(result, [layer["name"] for layer in layers]),
        width=174,
    )


def _highlights(
    result: EvolutionResult, top: TopPatchesResult, layers: Sequence[Mapping[str, Any]]
) -> list[Highlight]:
    """Show four maps of a middle layer, which changes visibly and is still made of shapes."""
    if not layers:
        return []
    layer = layers[len(layers) // 2]
    name = quoted(layer["name"], 40)
    return [
        Highlight(
            name="highlight-evolution",
            caption=(
                f"Maps in {name} from epoch {result.epochs[0]} (left) to epoch "
                f"{result.epochs[-1]} (right): projections of each map's strongest activation."
            ),
            alt=(
                f"Projections of maps in {name}, a row each: in the median, their similarity to "
                f"epoch {result.epochs[-1]} is {layer['own_similarity'][0]:.2f} at epoch "
                f"{result.epochs[0]}."
            ),
            draw=lambda: side_by_side(
                [_strip(result, top, layer, cell).projections for cell in layer["cells"][:4]]
            ),
            href=f"#fig-{layer['figure']}",
        )
    ]
