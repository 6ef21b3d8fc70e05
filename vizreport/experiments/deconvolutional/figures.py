"""A deconvolutional network, drawn."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from vizreport.drawing import charts, medium, montage
from vizreport.drawing.section import Fact, Figure, Section
from vizreport.experiments.deconvolutional.result import DeconvolutionalResult
from vizreport.experiments.top_patches.mosaics import within
from vizreport.results.run import RunRecord
from vizreport.wording.text import number, percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Chart

LAYERS = ("1", "2")
_WIDTH = 1900  # px of a figure
_LETTERS = 24  # px
_GREY = (128, 128, 128)
_HEAD = "deconvolutional network, layer"


def section(results: Mapping[str, Any], run: RunRecord) -> Section:
    """Show filters, strongest activations, reconstructions and objectives of both layers."""
    result: DeconvolutionalResult = results["deconvolutional"]
    figures = (
        *(_filters(result, layer) for layer in LAYERS),
        _reconstructions(result),
        *(_strongest(result, layer) for layer in LAYERS),
        _objectives(result),
    )
    rows = [
        {
            "layer": layer,
            "maps": result.filters[layer].shape[-1],
            "side": f"{reach(result, layer)} × {reach(result, layer)}",
            "weight": result.settings["weights"][int(layer) - 1],
            "units": result.units[layer],
            "active": float(result.active[layer].mean()),
            "used": float(result.active[layer].mean()) * result.units[layer],
            "snr": float(result.snr[layer].mean()),
            "dead": len(dead(result, layer)),
        }
        for layer in LAYERS
    ]
    context = {
        "result": result,
        "rows": rows,
        "held_out": len(result.snr["1"]),
        "colour": result.inputs.shape[-1] == 3,
    }
    fact = Fact(
        "Reconstructed without labels",
        f"{number(rows[1]['snr'])} dB",
        "signal-to-noise ratio, layer 2 of a deconvolutional network",
    )
    return Section(figures=figures, facts=(fact,), context=context)


def reach(result: DeconvolutionalResult, layer: str) -> int:
    """Pixels that a unit reaches, in one direction."""
    return int(result.patches[layer].shape[2])


def dead(result: DeconvolutionalResult, layer: str) -> list[int]:
    """Maps that are zero in all pictures."""
    return [int(k) for k in np.flatnonzero(result.activations[layer][:, 0] <= 0)]


def _colour(tile: np.ndarray) -> np.ndarray:
    """Repeat a grey tile [..., 1] in three channels."""
    return np.repeat(tile, 3, -1) if tile.shape[-1] == 1 else tile


def _tile(tile: np.ndarray) -> Image.Image:
    """Draw int8 [h, w, C], whose 127 is full white and 0 mid-grey."""
    return montage.signed(_colour(tile.astype(np.float64)), 127)


def _mosaic(tiles: list[Image.Image], insides: np.ndarray, side: int) -> Image.Image:
    """Lay nine tiles out in a square; what lies beyond their pictures is left out."""
    fitted = [montage.fit(tile, side) for tile in tiles]
    return montage.part([within(*one) for one in zip(fitted, insides, strict=True)])


def _labels(result: DeconvolutionalResult, layer: str) -> list[tuple[str, str]]:
    without = dead(result, layer)
    count = result.filters[layer].shape[-1]
    return [(str(k), "dead" if k in without else "") for k in range(count)]


def _counted(result: DeconvolutionalResult, layer: str) -> str:
    without = len(dead(result, layer))
    return f" {without} of its maps are dead: zero in all images." if without else ""


def _filters(result: DeconvolutionalResult, layer: str) -> Figure:
    count, side = result.filters[layer].shape[-1], reach(result, layer)
    if layer == "1":
        title = f"The {count} learned filters of layer 1, {side} × {side} px each"
        caption = (
            "The building blocks from which the deconvolutional network reconstructs images, "
            "learned unsupervised."
        )
        method = (
            "Mid-grey is zero; each filter has its own scale, with its largest weight white or "
            "black, and the sign of its map's strongest activation."
        )
    else:
        title = f"The {count} learned filters of layer 2, projected to the pixels"
        caption = (
            "What a layer-2 unit represents in the pixels: larger patterns made of layer-1 filters."
        )
        method = (
            f"Each layer-2 filter weights all layer-1 maps. Shown is the projection of its "
            f"strongest activation, {side} × {side} px, if possible one not cut by the image's "
            "edge: through that image's switches and the layer-1 filters. "
            "Mid-grey is zero; each has its own scale."
        )
    return Figure(
        name=f"deconvolutional-filters-{layer}",
        title=title,
        caption=caption + _counted(result, layer),
        method=method,
        alt=(
            f"Grid of {count} enlarged layer-{layer} filters, of which "
            f"{count - len(dead(result, layer))} respond to some image."
        ),
        draw=partial(_draw_filters, result, layer),
        threaded=True,
    )


def _draw_filters(result: DeconvolutionalResult, layer: str) -> Image.Image:
    if layer == "1":
        bank = result.filters["1"] * result.signs["1"]
        tiles = 127 * np.moveaxis(bank / np.abs(bank).max((0, 1, 2)), -1, 0)
    else:
        tiles = [sent[first_whole(result, k)] for k, sent in enumerate(result.projections)]
    columns = min(12, len(tiles))
    cells = [montage.fit(_tile(tile), _WIDTH // 12 - 14) for tile in tiles]
    sheet = montage.grid(cells, columns, 14, _labels(result, layer), _LETTERS)
    what = "learned filters" if layer == "1" else "learned filters, projected to the pixels"
    head = f"{_HEAD} {layer}: {what}; grey: zero, each on its own scale"
    return montage.headed(sheet, head, _LETTERS)


def first_whole(result: DeconvolutionalResult, unit: int) -> int:
    """Return which of a map's nine patches in layer 2 is the first inside its picture, else 0."""
    whole = (insides(result, "2", unit) == (0, 0, 1, 1)).all(-1)
    return int((whole & (result.activations["2"][unit] > 0)).argmax())


