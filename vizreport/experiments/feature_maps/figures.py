"""A page for each feature map, and one to search them all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from vizreport.drawing import tone
from vizreport.drawing.section import PRINT_WIDTH, Content, Context, Figure, Page, Section
from vizreport.experiments.feature_maps import pictures
from vizreport.experiments.feature_maps.result import FeatureMapsResult
from vizreport.experiments.feature_maps.walk import Map, Walk, walks
from vizreport.experiments.mining.classes import counted_as
from vizreport.experiments.top_patches.figures import gathered, mosaic_files
from vizreport.experiments.top_patches.result import TopPatchesResult
from vizreport.results.run import RunRecord
from vizreport.wording.text import quoted

_PARTS = ("optimised_inputs", "evolution")  # sections that a map's page shows parts of
_ALIKE = 0.2  # below it a neighbour is not shown


def section(results: Mapping[str, Any], run: RunRecord) -> Section:
    """Give each shown map a page, and the report one to search them."""
    result: FeatureMapsResult = results["feature_maps"]
    top: TopPatchesResult = results["top_patches"]
    feeding: TopPatchesResult = results["feeding_maps"]
    shared = run.settings.get("scale") != "tile"
    layers = [layer for layer in gathered(results, shared=shared) if layer["name"] in result.layers]
    feeders = gathered(results, 0, "feeding_maps", shared)
    added = {layer["name"]: layer for layer in feeders}
    sources = pictures.sources(result)
    files: dict[str, Content] = {**pictures.files(result)}
    files |= mosaic_files(list(added.values()))
    pages: list[Page] = []
    every = []
    for layer in layers:
        compared = pictures.compared(result, top, layer)
        files |= {entry["src"]: entry.pop("content") for entry in compared.values()}
        own = _pages(result, top, layer, sources, compared)
        if layer["name"] in added:
            own += _pages_of_feeding(feeding, added[layer["name"]], layer, sources, result)
        own = _in_order(own)
        every += [(layer, page.context["cell"], page) for page in own]
        pages += own
    pages = _linked(pages, walks(results["contributions"], {(p.layer, p.map or 0) for p in pages}))
    search = Page("maps", "Search all maps", "pages/maps.html", {"layers": layers, "every": every})
    figures = _figures(result, top, layers)
    noun = counted_as(results["mining"], top.labelled)
    context = {
        "maps": sum(len(layer["cells"]) for layer in layers),
        "feeding": sum(len(layer["cells"]) for layer in added.values()),
        "figure": figures[0].name if figures else "",
        "labelled": top.labelled,
        "noun": noun,
        "parts": any(cell.get("part") for _, cell, _ in every),
    }
    return Section(figures, (search, *pages), (), (), files, context)


def _pages(
    result: FeatureMapsResult,
    top: TopPatchesResult,
    layer: Mapping[str, Any],
    sources: Mapping[int, str],
    compared: Mapping[int, Mapping[str, Any]],
) -> list[Page]:
    name, cells = layer["name"], layer["cells"]
    paged = result.layers[name]
    by_map = {cell["map"]: cell for cell in cells}
    pages = []
    for place, cell in enumerate(cells):
        images = top.layers[name].images[place]
        units = [
            {**tile, "src": sources.get(int(images[tile["rank"] - 1]), "")}
            for tile in cell["tiles"]
            if not cell["dead"]
        ]
        near = [
            {"cell": by_map[int(other)], "similarity": float(similarity)}
            for other, similarity in zip(
                paged.neighbours[place], paged.similarity[place], strict=True
            )
            if similarity >= _ALIKE
        ]
        context = {
            "layer": layer,
            "cell": cell,
            "units": units,
            "near": near,
            "compared": compared.get(cell["map"]),
            "rule": result.rule,
            "size": result.size,
            "order": int(paged.order[place]),
        }
        title = f"Map {cell['map']}"
        pages.append(
            Page(
                page_name(layer, cell), title, "pages/map.html", context, name, cell["map"], _PARTS
            )
        )
    return pages


def _pages_of_feeding(
    feeding: TopPatchesResult,
    added: Mapping[str, Any],
    layer: Mapping[str, Any],
    sources: Mapping[int, str],
    result: FeatureMapsResult,
) -> list[Page]:
    """Return the pages of a layer's maps that are shown for feeding others."""
    name, pages = layer["name"], []
    for place, cell in enumerate(added["cells"]):
        images = feeding.layers[name].images[place]
        context = {
            "layer": layer,
            "cell": cell,
            "units": [
                {**tile, "src": sources.get(int(images[tile["rank"] - 1]), "")}
                for tile in cell["tiles"]
            ],
            "near": [],
            "compared": None,
            "rule": result.rule,
            "size": result.size,
            "order": len(layer["cells"]) + place,
        }
        title = f"Map {cell['map']}"
        pages.append(
            Page(
                page_name(layer, cell), title, "pages/map.html", context, name, cell["map"], _PARTS
            )
        )
    return pages


