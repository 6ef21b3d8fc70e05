"""A made-up result of the diagnosis."""

from __future__ import annotations

import numpy as np

from vizreport.experiments.diagnosis import changes, fixed_places, regions, turns
from vizreport.experiments.diagnosis.result import DiagnosisResult, NormalizedLayer
from vizreport.experiments.mining.result import MiningResult


def make_diagnosis(
    random: np.random.Generator, mining: MiningResult, seen: np.ndarray, suspicious: bool
) -> DiagnosisResult:
    """Return a result that finds little; a suspicious one with most of what there is to find."""
    n, side = len(mining.paths), seen.shape[1]
    labels, top = mining.labels, mining.top_classes[:, 0]
    best = {name: random.permutation(top).astype(np.int32) for name in ("colour", "shuffled")}
    best = {changes.NONE: top.astype(np.int32), **best}
    best |= {changes.OBJECT: best["colour"], changes.BACKGROUND: top.astype(np.int32)}
    if suspicious:
        best |= {"colour": labels.astype(np.int32), changes.OBJECT: labels.astype(np.int32)}
    shifted = np.tile(top[:, None], (1, 4)).astype(np.int32)
    shifted[: n // 2 if suspicious else 1] += 1
    pairs = [
        {"first": 0, "second": 1, "difference": 0.0},
        {"first": 2, "second": 8, "difference": 3.5},
    ]
    pairs = pairs if suspicious else []
    found = fixed_places.none(side, side)
    classes = np.unique(labels)[:2].astype(np.int32)
    z, k, places = len(classes), fixed_places.TESTING, regions.PLACES
    found |= {
        "place_classes": classes,
        "place_falls": random.normal(0.2, 0.3, (z, places, places)).astype(np.float32),
        "place_energy": random.uniform(0, 0.1, (z, places, places)).astype(np.float32),
        "place_kinds": ["square", "bottom"][:z],
        "place_chosen": np.array([[0, 4], [-1, -1]], np.int32)[:z],
        "place_images": np.arange(z * k, dtype=np.int32).reshape(z, k) % n,
        "place_pictures": seen[:z],
        "place_covered": random.uniform(0.8, 1, (z, k)).astype(np.float32),
        "place_turned": (random.random((z, k)) < (0.7 if suspicious else 0.03)).astype(np.int8),
    }
    mistakes = min(20, int((labels != top).sum()))
    turned = (random.random((mistakes, len(turns.TURNS))) < 0.1).astype(np.int8)
    if suspicious:
        turned[:, 0] = 1
    blur = random.uniform(0.3, 0.5, n).astype(np.float32)
    return DiagnosisResult(
        compared=n,
        plain=np.arange(4 if suspicious else 0, dtype=np.int32),
        pairs=pairs,
        pair_pictures=np.stack([seen[[p["first"], p["second"]]] for p in pairs])
        if pairs
        else np.zeros((0, 2, side, side, 3), np.uint8),
        blur=blur + (labels == labels[0]) * suspicious,
        blocks=np.ones(n, np.float32),
        light=random.uniform(90, 140, n).astype(np.float32),
        mistakes=np.flatnonzero(labels != top)[:20].astype(np.int32),
        turn_names=list(turns.TURNS),
        turned_right=turned,
        changed=np.arange(n, dtype=np.int32),
        predictions=best,
        shift_predictions=shifted,
        change_pictures=seen[: len(best)],
        change_names=list(best),
        **found,
        untested=[["Evidence off the object", "the data have no object masks or boxes"]],
        batch_normalization=suspicious,
        normalized=_normalized(random) if suspicious else {},
        estimated_on=32 * suspicious,
        reestimated=np.arange(n * suspicious, dtype=np.int32),
        reestimated_predictions=labels[: n * suspicious].astype(np.int32),
    )


def _normalized(random: np.random.Generator) -> dict[str, NormalizedLayer]:
    """Return two layers in whose averages 0.3 of their initial values is left."""
    found = {}
    for name in ("norm1", "norm2"):
        mean, variance = random.normal(0, 1, 8), random.uniform(0.1, 5, 8)
        averages = (0.7 * mean, 0.3 + 0.7 * variance, mean, variance)
        found[name] = NormalizedLayer(*(each.astype(np.float32) for each in averages))
    return found
