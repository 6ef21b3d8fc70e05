"""Optimised inputs: what units would like best, beside what they like best in the data."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from vizreport.drawing.charts import styled
from vizreport.drawing.section import Content, Context, Figure, Section
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.optimised_inputs import drawing
from vizreport.experiments.optimised_inputs.result import OptimisedInputsResult, OptimisedLayer
from vizreport.experiments.top_patches.classes import own_class
from vizreport.experiments.top_patches.pictures import drawn_encoder
from vizreport.experiments.top_patches.result import TopPatchesResult
from vizreport.results.run import RunRecord
from vizreport.wording.text import number, quoted, slugs


def section(results: Mapping[str, Any], run: RunRecord) -> Section:
    """Show optimised inputs; each map's page shows its own."""
    result: OptimisedInputsResult = results["optimised_inputs"]
    mining: MiningResult = results["mining"]
    top: TopPatchesResult = results["top_patches"]
    files: dict[str, Content] = {}
    slug = slugs(top.layers)
    layers: list[Context] = []
    for name, layer in result.layers.items():
        cells = []
        width, height = drawing.strip_size(layer)
        for place, feature_map in enumerate(layer.maps.tolist()):
            src = f"pages/top-{slug[name]}/{feature_map:05d}-optimised.webp"
            files[src] = partial(_strip, layer, place)
            cells.append(
                {
                    "map": feature_map,
                    "own": own_class(mining, name, feature_map),
                    "src": src,
                    "width": width,
                    "height": height,
                    "strongest": float(layer.strongest[place]),
                    "reached": [float(each) for each in layer.reached[place]],
                    "plain": float(layer.plain_reached[place]),
                }
            )
        layers.append({"name": name, "cells": cells})
    context = {
        "layers": layers,
        "maps": {(each["name"], cell["map"]): cell for each in layers for cell in each["cells"]},
        "diverse": next(iter(result.layers.values())).pictures.shape[1],
        "steps": result.steps,
        "plain_steps": result.plain_steps,
        "multiplications": number(result.multiplications / 1e9),
    }
    return Section((_sheet(result, mining), _curves(result)), (), (), (), files, context)


def _strip(layer: OptimisedLayer, place: int) -> bytes:
    picture = drawing.strip(layer, place)
    # Lossless, their noise would be a tenth of a large report.
    return drawn_encoder(picture.height)(picture)


def _sheet(result: OptimisedInputsResult, mining: MiningResult) -> Figure:
    first = next(iter(result.layers.values()))
    few = "the last layers" if len(result.layers) > drawing.LAYERS else "each layer"
    return Figure(
        name="optimised-inputs",
        title="Optimised inputs beside the best images in the data",
        caption=(
            f"For maps in {few}: left, the patch in the data that excites the unit most; then the "
            "input optimised for it, with and without regularisation. Above each: the "
            "activation."
        ),
        method=(
            "Left: the receptive field of the strongest unit in the data (grey beyond the image). "
            "Middle: optimised for the map's central unit, as a spectrum in decorrelated colours, "
            "under small shifts, scalings and rotations. Right: optimised pixel by pixel, without "
            "any of these. All three have the same contrast before clipping to the pixel range. "
            "Numbers: the activation; “lower”: below that of the best image."
        ),
        alt=(
            f"Rows of {min(drawing.SHOWN, len(first.maps))} maps per layer: an "
            f"image patch, an optimised input with coarse and fine structure, and one like noise. "
            f"{_stronger(result)}"
        ),
        draw=partial(drawing.sheet, result, mining),
        threaded=True,
    )


def _stronger(result: OptimisedInputsResult) -> str:
    """State by how much the optimised inputs excite their units more than the images do."""
    layers = result.layers.values()
    best = np.concatenate([layer.reached.max(axis=1) for layer in layers])
    images = np.concatenate([layer.strongest for layer in layers])
    above = best[images > 0] / images[images > 0]
    return (
        f"{int((above > 1).sum())} of {len(above)} optimised inputs excite their unit more than "
        f"any image, the median one {number(float(np.median(above)), 2)} times as much."
        if len(above)
        else ""
    )


def _curves(result: OptimisedInputsResult) -> Figure:
    return Figure(
        name="optimised-inputs-steps",
        title="Activation by step",
        caption=("How fast the optimised input exceeds the best image in the data (grey line)."),
        method=(
            "Median over the maps of each layer, as a multiple of the best image's activation. "
            "Each step uses a different view."
        ),
        alt=(
            f"After {result.steps} steps, in multiples of the best image's activation: "
            + ", ".join(
                f"{quoted(name, 40)} {number(float(drawing.multiples(layer)[-1]), 2)}"
                for name, layer in result.layers.items()
                if (layer.strongest > 0).any()
            )
            + "."
        ),
        draw=styled(partial(drawing.curves, result), 110, 58),
        width=110,
        supplement=True,
    )
