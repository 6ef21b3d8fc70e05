"""Optimised inputs beside the strongest of the data, and how they were reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from vizreport.drawing import charts, medium, montage
from vizreport.drawing.fonts import drawable
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.optimised_inputs.result import OptimisedInputsResult, OptimisedLayer
from vizreport.experiments.top_patches.classes import own_class
from vizreport.wording.text import number, spoken

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHOWN = 3
"""Maps of a layer in the figure."""
LAYERS = 4
"""The last layers are in the figure."""
_SIDE = 210  # px of a tile
_LETTERS = 26  # px; a name such as "conv10, map 143" is as wide as a tile


def tile(picture: np.ndarray, side: int = _SIDE) -> Image.Image:
    """Fit a picture into a square; pixels of small ones stay squares."""
    height, width = picture.shape[:2]
    factor = side / max(height, width)
    size = max(1, round(width * factor)), max(1, round(height * factor))
    way = Image.Resampling.NEAREST if factor > 2 else Image.Resampling.BICUBIC
    whole = Image.new("RGB", (side, side), montage.palette().paper)
    place = (side - size[0]) // 2, (side - size[1]) // 2
    whole.paste(Image.fromarray(picture).resize(size, way), place)
    return whole


def strip(layer: OptimisedLayer, place: int) -> Image.Image:
    """Put a map's strongest field, its optimised inputs and the plain one side by side."""
    pictures = [layer.natural[place], *layer.pictures[place], layer.plain[place]]
    whole = Image.new("RGBA", strip_size(layer))  # the page's ground between
    for i, picture in enumerate(pictures):
        whole.paste(tile(picture), (i * (_SIDE + 8), 0))
    return whole


def strip_size(layer: OptimisedLayer) -> tuple[int, int]:
    """Return width and height of a layer's strips, px."""
    return (layer.pictures.shape[1] + 2) * (_SIDE + 8) - 8, _SIDE


def sheet(result: OptimisedInputsResult, mining: MiningResult) -> Image.Image:
    """Draw a row for each of the last layers: the first maps' strongest field and optima.

    A column has room for one map of each layer, a slide for two maps of two layers.
    """
    cells, labels = [], []
    shown = 1 if medium.narrow() else 2 if medium.low() else SHOWN
    layers = 2 if medium.low() else LAYERS
    empty = Image.new("RGB", (_SIDE, _SIDE), montage.palette().paper)
    for name, layer in [*result.layers.items()][-layers:]:
        for place in range(shown):
            if place >= len(layer.maps):
                cells += [empty] * 3
                labels += [("", "")] * 3
                continue
            feature_map = int(layer.maps[place])
            own = own_class(mining, name, feature_map)
            called = drawable(spoken(own) if own else f"{name}, map {feature_map}", 30)
            best = int(layer.reached[place].argmax())
            cells.append(tile(layer.natural[place]))
            labels.append((called, f"\nbest: {_value(layer.strongest[place])}"))
            cells.append(tile(layer.pictures[place, best]))
            natural = float(layer.strongest[place])
            reached = float(layer.reached[place, best])
            labels.append(("optimised", f"\n{_beside(reached, natural)}"))
            cells.append(tile(layer.plain[place]))
            plain = float(layer.plain_reached[place])
            labels.append(("unregularised", f"\n{_beside(plain, natural)}"))
    picture = montage.grid(cells, 3 * shown, 10, labels, _LETTERS, sets=3)
    head = (
        "three inputs per map, with the activation reached: the best patch in the data (grey "
        "beyond the image), optimised, and optimised without regularisation"
    )
    return montage.headed(picture, head, _LETTERS)


def _value(value: float) -> str:
    return number(float(value))


def _beside(value: float, natural: float) -> str:
    """Write what an optimised input reached, and mark it where the data's best is stronger."""
    return _value(value) + (" (lower)" if value < natural else "")


def multiples(layer: OptimisedLayer) -> np.ndarray:
    """Return the median activation of a layer's maps by step, in multiples of the best image's."""
    strongest = layer.strongest[:, None]
    known = strongest[:, 0] > 0
    median: np.ndarray = np.median(layer.curves[known] / strongest[known], axis=0)
    return median


def curves(result: OptimisedInputsResult, axes: Axes) -> None:
    """Draw the median activation by step, as a multiple of the strongest image's."""
    steps = np.arange(1, result.steps + 1)
    dashes = ("-", "--", ":", "-.")
    for i, (name, layer) in enumerate(result.layers.items()):
        if not (layer.strongest > 0).any():
            continue
        axes.plot(
            steps, multiples(layer), linewidth=1.2, linestyle=dashes[i % 4],
            color=charts.SERIES[i % len(charts.SERIES)],
            label=drawable(name, 24),
        )  # fmt: skip
    axes.axhline(1, color=charts.SOFT, linewidth=0.8, label="best image in the data")
    axes.set_xlabel("optimisation step")
    axes.set_ylabel("activation / best image's,\nmedian over the layer's maps")
    axes.set_xlim(1, max(2, result.steps))
    axes.set_ylim(bottom=0)
    axes.legend(
        frameon=False, fontsize=7, loc="lower left", bbox_to_anchor=(0, 1), ncols=3, borderpad=0,
        handlelength=2.6,
    )  # fmt: skip
