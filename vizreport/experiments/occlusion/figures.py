"""Occlusion: maps of what the network says, laid over the image."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from PIL import Image

from vizreport.drawing import tone
from vizreport.drawing.encoding import jpeg_bytes, png_bytes
from vizreport.drawing.section import Context, Figure, Highlight, Section
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.occlusion import drawing, maps
from vizreport.experiments.occlusion.examples import FALL, PROBABLE
from vizreport.experiments.occlusion.findings import findings
from vizreport.experiments.occlusion.masks import agreement
from vizreport.experiments.occlusion.result import OcclusionResult
from vizreport.findings.decided import claims_of
from vizreport.findings.sentences import sentence
from vizreport.models.output import OutputMeaning, about_probability
from vizreport.results.run import RunRecord
from vizreport.wording.text import number, percent, quoted, telling, words

_FOLDER = "figures/occlusion"
PRINTED = 2  # images in print; further ones are supplementary
_SIDE = 320  # px to which small maps are enlarged, so that places keep sharp edges

FILLS = {
    "grey": "grey (RGB 128)",
    "mean": "in the image's mean colour",
    "blur": "the image itself, blurred (Gaussian, standard deviation a quarter of the side)",
    "noise": "filled with random colours",
}


def section(results: Mapping[str, Any], run: RunRecord) -> Section:
    """Show, for each image, what is lost when each part of it is hidden."""
    result: OcclusionResult = results["occlusion"]
    mining: MiningResult = results["mining"]
    files: dict[str, bytes] = {f"{_FOLDER}/scale.png": png_bytes(Image.fromarray(maps.bar(256, 8)))}
    images = [_image(result, mining, i, files) for i in range(len(result.clean.paths))]
    figures = tuple(_figure(result, i, image) for i, image in enumerate(images))
    context = {
        "images": images,
        "chosen": _chosen(result),
        "layer": result.layer,
        "units": result.units,
        "fill": FILLS[result.fill],
        "draws": result.draws,
        "grids": [
            {
                "size": size,
                "stride": stride,
                "rows": len(square.tops),
                "cols": len(square.lefts),
            }
            for (size, square), stride in zip(result.squares.items(), result.strides, strict=True)
        ],
        "about": about_probability(
            OutputMeaning(**mining.output), [quoted(name, 40) for name in result.class_names]
        ),
        "refined": float(np.mean([square.computed.mean() for square in result.squares.values()]))
        if result.refined
        else None,
        "objects": bool(result.clean.masked.any()),
        "said": {each.kind: sentence(each) for each in claims_of(findings, results)},
        "problem": result.projections.problem,
        "rule": result.rule,
        "height": result.clean.pictures.shape[1],
        "width": result.clean.pictures.shape[2],
    }
    highlights = (_highlight(result, images),) if images else ()
    return Section(figures, (), highlights, (), files, context)


def _chosen(result: OcclusionResult) -> str:
    """Say how the images were chosen, and how many suit."""
    choice = result.choice
    if choice.given:
        return "The images were specified with --occlude."
    right = "classified correctly" if result.clean.known.all() else "classified"
    if not choice.tried:
        return (
            f"No image is {right} with a probability above {PROBABLE}; those in which hiding a "
            "part lowers it most are shown."
        )
    said = (
        f"The images are examples with an effect. {percent(choice.sure)} of the images "
        f"are {right} with a probability above {PROBABLE}. Of {choice.tried} of them, drawn at "
        f"random, at most one per class, hiding some position on a "
        f"coarse grid lowers the probability of {choice.telling} by more than {FALL}. "
    )
    if choice.telling >= len(result.clean.paths):
        return f"{said}The images shown are drawn at random from these."
    return f"{said}The images shown are those with the largest drops."


def _highlight(result: OcclusionResult, images: list[Context]) -> Highlight:
    """Choose the image whose probability falls most."""
    drops = [image["sizes"][-1]["drop"] for image in images]
    i = int(np.argmax(drops))
    size = images[i]["sizes"][-1]
    followed = quoted(images[i]["followed"], 40)
    return Highlight(
        name="highlight-occlusion",
        caption=(
            f"The probability of {followed} drops from {images[i]['clean']:.2f} to "
            f"{size['lowest']:.2f} when the square hides this region. Right: the probability for "
            "every position of the square; dark is low."
        ),
        alt=(
            f"An image of {followed} with the square where the probability is lowest, "
            f"{size['lowest']:.2f}; beside it the probability by position: below "
            f"{images[i]['clean'] / 2:.2f}, half of the clean image's, at "
            f"{percent(size['halved'])} of the positions."
        ),
        draw=partial(drawing.beside_map, result, i),
        href=f"#fig-{images[i]['figure']}",
    )


def _image(
    result: OcclusionResult, mining: MiningResult, i: int, files: dict[str, bytes]
) -> Context:
    """Gather what the template says of an image and leave its pictures among the files."""
    clean, names = result.clean, result.class_names
    colours = maps.class_colours(result, i)
    photo = f"{_FOLDER}/{i + 1}.jpg"
    files[photo] = jpeg_bytes(Image.fromarray(clean.pictures[i]))
    return {
        "figure": f"occlusion-{i + 1}",
        "path": clean.paths[i],
        "title": _title(result, i),
        "photo": photo,
        "followed": names[clean.classes[i]],
        "known": bool(clean.known[i]),
        "right": bool(clean.best[i] == clean.classes[i]),
        "predicted": names[clean.best[i]],
        "predicted_probability": float(clean.best_probabilities[i]),
        "clean": float(clean.probabilities[i]),
        "map": int(clean.maps[i]),
        "activation": float(clean.activations[i]),
        "range": maps.activation_range(result, i),
        "limits": maps.PROBABILITY,
        "sizes": [_size(result, i, size, colours, photo, files) for size in result.squares],
        "projections": _projections(result, mining, i, files),
    }


def _title(result: OcclusionResult, i: int) -> str:
    """Call an image by its class, or the predicted one where that is not known; alike by number."""
    titles = [
        words(result.class_names[index]) + ("" if known else " (predicted)")
        for index, known in zip(result.clean.classes, result.clean.known, strict=True)
    ]
    alike = titles[:i].count(titles[i])
    return f"{titles[i]} ({alike + 1})" if alike else titles[i]


def _size(
    result: OcclusionResult,
    i: int,
    size: int,
    colours: maps.ClassColours,
    photo: str,
    files: dict[str, bytes],
) -> Context:
    """Gather one size's maps."""
    square = result.squares[size]
    r, c = maps.lowest(result, i, size)
    stem = f"{_FOLDER}/{i + 1}-{size}"
    files[f"{stem}-square.jpg"] = jpeg_bytes(maps.occluded(result, i, size, r, c))
    for kind, picture in (
        ("activation", maps.activation_map(result, i, size)),
        ("probability", maps.probability_map(result, i, size)),
        ("class", maps.class_map(result, i, size, colours)),
        ("pixels", maps.pixel_map(result, i, size)),
    ):
        files[f"{stem}-{kind}.png"] = png_bytes(_enlarged(picture))
    slots = colours.slots(square.best[i])
    legend = [
        {"slot": slot, "name": result.class_names[index], "said": drawing.part(slots == slot)}
        for slot, index in enumerate(colours.named)
    ]
    if colours.others:
        last = len(maps.PALETTE) - 1
        legend.append(
            {"slot": last, "name": f"{colours.others} other classes",
             "said": drawing.part(slots == last)}
        )  # fmt: skip
    lowest = float(square.probabilities[i].min())
    least = float(square.activations[i].min())
    return {
        "size": size,
        "stem": stem,
        "legend": legend,
        "lowest": lowest,
        "halved": float((square.probabilities[i] < result.clean.probabilities[i] / 2).mean()),
        "drop": float(result.clean.probabilities[i]) - lowest,
        "row": int(square.tops[r]),
        "col": int(square.lefts[c]),
        "best": result.class_names[square.best[i][r, c]],
        "best_probability": float(square.best_probabilities[i][r, c]),
        "activation": float(square.activations[i][r, c]),
        "least": least,
        "fall": drawing.fall(float(result.clean.activations[i]), least),
        "object": agreement(
            maps.pixel_values(result, i, size),
            float(result.clean.probabilities[i]),
            result.clean.masks[i],
        )
        if result.clean.masked[i]
        else None,
        "changed": float((square.best[i] != result.clean.best[i]).mean()),
        "data": _data(result, i, size, (r, c), photo, stem, files),
    }


