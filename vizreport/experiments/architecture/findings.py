"""What is claimed of the architecture: aliasing, frequencies left out, dead and repeated maps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from vizreport.experiments.architecture.duplicates import ALIKE
from vizreport.experiments.architecture.gratings import SMALLEST, ambiguous_shares, bands
from vizreport.experiments.architecture.result import ArchitectureResult
from vizreport.experiments.filters.findings import ENOUGH, MANY_DEAD, MOST_DEAD
from vizreport.experiments.filters.result import FiltersResult
from vizreport.experiments.mining.result import MiningResult
from vizreport.findings.quantity import COUNT, POINTS, SHARE, Quantity
from vizreport.findings.record import FAULT, LOOK, NOTE, Finding, Published
from vizreport.findings.sample_size import needed_pairs, needed_share
from vizreport.findings.statistics import Tested, paired, share
from vizreport.wording.text import quoted

# From where on a figure is worth a look. These are this program's, not the paper's.
AMBIGUOUS = 1 / 2  # of a filter's response: from there on it stands for more aliases than signal
DISTANCE = 0.1  # from the limit, whose sample size is given
FEW_MIDDLE = 1 / 4  # of the filters
MANY_ALIKE = 0.1  # of a layer's maps
THEIR_SIDE, THEIR_STRIDE = 11, 4
"""First layer of the network that Zeiler & Fergus mended (section 4.1)."""


def findings(results: Mapping[str, Any]) -> list[Finding]:
    """State what the first layer's stride and size, and the maps of all layers, show."""
    result: ArchitectureResult = results["architecture"]
    filters: FiltersResult = results["filters"]
    mining: MiningResult = results["mining"]
    found = [_aliasing(result, filters), _middle(result, filters)]
    found += [_dead(result, mining), _repeated(result), _repeated_filters(result)]
    kept = [each for each in found if each is not None]
    return sorted(kept, key=lambda each: (NOTE, LOOK, FAULT).index(each.severity), reverse=True)


def ambiguous(result: ArchitectureResult, filters: FiltersResult) -> np.ndarray:
    """Return :func:`.gratings.ambiguous_shares` of the filters that are not dead."""
    return ambiguous_shares(filters.filters[~filters.dead], result.stride)


def counted_bands(filters: FiltersResult) -> np.ndarray | None:
    """Return :func:`.gratings.bands` of the filters that are not dead; None of small ones."""
    if min(filters.filters.shape[1:3]) < SMALLEST or filters.dead.all():
        return None
    counts = bands(filters.filters[~filters.dead])
    return counts if counts.any() else None


def large(filters: FiltersResult) -> bool:
    """Return whether the first filters are as large as those that Zeiler & Fergus replaced."""
    return min(filters.filters.shape[1:3]) >= THEIR_SIDE


def sparse(result: ArchitectureResult) -> bool:
    """Return whether the first stride is as large as the one that Zeiler & Fergus replaced."""
    return max(result.stride) >= THEIR_STRIDE


def repeated(similarity: np.ndarray) -> int:
    """Count the maps (or filters) that repeat an earlier one."""
    return int((np.nan_to_num(similarity, nan=-1.0) > ALIKE).sum())


