"""What the data's masks and parts say of projections and maps, laid out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from vizreport.drawing import charts
from vizreport.drawing.fonts import drawable
from vizreport.drawing.section import Context, Figure
from vizreport.experiments.parts.result import PartsResult
from vizreport.experiments.top_patches.result import Tiles, TopPatchesResult
from vizreport.wording.text import percent, quoted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NAMED = 0.2
"""Average precision, on either half of the images, from which a map bears its part's name,
if it is twice chance as well."""
_LISTED = 3  # maps a layer in the table
# Of the result, what the chart calls it, how it is drawn.
_SERIES = (
    ("inside", "projections", charts.BLUE, "o"),
    ("inside_elsewhere", "control: laid over another image's object", charts.SOFT, "D"),
    ("inside_area", "control: spread evenly over the receptive field", charts.SOFT, "|"),
)


def named_maps(parts: PartsResult, layer: str) -> np.ndarray:
    """Return which maps of a layer bear a name: bool [M]; none where parts are not known."""
    if layer not in parts.layers:
        return np.zeros(0, bool)
    maps = parts.layers[layer].maps
    # Maps without a part are NaN, which compares as False.
    return np.asarray(
        (maps.chosen >= NAMED) & (maps.precision >= NAMED) & (maps.precision >= 2 * maps.chance)
    )


def part_of(parts: PartsResult, layer: str, feature_map: int) -> Context | None:
    """Return a map's part with its precision and chance; None where it bears no name."""
    named = named_maps(parts, layer)
    if not len(named) or not named[feature_map]:
        return None
    maps = parts.layers[layer].maps
    return {
        "map": feature_map,
        "name": parts.names[maps.part[feature_map]],
        "precision": float(maps.precision[feature_map]),
        "chance": float(maps.chance[feature_map]),
    }


def best_named(parts: PartsResult, layer: str) -> list[Context]:
    """List a layer's named maps by the precision on the half on which parts were chosen.

    The order does not use the other half, so that the first one's precision there is not the
    luckiest of many.
    """
    maps = np.flatnonzero(named_maps(parts, layer))
    if len(maps):
        maps = maps[np.argsort(-parts.layers[layer].maps.chosen[maps], kind="stable")]
    found = (part_of(parts, layer, int(feature_map)) for feature_map in maps)
    return [part for part in found if part is not None]


def table(parts: PartsResult, layers: Sequence[Mapping[str, Any]]) -> Context | None:
    """Gather what the template says of names; None where no parts are known."""
    rows = []
    for layer in layers:
        known = parts.layers.get(layer["name"])
        if known is None:
            continue
        named = best_named(parts, layer["name"])
        links = {cell["map"]: f"{layer['page']}#{cell['anchor']}" for cell in layer["cells"]}
        rows.append(
            {
                "name": layer["name"],
                "maps": len(known.maps.part),
                "named": len(named),
                "least": known.least,
                "best": [{**part, "href": links.get(part["map"], "")} for part in named[:_LISTED]],
            }
        )
    if not rows:
        return None
    return {
        "rows": rows,
        "parts": len(parts.names),
        "halves": parts.halves,
        "tolerance": percent(parts.tolerance),
        "threshold": NAMED,
    }


def known_layers(result: TopPatchesResult) -> list[str]:
    """Return the layers whose projections could be laid over masks."""
    return [name for name, top in result.layers.items() if not np.isnan(top.tiles.inside).all()]


def energy_figure(result: TopPatchesResult) -> Figure | None:
    """Show how much of the projections' energy lies on the object, by layer."""
    known = known_layers(result)
    if not known:
        return None
    means = {
        field: [_means(result.layers[name].tiles, field)[0] for name in known]
        for field, *_ in _SERIES
    }
    first, last = means["inside"][0], means["inside"][-1]
    return Figure(
        name="energy-inside",
        title="Projection energy on the object",
        caption=(
            "How much of the projection energy lies on the object, by layer, compared with two "
            "chance levels."
        ),
        method=(
            "Mean over the projections of a layer; bars: ± 1 standard error over its maps. "
            "Energy is the sum of squares over the whole receptive field. Chance: the same "
            "projection laid over another image's object, and energy spread evenly over the "
            "receptive field."
        ),
        alt=(
            f"By layer: {percent(first)} on the object in {quoted(known[0], 40)}, "
            f"{percent(last)} in {quoted(known[-1], 40)}; over other images' objects "
            f"{percent(means['inside_elsewhere'][0])} and "
            f"{percent(means['inside_elsewhere'][-1])}."
        ),
        draw=charts.styled(partial(_energy, result=result, names=known), 130, 22 + 7 * len(known)),
        width=130,
    )


def _means(tiles: Tiles, field: str) -> tuple[float, float]:
    """Mean and standard error over maps of each map's mean over its projections."""
    values, counted = getattr(tiles, field), ~np.isnan(tiles.inside)
    there = counted.any(axis=1)
    maps = np.where(counted, values, 0).sum(axis=1)[there] / counted.sum(axis=1)[there]
    spread = maps.std(ddof=1) if len(maps) > 1 else 0.0
    return float(maps.mean()), float(spread / len(maps) ** 0.5)


def _energy(axes: Axes, result: TopPatchesResult, names: list[str]) -> None:
    rows = np.arange(len(names))
    for field, label, colour, marker in _SERIES:
        means, errors = zip(
            *(_means(result.layers[name].tiles, field) for name in names), strict=True
        )
        bars = np.multiply(100, errors) if field == "inside" else None
        axes.errorbar(
            np.multiply(100, means),
            rows,
            xerr=bars,
            fmt=marker,
            color=colour,
            label=f"{label} (bar: ± 1 standard error)" if bars is not None else label,
            ms=11 if marker == "|" else 5,
        )
    axes.set_yticks(rows, [drawable(name, 28) for name in names])
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlim(0, 100)
    axes.set_xlabel("share of a projection's energy (sum of squares) on the object, %")
    axes.grid(axis="x", color=charts.FAINT, lw=0.5)
    axes.set_axisbelow(True)
    axes.legend(loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=1, frameon=False)
