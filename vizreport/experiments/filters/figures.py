"""Layer-1 filters, drawn."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from vizreport.drawing import charts, medium, montage
from vizreport.drawing.encoding import png_bytes
from vizreport.drawing.fonts import drawable
from vizreport.drawing.section import Fact, Figure, Highlight, Section
from vizreport.experiments.filters.result import FiltersResult
from vizreport.results.run import RunRecord
from vizreport.wording.text import number, quoted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_IN_COLOUR = 0.1
_LABELLED = 40  # filters at most, on a slide
_HEAD, _SCALE = 2.0, 4.0  # lines above and below the filters
_CLIPPED = 99.5  # percentile of the absolute weights that is shown as full white or black


def section(results: Mapping[str, Any], run: RunRecord) -> Section:
    """Show each filter enlarged, with its RMS, and how the RMS are spread."""
    result: FiltersResult = results["filters"]
    shared = run.settings.get("filter_scale") != "filter"
    ranges = display_ranges(result, shared)
    count = len(result.filters)
    coloured = _coloured(result.filters)
    height, width = result.filters.shape[1:3]
    size = f"{height} × {width} px"
    if shared:
        scale = (
            f"One scale for all: white is +{number(float(ranges[0]))}, black "
            f"−{number(float(ranges[0]))} (99.5th percentile of the absolute weights, "
            "excluding dominating filters); stronger weights are drawn like these."
        )
    else:
        scale = "Each filter has its own scale: its largest absolute weight is white or black."
    grid = Figure(
        name="filters",
        title=f"The {count} filters of {quoted(result.layer)}, {size} each",
        caption=(
            "What the first layer responds to: each filter with its number and the RMS of its "
            "weights as trained. Dashed frame: dead, never above 0. Heavy frame: dominating."
        ),
        method=(
            "The filters are shown as they act on RGB values (0 to 255), with all scaling of the "
            "image before the first layer included; the RMS is in the network's own units, "
            "without it. Enlarged without smoothing; mid-grey is zero. "
            f"{scale} Dead: its map is never above 0. Dominating: its RMS exceeds "
            f"{number(result.dominating_ratio)} times the median."
        ),
        alt=(
            f"Grid of {count} enlarged filters, {coloured.sum()} of them in colour, "
            f"the others nearly grey; {_counted(result.dead, 'dead')}, "
            f"{_counted(result.dominating, 'dominating')}."
        ),
        draw=lambda: _grid(result, ranges, shared),
        threaded=True,
        width=145,
    )
    spread = Figure(
        name="filter-rms",
        supplement=True,
        title="RMS of the filters' weights, in ascending order",
        caption=(
            "A flat curve means that all filters contribute; a steep right end means that a few "
            "dominate."
        ),
        method=(
            "Each dot is a filter: the root mean square of its weights, in ascending order. "
            "Renormalisation during training prevents domination (Zeiler & Fergus, section 3)."
        ),
        alt=(
            f"Dots rising from {number(float(result.rms.min()))} to "
            f"{number(float(result.rms.max()))}; the median is "
            f"{number(float(np.median(result.rms)))}."
        ),
        draw=charts.styled(lambda axes: _spread(axes, result), 130, 50),
        width=130,
    )
    highlight = Highlight(
        name="highlight-filters",
        caption="What the first layer responds to.",
        alt=(
            f"First-layer filters, enlarged: of all {count}, {coloured.sum()} are in colour, the "
            "others nearly grey."
        ),
        draw=lambda: _highlight(result, ranges),
        href="#fig-filters",
    )
    cells = [
        {
            "number": i,
            "src": f"figures/filters/{i:04d}.png",
            "rms": _rms(result, i),
            "coloured": bool(coloured[i]),
            "dead": bool(result.dead[i]),
            "dominating": bool(result.dominating[i]),
            "activity": float(result.activity[i]),
        }
        for i in range(count)
    ]
    files = {
        str(cell["src"]): png_bytes(montage.signed(result.filters[i], float(ranges[i])))
        for i, cell in enumerate(cells)
    }
    context = {
        "result": result,
        "cells": cells,
        "size": size,
        "range": float(ranges[0]) if shared else None,
        "dead": np.flatnonzero(result.dead).tolist(),
        "dominating": np.flatnonzero(result.dominating).tolist(),
        "median": float(np.median(result.rms)),
    }
    fact = Fact("Layer-1 filters", str(count), f"{int(result.dead.sum())} dead")
    return Section((grid, spread), (), (highlight,), (fact,), files, context)


def display_ranges(result: FiltersResult, shared: bool = True) -> np.ndarray:
    """Return the weight shown as full white for each filter, float64 [M], above 0.

    Parameters
    ----------
    result : FiltersResult
        Has the filters.
    shared : bool
        Whether all filters have one scale.
    """
    size = np.abs(result.filters.astype(np.float64))
    if not shared:
        ranges = size.max(axis=(1, 2, 3))
        return np.where(ranges > 0, ranges, 1.0)
    counted = size[~result.dominating] if not result.dominating.all() else size
    return np.full(len(size), float(np.percentile(counted, _CLIPPED)) or 1.0)


def _rms(result: FiltersResult, i: int) -> str:
    """Write a filter's RMS with as many decimals as all of them have."""
    decimals = max(0, 2 - math.floor(math.log10(float(result.rms.max()) or 1.0)))
    return f"{float(result.rms[i]):.{decimals}f}"


