"""HOG: glyphs, inversions and projections of the same images, and how close inversions come."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from vizreport.drawing import charts, medium, montage, tone
from vizreport.drawing.fonts import drawable
from vizreport.drawing.section import PRINT_WIDTH, Figure, Section
from vizreport.experiments.hog.result import METHODS, HogResult
from vizreport.results.run import RunRecord
from vizreport.wording.text import number, quoted, spoken

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_IMAGES = 3
_SIDE = 240  # px of a picture in the figure
_LETTERS = 30  # px
_ATOMS = 24
_COLOURS = (charts.BLUE, charts.BLUE, charts.SOFT)  # the third is a control


def section(results: Mapping[str, Any], run: RunRecord) -> Section:
    """Show the images as HOG, as its inversions and as the network's layers have them."""
    result: HogResult = results["hog"]
    paired, ridge, mean = result.correlations.astype(np.float64)
    context = {
        "rows": [
            {"name": name, "mean": float(row.mean()), "spread": float(row.std())}
            for name, row in zip(METHODS, (paired, ridge, mean), strict=True)
        ],
        "images": len(paired),
        "better": int((paired > ridge).sum()),
        "gap": float((paired - ridge).mean()),
        "error": _error(paired - ridge),
        "learned_images": result.learned_images,
        "learned_windows": result.learned_windows,
        "window": result.window,
        "cell": result.cell,
        "size": result.originals.shape[1:],
        "atoms": len(result.hog_atoms),
        "used": result.used,
        "missing": [
            (name, why) for name, why in zip(result.layers, result.problems, strict=True) if why
        ],
    }
    figures = (_pictures(result), _chart(result), _atoms(result))
    return Section(figures, context=context)


def _error(values: np.ndarray) -> float:
    """Return the standard error of a mean; infinite for one value."""
    count = len(values)
    return float(values.std(ddof=1) / np.sqrt(count)) if count > 1 else float("inf")


def _shown(result: HogResult) -> list[int]:
    return [i for i, problem in enumerate(result.problems) if not problem]


def _pictures(result: HogResult) -> Figure:
    layers = [result.layers[i] for i in _shown(result)]
    names = " and ".join(quoted(name, 40) for name in layers)
    shown, most = result.shown[:_IMAGES], int(result.units.max(initial=0))
    projected = (
        f". Projections: one unit from each of the (at most {most}) most active feature maps, "
        f"added; zero is mid-grey; {tone.CAPTION}"
        if layers
        else ""
    )
    return Figure(
        name="hog-pictures",
        width=112,
        title="The same images as seen by HOG and by the network",
        caption=(
            "What HOG retains of an image: the image, its greyscale version, its HOG descriptor, "
            "and two reconstructions from the descriptor alone"
            + (
                "; beside them what the network responds to, projections of the strongest units "
                f"in {names}"
                if layers
                else ""
            )
            + ". Above each reconstruction: its correlation with the greyscale version."
        ),
        method=(
            "Grey: with local contrast normalised; both inversions are compared with it and drawn "
            f"on its scale. HOG: strokes along the edges in each cell of {result.cell} px, "
            "brighter for stronger edges. Inversions: by paired dictionaries "
            f"and by ridge regression{projected}."
        ),
        alt=(
            f"{len(shown)} rows of images: original, greyscale version, strokes, two "
            "blurred grey reconstructions"
            + (f", and {len(layers)} projections of the network" if layers else "")
            + ". The reconstructions shown correlate with the greyscale version at "
            f"{result.correlations[:2, shown].min():.2f} to "
            f"{result.correlations[:2, shown].max():.2f}."
        ),
        draw=partial(_sheet, result),
        threaded=True,
    )


def _sheet(result: HogResult) -> Image.Image:
    """Draw a row for each image; a column for each, where there is no room."""
    cells, labels = [], []
    layers = _shown(result)
    heads = ("image", "grey original", "HOG", "paired", "ridge")
    for i, place in enumerate(result.shown[:_IMAGES]):
        grey = (result.originals[i], result.glyphs[i], *result.inversions[:, i])
        pictures = [
            result.pictures[i],
            *grey,
            *(np.asarray(tone.drawn(result.projections[k, i])) for k in layers),
        ]
        cells += [_fitted(picture) for picture in pictures]
        paired, ridge = (f"{result.correlations[k, place]:.2f}" for k in (0, 1))
        named = drawable(spoken(_name(result, i)), 22)
        plain = (f"\n{named}", "", "", paired.replace("-", "−"), ridge.replace("-", "−"))
        labels += list(zip(heads, plain, strict=True))
        labels += [
            (drawable(result.layers[k], 16), f"\nsum of {result.units[k, i]} units") for k in layers
        ]
    columns = 5 + len(layers)
    if medium.narrow():
        order = [k for first in range(columns) for k in range(first, len(cells), columns)]
        cells, labels = [cells[k] for k in order], [labels[k] for k in order]
        columns = len(cells) // columns
    sheet = montage.grid(cells, columns, 12, labels, _LETTERS, sets=columns)
    head = (
        "paired, ridge: two reconstructions from HOG alone, with their correlation (−1 to 1) with "
        "the contrast-normalised greyscale original"
    )
    if layers:
        head += "; then, for each layer, the projections of its strongest units, added up"
    return montage.headed(sheet, head, _LETTERS)


