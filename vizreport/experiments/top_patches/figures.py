"""Top-9 projections beside their patches, laid out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import nan
from typing import Any

import numpy as np
from PIL import Image

from vizreport.drawing import montage, spotlight, tone
from vizreport.drawing.fonts import drawable
from vizreport.drawing.section import Content, Fact, Figure, Page, Section
from vizreport.experiments.mining.classes import counted_as, predicted_name, true_name
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.parts.result import PartsResult
from vizreport.experiments.top_patches import classes, ground_truth, mosaics, wording
from vizreport.experiments.top_patches.highlights import chosen
from vizreport.experiments.top_patches.result import SHOWN, TopPatchesResult, first_places
from vizreport.results.run import RunRecord
from vizreport.wording.text import number, percent, quoted, shared_reasons, slugs, spoken

COLUMNS = 2
_PATCH_COLUMNS = 4  # where there are no projections
_LARGE = 40  # px of a tile from which pictures are shown larger
_SHEET = 8  # maps a figure at most: what a printed page holds
_LISTED = 12  # numbers of maps in a line
_SIDE = 400  # px of a mosaic in a figure: some 270 dpi in print


def section(results: Mapping[str, Any], run: RunRecord) -> Section:
    """Show a sample of maps of each layer, and all of them on a page of their own."""
    result: TopPatchesResult = results["top_patches"]
    parts: PartsResult = results["parts"]
    shared = run.settings.get("scale") != "tile"
    layers = gathered(results, run.settings.get("maps_in_print") or SHOWN, shared=shared)
    noun = counted_as(results["mining"], result.labelled)
    projected = [layer for layer in layers if not layer["status"]]
    energy = ground_truth.energy_figure(result)
    figures = (
        *([] if energy is None else [energy]),
        *(
            _figure(result, noun, layer, sheet, _explained(layers, layer, sheet))
            for layer in layers
            for sheet in layer["sheets"]
        ),
    )
    pages = tuple(_page(layer) for layer in layers)
    files = mosaic_files(layers)
    context = {"layers": layers, "rule": result.rule, "shared": shared, "shown": SHOWN,
               "labelled": result.labelled, "noun": noun,
               "parts": ground_truth.table(parts, layers),
               "projected": bool(projected),
               "replaced": result.replaced,
               "unprojected": shared_reasons(result.status)}  # fmt: skip
    maps = sum(len(layer["cells"]) for layer in projected or layers)
    facts = (
        Fact(
            "Maps projected" if projected else "Maps shown",
            number(maps),
            f"in {len(projected or layers)} layers",
        ),
    )
    highlights = chosen(result, layers)
    return Section(figures, pages, highlights, facts, files, context)


def gathered(
    results: Mapping[str, Any],
    shown: int = SHOWN,
    which: str = "top_patches",
    shared: bool = True,
) -> list[dict[str, Any]]:
    """Gather what is said of each layer and, in its "cells", of each map projected.

    Parameters
    ----------
    results : mapping
        By experiment.
    shown : int
        Maps a layer in "main", those in the report's figures.
    which : str
        Which of the results the maps are of.
    shared : bool
        Whether a map's nine projections share a scale where they are drawn linear.
    """
    result: TopPatchesResult = results[which]
    whole: TopPatchesResult = results["top_patches"]
    slug = slugs(whole.layers)
    gathering = _Gathering(result, whole, results["mining"], results["parts"], shown, shared)
    return [_layer(gathering, name, slug[name]) for name in result.layers]


def mosaic_files(layers: Sequence[Mapping[str, Any]]) -> dict[str, Content]:
    """Return what draws the mosaics of all maps of some layers, by file."""
    files: dict[str, Content] = {}
    for layer in layers:
        for cell in (cell for cell in layer["cells"] if not cell["dead"]):
            for view in ("spotlights", "projections", "linear", "patches"):
                if cell[view]:
                    files[cell[view]] = partial(
                        mosaics.encoded, layer["drawn"], cell["place"], view
                    )
    return files


def _page(layer: Mapping[str, Any]) -> Page:
    name = f"top-{layer['slug']}"
    return Page(name, "Top-9", "pages/top_layer.html", {"layer": layer}, layer["name"])


@dataclass(frozen=True)
class _Gathering:
    """Results, how many maps of a layer are in figures, and whether tiles share a scale."""

    result: TopPatchesResult
    whole: TopPatchesResult
    mining: MiningResult
    parts: PartsResult
    shown: int
    shared: bool


def _layer(of: _Gathering, name: str, slug: str) -> dict[str, Any]:
    """Gather what the templates say of a layer."""
    result, mining = of.result, of.mining
    status = result.status[name]
    window = int(result.window[name])
    first = name == mining.checked[0]
    drawn = mosaics.layer(result, name, first, of.whole, of.shared)
    count = len(result.maps[name])
    chosen = first_places(result, name, of.shown)
    # What a first layer's patches show of the image's class is chance.
    counts = classes.is_counted(mining) and not first
    cells = [_cell(drawn, mining, of.parts, slug, i, i in chosen, counts) for i in range(count)]
    faded = [cell["map"] for cell in cells if cell["blank"] and cell["place"] in chosen]
    main = [cells[i] for i in chosen if not (cells[i]["dead"] or cells[i]["blank"])]
    across = _PATCH_COLUMNS if status else COLUMNS
    maps = len(mining.layers[name].values) if name in mining.layers else None
    if status and len(main) % across == 1 and len(main) not in (1, maps):
        main.pop()  # of a sample, no map stands alone in the last row
    field = [int(side) for side in result.receptive_field[name]]
    return {
        "name": name,
        "slug": slug,
        "page": f"pages/top-{slug}.html",
        "status": status,
        "window": window,
        "side": 3 * drawn.side,
        "drawn": drawn,
        "linear": drawn.linear,
        "both": any(cell["linear"] for cell in cells),
        "large": window > _LARGE,
        "energy": percent(float(result.energy_share[name]), 1),
        "positive": bool((result.values[name] > 0).any()),
        "field": None if not all(field) else f"{field[0]} × {field[1]}",
        "whole_field": window >= max(field) > 0,
        "cells": cells,
        "main": main,
        "sheets": [
            {
                "figure": f"top-{slug}" + (f"--{i // _SHEET + 1}" if i else ""),
                "cells": main[i : i + _SHEET],
            }
            for i in range(0, len(main), _SHEET)
        ],
        "maps": maps,
        "across": across,
        "selective": sum(bool(result.selective[name][cell["place"]]) for cell in main),
        "inactive": listed(result.inactive[name].tolist()),
        "faded": listed(faded),
        "dead": [cell for cell in cells if cell["dead"]],
        "named": sum(cell["part"] is not None for cell in cells),
        "tiles": sum(len(cell["tiles"]) for cell in cells if not cell["dead"]),
        "lost": int(drawn.blank.sum()),
        "figure": f"top-{slug}",
    }


def _cell(
    drawn: mosaics.Layer,
    mining: MiningResult,
    parts: PartsResult,
    slug: str,
    place: int,
    main: bool,
    counts: bool,
) -> dict[str, Any]:
    """Gather what the templates say of a feature map.

    ``main``: it is in the report's figures; ``counts``: the images' classes can be counted.
    """
    result, name = drawn.result, drawn.name
    feature_map = int(result.maps[name][place])
    values, images = result.values[name][place], result.images[name][place]
    dead = bool(result.dead[name][place])
    silent = [] if dead else np.flatnonzero(~result.shown[name][place]).tolist()
    tiles = []
    for k, image in enumerate(images):
        if image < 0 or k in silent:
            continue
        true, predicted = true_name(mining, int(image)), predicted_name(mining, int(image))
        tiles.append(
            {
                "rank": k + 1,
                "value": float(values[k]),
                "class_name": true if result.labelled else predicted,
                "shown": true or (f"{predicted} (predicted)" if predicted else ""),
                "path": mining.paths[image],
                "box": [int(side) for side in result.fields[name][place][k]],
                "scale": float(result.tile_scales[name][place][k]),
            }
        )
    own = classes.own_class(mining, name, feature_map)
    names = [str(tile["class_name"]) for tile in tiles] if counts and not dead else []
    matched = not result.labelled or bool((mining.labels >= 0).any())
    found = classes.counted(names, own, matched)
    folder = f"pages/top-{slug}"
    projected = not result.status[name]
    one = mosaics.one_tile(drawn, place) if drawn.same and not dead else None
    alone = one is not None and not drawn.shared
    scale = float(result.tile_scales[name][place][one] if alone else result.map_scales[name][place])
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
        "strongest": float(values[0]),
        "active": float(mining.layers[name].active[feature_map]) if name in mining.layers else nan,
        "part": ground_truth.part_of(parts, name, feature_map),
        "inside": _mean(result.inside[name][place]),
        "inside_elsewhere": _mean(result.inside_elsewhere[name][place]),
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


def listed(maps: Sequence[int]) -> dict[str, Any]:
    """Return how many maps there are, and their numbers as they are listed in a line."""
    numbers = ", ".join(str(int(one)) for one in maps[:_LISTED])
    return {"count": len(maps), "numbers": numbers + (", …" if len(maps) > _LISTED else "")}


def _mean(shares: np.ndarray) -> float:
    """Mean of what is known; NaN where nothing is."""
    known = shares[~np.isnan(shares)]
    return float(known.mean()) if len(known) else nan


def _counts(tiles: Sequence[Mapping[str, Any]]) -> list[tuple[str, int]]:
    """Count the classes among the tiles, most frequent first."""
    return Counter(tile["class_name"] for tile in tiles if tile["class_name"]).most_common()


def _explained(
    layers: Sequence[Mapping[str, Any]], layer: Mapping[str, Any], sheet: Mapping[str, Any]
) -> str:
    """Return the first layer that is drawn like one, "" for that layer's first figure itself."""

    def kind(one: Mapping[str, Any]) -> tuple[bool, bool, bool]:
        drawn = one["drawn"]
        return bool(one["status"]), drawn.same, drawn.linear

    first = next(one for one in layers if one["sheets"] and kind(one) == kind(layer))
    return "" if sheet is first["sheets"][0] else str(first["name"])


