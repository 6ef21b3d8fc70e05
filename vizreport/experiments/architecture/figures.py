"""The signs of a badly chosen architecture, drawn."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from PIL import Image

from vizreport.experiments.architecture import charts as drawn
from vizreport.experiments.architecture.duplicates import ALIKE
from vizreport.experiments.architecture.result import ArchitectureResult
from vizreport.experiments.architecture.signs import (
    LIMIT,
    SMALLEST,
    duplicates,
    find_signs,
    living_shares,
    summary,
)
from vizreport.experiments.filters.result import FiltersResult
from vizreport.experiments.mining.result import MiningResult
from vizreport.report import charts, montage
from vizreport.report.section import Figure, Section
from vizreport.report.text import drawable, number, percent, quoted
from vizreport.results.run import RunRecord


def section(results: Mapping[str, Any], run: RunRecord) -> Section:
    """Show each sign's figure, and what lies behind it."""
    result: ArchitectureResult = results["architecture"]
    filters: FiltersResult = results["filters"]
    mining: MiningResult = results["mining"]
    signs = find_signs(result, filters, mining)
    shares = living_shares(result, filters)
    figures = []
    if not math.isnan(shares[1]):
        figures.append(_spectrum(result, filters, shares))
    over = result.rms > LIMIT
    if over.any():
        figures.append(_limited(result, filters))
    if len(result.tiles):
        figures.append(_second(result))
    if not math.isnan(result.beyond):
        figures.append(_folding(result))
    figures.append(_maps(result, mining))
    context = {
        "result": result,
        "signs": signs,
        "size": f"{filters.filters.shape[1]} × {filters.filters.shape[2]} px",
        "small": min(filters.filters.shape[1:3]) < SMALLEST,
        "limit": LIMIT,
        "over": int(over.sum()),
        "strongest": float(result.rms.max()),
        "count": len(result.rms),
        "alike": ALIKE,
    }
    return Section(tuple(figures), context=context, finding=summary(signs))


def limited(filters: np.ndarray, rms: np.ndarray) -> np.ndarray:
    """Scale each filter [M, h, w, 3] whose RMS exceeds the paper's limit down to it."""
    factors = np.minimum(1.0, LIMIT / np.maximum(rms.astype(np.float64), 1e-30))
    return filters * factors[:, None, None, None]


def filter_grid(filters: np.ndarray, scale: float, width: int) -> Image.Image:
    """Lay filters out in a square about ``width`` px wide, ``scale`` as full white."""
    columns = math.ceil(math.sqrt(len(filters)))
    side = width // columns - 6
    return montage.grid([montage.fit(montage.signed(f, scale), side) for f in filters], columns, 6)


def tile_grid(result: ArchitectureResult, columns: int, side: int) -> Image.Image:
    """Lay the layer-2 projections out, each about ``side`` px."""
    tiles = [montage.fit(Image.fromarray(tile), side) for tile in result.tiles]
    return montage.grid(tiles, columns, 8)


def _spectrum(result: ArchitectureResult, filters: FiltersResult, shares: np.ndarray) -> Figure:
    counted = ~filters.dead & np.isfinite(result.shares).all(axis=1)
    spectra = [("mean of the filters", result.spectra[counted], shares)]
    low, middle, high = map(percent, shares)
    return Figure(
        name="architecture-spectrum",
        title="How the energy of the layer-1 filters spreads over spatial frequencies",
        caption=(
            f"Each of the {counted.sum()} filters that are not dead counts the same; energy is "
            "averaged over all directions and given per octave, so that a single pixel, or white "
            "noise, is 1 everywhere. The paper's first network had filters of low and of high "
            "frequency and few between (Zeiler & Fergus, section 4.1)."
        ),
        alt=f"Curve over three octaves: low {low}, middle {middle}, high {high} of the energy.",
        draw=charts.styled(
            partial(drawn.draw_spectra, spectra=spectra, radii=result.radii), 130, 58
        ),
        width=130,
    )


def _limited(result: ArchitectureResult, filters: FiltersResult) -> Figure:
    count = int((result.rms > LIMIT).sum())
    return Figure(
        name="architecture-limit",
        title="The layer-1 filters as trained, and with the limit on their RMS",
        caption=(
            f"Left: as trained, one scale up to the strongest weight (as in Fig. 6 a). Right: the "
            f"same filters, the {count} whose RMS is above {number(LIMIT)} scaled down to it, "
            "again on one scale. Training with the limit would have given other filters; this "
            "shows what hides behind the strong ones."
        ),
        alt=f"Two grids of {len(filters.filters)} filters, before and after the limit.",
        draw=lambda: _two_grids(result, filters),
        threaded=True,
        width=150,
    )


def _two_grids(result: ArchitectureResult, filters: FiltersResult) -> Image.Image:
    pictures = []
    for shown in (filters.filters, limited(filters.filters, result.rms)):
        scale = float(np.abs(shown).max())
        pictures.append(montage.with_scale(filter_grid(shown, scale, 820), number(scale), 22))
    return montage.beside(pictures[0], pictures[1], 60)


def _second(result: ArchitectureResult) -> Figure:
    return Figure(
        name="architecture-layer2",
        title=f"Projections of {quoted(result.second)}, layer 2",
        caption=(
            f"The strongest activation over the data of {len(result.tiles)} of its maps, projected "
            "down to the pixels, each on its own scale; mid-grey is zero. Aliasing shows as "
            "blocks, dots or stripes a stride apart (Zeiler & Fergus, Fig. 6 d)."
        ),
        alt=f"Grid of {len(result.tiles)} projections, {result.tiles.shape[1]} px wide.",
        draw=lambda: tile_grid(result, 8, 210),
        threaded=True,
        width=150,
    )


def _folding(result: ArchitectureResult) -> Figure:
    stride = max(result.stride)
    return Figure(
        name="architecture-folding",
        title="Layer-2 projections against the grid of the first stride",
        caption=(
            f"Left: mean power of {result.projections} projections of {quoted(result.second)} by "
            f"frequency. The first layer looks every {stride} px: what lies outside the white "
            f"square, beyond 1/{2 * stride} cycles/px, looks to its grid like something inside. "
            f"Right: their energy by the pixel's place in that grid, mean 1. Even is good; a grid "
            "pattern makes it uneven."
        ),
        alt=(
            f"{percent(result.beyond)} of the energy lies outside the square; energies in the "
            f"grid run from {result.phases.min():.2f} to {result.phases.max():.2f}."
        ),
        draw=lambda: drawn.folding(result),
        width=160,
    )


def _maps(result: ArchitectureResult, mining: MiningResult) -> Figure:
    layers = [
        (name, float((mining.active[name] == 0).mean()), duplicates(likeness) / len(likeness))
        for name, likeness in result.correlation.items()
    ]
    shown = [(drawable(name, 28), dead, alike) for name, dead, alike in layers]
    return Figure(
        name="architecture-maps",
        title="Maps that take no part, layer by layer",
        caption=(
            f"Dead: above 0 in none of the {number(len(mining.paths))} images. Repeats: its "
            f"activations correlate above {ALIKE:g} with those of an earlier map of the layer, "
            f"over the places of {result.correlated_images} images."
        ),
        alt="; ".join(
            f"{quoted(name, 40)}: {percent(dead)} dead, {percent(alike)} repeated"
            for name, dead, alike in layers
        )
        + ".",
        draw=charts.styled(partial(drawn.draw_maps, layers=shown), 130, 22 + 9 * len(layers)),
        width=130,
    )