def _aliasing(result: ArchitectureResult, filters: FiltersResult) -> Finding | None:
    if max(result.stride) == 1:
        return None
    shares = ambiguous(result, filters)
    shares = shares[np.isfinite(shares)]
    tested = paired(shares, AMBIGUOUS)
    found = Tested(
        tested.value + AMBIGUOUS, tested.low + AMBIGUOUS, tested.high + AMBIGUOUS,
        tested.n, tested.test, tested.p, tested.fewest,
    )  # fmt: skip
    aliased, theirs = tested.value > 0, sparse(result)
    side = "above" if aliased else "below"
    return Finding(
        kind="architecture-aliasing",
        compared="share of a filter's response to gratings that the first stride, {stride} px, "
        "makes ambiguous, and {limit}",
        claim="the share of the filters' response that the first stride makes ambiguous is "
        f"{side} {{limit}}",
        shown=(
            "The first stride causes aliasing: {effect:interval} of a filter's response, more than "
            "{limit}, is to gratings that a stride of {stride} px cannot distinguish from others "
            "that excite it more (median of {n} filters; a single pixel would have {pixel})."
            if aliased
            else "Aliasing at the first stride, {stride} px, is below {limit}: {effect:interval} "
            "of a filter's response is to gratings that it cannot distinguish from others that "
            "excite the filter more (median of {n} filters; a single pixel would have {pixel})."
        ),
        **found.fields(SHARE),
        unit="filters",
        needed=needed_pairs(shares, DISTANCE),
        reference=Quantity(DISTANCE, POINTS),
        reference_of="a distance of {reference} from the limit",
        evidence="architecture-aliasing",
        severity=LOOK if aliased else NOTE,
        advice=_aliasing_advice(theirs) if aliased else "",
        published=Published(
            "Zeiler & Fergus saw aliasing in layer 2 of a network with a first stride of 4",
            "section 4.1, Fig. 6 d",
            aliased,
        )
        if theirs
        else None,
        values={
            "stride": Quantity(max(result.stride), COUNT),
            "limit": Quantity(AMBIGUOUS, SHARE),
            "pixel": Quantity(1 - 1 / (result.stride[0] * result.stride[1]), SHARE),
            "two": Quantity(2, COUNT),
            "four": Quantity(THEIR_STRIDE, COUNT),
        },
    )


def _aliasing_advice(theirs: bool) -> str:
    advice = (
        "Train longer if the filters still look like noise; otherwise try a smaller first stride"
    )
    theirs_said = ": Zeiler & Fergus used {two} px instead of {four}."
    return advice + (theirs_said if theirs else ", or smooth before subsampling.")


def _middle(result: ArchitectureResult, filters: FiltersResult) -> Finding | None:
    counts = counted_bands(filters)
    if counts is None:
        return None
    low, middle, high = counts.tolist()
    tested = share(middle, low + middle + high, FEW_MIDDLE)
    few, theirs = tested.value < FEW_MIDDLE, large(filters)
    word = "Fewer" if few else "More"
    return Finding(
        kind="architecture-middle",
        compared="share of first-layer filters that prefer gratings with periods from {high_px} to "
        "{side}, and {limit}",
        claim=f"{word.lower()} than {{limit}} of the first-layer filters prefer middle frequencies",
        shown=f"{word} than {{limit}} of the first-layer filters prefer middle frequencies "
        "(periods of {high_px} to {side}): {middle} of {n}; {low} prefer lower and {high} higher "
        "ones.",
        **tested.fields(SHARE),
        unit="filters",
        needed=needed_share(FEW_MIDDLE, FEW_MIDDLE / 2),
        reference=Quantity(FEW_MIDDLE / 2, SHARE),
        reference_of="a share of {reference}",
        leading=few,
        evidence="architecture-spectrum",
        severity=LOOK if few else NOTE,
        advice=_middle_advice(theirs) if few else "",
        published=Published(
            "Zeiler & Fergus found few middle frequencies in first-layer filters of 11 × 11 px",
            "section 4.1, Fig. 6 b",
            few,
        )
        if theirs
        else None,
        values={
            "limit": Quantity(FEW_MIDDLE, SHARE),
            "low": Quantity(low, COUNT),
            "middle": Quantity(middle, COUNT),
            "high": Quantity(high, COUNT),
            "high_px": Quantity(4, "px", digits=0),
            "side": Quantity(min(filters.filters.shape[1:3]), "px", digits=0),
            "seven": Quantity(7, COUNT),
            "eleven": Quantity(THEIR_SIDE, COUNT),
        },
    )


