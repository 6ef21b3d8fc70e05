"""Charts of one network, or of several compared: one colour each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from vizreport.experiments.architecture.result import ArchitectureResult
from vizreport.experiments.architecture.spectrum import BANDS, EDGES
from vizreport.report import charts, medium
from vizreport.report.text import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = (charts.BLUE, charts.ORANGE, "#009e73", "#cc79a7", "#000000", "#e69f00")
DASHES = ("-", "--", ":", "-.")


def draw_spectra(
    axes: Axes, spectra: Sequence[tuple[str, np.ndarray, np.ndarray]], radii: np.ndarray
) -> None:
    """Draw the mean spectrum of each network's filters.

    Parameters
    ----------
    axes : Axes
    spectra : sequence of (name, float array [M, R], float array [3])
        Spectra of the filters that are counted, and the mean share of each octave. A single
        network's filters are drawn as a band from the 10th to the 90th percentile too.
    radii : float array [R]
        Cycles a pixel.
    """
    top = 0.0
    for k, (name, found, _) in enumerate(spectra):
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
    top = max(1.3 * top, 1.5)
    axes.axhline(1, color=charts.SOFT, lw=0.7, ls=(0, (1, 2)), label="white noise")
    for k, band in enumerate(BANDS):
        if k:
            axes.axvline(EDGES[k], color=charts.FAINT, lw=0.8, zorder=0)
        said = band
        if len(spectra) == 1:
            said += f" {percent(float(spectra[0][2][k]))}"
        axes.annotate(said, (math.sqrt(EDGES[k] * EDGES[k + 1]), 0.97 * top), ha="center", va="top")
    axes.set_xscale("log", base=2)
    axes.set_xlim(EDGES[0], EDGES[-1])
    axes.set_ylim(0, top)
    names = [f"1/{round(1 / edge)}" for edge in EDGES]
    axes.set_xticks(
        EDGES, [f"{name}\n{round(1 / e)} px" for name, e in zip(names, EDGES, strict=True)]
    )
    axes.minorticks_off()
    axes.set_xlabel("cycles a pixel of the input (below: period)")
    axes.set_ylabel("energy density, 1 = even")
    axes.legend(
        frameon=False, loc="lower left", bbox_to_anchor=(0, 1), borderpad=0,
        ncols=2 if medium.narrow() else 3,
    )  # fmt: skip


def folding(result: ArchitectureResult) -> Figure:
    """Draw the power spectrum of the layer-2 projections and their energy over the grid."""
    from matplotlib.figure import Figure

    with charts.style():
        shape, size = ((2, 1), (84, 136)) if medium.narrow() else ((1, 2), (160, 72))
        figure = Figure(figsize=(size[0] / 25.4, size[1] / 25.4), layout="constrained")
        left, right = figure.subplots(*shape)
        draw_power(left, result, "Power of the projections")
        _draw_phases(right, result)
    return figure


def draw_power(axes: Axes, result: ArchitectureResult, title: str) -> None:
    """Draw the power spectrum of the layer-2 projections, and what the first stride tells apart."""
    from matplotlib.patches import Rectangle

    side = len(result.power)
    half = 0.5 / side
    power = result.power * result.power.size  # 1 is the mean over all frequencies
    shown = axes.imshow(
        np.log10(np.maximum(power, 1e-12)),
        cmap="cividis",
        extent=(-0.5 - half, 0.5 - half, 0.5 - half, -0.5 - half),
        vmin=-2,
        vmax=2,
        interpolation="nearest",
    )
    rows, cols = result.stride
    for colour, width in (("#000001", 2.2), ("#fffffe", 1.0)):
        axes.add_patch(
            Rectangle(
                (-0.5 / cols - half, -0.5 / rows - half), 1 / cols, 1 / rows,
                fill=False, edgecolor=colour, linewidth=width,
            )
        )  # fmt: skip
    axes.set_xlabel("across, cycles/px")
    axes.set_ylabel("down, cycles/px")
    axes.set_title(title, fontsize=8, loc="left")
    bar = axes.figure.colorbar(shown, ax=axes, ticks=[-2, -1, 0, 1, 2], shrink=0.85)
    bar.ax.set_yticklabels(["≤ 1/100", "1/10", "1", "10", "≥ 100"])
    bar.set_label("power, 1 = white noise")


def _draw_phases(axes: Axes, result: ArchitectureResult) -> None:
    phases = result.phases
    most = max(2.0, float(phases.max()))
    shown = axes.imshow(phases, cmap="cividis", vmin=0, vmax=most, interpolation="nearest")
    if phases.size <= 64:
        for (row, col), value in np.ndenumerate(phases):
            axes.text(
                col, row, f"{value:.2f}", ha="center", va="center",
                color="#fffffe" if value < 0.55 * most else "#000001",
            )  # fmt: skip
    axes.set_xticks(range(phases.shape[1]))
    axes.set_yticks(range(phases.shape[0]))
    axes.set_xlabel(f"column of the pixel modulo {result.stride[1]}")
    axes.set_ylabel(f"row of the pixel modulo {result.stride[0]}")
    axes.set_title("Energy over the stride's grid", fontsize=8, loc="left")
    axes.figure.colorbar(shown, ax=axes, shrink=0.85).set_label("energy, 1 = even")


def draw_maps(axes: Axes, layers: Sequence[tuple[str, float, float]]) -> None:
    """Draw the shares of dead and of repeated maps of each layer, %, from the first layer down."""
    height = 0.36
    rows = np.arange(len(layers))
    for k, (name, colour) in enumerate(
        (("dead", charts.INK), ("repeat an earlier map", charts.ORANGE))
    ):
        values = [100 * layer[k + 1] for layer in layers]
        bars = axes.barh(rows + (k - 0.5) * height, values, height * 0.85, color=colour, label=name)
        axes.bar_label(bars, [f"{value:.0f}" for value in values], padding=2)
    axes.set_yticks(rows, [layer[0] for layer in layers])
    axes.set_ylim(len(layers) - 0.5, -0.5)
    axes.set_xlim(0, max(10.0, 1.12 * 100 * max(max(layer[1:]) for layer in layers)))
    axes.set_xlabel("share of the layer's maps, %")
    axes.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderpad=0)
