"""How like the trained network's pictures those of random networks are: a row a state."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vizreport.drawing import charts, medium
from vizreport.drawing.section import PRINT_WIDTH
from vizreport.experiments.sanity.drawing import CONTROLS_SAID, NAMES, lowest
from vizreport.experiments.sanity.result import SanityResult

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

_MARKS = {"deconvnet": ("o", "-"), "guided": ("s", "--"), "gradient": ("^", ":")}
_MEASURES = (
    (0, "where: rank correlation\nof the absolute values"),
    (3, "what pattern: structural\nsimilarity of the signed projections"),
)
_DODGE = 0.18  # from method to method, in rows
_STRIP = 0.11  # of a panel: what is left of the values, for states whose pictures are all blank
_PARTED = 1.2  # rows between the last random network and the controls
_ROW = 5.4  # mm


def curves(result: SanityResult, layer: str) -> Figure:
    """Draw similarity by state: the layers made random one after the other, then the controls.

    A state is a row, so that long names of layers can be read; a measure is a panel.
    """
    from matplotlib.figure import Figure

    names = ["trained", *(lowest(step, 30) for step in result.layers[layer].steps)]
    controls = [" ".join(words) for words in CONTROLS_SAID]
    controls[-1] = "both random (chance)"
    # A row that only names what follows: behind the trained network, and before the controls.
    above = np.array([0, *range(2, len(names) + 1)])
    line = above[-1] + (1 + _PARTED) / 2 - 0.5
    below = above[-1] + _PARTED + 1 + np.arange(len(controls))
    heads = {1: "random from the top down to:", below[0] - 1: "controls:"}
    with charts.style():
        slim = medium.narrow()
        high = _ROW * (below[-1] + 1) + 20
        size = medium.room(PRINT_WIDTH) / 25.4, (24 + (2 if slim else 1) * high) / 25.4
        figure = Figure(figsize=size, layout="constrained")
        shape = (2, 1) if slim else (1, 2)
        panels = figure.subplots(*shape, sharey=True).ravel()
        for axes, (measure, title) in zip(panels, _MEASURES, strict=True):
            for m, method in enumerate(result.methods):
                shift = _DODGE * (m - (len(result.methods) - 1) / 2)
                steps = result.layers[layer].states.cascade[m, :, :, measure]
                every = np.concatenate([np.ones((1, steps.shape[1])), steps])
                _points(axes, every, above + shift, method, joined=True)
                apart = result.layers[layer].states.controls[m, :, :, measure]
                _points(axes, apart, below + shift, method)
                _chance(axes, apart[-1], method, line)
            axes.axvline(1, color=charts.FAINT, linewidth=0.8, zorder=0)
            axes.axhline(line, color=charts.FAINT, linewidth=0.8)
            said = title.replace("similarity of", "similarity\nof") if slim else title
            axes.set_title(said, fontsize=7.5, loc="left")
            axes.set_yticks([*above, *below, *heads], [*names, *controls, *heads.values()])
            for label in axes.get_yticklabels()[-len(heads) :]:
                label.set_fontweight("bold")
            axes.set_ylim(below[-1] + 0.6, -0.6)
            axes.tick_params(axis="y", length=0)
            axes.set_xlabel("similarity to the trained\nnetwork's projections")
        _limits(panels, blank=bool((_known(result, layer) == 0).any()))
        figure.legend(
            handles=_legend(result, layer), frameon=False, fontsize=7, loc="outside upper left",
            ncols=1 if slim else 3, handlelength=2.6, columnspacing=1.2,
        )  # fmt: skip
        return figure


def _known(result: SanityResult, layer: str) -> np.ndarray:
    """Return how many units have a picture that is not blank: int [method, state]."""
    similarity = np.concatenate(
        [result.layers[layer].states.cascade, result.layers[layer].states.controls], axis=1
    )[..., 0]
    known: np.ndarray = np.isfinite(similarity).sum(axis=2)
    return known


def _chance(axes: Axes, both: np.ndarray, method: str, down: float) -> None:
    """Draw, as far down as the networks, what random filters and switches [U] have in common."""
    if np.isfinite(both).any():
        chance = float(np.nanmean(both))
        axes.plot(
            [chance, chance], [-0.5, down], color=charts.METHODS[method],
            linestyle=_MARKS[method][1], linewidth=0.6, zorder=1,
        )  # fmt: skip


def _limits(panels: np.ndarray, blank: bool) -> None:
    """Give all panels one scale, and left of it a column for the crosses if there are any."""
    top, low = 1.04, min(-0.05, *(axes.dataLim.x0 - 0.05 for axes in panels))
    for axes in panels:
        ticks, names = [0.0, 0.5, 1.0], ["0", "0.5", "1"]
        axes.set_xlim(low, top)
        if blank:
            strip = (top - low) * _STRIP / (1 - _STRIP)
            axes.set_xlim(low - strip, top)
            axes.axvline(low, color=charts.SOFT, linewidth=0.6)
            ticks, names = [low - strip / 2, *ticks], ["blank", *names]
        axes.set_xticks(ticks, names)


def _legend(result: SanityResult, layer: str) -> list[Line2D]:
    """Explain the methods, the levels, and marks of states in which pictures are blank."""
    from matplotlib.lines import Line2D

    entries = []
    for method in result.methods:
        marker, dash = _MARKS[method]
        colour = charts.METHODS[method]
        entries.append(Line2D([], [], color=colour, marker=marker, markersize=3.5))
        entries[-1].set(linestyle=dash, label=NAMES[method])
    known, units = _known(result, layer), result.layers[layer].states.cascade.shape[2]
    entries.append(
        Line2D([], [], color=charts.SOFT, linewidth=1.2,
               label=f"bar: ± standard deviation ({units} units)")
    )  # fmt: skip
    entries.append(
        Line2D([], [], color=charts.SOFT, linewidth=0.6,
               label="thin, coloured: chance, the last row's mean")
    )  # fmt: skip
    entries.append(
        Line2D([], [], color=charts.FAINT, linewidth=0.8, label="1: identical")
    )  # fmt: skip
    if ((known > 0) & (known < units)).any():
        entries.append(
            Line2D([], [], color=charts.SOFT, marker="o", markersize=3.5, linestyle="none",
                   markerfacecolor="white", label="hollow: some units' projections are blank")
        )  # fmt: skip
    if (known == 1).any() and units > 1:
        entries.append(
            Line2D([], [], color=charts.SOFT, marker="o", markersize=3.5, linestyle="none",
                   markerfacecolor="white", label="hollow, no bar: all but one are blank")
        )  # fmt: skip
    if not known.all():
        entries.append(
            Line2D([], [], color=charts.SOFT, marker="x", markersize=4, linestyle="none",
                   label="all projections blank: nothing to compare")
        )  # fmt: skip
    return entries


def _points(
    axes: Axes, values: np.ndarray, places: np.ndarray, method: str, joined: bool = False
) -> None:
    """Draw the mean [n, U] over the units that are not blank with their standard deviation.

    Hollow, and not joined, where some units are blank; a cross, which has no value, where all are.
    """
    colour, (marker, dash) = charts.METHODS[method], _MARKS[method]
    known = np.isfinite(values)
    count = known.sum(axis=1)
    some = count > 0
    filled = np.where(known, values, 0)
    mean = np.full(len(values), np.nan)
    mean[some] = filled.sum(axis=1)[some] / count[some]
    spread = np.full(len(values), np.nan)
    apart = np.where(known, values - mean[:, None], 0)
    spread[some] = np.sqrt(np.square(apart).sum(axis=1)[some] / count[some])
    whole = count == values.shape[1]
    if joined:
        axes.plot(
            np.where(whole, mean, np.nan), places, color=colour, linestyle=dash, linewidth=1.1
        )  # fmt: skip
    for full in (True, False):
        here = some & (whole == full)
        axes.errorbar(
            mean[here], places[here], xerr=spread[here], color=colour, marker=marker,
            markersize=3.5, markerfacecolor=colour if full else "white", linestyle="none",
            elinewidth=0.7,
        )  # fmt: skip
    axes.plot(
        np.full((~some).sum(), _STRIP / 2), places[~some], color=colour, marker="x", markersize=4,
        linestyle="none", transform=axes.get_yaxis_transform(),
    )  # fmt: skip
