"""What occlusion claims: of a sample whose objects are known, else of examples alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from vizreport.experiments.occlusion.result import LEAST, OcclusionResult, Sample
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
    if not len(result.clean.paths):
        return []
    if len(result.sample.images):
        found = [_object(result.sample), _pointing(result.sample), _worst(result)]
    else:
        found = [_examples(result)]
    return [*found, *([_refined(result)] if result.refined else [])]


def _object(sample: Sample) -> Finding:
    shares, areas = sample.shares.astype(float), sample.areas.astype(float)
    tested = paired(shares, areas)
    known = np.isfinite(shares)
    on = tested.value > 0
    more, but = ("More", "although") if on else ("Less", "while")
    return Finding(
        kind="occlusion-object",
        compared="share of the probability drop on the object, and the object's share of the image",
        claim=f"hiding the object costs {'more' if on else 'less'} than hiding as much background",
        shown=(
            f"{more} of the drop in probability lies on the object than chance predicts: "
            f"{{share}}, {but} the object covers {{area}} of the image (medians of {{n}} images"
            + (
                "; in {others} others the probability drops by less than {least})."
                if (~known).any()
                else ")."
            )
        ),
        **tested.fields(POINTS),
        unit="images",
        needed=needed_pairs(shares - areas, REFERENCE),
        reference=Quantity(REFERENCE, POINTS),
        reference_of="a difference of {reference}",
        evidence="occlusion-1",
        severity="note" if on else "look",
        advice="" if on else "Find out what outside the object the network relies on.",
        values={
            "share": Quantity(_median(shares[known]), SHARE),
            "area": Quantity(_median(areas[known]), SHARE),
            "others": Quantity(int((~known).sum()), "count"),
            "least": Quantity(LEAST),
        },
    )


def _pointing(sample: Sample) -> Finding:
    """Count hits beside what a pixel drawn at random in each image would give."""
    known = np.isfinite(sample.shares)
    hits, areas = sample.hits[known], sample.areas[known].astype(float)
    return Finding(
        kind="occlusion-pointing",
        compared=(
            "images with the largest drop on the object, and the object's share of the image"
        ),
        claim="the largest drop lies on the object",
        shown=(
            "In {hits} of {n} images the largest drop lies on the object (by chance: {chance})."
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
    clean, lowest = result.sample.clean.astype(float), result.sample.lowest.astype(float)
    values = _fall(result, clean, lowest)
    return Finding(
        kind="occlusion-worst",
        compared="class probability, with nothing hidden and at the worst position",
        claim="hiding a square lowers the class probability",
        shown=(
            "Hiding a square of {size} px at the most important position lowers the class "
            "probability from {clean} to {lowest} (medians of {n} images)."
            if _falls(values)
            else "Hiding a square of {size} px lowers the class probability nowhere: it is "
            "{clean} (median of {n} images)."
        ),
        n=len(clean),
        unit="images",
        evidence="occlusion-1",
        values=values,
    )


def _examples(result: OcclusionResult) -> Finding:
    """Three images are not a sample: they are described one by one in the figures."""
    clean = result.clean.probabilities.astype(float)
    lowest = result.squares[result.largest].probabilities.min(axis=(1, 2)).astype(float)
    drop = clean - lowest
    i = int(drop.argmax())
    several = len(result.clean.paths) > 1
    values = _fall(result, clean[[i]], lowest[[i]])
    return Finding(
        kind="occlusion-examples",
        compared="class probability in the examples, with nothing hidden and at the worst position",
        claim="hiding a square lowers the class probability",
        shown=(
            (
                "Among {n} examples, the largest effect of hiding a square of {size} px is a drop "
                "in class probability "
                if several
                else "In the example shown, hiding a square of {size} px lowers the class "
                "probability "
            )
            + "from {clean} to {lowest}."
            if _falls(values)
            else "Hiding a square of {size} px lowers the class probability nowhere in "
            + ("the {n} examples." if several else "the example shown.")
        ),
        n=len(result.clean.paths),
        unit="examples",
        evidence=f"occlusion-{i + 1}",
        values=values,
    )


def _fall(result: OcclusionResult, clean: np.ndarray, lowest: np.ndarray) -> dict[str, Quantity]:
    return {
        "size": Quantity(result.largest, "count"),
        "clean": Quantity(_median(clean)),
        "lowest": Quantity(_median(lowest)),
    }


def _falls(values: Mapping[str, Quantity]) -> bool:
    clean, lowest = values["clean"], values["lowest"]
    return lowest.value < clean.value and not alike(clean, lowest)


def _refined(result: OcclusionResult) -> Finding:
    """Bound the error of most interpolated places, from those drawn at random."""
    from scipy import stats  # slow to import

    squares = result.squares.values()
    drawn = np.concatenate([square.errors_drawn.ravel() for square in squares]).astype(float)
    drawn = drawn[np.isfinite(drawn)]
    bound = 0.0
    if len(drawn) >= FEWEST_DRAWN:
        tested = stats.quantile_test(drawn, p=BOUNDED, alternative="less")
        bound = float(tested.confidence_interval(BOUNDED).high)
    worst = max(float(square.errors.max()) for square in squares)
    return Finding(
        kind="occlusion-refine",
        compared="interpolated probabilities, checked against computed ones",
        claim="interpolation holds",
        shown=(
            "{bounded} of the interpolated positions have an error of at most {bound} in p (with "
            "{bounded} confidence, from {n} random positions), the least certain ones of up to "
            "{worst}; single positions may have larger errors."
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
