"""The signs of a badly chosen architecture, drawn."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from PIL import Image

from vizreport.drawing import charts, montage
from vizreport.drawing.fonts import drawable
from vizreport.drawing.section import Figure, Section
from vizreport.experiments.architecture import charts as drawn
from vizreport.experiments.architecture.duplicates import ALIKE
from vizreport.experiments.architecture.findings import (
    AMBIGUOUS,
    ambiguous,
    counted_bands,
    large,
    repeated,
    sparse,
)
from vizreport.experiments.architecture.gratings import HIGH, SMALLEST
from vizreport.experiments.architecture.result import ArchitectureResult
from vizreport.experiments.architecture.signs import LIMIT, find_signs
from vizreport.experiments.filters.result import FiltersResult
from vizreport.experiments.mining.result import MiningResult
from vizreport.results.run import RunRecord
from vizreport.wording.text import number, percent, quoted


def section(results: Mapping[str, Any], run: RunRecord) -> Section:
    """Show each sign's figure, and what lies behind it."""
    result: ArchitectureResult = results["architecture"]
    filters: FiltersResult = results["filters"]
    mining: MiningResult = results["mining"]
    figures = []
    counts = counted_bands(filters)
    if counts is not None:
        figures.append(_spectrum(result, filters, counts))
    if max(result.stride) > 1:
        figures.append(_aliasing(result, filters))
    over = result.rms > LIMIT
    if over.any():
        figures.append(_limited(result, filters))
    if len(result.tiles):
        figures.append(_second(result))
    maps = _maps(result, mining)
    if maps is not None:
        figures.append(maps)
    context = {
        "result": result,
        "signs": find_signs(results),
        "size": f"{filters.filters.shape[1]} × {filters.filters.shape[2]} px",
        "small": min(filters.filters.shape[1:3]) < SMALLEST,
        "large": large(filters),
        "sparse": sparse(result),
        "strongest": float(result.rms.max()),
        "count": len(result.rms),
        "alike": ALIKE,
    }
    return Section(tuple(figures), context=context)


def limited(filters: np.ndarray, rms: np.ndarray) -> np.ndarray:
    """Scale each filter [M, h, w, 3] whose RMS exceeds the paper's limit down to it."""
    factors = np.minimum(1.0, LIMIT / np.maximum(rms.astype(np.float64), 1e-30))
    return filters * factors[:, None, None, None]


def filter_grid(
    filters: np.ndarray, scale: float, width: int, marked: np.ndarray | None = None
) -> Image.Image:
    """Lay filters out in a square about ``width`` px wide, ``scale`` as full white.

    Those that are ``marked``, bool [M], have a frame.
    """
    columns = math.ceil(math.sqrt(len(filters)))
    side = width // columns - 14
    cells = []
    for place, values in enumerate(filters):
        tile = montage.fit(montage.signed(values, scale), side)
        cell = Image.new("RGB", (tile.width + 8, tile.height + 8), montage.palette().paper)
        if marked is not None and marked[place]:
            cell.paste(montage.MARKED, (0, 0, *cell.size))
        cell.paste(tile, (4, 4))
        cells.append(cell)
    return montage.grid(cells, columns, 6)


