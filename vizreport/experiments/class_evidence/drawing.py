"""Maps of class evidence side by side, and curves of deletion and insertion."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from vizreport.drawing import charts, medium, montage
from vizreport.drawing.fonts import drawable
from vizreport.drawing.section import PRINT_WIDTH
from vizreport.experiments.class_evidence.result import ClassEvidenceResult
from vizreport.experiments.class_evidence.verdicts import NAMES
from vizreport.experiments.occlusion.maps import bar, heat
from vizreport.experiments.occlusion.masks import outline
from vizreport.experiments.occlusion.places import at_centres
from vizreport.wording.text import decimal, spoken

if TYPE_CHECKING:
    from matplotlib.figure import Figure

OCCLUSION = "occlusion"
_SIDE = 236  # px of a tile: some 300 dpi in print
_ABREAST = 2  # images in a row
_HEIGHT = 58.0  # mm of the curves
_DASHES = {"random": (0, (1, 1.5)), "centre": (0, (4, 2))}
_COLOURS = {
    **charts.METHODS,
    "random": charts.SOFT,
    "centre": charts.SOFT,
}
_SHORT = {
    OCCLUSION: "occlusion",
    "grad-cam": "Grad-CAM",
    "integrated-gradients": "int. gradients",
}


def map_of(result: ClassEvidenceResult, i: int, which: str) -> np.ndarray:
    """Return an image's map by a method or by occlusion: float64 [R, C]."""
    values = result.falls if which == OCCLUSION else result.maps[which]
    return values[i].astype(np.float64)


def agreement(result: ClassEvidenceResult, i: int, method: str) -> float:
    """Return the rank correlation of a method's map with the occlusion's; NaN where one is flat."""
    ours, theirs = (map_of(result, i, which).ravel() for which in (method, OCCLUSION))
    if not np.ptp(ours) or not np.ptp(theirs):
        return float("nan")
    return float(np.corrcoef(_ranks(ours), _ranks(theirs))[0, 1])


def _ranks(values: np.ndarray) -> np.ndarray:
    """Rank values, equal ones by their mean (``scipy.stats`` takes a second to import)."""
    _, place, times = np.unique(values, return_inverse=True, return_counts=True)
    ranks: np.ndarray = (np.cumsum(times) - (times - 1) / 2)[place]
    return ranks


def coloured(result: ClassEvidenceResult, i: int, which: str) -> np.ndarray:
    """Colour a map over its image from 0 to its largest value; the object outlined."""
    picture = result.pictures[i]
    values = map_of(result, i, which)
    shape = picture.shape[:2]
    spread = at_centres(values, result.tops, result.lefts, result.size, shape)
    shown = heat(spread, 0.0, float(values.max()), picture)
    shown[outline(result.masks[i])] = 255
    return shown


def panels(result: ClassEvidenceResult) -> Image.Image:
    """Lay each image out beside its maps, two images in a row."""
    which = [OCCLUSION, *result.methods]
    cells, labels = [], []
    for i, picture in enumerate(result.pictures):
        cells.append(montage.fit(Image.fromarray(picture), _SIDE))
        name = drawable(spoken(result.class_names[int(result.classes[i])]), 24)
        labels.append((name, f"\nprobability {decimal(float(result.probabilities[i]))}"))
        for each in which:
            cells.append(montage.fit(Image.fromarray(coloured(result, i, each)), _SIDE))
            if each == OCCLUSION:
                most = decimal(float(map_of(result, i, each).max()))
                said = f"largest drop\n{most}"
            else:
                said = f"rank correlation\n{decimal(agreement(result, i, each))}"
            labels.append((_SHORT[each], f"\n{said}"))
    columns = (1 + len(which)) * min(_ABREAST, len(result.pictures))
    if medium.narrow():
        columns = 1 + len(which)
    sheet = montage.grid(cells, columns, 6, labels, 25, sets=1 + len(which))
    said = "evidence for the class, relative to each map's maximum"
    if result.masks.any():
        said += "; white line: the object"
    return montage.with_ramp(sheet, bar(256, 1), ("0", "1"), said, 25)


def curves(result: ClassEvidenceResult) -> Figure:
    """Draw the mean probability by share of cells deleted and shown, with 95 % intervals."""
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch
    from matplotlib.ticker import PercentFormatter

    narrow = medium.narrow()
    width = medium.room(PRINT_WIDTH)
    with charts.style():
        size = width / 25.4, (2 if narrow else 1) * _HEIGHT / 25.4
        figure = Figure(figsize=size)
        figure.set_layout_engine("constrained", w_pad=0.1)  # "100 %" beside "0 %"
        shape = (2, 1) if narrow else (1, 2)
        for axes, curve in zip(
            figure.subplots(*shape, sharey=True).ravel(), ("deletion", "insertion"), strict=True
        ):
            for order in result.orders:
                rows = getattr(result, curve)[order].astype(np.float64)
                mean, error = rows.mean(axis=0), _error(rows)
                axes.plot(
                    result.fractions, mean, linewidth=1.3, label=NAMES[order],
                    color=_COLOURS[order], linestyle=_DASHES.get(order, "-"),
                )  # fmt: skip
                if order in result.methods:
                    axes.fill_between(
                        result.fractions, mean - error, mean + error,
                        color=_COLOURS[order], alpha=0.18, linewidth=0,
                    )  # fmt: skip
            axes.set_xlim(0, 1)
            axes.set_ylim(0, 1)
            axes.xaxis.set_major_formatter(PercentFormatter(1))
            deleted = curve == "deletion"
            done = "made grey" if deleted else "shown on grey"
            axes.set_xlabel(f"share of the image {done}, strongest cells first")
            axes.set_title(
                "deletion: lower is better" if deleted else "insertion: higher is better",
                fontsize=7.5,
                loc="left",
            )
            if deleted or narrow:
                axes.set_ylabel("mean probability of the class")
            if deleted:
                handles, names = axes.get_legend_handles_labels()
        handles.append(Patch(color=charts.FAINT))
        names.append("band: 95\u202f% interval of the mean")
        figure.legend(
            handles, names, frameon=False, loc="outside upper left", fontsize=7,
            ncols=2 if narrow else 3,
        )  # fmt: skip
        return figure


def _error(rows: np.ndarray) -> np.ndarray:
    """Return half the 95 % interval of the mean at each fraction (Student's t): float64 [F]."""
    from scipy import stats

    n = len(rows)
    if n < 2:
        return np.zeros(rows.shape[1])
    found: np.ndarray = stats.t.ppf(0.975, n - 1) * rows.std(axis=0, ddof=1) / np.sqrt(n)
    return found
