"""What an ablation claims: which removals cost accuracy, and whether the order is the paper's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from vizreport.experiments.ablation.compare import BASE_NAMES, change, label, mean, ranked_pairs
from vizreport.experiments.ablation.result import AblationResult, VariantErrors
from vizreport.findings.groups import means, shares
from vizreport.findings.quantity import COUNT, POINTS, SHARE, Quantity
from vizreport.findings.record import LOOK, Finding, Published
from vizreport.findings.statistics import correlation
from vizreport.models.variants import VARIANTS
from vizreport.wording.text import quoted

NEAR_CHANCE = 0.05
"""A network whose error is less than so much below guessing has not learned."""
EVIDENCE = "ablation-errors"


def findings(results: Mapping[str, Any]) -> list[Finding]:
    """Test every removal and the order of the networks; the costliest removal comes first."""
    result: AblationResult = results["ablation"]
    if min(mean(row["validation"]) for row in result.rows) > chance(result) - NEAR_CHANCE:
        return [_idle(result)]
    removals = [
        (cost, row)
        for row in result.rows
        for cost in [change(result, row["variant"])]
        if cost is not None and VARIANTS[row["variant"]].removed
    ]
    removals.sort(key=lambda one: -one[0])
    found = [_removal(result, row, not k) for k, (_, row) in enumerate(removals)]
    pairs = ranked_pairs(result)
    found[1:1] = [_order(pairs)] if len(pairs) > 1 else []
    return found if removals else [*found, _best(result)]


def chance(result: AblationResult) -> float:
    """Error of guessing among as many classes."""
    return 1 - 1 / result.classes


def _removal(result: AblationResult, row: VariantErrors, first: bool) -> Finding:
    """Compare a network without some layers with the unchanged one.

    Trainings differ by chance. Where each network was trained several times, trainings are
    compared, by the spread between the trainings of all networks of that kind, and something is
    said of the removal; else the two networks at hand on the images.
    """
    variant = VARIANTS[row["variant"]]
    base = next(each for each in result.rows if each["variant"] == variant.base)
    error, unchanged = mean(row["validation"]), mean(base["validation"])
    seeds, images = min(len(each["validation"]) for each in (row, base)), result.validation_images
    several = seeds > 1
    more = "raises" if error > unchanged else "lowers"
    if several:
        others = [
            np.array(each["validation"])
            for each in result.rows
            if each not in (row, base) and VARIANTS[each["variant"]].base == variant.base
        ]
        tested = means(np.array(row["validation"]), np.array(base["validation"]), others)
        claim = f"removing {{removed}} {more} the error of {{base}}"
        shown = (
            f"removing {{removed}} {more} the error of {{base}} by {{effect:size}}, to {{error}} "
            "(means of {seeds} runs each)."
        )
    else:
        first_wrong, wrong = (round(each * images) for each in (error, unchanged))
        tested = replace(shares(first_wrong, images, wrong, images), n=images)
        how = "more" if error > unchanged else "fewer"
        claim = f"{{base}} trained once without {{removed}} makes {how} errors than unmodified"
        shown = (
            f"{{base}} trained once without {{removed}} makes {how} errors than unmodified: "
            "{error} against {unchanged} of {n} images."
        )
    return Finding(
        kind="ablation-removal" if several else "ablation-one-training",
        compared="error of {base} without {removed} and unmodified, as trained here",
        claim=claim,
        shown=shown,
        **tested.fields(POINTS, 1),
        unit="runs" if several else "images",
        leading=first,
        evidence=EVIDENCE,
        values={
            "error": Quantity(error, SHARE, digits=1),
            "unchanged": Quantity(unchanged, SHARE, digits=1),
            "seeds": Quantity(seeds, COUNT),
            "images": Quantity(images, COUNT),
        },
        names={"removed": _removed(variant.removed), "base": BASE_NAMES[variant.base]},
    )


def _removed(layers: Sequence[int]) -> str:
    names = [str(layer) for layer in layers]
    if len(names) == 1:
        return f"layer {names[0]}"
    return f"layers {', '.join(names[:-1])} and {names[-1]}"


def _order(pairs: list[tuple[float, float]]) -> Finding:
    here, paper = np.array(pairs).T
    tested = correlation(here, paper)
    word = "in the opposite order to" if tested.value < 0 else "in the same order as"
    return Finding(
        kind="ablation-order",
        compared="order of the networks by error, here and in the paper",
        claim=f"the networks' errors are {word} the published ones",
        shown=f"The errors of the {{n}} networks tend to be {word} the published ones (rank "
        "correlation {effect:interval}).",
        **tested.fields(),
        unit="networks",
        evidence=EVIDENCE,
        published=Published(
            "Zeiler & Fergus found which of these changes cost accuracy on ImageNet",
            "Table 3",
            tested.value > 0,
        ),
    )


def _best(result: AblationResult) -> Finding:
    row = min(result.rows, key=lambda row: mean(row["validation"]))
    return Finding(
        kind="ablation-best",
        compared="lowest error of the networks",
        claim="{best} has the lowest error",
        shown="The best of {networks} networks is {best}, with an error of {effect}.",
        n=result.validation_images,
        unit="images",
        effect=Quantity(mean(row["validation"]), SHARE, digits=1),
        evidence=EVIDENCE,
        values={"networks": Quantity(len(result.rows), COUNT)},
        names={"best": quoted(label(row["variant"]))},
    )


def _idle(result: AblationResult) -> Finding:
    best = min(mean(row["validation"]) for row in result.rows)
    return Finding(
        kind="ablation-idle",
        compared="lowest error of the networks, and chance level, {chance}",
        claim="the networks learned nothing",
        shown="No network beat chance in {epochs} epochs: the lowest error is {effect} (chance: "
        "{chance}).",
        n=result.validation_images,
        unit="images",
        effect=Quantity(best, SHARE, digits=1),
        evidence=EVIDENCE,
        severity=LOOK,
        advice="Train longer before comparing the networks.",
        values={
            "epochs": Quantity(result.settings["epochs"], COUNT),
            "chance": Quantity(chance(result), SHARE, digits=1),
        },
    )
