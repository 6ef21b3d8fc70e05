"""What evolution claims: whether lower layers settle first, how many maps have settled, jumps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from vizreport.experiments.evolution.jumps import jumps
from vizreport.experiments.evolution.result import EvolutionResult, FollowedMaps
from vizreport.experiments.evolution.similarity import THRESHOLD, settled
from vizreport.findings.quantity import COUNT, SHARE, Quantity
from vizreport.findings.record import Finding, Published
from vizreport.findings.statistics import Tested, correlation, interval, share
from vizreport.wording.text import quoted

EVIDENCE = "evolution-curves"


def findings(results: Mapping[str, Any]) -> list[Finding]:
    """Compare layers map by map, and count the maps that have settled."""
    result: EvolutionResult = results["evolution"]
    known = {name: closeness(maps) for name, maps in result.followed.items()}
    known = {name: values for name, values in known.items() if np.isfinite(values).any()}
    if not known:
        return []
    found = [_depth(result, known)] if len(known) > 1 else []
    maps = [result.followed[name] for name in known]
    return [*found, _settled(result, maps), *_jumps(maps)]


def closeness(maps: FollowedMaps) -> np.ndarray:
    """Return how close each map is to its final form, on average over the epochs before the last.

    Returns
    -------
    float64 [m]
        Mean similarity over the epochs at which the map projects something; NaN where there is
        none, and for maps that project nothing at the last.
    """
    before = maps.similarity[:-1].astype(np.float64)
    seen = np.isfinite(before)
    total = np.where(seen, before, 0).sum(axis=0)
    return np.divide(total, seen.sum(axis=0), out=np.full(len(total), np.nan), where=seen.any(0))


def _depth(result: EvolutionResult, known: Mapping[str, np.ndarray]) -> Finding:
    depth = np.concatenate([np.full(len(v), i) for i, v in enumerate(known.values())])
    tested = correlation(depth, np.concatenate(list(known.values())))
    lower = tested.value < 0
    word, other = ("lower", "upper") if lower else ("upper", "lower")
    ends = [(*known,)[0], (*known,)[-1]]
    epochs = [settled(result.epochs, result.followed[name].similarity) for name in ends]
    told = [
        f"{{{key}}} by epoch {{epoch_{key}}}" if epoch else f"{{{key}}} only at the last, {{last}}"
        for key, epoch in zip(("shallow", "deep"), epochs, strict=True)
    ]
    return Finding(
        kind="evolution-depth",
        compared="a map's depth and its similarity to its final form before the last epoch",
        claim=f"{word} layers settle before {other} ones",
        shown=(
            f"{word.capitalize()} layers settle first: {', '.join(told)} (rank correlation "
            "between depth and similarity to the final form: {effect:interval}; {n} maps)."
        ),
        **tested.fields(),
        unit="maps",
        evidence=EVIDENCE,
        published=Published(
            "Zeiler & Fergus found that lower layers converge within a few epochs and upper ones "
            "only after 40 to 50",
            "section 4.1, Fig. 4",
            lower,
        ),
        values={
            "last": Quantity(result.epochs[-1], COUNT),
            "epoch_shallow": Quantity(epochs[0], COUNT),
            "epoch_deep": Quantity(epochs[1], COUNT),
        },
        names={"shallow": quoted(ends[0], 40), "deep": quoted(ends[1], 40)},
    )


def _settled(result: EvolutionResult, layers: list[FollowedMaps]) -> Finding:
    """Count the maps that are as good as final at the last epoch shown but one."""
    before = np.concatenate([maps.similarity[-2] for maps in layers])
    before = before[np.isfinite(before)]
    count = int((before >= THRESHOLD).sum())
    return Finding(
        kind="evolution-settled",
        compared="similarity of the maps' projections at the last epoch shown and the previous",
        claim="maps had settled by epoch {before}",
        shown=(
            "By epoch {before} of {last}, {count} of {n} live maps ({effect}) had settled: their "
            "projection has a cosine of at least {threshold} with the final one."
        ),
        **share(count, len(before)).fields(SHARE),
        unit="live maps",
        evidence=EVIDENCE,
        values={
            "before": Quantity(result.epochs[-2], COUNT),
            "last": Quantity(result.epochs[-1], COUNT),
            "count": Quantity(count, COUNT),
            "threshold": Quantity(THRESHOLD, "", digits=1),
        },
    )


def _jumps(layers: list[FollowedMaps]) -> list[Finding]:
    changed = np.concatenate([jumps(maps) for maps in layers], axis=1)
    known = np.concatenate(
        [(maps.values[1:] > 0) & (maps.values[:-1] > 0) for maps in layers], axis=1
    )
    counted = known.any(axis=0)
    if not counted.any():
        return []
    each = changed[:, counted].sum(axis=0) / known[:, counted].sum(axis=0)
    low, high = interval(each, np.mean)
    tested = Tested(float(each.mean()), low, high, len(each), "", None, 1)
    return [
        Finding(
            kind="evolution-jumps",
            compared="image that excites a map most, from one epoch shown to the next",
            claim="a different image comes to excite the maps most",
            shown=(
                "Between consecutive epochs shown, the image that excites a map most changes in "
                "{effect:interval} of cases."
            ),
            **tested.fields(SHARE),
            unit="maps",
            evidence=EVIDENCE,
        )
    ]
