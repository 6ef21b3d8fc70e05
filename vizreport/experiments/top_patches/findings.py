"""What the top-9 show: selectivity by depth, class scores, energy on the object, parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from vizreport.drawing.tone import blank as blank_ones
from vizreport.experiments.mining.classes import counted_as, counted_classes
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.parts.result import PartsResult
from vizreport.experiments.top_patches import ground_truth
from vizreport.experiments.top_patches.classes import is_counted, own_class
from vizreport.experiments.top_patches.result import TopLayer, TopPatchesResult
from vizreport.findings.decisions import LEVEL, holm
from vizreport.findings.groups import independent
from vizreport.findings.quantity import COUNT, POINTS, SHARE, Quantity
from vizreport.findings.record import LOOK, NOTE, Finding, Published
from vizreport.findings.sample_size import needed_pairs
from vizreport.findings.statistics import (
    Tested,
    interval,
    paired,
    permuted_labels,
    share,
)
from vizreport.wording.text import quoted, slugs

NAMED_PARTS = 2
"""Maps of a layer with a part's name from which they are mentioned."""
FEWEST = 4
"""Images with a class, for each of a map's strongest, below which its strongest are no choice."""
REFERENCE = 0.1
"""Difference of shares whose sample size is given."""


def findings(results: Mapping[str, Any]) -> list[Finding]:
    """State what the nine strongest images of the maps show."""
    result: TopPatchesResult = results["top_patches"]
    mining, parts = results["mining"], results["parts"]
    found = [_selectivity(result, mining), _energy(result), parts_finding(parts)]
    units = _class_units(result, mining)
    found.insert(0 if units is not None and units.severity == LOOK else len(found), units)
    return [each for each in found if each is not None]


def purities(mining: MiningResult, layer: str, classes: np.ndarray) -> np.ndarray:
    """Return the share of the most frequent class among each map's strongest images.

    Of all maps of a layer, not of those chosen to be shown.

    Parameters
    ----------
    mining : MiningResult
        Says which images excite each map most.
    layer : str
        Name of a mined layer.
    classes : int array [N]
        Of each image, -1 where it is not known.

    Returns
    -------
    float64 [M]
        NaN for a map that fewer images than asked for excite, and where a class is not known.
    """
    mined = mining.layers[layer]
    images, values = mined.images, mined.values
    found = np.full(len(images), np.nan)
    for i in np.flatnonzero((values > 0).all(axis=1) & (images >= 0).all(axis=1)):
        seen = classes[images[i]]
        if (seen >= 0).all():
            found[i] = np.bincount(seen).max() / len(seen)
    return found


def _selectivity(result: TopPatchesResult, mining: MiningResult) -> Finding | None:
    """Compare the maps of the first and the last layer that are not class scores."""
    layers = [name for name in result.layers if not own_class(mining, name, 0)]
    if len(layers) < 2 or not is_counted(mining):
        return None
    counted = counted_classes(mining)
    classes = counted.indices
    shallow, deep = (purities(mining, layers[k], classes) for k in (0, -1))
    shallow, deep = shallow[np.isfinite(shallow)], deep[np.isfinite(deep)]
    if not len(shallow) or not len(deep):
        return None
    tested = independent(deep, shallow)
    low, high = interval((deep, shallow), _difference)
    found = Tested(
        float(deep.mean() - shallow.mean()), low, high, tested.n, tested.test, tested.p,
        tested.fewest,
    )  # fmt: skip
    more = found.value > 0
    word, noun = "more" if more else "less", counted_as(mining, counted.true)
    known, top = int((classes >= 0).sum()), mining.layers[layers[0]].images.shape[1]
    unit = "maps"
    if known < FEWEST * top:  # all maps have nearly the same strongest images
        found, unit = replace(found, n=known, fewest=FEWEST * top), "images"
    return Finding(
        kind="top-patches-selectivity",
        compared=f"share of the most frequent {noun} among a map's {{top}} strongest images, "
        "{deep} and {shallow}",
        claim=f"maps in {{deep}} are {word} class-selective than those in {{shallow}}",
        shown=f"Maps in {{deep}} are {word} class-selective than those in {{shallow}}: the most "
        f"frequent {noun} makes up {{share_deep}} of a map's {{top}} strongest images, against "
        "{share_shallow} (means).",
        **found.fields(POINTS),
        unit=unit,
        evidence=_figure(result, layers[-1]),
        published=Published(
            "Zeiler & Fergus found that features become more class-specific from layer to layer",
            "section 4, Fig. 2",
            more,
        ),
        values={
            "top": Quantity(top, COUNT),
            "share_deep": Quantity(float(deep.mean()), SHARE),
            "share_shallow": Quantity(float(shallow.mean()), SHARE),
        },
        names={"deep": quoted(layers[-1], 40), "shallow": quoted(layers[0], 40)},
    )


