"""Single photographs, with what their strongest maps respond to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from PIL import Image

from vizreport.drawing import montage, tone
from vizreport.drawing.encoding import jpeg_bytes, png_bytes
from vizreport.drawing.fonts import drawable
from vizreport.drawing.section import Context, Figure, Section
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.overview.result import OverviewResult
from vizreport.experiments.photographs.result import PhotographsResult
from vizreport.experiments.top_patches.classes import own_class
from vizreport.experiments.top_patches.mosaics import dash
from vizreport.results.run import RunRecord
from vizreport.wording.text import file_words, number, quoted, shared_reasons

_ROWS = 4  # layers in a figure, so that it stays on one printed page
_SIDE = 360  # px of a picture in a figure


def section(results: Mapping[str, Any], run: RunRecord) -> Section:
    """Show each photograph, its predictions, and projections of its strongest maps."""
    result: PhotographsResult = results["photographs"]
    mining: MiningResult = results["mining"]
    named = {name: classes_of(mining, results["overview"], name) for name in result.layers}
    figures: list[Figure] = []
    files: dict[str, bytes] = {}
    photographs = []
    for p, path in enumerate(result.paths):
        there = [name for name, layer in result.layers.items() if not layer.status]
        parts = [there[i : i + _ROWS] for i in range(0, len(there), _ROWS)]
        names = [f"photograph-{p + 1}-{i + 1}" for i in range(len(parts))]
        figures += [
            _figure(result, mining, named, p, layers, name)
            for layers, name in zip(parts, names, strict=True)
        ]
        picture = f"figures/photographs/{p + 1}.jpg"
        files[picture] = jpeg_bytes(Image.fromarray(result.pictures[p]))
        groups = [
            [_layer(result, mining, named[name], p, name, files) for name in layers]
            for layers in parts
        ]
        photographs.append(
            {
                "path": path,
                "title": file_words(path),
                "picture": picture,
                "width": result.pictures.shape[2],
                "height": result.pictures.shape[1],
                "predictions": _predictions(result, p),
                "groups": list(zip(names, groups, strict=True)),
            }
        )
    missing = shared_reasons({name: layer.status for name, layer in result.layers.items()})
    context = {"photographs": photographs, "missing": missing, "rule": result.rule}
    return Section(tuple(figures), (), (), (), files, context)


def _predictions(result: PhotographsResult, p: int) -> list[Context]:
    return [
        {"name": result.class_names[int(index)], "probability": float(probability)}
        for index, probability in zip(
            result.top_classes[p], result.top_probabilities[p], strict=True
        )
        if 0 <= index < len(result.class_names)
    ]


def classes_of(mining: MiningResult, overview: OverviewResult, layer: str) -> list[str]:
    """Name the class of each of a layer's maps: whose score it is, or whose score is its mean.

    Returns
    -------
    list of str
        One for each map; none where the layer's maps are not classes.
    """
    count = len(mining.layers[layer].values) if layer in mining.layers else 0
    named = [own_class(mining, layer, feature_map) for feature_map in range(count)]
    if any(named):
        return named
    before, last = overview.diagram[-2:] if len(overview.diagram) > 1 else ({}, {})
    pooled = before.get("name") == layer and last.get("operations") == ["global average pool"]
    return list(mining.class_names) if pooled and len(mining.class_names) == count else []


def _layer(
    result: PhotographsResult,
    mining: MiningResult,
    named: Sequence[str],
    p: int,
    name: str,
    files: dict[str, bytes],
) -> Context:
    """Gather a layer's strongest maps and leave their pictures among the files."""
    place = list(result.layers).index(name) + 1
    fields = result.layers[name].fields[p]
    located = f"figures/photographs/{p + 1}-{place}-fields.jpg"
    files[located] = jpeg_bytes(_located(result, p, name))
    maps = []
    for j, feature_map in enumerate(result.layers[name].maps[p]):
        src = f"figures/photographs/{p + 1}-{place}-{j + 1}.png"
        files[src] = png_bytes(_projection(result, p, name, j, name == mining.checked[0]))
        maps.append(
            {
                "map": int(feature_map),
                "own": named[feature_map] if named else "",
                "src": src,
                "value": float(result.layers[name].values[p][j]),
                "scale": float(result.layers[name].scales[p][j]),
                "field": [int(side) for side in fields[j]],
            }
        )
    return {"name": name, "located": located, "maps": maps}


