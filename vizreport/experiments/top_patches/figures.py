"""Top-9 projections beside their patches, laid out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from PIL import Image

from vizreport.drawing import medium, montage, spotlight, tone
from vizreport.drawing.fonts import drawable
from vizreport.drawing.section import Content, Context, Fact, Figure, Page, Section
from vizreport.experiments.mining.classes import counted_as
from vizreport.experiments.parts.result import PartsResult
from vizreport.experiments.top_patches import classes, ground_truth, mosaics, wording
from vizreport.experiments.top_patches.cells import Gathering, ShownLayer, gathered_cell
from vizreport.experiments.top_patches.highlights import chosen
from vizreport.experiments.top_patches.result import SHOWN, TopPatchesResult, first_places
from vizreport.results.run import RunRecord
from vizreport.wording.text import number, percent, quoted, shared_reasons, slugs, spoken

COLUMNS = 2
_PATCH_COLUMNS = 4  # where there are no projections
_LARGE = 40  # px of a tile from which pictures are shown larger
_SHEET = 8  # maps a figure at most: what a printed page holds
_ON_SLIDE = 2  # maps
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
               "unprojected": shared_reasons(
                   {name: layer.tiles.status for name, layer in result.layers.items()}
               )}  # fmt: skip
    maps = sum(len(layer["cells"]) for layer in projected or layers)
    facts = (
        Fact(
            "Maps projected" if projected else "Maps shown",
            number(maps),
            f"in {len(projected or layers)} layers",
        ),
    )
    highlights = chosen(layers)
    return Section(figures, pages, highlights, facts, files, context)


def gathered(
    results: Mapping[str, Any],
    shown: int = SHOWN,
    which: str = "top_patches",
    shared: bool = True,
) -> list[Context]:
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
    gathering = Gathering(result, whole, results["mining"], results["parts"], shown, shared)
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
    others = ("optimised_inputs",)
    return Page(
        name, "Top-9", "pages/top_layer.html", {"layer": layer}, layer["name"], others=others
    )


def _layer(of: Gathering, name: str, slug: str) -> Context:
    """Gather what the templates say of a layer."""
    mining, top = of.mining, of.result.layers[name]
    tiles = top.tiles
    status, window = tiles.status, tiles.window
    first = name == mining.checked[0]
    drawn = mosaics.layer(of.result, name, first, of.whole, of.shared)
    chosen = first_places(top, of.shown)
    # What a first layer's patches show of the image's class is chance.
    counts = classes.is_counted(mining) and not first
    shown = ShownLayer(name, slug, drawn, counts)
    cells = [gathered_cell(of, shown, i, i in chosen) for i in range(len(top.maps))]
    faded = [cell["map"] for cell in cells if cell["blank"] and cell["place"] in chosen]
    main = [cells[i] for i in chosen if not (cells[i]["dead"] or cells[i]["blank"])]
    across = _PATCH_COLUMNS if status else COLUMNS
    maps = len(mining.layers[name].values) if name in mining.layers else None
    if status and len(main) % across == 1 and len(main) not in (1, maps):
        main.pop()  # of a sample, no map stands alone in the last row
    field = tiles.receptive_field
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
        "energy": percent(tiles.energy_share, 1),
        "positive": bool((top.values > 0).any()),
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
        "selective": sum(bool(top.selective[cell["place"]]) for cell in main),
        "inactive": listed(top.inactive.tolist()),
        "faded": listed(faded),
        "dead": [cell for cell in cells if cell["dead"]],
        "named": sum(cell["part"] is not None for cell in cells),
        "tiles": sum(len(cell["tiles"]) for cell in cells if not cell["dead"]),
        "lost": int(drawn.blank.sum()),
        "figure": f"top-{slug}",
    }


def listed(maps: Sequence[int]) -> Context:
    """Return how many maps there are, and their numbers as they are listed in a line."""
    numbers = ", ".join(str(int(one)) for one in maps[:_LISTED])
    return {"count": len(maps), "numbers": numbers + (", …" if len(maps) > _LISTED else "")}


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
        if (drawn.top.shown & ~(drawn.top.values > 0)).any():
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
    if medium.low():
        cells, columns = cells[:_ON_SLIDE], _ON_SLIDE
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