def _name(result: HogResult, i: int) -> str:
    return result.names[i] or result.paths[i]


def _fitted(picture: np.ndarray) -> Image.Image:
    """Resize pictures to one size, smoothly: HOG's are smaller than the network's."""
    height, width = picture.shape[:2]
    size = (round(width * _SIDE / height), _SIDE)
    return Image.fromarray(picture).convert("RGB").resize(size, Image.Resampling.BICUBIC)


def _chart(result: HogResult) -> Figure:
    means = "; ".join(
        f"{name} {number(float(row.mean()), 2)}"
        for name, row in zip(METHODS, result.correlations, strict=True)
    )
    return Figure(
        name="hog-correlations",
        supplement=True,
        title="Similarity of HOG inversions to the original",
        caption=(
            "How similar reconstructions from HOG alone are to the original (1: identical, 0: "
            "unrelated). Each dot is an image, the line their mean."
        ),
        method=(
            f"Pearson's correlation over the pixels of {result.correlations.shape[1]} held-out "
            "images. Dots are jittered vertically."
        ),
        alt=f"Three rows of dots with the mean correlations: {means}.",
        draw=charts.styled(partial(_dots, result), PRINT_WIDTH * 0.8, 46),
        width=PRINT_WIDTH * 0.8,
    )


def _dots(result: HogResult, axes: Axes) -> None:
    random = np.random.default_rng(0)
    for row, (values, colour) in enumerate(zip(result.correlations, _COLOURS, strict=True)):
        heights = row + random.uniform(-0.25, 0.25, len(values))
        axes.scatter(values, heights, s=7, color=colour, alpha=0.55, linewidths=0)
        mean = float(values.mean())
        axes.plot([mean, mean], [row - 0.36, row + 0.36], color=charts.INK, linewidth=1.8)
        axes.annotate(
            f"mean {mean:.2f}".replace("-", "−"), (1.01, row), va="center", fontsize=7,
            xycoords=("axes fraction", "data"), annotation_clip=False,
        )  # fmt: skip
    axes.set_yticks(range(len(METHODS)), METHODS)
    axes.set_ylim(2.5, -0.5)
    axes.set_xlim(min(-0.05, float(result.correlations.min()) - 0.05), 1)
    axes.axvline(0, color=charts.FAINT, linewidth=0.8, zorder=0)
    axes.set_xlabel("correlation of pixels with the original's (dot: an image)")


def _atoms(result: HogResult) -> Figure:
    return Figure(
        name="hog-atoms",
        supplement=True,
        title="Atoms of the paired dictionaries",
        caption=(
            f"The {min(_ATOMS, len(result.hog_atoms))} atoms that contribute most to the images "
            "shown. Left: what is matched in the descriptor; right: the corresponding pixels."
        ),
        method=(
            f"Each atom covers {result.window} px × {result.window} px. Left: strokes along "
            "edges, summed over blocks and opposite directions; negative entries are omitted. "
            "Right: the reconstruction from a descriptor equal to this atom, using all atoms that "
            "overlap with it (zero is mid-grey). Each half has its own scale."
        ),
        alt="Pairs of small images: strokes beside grey edges, corners and bars of the same shape.",
        draw=partial(_atom_sheet, result),
        threaded=True,
        width=PRINT_WIDTH * 0.8,
    )


def _atom_sheet(result: HogResult) -> Image.Image:
    from vizreport.experiments.hog.glyphs import atom_glyphs

    strength = result.weights[0] * np.linalg.norm(result.pixel_atoms[0], axis=1)
    best = np.argsort(-strength, kind="stable")[:_ATOMS]
    glyphs = atom_glyphs(result.hog_atoms[best], result.window // result.cell, 96)
    cells = []
    for window, glyph in zip(inverted_atoms(result, best), glyphs, strict=True):
        pixels = window.reshape(result.window, result.window)
        scale = float(np.abs(pixels).max()) or 1.0
        picture = montage.signed(np.repeat(pixels[..., None], 3, axis=2), scale)
        right = picture.resize((96, 96), Image.Resampling.BICUBIC)
        cells.append(montage.beside(Image.fromarray(glyph).convert("RGB"), right, 2))
    head = (
        f"the {len(best)} atoms that contribute most to the images shown: left, the edges of the "
        "atom in HOG (white: strong); right, its reconstruction (grey: zero), "
        f"{result.window} × {result.window} px, each on its own scale"
    )
    return montage.headed(montage.grid(cells, 6, 14), head, 17)


def inverted_atoms(result: HogResult, which: np.ndarray) -> np.ndarray:
    """Invert descriptors of root mean square length that are one atom each: [n, p]."""
    products = result.hog_atoms[which] @ result.hog_atoms.T
    found = (np.maximum(sign * products - result.sparsity, 0) for sign in (1, -1))
    return np.asarray(
        sum(codes @ half for codes, half in zip(found, result.pixel_atoms, strict=True))
    )
