"""What the runs look like, side by side."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from vizreport.compare.runs import FinishedRun
from vizreport.drawing import charts, montage
from vizreport.drawing.fonts import drawable
from vizreport.drawing.section import Figure
from vizreport.experiments.architecture.charts import (
    COLOURS,
    DASHES,
    draw_ambiguous,
    draw_spectra,
)
from vizreport.experiments.architecture.figures import filter_grid, limited, tile_grid
from vizreport.experiments.architecture.findings import AMBIGUOUS, ambiguous
from vizreport.experiments.architecture.result import ArchitectureResult
from vizreport.experiments.architecture.signs import LIMIT
from vizreport.experiments.filters.figures import display_ranges
from vizreport.wording.text import number, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WIDTH = 1900  # px of a picture
_COLUMNS = 3


def make_figures(runs: Sequence[FinishedRun]) -> list[Figure]:
    """Return every figure that the runs have something to show in."""
    filtered = [run for run in runs if run.filters is not None and run.architecture is not None]
    told = [run for run in filtered if len(_living_spectra(run))]
    projected = [run for run in filtered if len(_architecture(run).tiles)]
    strided = [run for run in filtered if max(_architecture(run).stride) > 1]
    limit = [run for run in filtered if (_architecture(run).rms > LIMIT).any()]
    trained = [run for run in runs if run.curves is not None]
    figures = []
    if filtered:
        figures += [_filters(filtered), _rms(filtered)]
    if limit:
        figures.insert(1, _limited(limit))
    if told:
        figures.append(_spectra(told))
    if projected:
        figures.append(_projections(projected))
    if strided:
        figures.append(_aliasing(strided))
    if trained:
        figures.append(_curves(trained))
    return figures


def _architecture(run: FinishedRun) -> ArchitectureResult:
    assert run.architecture is not None
    return run.architecture


def _each(runs: Sequence[FinishedRun], say: Callable[[FinishedRun], str]) -> str:
    """Describe a figure in words, run by run."""
    return "; ".join(f"{run.label}: {say(run)}" for run in runs) + "."


def _filters(runs: Sequence[FinishedRun]) -> Figure:
    return Figure(
        name="compare-filters",
        title="Layer-1 filters",
        caption=("What each network's first layer responds to."),
        method=(
            "The filters are shown as they act on RGB pixels, enlarged without smoothing; "
            "mid-grey is zero. Each run has its own scale, printed below it: weights of different "
            "networks are not comparable."
        ),
        alt=_each(runs, lambda run: f"{_count(run)} filters"),
        draw=lambda: _beside(runs, _filters_drawn),
        threaded=True,
    )


def _count(run: FinishedRun) -> int:
    assert run.filters is not None
    return len(run.filters.filters)


def _filters_drawn(run: FinishedRun, width: int) -> Image.Image:
    assert run.filters is not None
    scale = float(display_ranges(run.filters)[0])
    return montage.with_scale(filter_grid(run.filters.filters, scale, width), number(scale), 22)


def _limited(runs: Sequence[FinishedRun]) -> Figure:
    return Figure(
        name="compare-limit",
        title="The same with the limit on the filters' RMS",
        caption=(
            "What the strong filters hide: runs in which a filter's RMS exceeds "
            f"{number(LIMIT)}, with those filters scaled down to it."
        ),
        method=("This is not what training with the limit would give."),
        alt=f"Filters of {', '.join(run.label for run in runs)} after the limit.",
        draw=lambda: _beside(runs, _limited_drawn),
        threaded=True,
    )


def _limited_drawn(run: FinishedRun, width: int) -> Image.Image:
    assert run.filters is not None
    after = limited(run.filters.filters, _architecture(run).rms)
    scale = float(np.abs(after).max())
    return montage.with_scale(filter_grid(after, scale, width), number(scale), 22)


def _rms(runs: Sequence[FinishedRun]) -> Figure:
    return Figure(
        name="compare-rms",
        title="RMS of the layer-1 filters, in ascending order",
        caption=("A steep right end means that a few filters dominate."),
        method=(
            "Root mean square of the weights acting on pixels from 0 to 255. The "
            "paper renormalises filters above the dotted line during training."
        ),
        alt=_each(runs, _rms_range),
        draw=charts.styled(partial(_draw_rms, runs=runs), 130, 58),
        width=130,
    )


def _rms_range(run: FinishedRun) -> str:
    rms = _architecture(run).rms
    return f"{number(float(rms.min()))} to {number(float(rms.max()))}"


def _draw_rms(axes: Axes, runs: Sequence[FinishedRun]) -> None:
    for k, run in enumerate(runs):
        rms = np.sort(_architecture(run).rms)
        rank = 100 * (np.arange(len(rms)) + 0.5) / len(rms)
        axes.plot(rank, rms, marker="o", ms=2.5, **_line(k), label=drawable(run.label, 40))
    axes.axhline(LIMIT, color=charts.SOFT, lw=0.8, ls=(0, (1, 2)), label="the paper's limit")
    charts.logarithmic(axes, "y")
    axes.set_xlabel("share of the filters, %")
    axes.set_ylabel("RMS of the weights on RGB values")
    _legend(axes)


def _line(k: int) -> charts.LineStyle:
    return {"color": COLOURS[k % len(COLOURS)], "ls": DASHES[k % len(DASHES)], "lw": 1.1}


def _legend(axes: Axes) -> None:
    axes.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderpad=0)


def _living_spectra(run: FinishedRun) -> np.ndarray:
    """Return the spectra of the filters that are not dead."""
    assert run.filters is not None
    spectra = _architecture(run).spectra
    found: np.ndarray = spectra[~run.filters.dead & np.isfinite(spectra).all(axis=1)]
    return found


def _spectra(runs: Sequence[FinishedRun]) -> Figure:
    shown = [(drawable(run.label, 40), _living_spectra(run)) for run in runs]
    return Figure(
        name="compare-spectra",
        title="Energy of the layer-1 filters by spatial frequency",
        caption=("A dip in the middle means few filters for middle frequencies."),
        method=(
            "Mean over the filters that are not dead, equally weighted; energy per octave, "
            "averaged over all directions. A single pixel, or white noise, is 1 everywhere."
        ),
        alt=_each(runs, lambda run: f"mean of {len(_living_spectra(run))} filters"),
        draw=charts.styled(
            partial(draw_spectra, spectra=shown, radii=_architecture(runs[0]).radii), 130, 62
        ),
        width=130,
    )


def _projections(runs: Sequence[FinishedRun]) -> Figure:
    return Figure(
        name="compare-layer2",
        title="Projections of layer 2",
        caption=(
            "What excites layer 2 in each network. Blocks, dots or stripes one stride apart would "
            "be aliasing."
        ),
        method=(
            "For a sample of maps, the strongest activation in the data, projected to the pixels, "
            "each on its own scale; mid-grey is zero."
        ),
        alt=_each(
            runs,
            lambda run: (
                f"{len(_architecture(run).tiles)} projections of {_architecture(run).second}"
            ),
        ),
        draw=lambda: _beside(runs, _projections_drawn),
        threaded=True,
    )


def _projections_drawn(run: FinishedRun, width: int) -> Image.Image:
    columns = max(4, math.ceil(math.sqrt(len(_architecture(run).tiles))))
    return tile_grid(_architecture(run), columns, width // columns - 8)


def _aliasing(runs: Sequence[FinishedRun]) -> Figure:
    return Figure(
        name="compare-aliasing",
        title="Share of the layer-1 filters' response that the first stride makes ambiguous",
        caption=("Each dot is a filter; farther right means more aliasing."),
        method=(
            "Over gratings of all frequencies, the share of the response to gratings that the "
            "stride cannot distinguish from one that excites the filter more. Dead filters are "
            "excluded."
        ),
        alt=_each(runs, lambda run: f"median {percent(_median(_ambiguous(run)))}"),
        draw=charts.styled(
            partial(
                draw_ambiguous,
                shown=[(drawable(run.label, 40), _ambiguous(run)) for run in runs],
                limit=AMBIGUOUS,
            ),
            130,
            62,
        ),
        width=130,
    )


def _ambiguous(run: FinishedRun) -> np.ndarray:
    assert run.filters is not None
    return ambiguous(_architecture(run), run.filters)


def _median(shares: np.ndarray) -> float:
    known = shares[np.isfinite(shares)]
    return float(np.median(known)) if len(known) else math.nan


def _curves(runs: Sequence[FinishedRun]) -> Figure:
    return Figure(
        name="compare-curves",
        title="Learning curves",
        caption=(
            "How fast each network learned: error on the validation images (thick) and on the "
            "training images (thin)."
        ),
        method=(
            "Share of misclassified images. Training errors are measured during the epoch, with "
            "dropout and changing weights."
        ),
        alt=_each(runs, _last_error),
        draw=charts.styled(partial(_draw_curves, runs=runs), 130, 62),
        width=130,
    )


def _last_error(run: FinishedRun) -> str:
    assert run.curves is not None
    error = percent(float(run.curves.validation_error[-1]), 1)
    return f"validation error {error} after {int(run.curves.epochs[-1])} epochs"


def _draw_curves(axes: Axes, runs: Sequence[FinishedRun]) -> None:
    for k, run in enumerate(runs):
        assert run.curves is not None
        line = {**_line(k), "lw": 1.5}
        epochs = run.curves.epochs
        axes.plot(epochs, 100 * run.curves.validation_error, **line, label=drawable(run.label, 40))
        axes.plot(epochs, 100 * run.curves.training_error, **{**line, "lw": 0.6})
    axes.set_xlabel("epoch")
    axes.set_ylabel("error, %")
    axes.set_ylim(0, None)
    axes.locator_params(axis="x", integer=True)
    _legend(axes)


def _beside(
    runs: Sequence[FinishedRun], draw: Callable[[FinishedRun, int], Image.Image]
) -> Image.Image:
    """Lay a picture of each run out, with its name above it."""
    columns = min(max(len(runs), 2), _COLUMNS)
    width = (_WIDTH - 40 * (columns - 1)) // columns
    pictures = [draw(run, width) for run in runs]
    size = (max(p.width for p in pictures), max(p.height for p in pictures))
    cells = []
    for picture in pictures:
        cell = Image.new("RGB", size, montage.palette().paper)
        cell.paste(picture, (0, 0))
        cells.append(cell)
    labels = [(run.letter, drawable(run.run.name, 60)) for run in runs]
    whole = montage.grid(cells, columns, 40, labels, 28)
    if whole.width >= 0.9 * _WIDTH:
        return whole
    # One run alone is drawn no larger than one of two.
    page = Image.new("RGB", (_WIDTH, whole.height), montage.palette().paper)
    page.paste(whole, (0, 0))
    return page
