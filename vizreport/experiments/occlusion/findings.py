"""What occlusion claims: of a sample whose objects are known, else of examples alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from vizreport.experiments.occlusion.result import LEAST, OcclusionResult
from vizreport.findings.quantity import POINTS, SHARE, Quantity, alike
from vizreport.findings.record import Finding
from vizreport.findings.sample_size import needed_pairs
from vizreport.findings.statistics import paired

REFERENCE = 0.1
BOUNDED = 0.95
"""Share of the interpolated places that the stated error bounds."""
FEWEST_DRAWN = 59
"""Places from which on the largest error bounds 95 % of all with 95 % confidence."""


def findings(results: Mapping[str, Any]) -> list[Finding]:
    """Say where the probability falls, what the worst place costs, and how sure maps are."""
    result: OcclusionResult = results["occlusion"]
    if not len(result.paths):
        return []
    if len(result.sample):
        found = [_object(result), _pointing(result), _worst(result)]
    else:
        found = [_examples(result)]
    return [*found, *([_refined(result)] if result.refined else [])]


def _object(result: OcclusionResult) -> Finding:
    shares, areas = result.sample_shares.astype(float), result.sample_areas.astype(float)
    tested = paired(shares, areas)
    known = np.isfinite(shares)
    on = tested.value > 0
    word = "on the object more than" if on else "beside the object, on it less than"
    return Finding(
        kind="occlusion-object",
        compared="share of the fall of the probability on the object, and the object's share of it",
        claim=f"hiding the object costs {'more' if on else 'less'} than hiding as much background",
        shown=(
            f"Probability falls {word} chance would have it: {{share}} of the fall lies on the "
            f"object, "
            "which covers {area} of the image (medians of {n} images"
            + ("; in {others} others it falls by less than {least})." if (~known).any() else ").")
        ),
        **tested.fields(POINTS),
        unit="images",
        needed=needed_pairs(shares - areas, REFERENCE),
        reference=Quantity(REFERENCE, POINTS),
        reference_of="a difference of {reference}",
        evidence="occlusion-1",
        severity="note" if on else "look",
        advice="" if on else "See what it is beside the object that the network needs.",
        values={
            "share": Quantity(_median(shares[known]), SHARE),
            "area": Quantity(_median(areas[known]), SHARE),
            "others": Quantity(int((~known).sum()), "count"),
            "least": Quantity(LEAST),
        },
    )


def _pointing(result: OcclusionResult) -> Finding:
    """Count hits beside what a pixel drawn at random in each image would give."""
    known = np.isfinite(result.sample_shares)
    hits, areas = result.sample_hits[known], result.sample_areas[known].astype(float)
    return Finding(
        kind="occlusion-pointing",
        compared=(
            "images whose largest fall lies on the object, and the object's share of the image"
        ),
        claim="the largest fall lies on the object",
        shown=(
            "In {hits} of {n} images the largest fall lies on the object, where {chance} would by "
            "chance."
        ),
        n=len(hits),
        unit="images",
        evidence="occlusion-1",
        leading=False,
        values={
            "hits": Quantity(int(hits.sum()), "count"),
            "chance": Quantity(float(areas.sum()) if len(areas) else 0.0, "count"),
        },
    )


def _worst(result: OcclusionResult) -> Finding:
    clean, lowest = result.sample_clean.astype(float), result.sample_lowest.astype(float)
    values = _fall(result, clean, lowest)
    return Finding(
        kind="occlusion-worst",
        compared="probability of the class, nothing hidden and at the worst place",
        claim="hiding a square lowers the probability of the class",
        shown=(
            "Hiding a square of {size} px at the place that matters most lowers the probability of "
            "the class from {clean} to {lowest} (medians of {n} images)."
            if _falls(values)
            else "Hiding a square of {size} px lowers the probability of the class nowhere: it is "
            "{clean} (median of {n} images)."
        ),
        n=len(clean),
        unit="images",
        evidence="occlusion-1",
        values=values,
    )


def _examples(result: OcclusionResult) -> Finding:
    """Three images are no sample: they are told one by one in the figures."""
    name = str(result.sizes[-1])
    lowest = result.probabilities[name].min(axis=(1, 2)).astype(float)
    drop = result.clean_probabilities.astype(float) - lowest
    i = int(drop.argmax())
    several = len(result.paths) > 1
    values = _fall(result, result.clean_probabilities[[i]].astype(float), lowest[[i]])
    return Finding(
        kind="occlusion-examples",
        compared="probability of the class in examples, nothing hidden and at the worst place",
        claim="hiding a square lowers the probability of the class",
        shown=(
            (
                "Of {n} examples, hiding a square of {size} px lowers the probability of the class "
                "most in one: "
                if several
                else "In the example shown, hiding a square of {size} px lowers the probability of "
                "the class "
            )
            + "from {clean} to {lowest}."
            if _falls(values)
            else "Hiding a square of {size} px lowers the probability of the class nowhere in "
            + ("the {n} examples." if several else "the example shown.")
        ),
        n=len(result.paths),
        unit="examples",
        evidence="occlusion-1",
        values=values,
    )


def _fall(result: OcclusionResult, clean: np.ndarray, lowest: np.ndarray) -> dict[str, Quantity]:
    return {
        "size": Quantity(result.sizes[-1], "count"),
        "clean": Quantity(_median(clean)),
        "lowest": Quantity(_median(lowest)),
    }


def _falls(values: Mapping[str, Quantity]) -> bool:
    clean, lowest = values["clean"], values["lowest"]
    return lowest.value < clean.value and not alike(clean, lowest)


def _refined(result: OcclusionResult) -> Finding:
    """Bound the error of most interpolated places, from those drawn at random."""
    from scipy import stats  # slow to import

    drawn = np.concatenate([each.ravel() for each in result.errors_drawn.values()]).astype(float)
    drawn = drawn[np.isfinite(drawn)]
    bound = 0.0
    if len(drawn) >= FEWEST_DRAWN:
        tested = stats.quantile_test(drawn, p=BOUNDED, alternative="less")
        bound = float(tested.confidence_interval(BOUNDED).high)
    worst = max(float(each.max()) for each in result.errors.values())
    return Finding(
        kind="occlusion-refine",
        compared="interpolated probabilities and those computed after all",
        claim="interpolation holds",
        shown=(
            "{bounded} of the interpolated places are off by at most {bound} in p (with {bounded} "
            "confidence, from {n} places drawn at random), those where interpolation is least "
            "sure by "
            "up to {worst}; single places may be off by more."
        ),
        n=len(drawn),
        unit="places",
        fewest=FEWEST_DRAWN,
        evidence="occlusion-1",
        leading=False,
        values={
            "bounded": Quantity(BOUNDED, SHARE),
            "bound": Quantity(bound),
            "worst": Quantity(worst),
        },
    )


def _median(values: np.ndarray) -> float:
    return float(np.median(values)) if len(values) else float("nan")
