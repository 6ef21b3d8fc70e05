"""Pictures of the diagnosis: repeated images, and places that classes depend on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vizreport.drawing import charts, medium
from vizreport.drawing.fonts import drawable
from vizreport.drawing.section import Figure
from vizreport.experiments.diagnosis.evidence import region_of
from vizreport.experiments.diagnosis.fixed_places import CHOOSING, COVERED
from vizreport.experiments.diagnosis.images import classes_of
from vizreport.experiments.diagnosis.regions import mask, name_of
from vizreport.experiments.diagnosis.result import DiagnosisResult
from vizreport.experiments.mining.result import MiningResult
from vizreport.wording.text import file_words, percent, quoted

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
        title="Duplicate images",
        caption=(
            "Pairs of nearly identical images, one above the other, with their classes in the "
            f"data; pairs from different classes first: {listed}."
        ),
        method=(
            "Found by a perceptual hash, then by comparing the pixels of both images reduced "
            "to a common size."
        ),
        alt=(f"{len(pairs)} pairs of nearly identical images: {listed}."),
        draw=chart,
        width=min(_TILE * len(pairs) + 4, 170),
    )


def places(result: DiagnosisResult, mining: MiningResult) -> Figure | None:
    """Draw how much covering each place costs some classes, beside their mean picture."""
    if not len(result.place_classes):
        return None
    turned = [float((t[t >= 0] > 0).mean()) for t in result.place_turned]
    shown = np.argsort(-np.array(turned), kind="stable")[:MOST_PLACES].tolist()
    others = max(len(result.place_classes) - 1, 1)
    energy = 100 * result.place_energy
    above = energy - (energy.sum(axis=0) - energy) / others
    maps = [("drop in log-odds", result.place_falls)]
    if result.place_energy.any():
        maps.append(("energy above\nothers, points", above))

    def chart() -> Chart:
        from matplotlib.figure import Figure as Chart

        with charts.style():
            width, height = medium.room(40.0 * len(shown) + 8), medium.headroom(44 + 38 * len(maps))
            figure = Chart(figsize=(width / 25.4, height / 25.4))
            figure.set_layout_engine("constrained")
            grid = figure.subplots(1 + len(maps), len(shown), squeeze=False)
            for i, z in enumerate(shown):
                picture = result.place_pictures[z]
                grid[0][i].imshow(picture)
                where = mask(region_of(result, z), *picture.shape[:2])
                # A margin of nothing closes the outline at the picture's edge.
                height, width = picture.shape[:2]
                grid[0][i].contour(
                    np.arange(-1, width + 1),
                    np.arange(-1, height + 1),
                    np.pad(where, 1).astype(float),
                    [0.5],
                    colors=charts.ORANGE,
                    linewidths=1.4,
                )
                name = mining.class_names[result.place_classes[z]]
                grid[0][i].set_title(drawable(name, 20), fontsize=7)
            for row, (label, values) in enumerate(maps, start=1):
                most = max(float(np.abs(values[shown]).max()), 1e-6)
                for i, z in enumerate(shown):
                    drawn = grid[row][i].imshow(values[z], cmap="PuOr_r", vmin=-most, vmax=most)
                figure.colorbar(drawn, ax=grid[row], shrink=0.8, panchor=False, label=label)
            for axes in grid.ravel():
                axes.set_axis_off()
        return figure

    said = "; ".join(_said(result, mining, z, turned[z]) for z in shown)
    return Figure(
        name="diagnosis-places",
        title="Regions that classes depend on",
        caption=(
            "Top: the tested region, outlined on the mean image of the class. "
            f"{'Middle' if len(maps) > 1 else 'Bottom'}: where covering the image lowers the "
            "class's log-odds most."
            + (
                " Bottom: where the class has more projection energy than the other classes."
                if len(maps) > 1
                else ""
            )
            + f" Pasted into images of other classes: {said}."
        ),
        method=(
            f"Drops are means over {COVERED} other images of the class."
            + (
                " Energy: the share of projection energy of the class unit in each region, minus "
                f"that of the other classes, in {CHOOSING} images."
                if len(maps) > 1
                else ""
            )
        ),
        alt=(
            f"{len(shown)} mean images, each with an outlined region, above maps of 5 by 5 cells. "
            f"Pasted elsewhere: {said}."
        ),
        draw=chart,
        width=min(40.0 * len(shown) + 8, 170),
    )


def _said(result: DiagnosisResult, mining: MiningResult, z: int, turned: float) -> str:
    return (
        f"{quoted(mining.class_names[result.place_classes[z]], 30)}: "
        f"{name_of(region_of(result, z))}, changes {percent(turned)}"
    )
