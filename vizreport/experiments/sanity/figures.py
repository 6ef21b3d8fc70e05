"""Sanity: pictures of random networks beside those of the trained one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from vizreport.drawing import spotlight, tone
from vizreport.drawing.fonts import drawable
from vizreport.drawing.section import Context, Figure, Section
from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.sanity import curves, drawing, panel_drawing
from vizreport.experiments.sanity.assessment import CHANGED, PASSED, Assessment, assess, known_mean
from vizreport.experiments.sanity.drawing import NAMES
from vizreport.experiments.sanity.findings import findings
from vizreport.experiments.sanity.result import SanityResult
from vizreport.findings.decided import claims_of
from vizreport.findings.record import Finding
from vizreport.findings.sentences import sentence
from vizreport.results.run import RunRecord
from vizreport.wording.text import decimal, percent, quoted

MEASURES = (
    "rank correlation, absolute",
    "rank correlation, signed",
    "structural similarity, absolute",
    "structural similarity, signed",
)


def section(results: Mapping[str, Any], run: RunRecord) -> Section:
    """Show what is left of each picture when the weights, or the switches, are random."""
    result: SanityResult = results["sanity"]
    mining: MiningResult = results["mining"]
    decided = claims_of(findings, results)
    layers = [_layer(result, layer, number, decided) for number, layer in enumerate(result.layers)]
    figures = [
        figure
        for number, layer in enumerate(result.layers)
        for figure in (
            _pictures(result, mining, layer, number),
            _curves(result, layer, number),
        )
    ]
    if len(result.panel_maps):
        figures.insert(0, _panels(result))
    context = {
        "panels": len(result.panel_maps) > 0,
        "own": dependence(result),
        "layers": layers,
        "missing": [(NAMES[method], reason) for method, reason in result.problems.items()],
        "draws": int(next(iter(result.layers.values())).states.drawn.shape[1]),
        "passed": PASSED,
        "changed": CHANGED,
    }
    return Section(tuple(figures), context=context)


def _layer(result: SanityResult, layer: str, number: int, decided: Sequence[Finding]) -> Context:
    rows = [one for measure in range(4) for one in assess(result, layer, measure)]
    tested = result.layers[layer]
    blank = tested.states.blank
    return {
        "name": layer,
        "scores": tested.scores,
        "units": len(tested.units.maps),
        "tried": tested.tried,
        "visible": tested.visible,
        "poolings": tested.poolings,
        "pictures": f"sanity-pictures-{number + 1}",
        "curves": f"sanity-similarity-{number + 1}",
        "said": [sentence(each) for each in decided if each.names["layer"] == quoted(layer, 40)],
        "rows": [
            (name, [_row(one) for one in rows if one.measure == measure])
            for measure, name in enumerate(MEASURES)
        ],
        "blank": [
            (NAMES[method], int(blank[m, -4]), int(blank[m, 0]))
            for m, method in enumerate(result.methods)
            if blank[m, [0, -4]].any()
        ],
    }


def _row(one: Assessment) -> tuple[str, ...]:
    """Write a method's numbers for the table."""
    spread = f"{decimal(one.all)}\u202f±\u202f{decimal(one.spread)}"
    apart = (one.switches, one.filters, one.neither)
    return (
        NAMES[one.method],
        decimal(one.top),
        decimal(one.half),
        spread,
        *map(decimal, apart),
        percent(known_mean(one.left)).replace("-", "−"),
    )


def dependence(result: SanityResult) -> Context | None:
    """Describe how alike the pictures of two maps are, and where the signal is lost."""
    trained, random = (panel_drawing.mean_known(state) for state in result.panel_alike)
    if not len(result.panel_maps) or math.isnan(trained) or math.isnan(random):
        return None
    own: Context = {
        "layer": next(iter(result.layers)),
        "method": NAMES[result.methods[0]].lower(),
        "trained": decimal(trained),
        "random": decimal(random),
        "lost": None,
    }
    lost = panel_drawing.narrowest(result)
    if lost is not None:
        own["lost"] = {
            "layer": lost.layer,
            "said": panel_drawing.share(lost.trained),
            "said_random": panel_drawing.share(lost.random),
            "blocked": lost.trained <= tone.BLANK,
        }
    return own


