"""Correspondence: the table, its chart, and the pictures with what was hidden."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from vizreport.drawing.section import Figure, Section
from vizreport.experiments.correspondence import drawing
from vizreport.experiments.correspondence.findings import findings
from vizreport.experiments.correspondence.gathered import LayerRows, PartRow, Spread
from vizreport.experiments.correspondence.result import CorrespondenceResult
from vizreport.experiments.correspondence.statistics import pair_values
from vizreport.findings.decided import claims_of
from vizreport.findings.decisions import LEVEL
from vizreport.findings.record import Finding
from vizreport.published import Comparison, Measured, beside, published_tables
from vizreport.results.run import RunRecord
from vizreport.wording.text import number, quoted


def section(results: Mapping[str, Any], run: RunRecord) -> Section:
    """Show how alike the changes are that hiding the same part makes in several pictures."""
    result: CorrespondenceResult = results["correspondence"]
    decided = claims_of(findings, results)
    layers = _layers(result, decided)
    context = {
        "class": result.class_name,
        "asked": result.asked,
        "source": result.source,
        "object": result.object,
        "images": len(result.paths),
        "pairs": len(result.paths) * (len(result.paths) - 1) // 2,
        "usable": result.usable,
        "right": result.right,
        "side": result.side,
        "draws": result.random_squares.shape[1],
        "shared": result.shared_squares.shape[1],
        "layers": layers,
        "tests": sum(each.p is not None for each in decided),
        "level": LEVEL,
        "comparison": _comparison(result, layers, run),
    }
    return Section(
        figures=(_pictures(result), _chart(result, layers)),
        context=context,
    )


def _layers(result: CorrespondenceResult, decided: Sequence[Finding]) -> list[LayerRows]:
    """Gather each layer's rows; p values are corrected over all parts and layers together."""
    tested = [each.corrected for each in decided if each.corrected is not None]
    corrected = iter(tested[-len(result.layers) * len(result.parts) :])
    layers: list[LayerRows] = []
    draws = range(len(result.parts), len(result.parts) + result.random_squares.shape[1])
    for (name, layer), length in zip(result.layers.items(), result.lengths, strict=True):
        shared = layer.shared_distances.mean(axis=1)
        rows: list[PartRow] = [
            {
                "name": part,
                "mean": float(values.mean()),
                "std": float(values.std()),
                "changed": float(layer.part_changed[p]),
                "agreement": agreement(result, name, p),
                "p": float(layer.p_values[p]),
                "corrected": next(corrected),
                "lower": int((shared <= values.mean()).sum()),
            }
            for p, (part, values) in enumerate(zip(result.parts, layer.part_distances, strict=True))
        ]
        layers.append(
            {
                "name": name,
                "length": length,
                "rows": rows,
                "random": _control(
                    layer.random_distances,
                    layer.random_changed,
                    float(np.mean([agreement(result, name, k) for k in draws])),
                ),
                "shared": _control(
                    layer.shared_distances,
                    layer.shared_changed,
                    float(layer.shared_agreement.mean()),
                ),
            }
        )
    return layers


def agreement(result: CorrespondenceResult, layer: str, place: int) -> float:
    """Return the mean agreement beyond chance over the pairs, of a part or a random draw."""
    return float(pair_values(result.layers[layer].agreements[:, place, :, place]).mean())


def _control(distances: np.ndarray, changed: float, agreeing: float) -> Spread:
    """Sum up a control: the mean, and the spread over pairs within a draw."""
    return {
        "mean": float(distances.mean()),
        "std": float(np.sqrt(distances.var(axis=1).mean())),
        "changed": float(changed),
        "agreement": agreeing,
    }


def _comparison(
    result: CorrespondenceResult, layers: Sequence[LayerRows], run: RunRecord
) -> Comparison | None:
    """Put two layers beside the paper's layers 5 and 7; None for another number of layers."""
    if len(result.layers) != 2:
        return None
    table = published_tables()["correspondence"]
    known = {row.names[0].lower(): row.id for row in table.rows}
    measured: dict[tuple[str, str], Measured] = {}
    more: dict[str, list[str]] = {}
    data = run.data_name + (f", {result.class_name}" if result.class_name else "")
    for layer, column in zip(layers, table.columns, strict=True):
        rows: list[tuple[str, Spread]] = [(row["name"], row) for row in layer["rows"]]
        for part, row in [*rows, ("random", layer["random"])]:
            name = part.replace("_", " ").strip().lower()
            place = known.get(name)
            if place is None:
                place = f"own {part}"
                more[place] = [part[:1].upper() + part[1:]]
            measured[place, column.id] = Measured(
                row["mean"],
                data,
                len(result.paths),
                (int(run.settings.get("seed", 0)),),
                run.name,
                row["std"],
                f"layer {layer['name']}; ± over pairs of images",
            )
    return beside(table, measured, more)


def _pictures(result: CorrespondenceResult) -> Figure:
    shown = min(drawing.MOST_COLUMNS, len(result.paths))
    parts = ", ".join(quoted(part, 30) for part in result.parts)
    what = f"{shown} of the {len(result.paths)} images" if shown < len(result.paths) else (
        f"The {shown} images"
    )  # fmt: skip
    return Figure(
        name="correspondence-pictures",
        width=148,
        title="What was hidden",
        caption=(
            f"{what}, with each part covered by a grey square; below them, the controls: a random "
            "position, and a position fixed relative to the object."
        ),
        method=(
            f"As the network saw them ({result.pictures.shape[1]} × {result.pictures.shape[2]} "
            f"px), with a square of {result.side} px. The controls shown are the first random "
            "position, drawn separately for each image, and the first fixed position, the same in "
            "all images relative to the object's box."
        ),
        alt=(
            f"A grid of images: {shown} columns, one per image; rows with nothing hidden, with "
            f"{parts}, a random position and a fixed position hidden."
        ),
        draw=partial(drawing.pictures, result),
        threaded=True,
    )


def _chart(result: CorrespondenceResult, layers: list[LayerRows]) -> Figure:
    lowest = min(
        (row["mean"] - layer["random"]["mean"], row["name"], layer["name"])
        for layer in layers
        for row in layer["rows"]
    )
    return Figure(
        name="correspondence-distances",
        title="Distance between the changes",
        caption=(
            "The lower a part's dot, the more consistently hiding it changes the images. Filled: "
            f"below the random positions (corrected p below {LEVEL:g}). Dashed: mean of the random "
            "positions."
        ),
        method=(
            "Share of features whose sign of change differs between two images, mean over the "
            f"{len(result.paths) * (len(result.paths) - 1) // 2} pairs. Lines: ± one "
            "standard deviation over the pairs. Ticks: individual random draws and individual "
            "fixed positions (the same in every image, relative to the object's box). The axes do "
            "not start at 0 and differ between layers."
        ),
        alt=(
            "Mean distances of parts, random and fixed positions by layer. Farthest below random: "
            f"{quoted(lowest[1], 40)} at {quoted(lowest[2], 40)}, "
            f"by {number(-lowest[0])}."
        ),
        draw=partial(drawing.chart, result, layers),
    )