def tile_grid(result: ArchitectureResult, columns: int, side: int) -> Image.Image:
    """Lay the layer-2 projections out, each about ``side`` px."""
    tiles = [montage.fit(Image.fromarray(tile), side) for tile in result.tiles]
    labels = [("", f"map {number}") for number in result.tile_maps]
    return montage.grid(tiles, columns, 8, labels, side // 8)


def _spectrum(result: ArchitectureResult, filters: FiltersResult, counts: np.ndarray) -> Figure:
    counted = ~filters.dead & np.isfinite(result.spectra).all(axis=1)
    side = min(filters.filters.shape[1:3])
    low, middle, high = counts.tolist()
    bands = (
        (0.0, 1 / side, f"{low} filters prefer\nlow frequencies"),
        (1 / side, HIGH, f"{middle} prefer\nmiddle ones"),
        (HIGH, 1.0, f"{high} prefer\nhigh ones"),
    )
    spectra = [("mean of the filters", result.spectra[counted])]
    return Figure(
        name="architecture-spectrum",
        title="Energy of the layer-1 filters by spatial frequency",
        caption=(
            "Energy of the layer-1 filters by spatial frequency. Top: how many filters prefer "
            "low, middle and high frequencies."
        ),
        method=(
            f"Each of the {counted.sum()} filters that are not dead has equal weight; energy is "
            f"averaged over all directions and given per octave, so that a single pixel, or white "
            f"noise, is 1 everywhere. Low: less than one period in the filter's {side} px; high: "
            "periods of 4 px or less. Filters this small have broad spectra that reach into "
            "neighbouring ranges."
        ),
        alt=f"Curve over three octaves; {low} filters prefer low frequencies, {middle} middle and "
        f"{high} high ones.",
        draw=charts.styled(
            partial(drawn.draw_spectra, spectra=spectra, radii=result.radii, bands=bands), 130, 58
        ),
        width=130,
    )


def _aliasing(result: ArchitectureResult, filters: FiltersResult) -> Figure:
    shares = ambiguous(result, filters)
    stride = max(result.stride)
    known = shares[np.isfinite(shares)]
    return Figure(
        name="architecture-aliasing",
        supplement=True,
        title="Share of the layer-1 filters' response that the first stride makes ambiguous",
        caption=(
            "Each dot is a filter: the share of its response that the first stride makes "
            "ambiguous. 0: no aliasing; a single pixel, which responds equally to all gratings, "
            "would have "
            f"{percent(1 - 1 / (result.stride[0] * result.stride[1]))}."
        ),
        method=(
            f"Units {stride} px apart cannot tell a grating from its aliases, whose frequencies "
            f"differ by multiples of 1/{stride} cycles/px. The ambiguous response, over gratings "
            "of all frequencies, is that to gratings with an alias that excites the filter more. "
            "Dead filters are excluded."
        ),
        alt=f"Dots from {percent(float(known.min()))} to {percent(float(known.max()))}, "
        f"median {percent(float(np.median(known)))}."
        if len(known)
        else "Every filter is dead.",
        draw=charts.styled(
            partial(drawn.draw_ambiguous, shown=[("", shares)], limit=AMBIGUOUS), 130, 50
        ),
        width=130,
    )


def _limited(result: ArchitectureResult, filters: FiltersResult) -> Figure:
    count = int((result.rms > LIMIT).sum())
    return Figure(
        name="architecture-limit",
        supplement=True,
        title=f"What limiting the RMS to {number(LIMIT)} would change in the layer-1 filters",
        caption=(
            f"Left: as trained. Right: with the {count} filters whose RMS exceeds {number(LIMIT)} "
            "(orange frames) scaled down to it (Fig. 6 a and b)."
        ),
        method=(
            "Both share one scale, up to the strongest weight on the right: only framed filters "
            "change. Training with the limit would have given different filters."
        ),
        alt=f"Two grids of {len(filters.filters)} filters, before and after the limit.",
        draw=lambda: _two_grids(result, filters),
        threaded=True,
        width=150,
    )


def _two_grids(result: ArchitectureResult, filters: FiltersResult) -> Image.Image:
    strong = result.rms > LIMIT
    said = f"the framed ({strong.sum()} of {len(strong)}) scaled down to an RMS of {number(LIMIT)}"
    held = limited(filters.filters, result.rms)
    scale = float(np.abs(held).max())
    pictures = []
    for shown, head in (
        (
            filters.filters,
            f"as trained (weights beyond ±{number(scale)} are drawn as ±{number(scale)})",
        ),
        (held, said),
    ):
        grid = montage.with_scale(filter_grid(shown, scale, 820, strong), number(scale), 22)
        pictures.append(montage.headed(grid, head, 22))
    return montage.beside(pictures[0], pictures[1], 60)


def _second(result: ArchitectureResult) -> Figure:
    head = (
        f"{drawable(result.second, 40)}: projections of the strongest activations of "
        f"{len(result.tiles)} maps, evenly spaced by number; grey: zero, each on its own scale"
    )
    return Figure(
        name="architecture-layer2",
        title=f"Projections of {quoted(result.second)}, layer 2",
        caption=(
            f"What excites {len(result.tiles)} layer-2 maps most. Blocks, dots or stripes one "
            "stride apart would be aliasing."
        ),
        method=(
            "Each map's strongest activation in the data, projected to the pixels; each "
            "projection has its own scale, mid-grey is zero."
        ),
        alt=(
            f"Grid of {len(result.tiles)} projections, {result.tiles.shape[1]} px wide, on "
            "mid-grey: pieces of lines, edges and textures that the maps respond to."
        ),
        draw=lambda: montage.headed(tile_grid(result, 8, 210), head, 28),
        threaded=True,
        width=150,
    )


def _maps(result: ArchitectureResult, mining: MiningResult) -> Figure | None:
    layers: list[tuple[str, int, int, int]] = [
        (name, int((mining.layers[name].active == 0).sum()), repeated(similarity), len(similarity))
        for name, similarity in result.correlation.items()
    ]
    if not any(dead + alike for _, dead, alike, _ in layers):
        return None  # the table says so
    shown = [(drawable(name, 28), dead, alike, count) for name, dead, alike, count in layers]
    return Figure(
        name="architecture-maps",
        supplement=True,
        title="Dead and duplicate maps by layer",
        caption=("How many maps in each layer are dead or duplicate an earlier one."),
        method=(
            f"Dead: never above 0 in {number(len(mining.paths))} images. Duplicate: activations "
            f"correlate above {ALIKE:g} with those of an earlier map in the layer, over all "
            f"positions in {result.correlated_images} images."
        ),
        alt="; ".join(
            f"{quoted(name, 40)}: {dead} dead, {alike} duplicates of {number(count)}"
            for name, dead, alike, count in layers
        )
        + ".",
        draw=charts.styled(partial(drawn.draw_maps, layers=shown), 130, 22 + 9 * len(layers)),
        width=130,
    )