def _panels(result: SanityResult) -> Figure:
    layer = next(iter(result.layers))
    maps = " and ".join(str(one) for one in result.panel_maps)
    lit = " and ".join(
        decimal(panel_drawing.agreement(result, place)) for place in range(len(result.panel_maps))
    )
    return Figure(
        name="sanity-panels",
        title=f"{quoted(layer, 40)}: Top-9 with random weights",
        caption=(
            f"Top-9 of maps {maps}: left from the trained network, right with all weights "
            "shuffled. What looks the same on both sides is no evidence of learning. "
            "Above each: the correlation with projections for another map at the same positions."
        ),
        method=(
            "The nine strongest units of each map: spotlights, then projections "
            f"({NAMES[result.methods[0]].lower()}). Right: the same units in the same images; "
            "pooling and rectifiers follow the shuffled weights. Nothing was learned there: "
            "highlights, even on the object in the middle of a tile, come from the image, the "
            "architecture and the drawing method. The correlation with another map's projections "
            "is the mean of the nine. Correlation between "
            f"the highlights on the left and on the right: {lit}. Spotlight: {spotlight.CAPTION}. "
            f"Mid-grey is zero; {tone.CAPTION}. The bar below each tile shows its peak."
        ),
        alt=(
            f"Maps {maps}, one row each: nine spotlights and nine projections from the trained "
            f"network, beside the same from a network with random weights. The highlights "
            f"correlate at {lit}."
        ),
        draw=partial(panel_drawing.panels, result),
        threaded=True,
    )


def _pictures(result: SanityResult, mining: MiningResult, layer: str, number: int) -> Figure:
    tested = result.layers[layer]
    image = mining.paths[tested.units.images[0]]
    unit = int(tested.units.maps[0])
    second = mining.output["kind"] == "binary"  # which one score is the probability of
    what = (
        f"class {drawable(mining.class_names[unit + second], 40)}"
        if tested.scores
        else f"map {unit}"
    )  # fmt: skip
    return Figure(
        name=f"sanity-pictures-{number + 1}",
        supplement=True,
        title=f"{quoted(layer, 40)}, {quoted(what, 50)}: from the trained network to a random one",
        caption=(
            "From left to right, the weights of one more layer are shuffled, from the top down to "
            "the layer named; below, the controls with random filters and switches. Under each "
            "projection: its rank correlation with the trained network's."
        ),
        method=(
            f"The first of the units drawn, in {quoted(image, 60)}, and its receptive field; "
            "image, crop and unit are unchanged throughout. Zero is mid-grey; "
            f"{tone.CAPTION}, as in all figures: what random weights show here is the drawing "
            "method's effect on noise. Spearman's correlation of the absolute "
            "values."
        ),
        alt=(
            f"{len(result.methods)} rows of {tested.states.projections.shape[1]} projections. "
            "With all layers random, the rank correlation with the first is "
            + ", ".join(
                f"{decimal(one.all)} ({NAMES[one.method].lower()})"
                for one in assess(result, layer, 0)
            )
            + " on average over the units."
        ),
        draw=partial(drawing.pictures, result, layer, what),
        threaded=True,
    )


def _curves(result: SanityResult, layer: str, number: int) -> Figure:
    units = len(result.layers[layer].units.maps)
    return Figure(
        name=f"sanity-similarity-{number + 1}",
        supplement=number > 0,
        title=f"{quoted(layer, 40)}: similarity as weights are shuffled",
        caption=(
            "How similar each method's projections remain to those from the trained network (1: "
            "identical). A curve that reaches the thin line is at chance level."
        ),
        method=(
            f"Mean and standard deviation over {units} units. Hollow marks exclude units whose "
            "projection is blank there; a cross in the row “blank”: all are. Top: weights "
            "shuffled from the top layer down. Bottom: the controls, with random filters or "
            "random switches (the maxima of each max pooling) alone, and both; the last gives the "
            "similarity by chance, and its mean is the thin line above. Left: rank correlation of "
            "the absolute values, which shows where a projection is strong. Right: structural "
            "similarity of the signed linear projections, which shows what pattern is there."
        ),
        alt=(
            "Curves that start at 1. At the end, with all layers random: "
            + ", ".join(
                f"{NAMES[one.method].lower()} {decimal(one.all)}, by chance {decimal(one.neither)}"
                for one in assess(result, layer, 0)
            )
            + " (rank correlation)."
        ),
        draw=partial(curves.curves, result, layer),
    )