def _difference(first: np.ndarray, second: np.ndarray, axis: int = -1) -> Any:
    return first.mean(axis) - second.mean(axis)


def _class_units(result: TopPatchesResult, mining: MiningResult) -> Finding | None:
    """Judge each class score by its own class among its highest nine images."""
    layer = mining.output_layer
    if layer not in result.layers or not own_class(mining, layer, 0) or not is_counted(mining):
        return None
    counted = counted_classes(mining)
    if not counted.true or not (mining.labels >= 0).any():
        return None
    indices, names = counted.indices, counted.names
    all_images = mining.layers[layer].images
    own = [own_class(mining, layer, i) for i in range(len(all_images))]
    known = indices >= 0
    judged = [
        i
        for i, row in enumerate(all_images)
        if (row >= 0).all() and known[row].all() and own[i] in names
    ]
    if not judged:
        return None
    images, own = all_images[judged], [own[i] for i in judged]
    top = images.shape[1]
    wanted = np.array([names.index(name) for name in own])
    present = np.bincount(indices[known], minlength=len(names))
    times = (indices[images] == wanted[:, None]).sum(axis=1)
    chances = present[wanted] / int(known.sum())
    each = [share(int(k), top, float(c)) for k, c in zip(times, chances, strict=True)]
    beaten = (holm([x.p for x in each if x.p is not None]) < LEVEL) & (times > chances * top)
    worst = int(np.argmin(times / top - chances))
    shown = [names[k] for k in indices[images[worst]]]
    others = Counter(name for name in shown if name != own[worst])
    other, others_times = others.most_common(1)[0] if others else ("", 0)
    tested = permuted_labels(indices, images, wanted, int(known.sum()))
    better = tested.value > float(chances.mean())
    confused = others_times > times[worst]
    missed = confused and not beaten[worst] and present[wanted[worst]] >= top
    verb, verbs = ("is" if count == 1 else "are" for count in (times[worst], others_times))
    example = (
        f" For {{worst}}, {{worst_times}} {verb} {{worst}} and {{other_times}} {verbs} {{other}}."
    )
    return Finding(
        kind="top-patches-class-units",
        compared="share of a class among the {top} images with its highest score, and the share "
        "with labels permuted among the images",
        claim="class scores are highest for images of their own class",
        shown=(
            "Class scores rank their own class first"
            if better
            else "Class scores do not rank their own class first"
        )
        + ": of the {top} images with the highest score of a class, "
        "{effect} show it on average (chance: {chance})." + (example if confused else ""),
        **tested.fields(SHARE),
        unit="images",
        evidence=_figure(result, layer),
        severity=LOOK if missed or not better else NOTE,
        advice="Check the images of {worst}: are their labels right, and is the class distinct "
        "from {other}?"
        if missed
        else "",
        values={
            "top": Quantity(top, COUNT),
            "chance": Quantity(float(chances.mean()), SHARE),
            "scores": Quantity(len(own), COUNT),
            "scores_above_chance": Quantity(int(beaten.sum()), COUNT),
            "worst_times": Quantity(int(times[worst]), COUNT),
            "other_times": Quantity(others_times, COUNT),
        },
        names={"worst": quoted(own[worst], 40), "other": quoted(other, 40)},
    )


