"""Charts of one network, or of several compared: one colour each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from vizreport.drawing import charts, medium
from vizreport.experiments.architecture.duplicates import ALIKE
from vizreport.experiments.architecture.spectrum import EDGES
from vizreport.wording.text import number, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = (charts.BLUE, *charts.SERIES[1:])
DASHES = ("-", "--", ":", "-.")


def draw_spectra(
    axes: Axes,
    spectra: Sequence[tuple[str, np.ndarray]],
    radii: np.ndarray,
    bands: Sequence[tuple[float, float, str]] = (),
) -> None:
    """Draw the mean spectrum of each network's filters.

    Parameters
    ----------
    axes : Axes
        Matplotlib axes that are drawn on.
    spectra : sequence of (name, float array [M, R])
        Spectra of the filters that are counted. A single network's filters are drawn as a band
        from the 10th to the 90th percentile too.
    radii : float array [R]
        Cycles a pixel.
    bands : sequence of (float, float, str)
        Ranges of frequencies that are named, cycles a pixel.
    """
    top = 0.0
    for k, (name, found) in enumerate(spectra):
        density = found * len(radii)  # 1 is even
        colour, dash = COLOURS[k % len(COLOURS)], DASHES[k % len(DASHES)]
        if len(spectra) == 1:
            low, high = np.percentile(density, (10, 90), axis=0)
            label = "10th to 90th percentile"
            axes.fill_between(radii, low, high, color=charts.FILL, lw=0, label=label)
            top = float(high.max())
        mean = density.mean(axis=0)
        axes.plot(radii, mean, color=colour, ls=dash, lw=1.4, label=name)
        top = max(top, float(mean.max()))
    top = max((1.45 if bands else 1.3) * top, 1.5)
    axes.axhline(1, color=charts.SOFT, lw=0.7, ls=(0, (1, 2)), label="white noise")
    for start, end, said in bands:
        start, end = max(start, EDGES[0]), min(end, EDGES[-1])
        if start > EDGES[0]:
            axes.axvline(start, color=charts.FAINT, lw=0.8, zorder=0)
        axes.annotate(said, (math.sqrt(start * end), 0.97 * top), ha="center", va="top")
    axes.set_xscale("log", base=2)
    axes.set_xlim(EDGES[0], EDGES[-1])
    axes.set_ylim(0, top)
    names = [f"1/{round(1 / edge)}" for edge in EDGES]
    axes.set_xticks(
        EDGES, [f"{name}\n{round(1 / e)} px" for name, e in zip(names, EDGES, strict=True)]
    )
    axes.minorticks_off()
    axes.set_xlabel("cycles per input pixel, logarithmic (below: period)")
    axes.set_ylabel("energy density (1: even)")
    axes.legend(
        frameon=False, loc="lower left", bbox_to_anchor=(0, 1), borderpad=0,
        ncols=2 if medium.narrow() else 3,
    )  # fmt: skip


def draw_ambiguous(axes: Axes, shown: Sequence[tuple[str, np.ndarray]], limit: float) -> None:
    """Draw how much of each filter's response the first stride leaves ambiguous, in rising order.

    Parameters
    ----------
    axes : Axes
        Matplotlib axes that are drawn on.
    shown : sequence of (name, float array [M])
        Of each network, the share of every filter.
    limit : float
        Above which the median is worth a look.
    """
    for k, (name, shares) in enumerate(shown):
        values = 100 * np.sort(shares[np.isfinite(shares)])
        place = (np.arange(len(values)) + 0.5) / max(len(values), 1) * 100
        axes.plot(
            place, values, "o", ms=3, color=COLOURS[k % len(COLOURS)], label=name, clip_on=False
        )
    axes.axhline(100 * limit, color=charts.SOFT, lw=0.7, ls="--", zorder=0)
    axes.annotate(
        f"above {percent(limit)}: worth a look", (0.01, 100 * limit),
        xycoords=("axes fraction", "data"), xytext=(0, 2), textcoords="offset points",
        color=charts.SOFT,
    )  # fmt: skip
    axes.axvline(50, color=charts.FAINT, lw=0.7, zorder=0)
    axes.set_xlim(-1, 101)
    axes.set_ylim(-2, 102)
    axes.set_xlabel("filters sorted by that share, % (line: median)")
    axes.set_ylabel("share of response the\nstride makes ambiguous, %")
    if len(shown) > 1:
        axes.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=3, borderpad=0)


def draw_maps(axes: Axes, layers: Sequence[tuple[str, int, int, int]]) -> None:
    """Draw the shares of dead and of repeated maps of each layer, %, from the first layer down.

    Parameters
    ----------
    axes : Axes
    layers : sequence of (name, dead, repeated, maps)
        Numbers of maps.
    """
    rows = np.arange(len(layers))
    found = np.array([layer[1:3] for layer in layers])
    maps = np.array([layer[3] for layer in layers])
    narrow = medium.narrow()
    end = "\n" if narrow else " "
    alike = f"duplicates of an earlier map{end}(their activations correlate at r > {ALIKE:g})"
    kinds = (("dead", charts.INK), (alike, charts.ORANGE))
    shown = np.flatnonzero(found.any(axis=0))
    height = 0.36
    for place, k in enumerate(shown):
        name, colour = kinds[k]
        values = 100 * found[:, k] / maps
        bars = axes.barh(
            rows + (place - (len(shown) - 1) / 2) * height,
            values,
            height * 0.85,
            color=colour,
            label=name,
        )
        said = [f"{number(n)} of {number(of)}" for n, of in zip(found[:, k], maps, strict=True)]
        axes.bar_label(bars, said, padding=2)
    axes.set_yticks(rows, [layer[0] for layer in layers])
    axes.set_ylim(len(layers) - 0.5, -0.5)
    axes.set_xlim(0, max(10.0, 120 * float((found / maps[:, None]).max())))
    axes.set_xlabel("share of the layer's maps, %")
    axes.legend(
        frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=1 if narrow else 2,
        borderpad=0,
    )  # fmt: skip