def _counted(marked: np.ndarray, word: str) -> str:
    which = np.flatnonzero(marked)
    if not len(which):
        return f"none {word}"
    listed = ", ".join(map(str, which[:8])) + (" and others" if len(which) > 8 else "")
    return f"{len(which)} {word} ({listed})"


def _columns(count: int) -> int:
    """Choose 8 to 16 columns with as few empty places in the last row as can be."""
    if count <= 8:
        return count
    wanted = round((1.5 * count) ** 0.5)
    return min(range(8, 17), key=lambda c: (-count % c, abs(c - wanted)))


def _coloured(filters: np.ndarray) -> np.ndarray:
    """Return which filters have at least a tenth of their energy in differences of colour."""
    signed = filters.astype(np.float64)
    colour = np.square(signed - signed.mean(axis=-1, keepdims=True)).sum(axis=(1, 2, 3))
    found: np.ndarray = colour >= _IN_COLOUR * np.square(signed).sum(axis=(1, 2, 3))
    return found


def _grid(result: FiltersResult, ranges: np.ndarray, shared: bool) -> Image.Image:
    columns = _columns(len(result.filters))
    side = 1900 // columns - 16
    cells, labels = [], []
    for i, values in enumerate(result.filters):
        cell = montage.fit(montage.signed(values, float(ranges[i])), side)
        whole = Image.new("RGB", (cell.width + 12, cell.height + 12), montage.palette().paper)
        whole.paste(cell, (6, 6))
        if result.dead[i]:
            whole = montage.outlined(whole, (0, 0, whole.width, whole.height), "dashed")
        elif result.dominating[i]:
            whole = montage.framed(whole, 5)
        cells.append(whole)
        state = "dead" if result.dead[i] else _rms(result, i)
        labels.append((str(i), state))
    head = f"{drawable(result.layer, 40)}: each filter"
    if medium.low() and len(cells) > _LABELLED:
        labels, columns = [], math.ceil((2.4 * len(cells)) ** 0.5)
    else:
        head += ", with its number and the RMS of its weights as trained"
    with medium.lower(_HEAD + shared * _SCALE):
        grid = montage.grid(cells, columns, 14, labels, 24)
    picture = montage.headed(grid, head, 24)
    return montage.with_scale(picture, number(float(ranges[0])), 24) if shared else picture


def _highlight(result: FiltersResult, ranges: np.ndarray) -> Image.Image:
    count = len(result.filters)
    rows = max(1, int((count / 2) ** 0.5))
    chosen = range(min(count, 2 * rows * rows))
    cells = [
        montage.fit(montage.signed(result.filters[i], float(ranges[i])), 640 // (2 * rows))
        for i in chosen
    ]
    return montage.grid(cells, 2 * rows, 3)


def _spread(axes: Axes, result: FiltersResult) -> None:
    order = np.argsort(result.rms, kind="stable")
    rank = np.arange(1, len(order) + 1)
    rms = result.rms[order]
    dead, strong = result.dead[order], result.dominating[order]
    plain = ~dead & ~strong
    axes.plot(rank[plain], rms[plain], "o", ms=3, color=charts.BLUE, label="filter")
    if dead.any():
        axes.plot(rank[dead], rms[dead], "x", ms=5, color=charts.INK, label="dead")
    if strong.any():
        axes.plot(rank[strong], rms[strong], "^", ms=5, color=charts.ORANGE, label="dominating")
    median = float(np.median(rms))
    for value, name in (
        (median, "median"),
        (
            median * result.dominating_ratio,
            f"{result.dominating_ratio:g} × median: above it a filter dominates",
        ),
    ):
        axes.axhline(value, color=charts.SOFT, lw=0.7, ls="--", zorder=0)
        axes.annotate(
            name,
            (0.0, value),
            xycoords=("axes fraction", "data"),
            xytext=(3, 2),
            textcoords="offset points",
            color=charts.SOFT,
        )
    for place in np.flatnonzero(strong)[-3:]:
        axes.annotate(
            str(order[place]), (rank[place], rms[place]), (-5, -2), textcoords="offset points",
            ha="right",
        )  # fmt: skip
    axes.set_xlabel(f"filters of {drawable(result.layer, 30)} sorted by RMS")
    axes.locator_params(axis="x", integer=True)
    axes.set_xlim(0, len(rms) + 1)
    axes.set_ylabel("RMS of the weights as trained")
    axes.set_ylim(0, 1.15 * max(float(rms.max()), median * result.dominating_ratio))
    if dead.any() or strong.any():
        axes.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=3, borderpad=0)
