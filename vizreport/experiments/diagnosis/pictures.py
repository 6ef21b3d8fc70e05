"""Pictures of the diagnosis: repeated images, and places that classes depend on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vizreport.experiments.diagnosis.evidence import place_name
from vizreport.experiments.diagnosis.images import classes_of
from vizreport.experiments.diagnosis.result import DiagnosisResult
from vizreport.experiments.mining.result import MiningResult
from vizreport.report import charts, medium
from vizreport.report.section import Figure
from vizreport.report.text import drawable, file_words, quoted

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Chart

MOST_PLACES = 4  # classes drawn
_TILE = 26.0  # mm


def repeated(result: DiagnosisResult, mining: MiningResult) -> Figure | None:
    """Draw pairs of images that show the same, one above the other."""
    pairs = list(zip(result.pairs, result.pair_pictures, strict=False))
    if not pairs:
        return None
    labels, names = classes_of(mining)

    def name_of(image: int) -> str:
        label = int(labels[image])
        return drawable(names[label], 14) if label >= 0 else ""

    def chart() -> Chart:
        from matplotlib.figure import Figure as Chart

        with charts.style():
            width = medium.room(_TILE * len(pairs) + 4)
            figure = Chart(
                figsize=(width / 25.4, (2 * (_TILE + 5) + 2) / 25.4), layout="constrained"
            )
            grid = figure.subplots(2, len(pairs), squeeze=False)
            for i, (pair, seen) in enumerate(pairs):
                for row, image in enumerate((pair["first"], pair["second"])):
                    axes = grid[row][i]
                    axes.imshow(seen[row])
                    axes.set_axis_off()
                    axes.set_title(name_of(image), fontsize=6)
        return figure

    listed = "; ".join(
        f"{quoted(file_words(mining.paths[pair['first']]), 28)} and "
        f"{quoted(file_words(mining.paths[pair['second']]), 28)}"
        for pair, _ in pairs
    )
    return Figure(
        name="diagnosis-repeated",
        title="Images that repeat another one",
        caption=f"Pairs one above the other, with their classes in the data; those of different "
        f"classes first: {listed}.",
        alt=f"{len(pairs)} pairs of nearly equal pictures.",
        draw=chart,
        width=min(_TILE * len(pairs) + 4, 170),
    )


def places(result: DiagnosisResult, mining: MiningResult) -> Figure | None:
    """Draw how much covering each place costs some classes, beside their mean picture."""
    if not len(result.place_classes):
        return None
    gains = np.nanmedian(result.place_pasted - result.place_pasted_before, axis=1)
    shown = np.argsort(-gains, kind="stable")[:MOST_PLACES]

    def chart() -> Chart:
        from matplotlib.figure import Figure as Chart
        from matplotlib.patches import Rectangle

        with charts.style():
            width = medium.room(40.0 * len(shown) + 8)
            figure = Chart(figsize=(width / 25.4, 82 / 25.4), layout="constrained")
            grid = figure.subplots(2, len(shown), squeeze=False)
            most = max(float(np.abs(result.place_falls[shown]).max()), 1e-6)
            for i, z in enumerate(shown):
                row, col = result.place_chosen[z]
                corner = float(result.lefts[col]), float(result.tops[row])
                grid[0][i].imshow(result.place_pictures[z])
                square = Rectangle(
                    corner, result.side, result.side, fill=False, ec=charts.ORANGE, lw=1.4
                )
                grid[0][i].add_patch(square)
                grid[0][i].set_axis_off()
                name = mining.class_names[result.place_classes[z]]
                grid[0][i].set_title(drawable(name, 20), fontsize=7)
                drawn = grid[1][i].imshow(
                    result.place_falls[z], cmap="PuOr_r", vmin=-most, vmax=most
                )
                grid[1][i].plot(col, row, "s", ms=9, mfc="none", mec=charts.INK)
                grid[1][i].set_axis_off()
            figure.colorbar(drawn, ax=grid[1], shrink=0.8, label="fall of log-odds")
        return figure

    said = "; ".join(
        f"{quoted(mining.class_names[result.place_classes[z]], 30)}: "
        f"{_where(result, int(z))}, probability from "
        f"{np.nanmedian(result.place_clean[z]):.2f} to {np.nanmedian(result.place_covered[z]):.2f}"
        for z in shown
    )
    return Figure(
        name="diagnosis-places",
        title="Places that classes depend on",
        caption="Above: mean of the images in which a place was covered, orange the place that "
        "stands out most from the other classes. Below: by how much covering each place lowers the "
        "log-odds of the class, means of four other images; the square marks the same place. "
        f"Medians: {said}.",
        alt=f"{len(shown)} mean pictures with a square each, and as many maps of 5 by 5 fields.",
        draw=chart,
        width=min(40.0 * len(shown) + 8, 170),
    )


def _where(result: DiagnosisResult, z: int) -> str:
    row, col = result.place_chosen[z].tolist()
    return place_name(row, col, len(result.tops) - 1)