def insides(result: DeconvolutionalResult, layer: str, unit: int) -> np.ndarray:
    """Return what of a map's nine patches is picture: left, top, right, bottom, shares [9, 4].

    Nothing of those that are missing.
    """
    beyond = (result.patches[layer][unit] == _GREY).all(-1)
    found = np.zeros((len(beyond), 4))
    for k, value in enumerate(result.activations[layer][unit]):
        rows, cols = (np.flatnonzero(~beyond[k].all(axis)) for axis in (1, 0))
        if value > 0 and len(rows):
            found[k] = cols[0], rows[0], cols[-1] + 1, rows[-1] + 1
    return found / beyond.shape[1]


def _strongest(result: DeconvolutionalResult, layer: str) -> Figure:
    both = layer == "2"
    peaks = result.activations[layer][:, 0]
    strongest = int(peaks.argmax())
    return Figure(
        name=f"deconvolutional-top-{layer}",
        supplement=True,
        title=f"Top 9 of each map in layer {layer}"
        + (": patches beside projections" if both else ": patches"),
        caption=(
            "What excites each map most"
            + (", left in the image, right projected" if both else "")
            + ": its nine strongest activations, strongest first."
        ),
        method=(
            "The nine strongest activations with one sign, one per image, row by row"
            + (
                "; left: the image's pixels; right: the projection of that unit alone, each on "
                "its own scale."
                if both
                else "; the pixels in the unit's receptive field."
            )
            + " Areas beyond an image's edge are empty, as are tiles if fewer than nine images "
            "excite the map."
        ),
        alt=(
            f"Nine image patches{' beside nine projections' if both else ''} for each of "
            f"{result.filters[layer].shape[-1]} maps: map {strongest} is the most active, "
            f"{number(float(peaks[strongest]))} against a median of "
            f"{number(float(np.median(peaks)))}."
        ),
        draw=partial(_draw_strongest, result, layer),
        threaded=True,
    )


