"""The nine strongest activations of the same units, run beside run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from PIL import Image

from vizreport.compare.runs import FinishedRun
from vizreport.drawing import montage
from vizreport.drawing.fonts import drawable
from vizreport.drawing.section import Figure
from vizreport.experiments.top_patches import mosaics
from vizreport.experiments.top_patches.figures import gathered
from vizreport.wording.text import quoted, slugs

_UNITS = 4  # of a layer, at most
_WIDTH = 1900  # px of a picture
_GAP = 24
_PAIRS = 4  # in a row, at most, unless there are more networks

Layer = Mapping[str, Any]


def top9_figures(runs: Sequence[FinishedRun]) -> list[Figure]:
    """Return a figure for each layer of which at least two runs show the same units.

    The same unit is the score of the same class, by its name, or the same feature map of a layer
    that has the same name and shape as in the first network with such a layer.
    """
    shown = [(run, _layers(run)) for run in runs if run.top9 is not None]
    names = list(dict.fromkeys(name for _, layers in shown for name in layers))
    slug = slugs(names)
    figures = []
    for name in names:
        having = [(run, layers[name]) for run, layers in shown if name in layers]
        having = [(run, one) for run, one in having if one["shape"] == having[0][1]["shape"]]
        if len(having) < 2:
            continue
        units = _same_units(having)
        if units:
            figures.append(_figure(f"compare-top9-{slug[name]}", having, units))
    return figures


def _layers(run: FinishedRun) -> dict[str, Layer]:
    """Return a run's layers with their shapes: the class scores under one name, whatever theirs."""
    assert run.top9 is not None
    shapes = {each["name"]: each for each in run.overview.layers}
    found: dict[str, Layer] = {}
    for layer in gathered(run.top9):
        scores = any(cell["own"] for cell in layer["cells"])
        of = shapes.get(layer["name"])
        shape = (of["kind"], of["rows"], of["cols"], of["maps"]) if of and not scores else None
        found["class scores" if scores else layer["name"]] = {**layer, "shape": shape}
    return found


def _unit(cell: Mapping[str, Any]) -> str:
    return str(cell["own"]) or f"map {cell['map']}"


def _same_units(having: Sequence[tuple[FinishedRun, Layer]]) -> dict[str, list[Mapping[str, Any]]]:
    """Return the cells of each unit that every run shows; the purest ones come first."""
    cells = [
        {_unit(cell): cell for cell in layer["cells"] if not (cell["dead"] or cell["blank"])}
        for _, layer in having
    ]
    units = {
        unit: [each[unit] for each in cells]
        for unit in cells[0]
        if all(unit in each for each in cells)
    }
    differ = sorted(units, key=lambda unit: (-_spread(units[unit]), unit))
    return {unit: units[unit] for unit in differ[:_UNITS]}


def _spread(cells: Sequence[Mapping[str, Any]]) -> int:
    times = [cell["times"] for cell in cells]
    return max(times) - min(times)


def _figure(
    name: str,
    having: Sequence[tuple[FinishedRun, Layer]],
    units: Mapping[str, Sequence[Mapping[str, Any]]],
) -> Figure:
    scores = any(cell["own"] for cells in units.values() for cell in cells)
    layer = "the class scores" if scores else quoted(having[0][1]["name"], 40)
    counted = (
        " Fraction: how many of the nine show that class."
        if scores
        else " Fraction: how many of the nine share their most frequent class, if any do."
    )
    return Figure(
        name=name,
        title=f"Top-9 of the same units: {layer}",
        caption=(f"What the same unit responds to in each network.{counted}"),
        method=(
            "Left of each pair: the nine patches that excite the unit most, strongest first, in "
            "colour where the projections are strong. Right: the projections; mid-grey is zero. "
            "Units whose fractions differ most come first."
        ),
        alt=" ".join(f"{_seen(unit, cells, having)}." for unit, cells in units.items()),
        draw=partial(_drawn, having, units),
        threaded=True,
    )


def _seen(
    unit: str, cells: Sequence[Mapping[str, Any]], having: Sequence[tuple[FinishedRun, Layer]]
) -> str:
    said = [
        f"{cell['times']} of {cell['of']} {quoted(cell['common'], 30)} in {run.letter}"
        for cell, (run, _) in zip(cells, having, strict=True)
        if cell["common"]
    ]
    return f"{quoted(unit, 30)}: {', '.join(said) or 'patches of different classes'}"


def _drawn(
    having: Sequence[tuple[FinishedRun, Layer]],
    units: Mapping[str, Sequence[Mapping[str, Any]]],
) -> Image.Image:
    across = len(having) * max(1, _PAIRS // len(having))
    side = (_WIDTH - _GAP * (across - 1)) // (2 * across) - 6
    pairs, labels = [], []
    for unit, cells in units.items():
        for cell, (run, layer) in zip(cells, having, strict=True):
            pairs.append(mosaics.pair(layer["drawn"], cell, side))
            times = f"{cell['times']}/{cell['of']} {cell['common']}" if cell["common"] else ""
            labels.append((drawable(f"{run.letter}: {unit}", 40), drawable(times, 40)))
    size = max(p.width for p in pairs), max(p.height for p in pairs)
    laid = []
    for pair in pairs:
        page = Image.new("RGB", size, montage.palette().paper)
        page.paste(pair, (0, 0))
        laid.append(page)
    barred = any(not layer["status"] and not layer["drawn"].linear for _, layer in having)
    return montage.grid(
        laid,
        across,
        _GAP,
        labels,
        26,
        bars_are="a projection's peak" if barred else "",
        sets=len(having),
    )