def _middle_advice(theirs: bool) -> str:
    if theirs:
        return (
            "Try smaller filters: Zeiler & Fergus used {seven} × {seven} px instead of {eleven} × "
            "{eleven}."
        )
    return "If the filters look like noise, train longer."


def _dead(result: ArchitectureResult, mining: MiningResult) -> Finding | None:
    """Name the deeper layer with most dead maps; a negative class score is not dead."""
    shares = {
        name: float((layer.active == 0).mean())
        for name, layer in mining.layers.items()
        if name not in (result.layer, mining.output_layer)
    }
    if not shares:
        return None
    worst = max(shares, key=lambda name: shares[name])
    maps, images = len(mining.layers[worst].active), len(mining.paths)
    dead = round(shares[worst] * maps)
    severity = NOTE
    if images >= ENOUGH and shares[worst] > MANY_DEAD:
        severity = FAULT if shares[worst] > MOST_DEAD else LOOK
    return Finding(
        kind="architecture-dead",
        compared="maps in {layer}, the deeper layer with the most, never above zero in {images} "
        "images",
        claim="maps in {layer} are dead",
        shown=f"{{dead}} of the {{n}} maps in {{layer}} {'is' if dead == 1 else 'are'} dead: never "
        "above zero in {images} images."
        if dead
        else "No deeper layer has dead maps.",
        n=maps,
        unit="maps",
        effect=Quantity(shares[worst], SHARE),
        evidence="architecture-maps" if dead and worst in result.correlation else "",
        severity=severity,
        advice=""
        if severity == NOTE
        else "Maps usually die early in training: try a lower learning rate (scaled with the "
        "batch size) or warm-up.",
        values={"dead": Quantity(dead, COUNT), "images": Quantity(images, COUNT)},
        names={"layer": quoted(worst, 40)},
    )


def _repeated(result: ArchitectureResult) -> Finding | None:
    counts = {name: repeated(similarity) for name, similarity in result.correlation.items()}
    if not counts:
        return None
    shares = {name: count / len(result.correlation[name]) for name, count in counts.items()}
    worst = max(shares, key=lambda name: shares[name])
    many = shares[worst] > MANY_ALIKE
    return Finding(
        kind="architecture-repeated-maps",
        compared="maps in {layer}, the layer with the most, whose activations correlate above "
        "{limit} with those of an earlier map",
        claim="maps in {layer} duplicate earlier ones",
        shown=f"{{count}} of the {{n}} maps in {{layer}} {_repeat(counts[worst])}."
        if counts[worst]
        else "No map duplicates another.",
        n=len(result.correlation[worst]),
        unit="maps",
        effect=Quantity(shares[worst], SHARE),
        evidence="architecture-maps" if counts[worst] else "",
        severity=LOOK if many else NOTE,
        advice="The layer may need fewer maps." if many else "",
        values={
            "count": Quantity(counts[worst], COUNT),
            "limit": Quantity(ALIKE, digits=1),
            "images": Quantity(result.correlated_images, COUNT),
        },
        names={"layer": quoted(worst, 40)},
    )


def _repeated_filters(result: ArchitectureResult) -> Finding:
    count, whole = repeated(result.filter_similarity), len(result.filter_similarity)
    many = count > MANY_ALIKE * whole
    return Finding(
        kind="architecture-repeated-filters",
        compared="first-layer filters whose cosine with an earlier one is above {limit}",
        claim="first-layer filters duplicate earlier ones",
        shown=f"{{count}} of the {{n}} first-layer filters {_repeat(count)}."
        if count
        else "No first-layer filter duplicates another.",
        n=whole,
        unit="filters",
        effect=Quantity(count / whole, SHARE),
        leading=many,
        severity=LOOK if many else NOTE,
        advice="The first layer may need fewer filters." if many else "",
        values={"count": Quantity(count, COUNT), "limit": Quantity(ALIKE, digits=1)},
    )


def _repeat(count: int) -> str:
    return "duplicates an earlier one" if count == 1 else "duplicate an earlier one"