def _draw_strongest(result: DeconvolutionalResult, layer: str) -> Image.Image:
    columns = 4 if layer == "2" else 12
    side = (_WIDTH // columns - 28) // (6 if layer == "2" else 3)
    cells = []
    for k in range(len(result.activations[layer])):
        inside = insides(result, layer, k)
        cell = _mosaic([Image.fromarray(patch) for patch in result.patches[layer][k]], inside, side)
        if layer == "2":
            sent = _mosaic([_tile(tile) for tile in result.projections[k]], inside, side)
            cell = montage.beside(cell, sent, 8)
        cells.append(cell)
    sheet = montage.grid(cells, columns, 20, _labels(result, layer), _LETTERS)
    what = (
        "left of each pair: the nine patches that excite a map most; right: their projections"
        if layer == "2"
        else "the nine patches that excite each map most"
    )
    head = f"{_HEAD} {layer}: {what}; empty: beyond the image"
    return montage.headed(sheet, head, _LETTERS)


def _reconstructions(result: DeconvolutionalResult) -> Figure:
    means = ", ".join(f"{result.snr[layer].mean():.1f} dB from layer {layer}" for layer in LAYERS)
    return Figure(
        name="deconvolutional-reconstructions",
        supplement=True,
        title="Held-out images and their reconstructions",
        caption=(
            "How much of an image each layer's maps retain: the image, its contrast-normalised "
            "version, and the reconstructions from layer 1 and layer 2. Mean over all held-out "
            f"images: {means}."
        ),
        method=(
            "The network reconstructs the contrast-normalised image. Mid-grey is zero, with one "
            "scale for the last three. Above each reconstruction: signal-to-noise ratio and share "
            "of non-zero units."
        ),
        alt=(
            f"{len(result.examples)} images, each with two reconstructions that resemble it: "
            f"{means} on average."
        ),
        draw=lambda: _draw_reconstructions(result),
        threaded=True,
        width=110,
    )


def _draw_reconstructions(result: DeconvolutionalResult) -> Image.Image:
    side = _WIDTH // 4 - 14
    scale = float(np.percentile(np.abs(result.inputs.astype(np.float64)), 99.5)) or 1.0
    cells, labels = [], []
    place = medium.current()
    flat = place is not None and place.columns and not medium.narrow()
    for i, example in enumerate(result.examples[: 2 if flat else None]):
        cells.append(Image.fromarray(example))
        labels.append(("image", ""))
        shown = [result.inputs[i], *(result.reconstructions[layer][i] for layer in LAYERS)]
        cells += [montage.signed(_colour(one.astype(np.float64)), scale) for one in shown]
        labels.append(("normalised", "\ncontrast-normalised:\nthe target"))
        for layer in LAYERS:
            snr, active = result.snr[layer][i], result.active[layer][i]
            said = f"\nSNR {snr:.1f} dB\n{percent(float(active), 1)} of units non-zero"
            labels.append((f"layer {layer}", said))
    columns = 2 if medium.narrow() else 4
    shown = [montage.fit(cell, side) for cell in cells]
    sheet = montage.grid(shown, columns, 14, labels, 24, sets=columns)
    head = (
        "deconvolutional network: images reconstructed from its maps; grey: zero, one scale; "
        "signal-to-noise ratio (SNR) relative to the normalised image"
    )
    return montage.headed(sheet, head, 24)


def _objectives(result: DeconvolutionalResult) -> Figure:
    learning = "; ".join(
        f"layer {layer} from {number(float(result.learning[layer][0]))} to "
        f"{number(float(result.learning[layer][-1]))}"
        for layer in LAYERS
    )
    return Figure(
        name="deconvolutional-objective",
        supplement=True,
        title="The objective during inference and learning",
        caption=(
            "Inference (left) never raises the objective; learning (right) lowers it, varying "
            f"from batch to batch ({learning})."
        ),
        method=(
            "Left: with fixed filters, mean over the held-out images. Right: after inference on "
            "each batch, mean over its images, while the filters are learned. Each layer has its "
            "own objective."
        ),
        alt=f"Two line charts; all four curves fall. In learning, {learning}.",
        draw=lambda: _draw_objectives(result),
    )


def _draw_objectives(result: DeconvolutionalResult) -> Chart:
    from matplotlib.figure import Figure as Chart

    styles = {"1": (charts.SERIES[1], "-", "o"), "2": (charts.SERIES[2], "--", "s")}
    with charts.style():
        shape, high = ((2, 1), 110) if medium.narrow() else ((1, 2), 60)
        size = medium.room(174) / 25.4, high / 25.4
        chart = Chart(figsize=size, layout="constrained")
        left, right = chart.subplots(*shape, sharey=True)
        for axes, curves, label in (
            (left, result.inference, "inference iteration"),
            (right, result.learning, "learning batch"),
        ):
            for layer in LAYERS:
                colour, line, mark = styles[layer]
                axes.plot(
                    curves[layer], line, color=colour, marker=mark, ms=2.5, lw=1,
                    label=f"layer {layer}",
                )  # fmt: skip
            axes.set_xlabel(label)
            axes.set_ylim(bottom=0)
            axes.grid(axis="y", color=charts.FAINT, lw=0.5)
            axes.set_axisbelow(True)
            axes.tick_params(labelleft=True)
            axes.legend(frameon=False)
        left.set_ylabel("objective per image:\nweighted squared error + sparsity")
    return chart