def _projection(
    result: PhotographsResult, p: int, name: str, j: int, linear: bool, side: int = 0
) -> Image.Image:
    """Draw a projection with its unit's field; at most ``side`` px high, where it is given.

    A unit that is not above 0 has none: a dash.
    """
    stored = result.layers[name].projections[p][j]
    picture = tone.fitted(stored, side or len(stored), linear)
    if not result.layers[name].values[p][j] > 0:
        return montage.on_paper(dash(*picture.size))
    factor = picture.height / len(stored)
    left, top, right, bottom = (
        round(int(edge) * factor) for edge in result.layers[name].fields[p][j]
    )
    box = (left, top, right, bottom)
    drawn = montage.outlined(picture, box)
    if 4 * max(right - left, bottom - top) > picture.width:
        return drawn
    return montage.with_inset(drawn, picture.crop(box), box)


def _located(result: PhotographsResult, p: int, name: str) -> Image.Image:
    """Draw the receptive fields of all the layer's strongest maps in the photograph."""
    picture = Image.fromarray(result.pictures[p])
    for box in result.layers[name].fields[p]:
        picture = montage.outlined(picture, box)
    return picture


def _figure(
    result: PhotographsResult,
    mining: MiningResult,
    named: Mapping[str, Sequence[str]],
    p: int,
    layers: Sequence[str],
    name: str,
) -> Figure:
    title = quoted(file_words(result.paths[p]), 40)
    several = f"{quoted(layers[0], 40)} to {quoted(layers[-1], 40)}" if len(layers) > 1 else (
        quoted(layers[0], 40)
    )  # fmt: skip
    strongest = len(result.layers[layers[0]].maps[p])
    return Figure(
        name=name,
        title=f"{title}: strongest maps of {several}",
        caption=(
            f"For each layer, where in the photograph its {strongest} most active maps respond, "
            "and what each responds to, strongest first. Bold: the map, or the class whose score "
            "it or its mean is; below it: the activation."
        ),
        method=(
            "Projections of the maps' strongest units over the whole input. The rectangle is the "
            "unit's receptive field: outside it the projection is zero (mid-grey); small ones are "
            "enlarged in a corner; dash: not above 0, no projection. Here "
            f"{tone.CAPTION}{' (layer 1 is linear)' if mining.checked[0] in layers else ''}."
        ),
        alt=(
            f"For {len(layers)} layers, {strongest} projections of the photograph beside it; "
            "each is grey outside a rectangle. " + _strongest(result, named, p, layers[-1])
        ),
        draw=partial(_drawn, result, mining, named, p, layers),
        threaded=True,
        width=158,
    )


def _strongest(
    result: PhotographsResult, named: Mapping[str, Sequence[str]], p: int, layer: str
) -> str:
    """State which maps of a layer respond most."""
    maps = [int(one) for one in result.layers[layer].maps[p]]
    said = [quoted(named[layer][one], 30) if named[layer] else f"map {one}" for one in maps]
    return f"Strongest in {quoted(layer, 40)}: {', '.join(said)}."


def _drawn(
    result: PhotographsResult,
    mining: MiningResult,
    named: Mapping[str, Sequence[str]],
    p: int,
    layers: Sequence[str],
) -> Image.Image:
    cells, labels = [], []
    for name in layers:
        first = name == mining.checked[0]
        cells.append(montage.fit(_located(result, p, name), _SIDE))
        labels.append((drawable(name, 20), "\nfields seen"))
        for j, feature_map in enumerate(result.layers[name].maps[p]):
            cells.append(_projection(result, p, name, j, first, _SIDE))
            own = drawable(named[name][feature_map], 24) if named[name] else ""
            value = number(float(result.layers[name].values[p][j]))
            labels.append((own or f"map {feature_map}", f"\n{value}"))
    columns = 1 + len(result.layers[layers[0]].maps[p])
    return montage.grid(cells, columns, 20, labels, 20, sets=columns)