def _figure(
    result: TopPatchesResult,
    noun: str,
    layer: Mapping[str, Any],
    sheet: Mapping[str, Any],
    explained: str,
) -> Figure:
    """Make a layer's figure; ``explained`` is the layer whose caption says how it is drawn."""
    name, cells = layer["name"], sheet["cells"]
    drawn = layer["drawn"]
    one = "one scale per map" if drawn.shared else "each tile has its own scale"
    how = (
        f"{one}, the 99.5th percentile of the absolute value"
        if drawn.linear
        else f"{tone.CAPTION}. The bar below each tile shows its peak value relative to the "
        "strongest of the nine (full bar)"
    )
    if drawn.same:
        how += ". A map's nine differ only in strength, so one is shown"
    many = len(layer["cells"])
    chosen = f"{len(cells)} of its {layer['maps']} feature maps" if layer["maps"] else "Some maps"
    if len(cells) == layer["maps"]:
        chosen = f"All {len(cells)} feature maps"
    chosen = "Its one feature map" if layer["maps"] == 1 else f"{chosen}, each"
    fair = wording.chosen_said(layer) if layer["maps"] != len(cells) else ""
    fewer = any(len(c["tiles"]) < 9 for c in cells)
    patches = f"{layer['window']} px wide, centred on the unit"
    if layer["status"]:
        pairs = f"The tiles are image patches, {patches}"
        method = f"{fair}No projections: {layer['status']}."
    else:
        rule = "deconvnet" if result.rule == "deconvnet" else f"{result.rule} rules"
        pairs = f"Mid-grey is zero, tiles are {patches}"
        left = "" if drawn.same else f"Spotlights: {spotlight.CAPTION}. "
        method = f"{fair}{left}Projections ({rule}): {how}."
        if drawn.blank.any():
            pairs += (
                ". A dash beside a pale patch: blank, below 1 % of the strength (root mean square) "
                "of the median map"
            )
        if (result.shown[name] & ~(result.values[name] > 0)).any():
            pairs += ". Outputs of 0 or less have no projection"
    if explained:
        method = f"Drawn as for {quoted(explained)}. {fair}"
    what = "3 by 3 mosaics of patches" if layer["status"] else "pairs of 3 by 3 mosaics"
    each = "tiles" if layer["status"] else "pairs"
    alt = f"{len(cells)} {what} for {quoted(name)}." + wording.seen_said(cells)
    return Figure(
        name=sheet["figure"],
        title=f"Top-9 of {quoted(name)}"
        + (", continued" if sheet is not layer["sheets"][0] else ""),
        caption=(
            f"{chosen} by its nine strongest activations in the data, strongest first, at most "
            f"one per image. {pairs}.{wording.counted_said(cells, noun)}"
            + (f" Where {each} are missing, no other image excites the map." if fewer else "")
            + (f" The layer's page shows all {many} selected maps." if many > len(cells) else "")
        ),
        alt=alt,
        draw=lambda: _drawn(layer, cells),
        threaded=True,
        method=method,
        width=140,
    )


def _drawn(layer: Mapping[str, Any], cells: Sequence[Mapping[str, Any]]) -> Image.Image:
    columns = layer["across"]
    pairs = [mosaics.pair(layer["drawn"], cell, _SIDE) for cell in cells]
    labels = []
    for cell in cells:
        said = ""
        if cell["own"]:
            said = drawable(spoken(": ".join(filter(None, (cell["own"], cell["own_said"])))), 120)
        elif cell["times"] > 1:
            said = f"{cell['times']} of {cell['of']} are {drawable(spoken(cell['common']), 40)}"
        labels.append((f"map {cell['map']}", said))
    # Letters and gaps go with the tiles, so that they look the same for every layer in print.
    width = pairs[0].width * columns // COLUMNS
    letters = max(9, width // 27)
    barred = not layer["status"] and not layer["drawn"].linear
    bars = "a projection's peak, relative to the largest of the nine" if barred else ""
    sheet = montage.grid(pairs, columns, width // 28, labels, letters, bars_are=bars)
    return montage.headed(sheet, f"{drawable(layer['name'], 40)}: {wording.halves(layer)}", letters)