def _data(
    result: OcclusionResult,
    i: int,
    size: int,
    start: tuple[int, int],
    photo: str,
    stem: str,
    files: dict[str, bytes],
) -> str:
    """Return what the script needs to move the square, as JSON."""
    square = result.squares[size]
    classes, best = np.unique(square.best[i], return_inverse=True)
    fill = square.fills[i]
    if result.fill in ("grey", "mean"):
        shown = "rgb({}, {}, {})".format(*(int(part) for part in fill[0, 0]))
    else:
        shown = f"{stem}-fill.jpg"
        files[shown] = jpeg_bytes(Image.fromarray(fill))
    return json.dumps(
        {
            "width": result.clean.pictures.shape[2],
            "height": result.clean.pictures.shape[1],
            "size": size,
            "tops": square.tops.tolist(),
            "lefts": square.lefts.tolist(),
            "start": start,
            "photo": photo,
            "fill": shown,
            "clean": _rounded(result.clean.probabilities[i]),
            "cleanActivation": _rounded(result.clean.activations[i]),
            "p": _rounded(square.probabilities[i].ravel()),
            "activation": _rounded(square.activations[i].ravel()),
            "best": best.ravel().tolist(),
            "bestP": _rounded(square.best_probabilities[i].ravel()),
            "classes": [result.class_names[index] for index in classes],
        },
        separators=(",", ":"),
    )