def _in_order(pages: Sequence[Page]) -> list[Page]:
    """Order a layer's pages by map, and lead from each to the next."""
    ordered = sorted(pages, key=lambda page: page.map or 0)
    cells = [None, *(page.context["cell"] for page in ordered), None]
    return [
        replace(page, context={**page.context, "previous": before, "next": after})
        for page, before, after in zip(ordered, cells, cells[2:], strict=False)
    ]


def _linked(pages: Sequence[Page], walked: Mapping[Map, Walk]) -> list[Page]:
    """Lead from each map's page to those of the maps that feed it and that it feeds."""
    by_map = {(page.layer, page.map): page for page in pages}

    def steps(found: Sequence[tuple[Map, float]]) -> list[Context]:
        return [{"page": by_map[step], "share": share} for step, share in found]

    linked = []
    for page in pages:
        walk = walked.get((page.layer, page.map or 0), Walk())
        context = {
            "walk": walk,
            "sources": steps(walk.sources),
            "targets": steps(walk.targets),
        }
        linked.append(replace(page, context={**page.context, **context}))
    return linked


def page_name(layer: Mapping[str, Any], cell: Mapping[str, Any]) -> str:
    """Return the name of a map's page."""
    return f"top-{layer['slug']}/{cell['map']:05d}"


def _figures(
    result: FeatureMapsResult, top: TopPatchesResult, layers: Sequence[Mapping[str, Any]]
) -> tuple[Figure, ...]:
    """Compare the rules on one unit of each layer."""
    chosen = []
    for layer in layers:
        compared = result.layers[layer["name"]].others
        living = [
            cell
            for cell in layer["cells"]
            if not cell["dead"] and cell["map"] in compared.maps and compared.rules
        ]
        if living:
            chosen.append((layer, max(living, key=lambda c: (c["times"], c["strongest"]))))
    if not chosen:
        return ()
    own = [result.rule] if any(cell["projections"] for _, cell in chosen) else []
    others = (rule for layer, _ in chosen for rule in result.layers[layer["name"]].others.rules)
    rules = list(dict.fromkeys([*own, *others]))
    shown = "; ".join(f"{quoted(layer['name'], 30)} map {cell['map']}" for layer, cell in chosen)
    return (
        Figure(
            name="rules",
            title="One unit per layer under each backward rule defined for it",
            caption=(
                f"For one unit of each layer ({shown}): its image patch, then its projection by "
                f"the {', '.join(rules)} rules. The deconvnet and guided backpropagation "
                "rectify on the backward pass; the gradient does not and looks noisier."
            ),
            method=(
                "For each layer, the strongest unit of one map. Mid-grey is zero; "
                f"{tone.CAPTION} (layer 1 stays linear)."
            ),
            alt=(
                f"{len(chosen)} units, each with a patch and {len(rules)} projections: "
                + "; ".join(
                    f"{quoted(layer['name'], 30)}, a patch of {quoted(cell['common'], 30)}"
                    if cell["common"]
                    else f"{quoted(layer['name'], 30)}"
                    for layer, cell in chosen
                )
                + "."
            ),
            draw=partial(pictures.rules_sheet, result, top, chosen, rules),
            threaded=True,
            width=PRINT_WIDTH if len(chosen) > 1 else PRINT_WIDTH / 2,
        ),
    )