def _figure(result: TopPatchesResult, layer: str) -> str:
    """Return the name of a layer's figure; "" where it may have none, since its maps are blank."""
    top = result.layers[layer]
    first = int(np.argmin(top.rank))
    blank = not top.tiles.status and blank_ones(top.tiles.strengths)[first].all()
    slug = slugs(result.layers)[layer]
    return "" if top.dead[first] or blank else f"top-{slug}"


def on_object(layer: TopLayer) -> tuple[np.ndarray, np.ndarray]:
    """Return how much of each image's projections lies on its object, and on other objects.

    Of maps chosen at random; of all that were chosen where none was.

    Returns
    -------
    own, elsewhere : float64 [n]
        Means over the layer's projections of an image; images without one are left out.
    """
    inside, elsewhere = layer.tiles.inside, layer.tiles.inside_elsewhere
    known = np.isfinite(inside) & np.isfinite(elsewhere)
    random = ~layer.selective[:, None]
    known = known & random if (known & random).any() else known
    images, place = np.unique(layer.images[known], return_inverse=True)
    counts = np.bincount(place, minlength=len(images))
    own, other = (
        np.bincount(place, values[known].astype(np.float64), len(images)) / counts
        for values in (inside, elsewhere)
    )
    return own, other


def _energy(result: TopPatchesResult) -> Finding | None:
    known = ground_truth.known_layers(result)
    if not known:
        return None
    own, elsewhere = on_object(result.layers[known[-1]])
    tested = paired(own, elsewhere)
    word = "more" if tested.value > 0 else "less"
    return Finding(
        kind="top-patches-energy",
        compared="share of projection energy from {layer} on the image's object, and on the other "
        "images' objects",
        claim=f"projections from {{layer}} lie on the object {word} than by chance",
        shown=f"Projections from {{layer}} lie on the object {word} than by chance: {{own}} of "
        "their energy, against {elsewhere} on other images' objects (medians of {n} images).",
        **tested.fields(POINTS),
        unit="images",
        needed=needed_pairs(own - elsewhere, REFERENCE),
        reference=Quantity(REFERENCE, POINTS),
        reference_of="a difference of {reference}",
        evidence="energy-inside",
        severity=LOOK if tested.value < 0 else NOTE,
        values={
            "own": Quantity(float(np.median(own)), SHARE),
            "elsewhere": Quantity(float(np.median(elsewhere)), SHARE),
        },
        names={"layer": quoted(known[-1], 40)},
    )


def parts_finding(parts: PartsResult) -> Finding | None:
    """Count the maps that bear a part's name; the deeper of layers with as many."""
    counts = {name: int(ground_truth.named_maps(parts, name).sum()) for name in parts.layers}
    layer = max(reversed(parts.layers), key=lambda name: counts[name], default="")
    if not layer or counts[layer] < NAMED_PARTS:
        return None
    best, maps = ground_truth.best_named(parts, layer)[0], len(parts.layers[layer].maps.part)
    return Finding(
        kind="top-patches-parts",
        compared="average precision of maps in {layer} as part detectors on held-out images, and "
        "the limit {limit}",
        claim="maps in {layer} detect parts",
        shown="{count} of {n} maps in {layer} each detect a part on held-out images, such as map "
        "{map}: {part} (average precision {precision}, chance {chance}).",
        n=maps,
        unit="maps",
        effect=Quantity(counts[layer] / maps, SHARE),
        values={
            "count": Quantity(counts[layer], COUNT),
            "map": Quantity(best["map"], COUNT),
            "precision": Quantity(best["precision"]),
            "chance": Quantity(best["chance"]),
            "limit": Quantity(ground_truth.NAMED),
        },
        names={"layer": quoted(layer, 40), "part": quoted(best["name"], 60)},
    )