def _rounded(values: np.ndarray) -> Any:
    """Return numbers with five significant digits: what is shown, and a small page."""
    if np.ndim(values) == 0:
        return float(f"{float(values):.5g}")
    return [float(f"{value:.5g}") for value in values.tolist()]


def _projections(
    result: OcclusionResult, mining: MiningResult, i: int, files: dict[str, bytes]
) -> list[Context]:
    if result.projections.problem:
        return []
    found = []
    for k in range(4):
        if not result.projections.values[i, k] > 0:
            continue
        stem = f"{_FOLDER}/{i + 1}-projection-{k}"
        files[f"{stem}.png"] = png_bytes(drawing.projection(result, i, k))
        picture = ""
        if k:
            picture = f"{stem}.jpg"
            files[picture] = jpeg_bytes(drawing.other(result, i, k - 1))
        found.append(
            {
                "src": f"{stem}.png",
                "picture": picture,
                "value": float(result.projections.values[i, k]),
                "name": drawing.other_class(result, mining, i, k - 1) if k else "",
            }
        )
    return found


def _enlarged(picture: np.ndarray) -> Image.Image:
    factor = max(1, _SIDE // picture.shape[1])
    return Image.fromarray(picture.repeat(factor, axis=0).repeat(factor, axis=1))


def _figure(result: OcclusionResult, i: int, image: Mapping[str, Any]) -> Figure:
    followed = quoted(image["followed"], 40)
    largest = image["sizes"][-1]
    clean, lowest = float(image["clean"]), float(largest["lowest"])
    digits = telling((clean, lowest), number, 3)
    projected = (
        f"(c) Its receptive field is outlined, mid-grey is zero; {tone.CAPTION}. "
        if image["projections"]
        else ""
    )
    height, width = result.clean.pictures.shape[1:3]
    prediction = "" if image["known"] else " (the prediction; the true class is not known)"
    line = "; white line: the object" if result.clean.masked[i] else ""
    if i == 0:
        unit = "; (c) the projection of that map's strongest unit" if image["projections"] else ""
        caption = (
            f"The effect of hiding each region: (a) the image with the square where p({followed}) "
            "is "
            f"lowest; (b) how strongly map {image['map']} of {quoted(result.layer, 40)} responds"
            f"{unit}; (d) the probability of {followed}{prediction}{line}; (e) the most probable "
            "class."
        )
        method = (
            f"The square is {FILLS[result.fill]}. Values are drawn at the square's centre, over "
            f"the image ({height} × {width} px each); the pale border has no values. (b) Sum of "
            "activations of the layer's strongest map in this image over its "
            f"{result.units} positions; the scale starts at 0, so that a small change looks small. "
            f"{projected}(e) In brackets: each class's share of the positions. Letters as in "
            "Zeiler & Fergus, Fig. 7."
        )
    else:
        caption = (
            f"As in the figure for {quoted(_title(result, 0), 60)}, but for {followed} and map "
            f"{image['map']} of {quoted(result.layer, 40)}{prediction}{line}."
        )
        method = f"Drawn and measured as for {quoted(_title(result, 0), 60)}."
    return Figure(
        name=image["figure"],
        supplement=i >= PRINTED,
        title=f"{quoted(image['title'], 60)}: effect of hiding each part",
        caption=caption,
        method=method,
        alt=(
            f"Maps over the image: the probability of {followed} drops from "
            f"{number(clean, digits)} to {number(lowest, digits)} when the square's upper left "
            f"corner is at row {largest['row']}, column {largest['col']}; another class is most "
            f"probable at {percent(largest['changed'])} of positions."
        ),
        draw=partial(drawing.draw, result, i),
        chart=partial(drawing.chart, result, i),
    )
