"""Whether the maps change when what was learned is destroyed (Adebayo et al. 2018)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from vizreport.experiments.class_evidence.methods import Evidence
from vizreport.experiments.sanity.randomisation import shuffle, weighted_layers, weights_kept

DRAWS = 2
IMAGES = 8
STEPS = 8
"""Points of the integration: fewer than of the maps that are shown."""


def compare(
    evidence: Evidence,
    averages: Callable[[], Mapping[str, Sequence[np.ndarray]]],
    trained: Mapping[str, Sequence[np.ndarray]],
    seed: int,
) -> tuple[dict[str, np.ndarray], dict[str, float]]:
    """Make maps again with weights in random order; the network keeps its own.

    Parameters
    ----------
    evidence : Evidence
        The network's.
    averages : callable
        Makes maps with the weights that the network has when it is called; returns, by method,
        the averages float [cells] of each of S images' maps.
    trained : mapping of sequence of float [cells]
        What it returned with the trained weights.
    seed : int
        Of the random weights.

    Returns
    -------
    similarity : dict of float32 [2, D, S]
        As in :class:`ClassEvidenceResult`.
    chance : dict of float
    """
    similarity = {
        method: np.full((2, DRAWS, len(trained[method])), np.nan, np.float32)
        for method in evidence.methods
    }
    layers = weighted_layers(evidence.graph, evidence.output)[::-1]
    for draw in range(DRAWS):
        with weights_kept(layers):
            for number, layer in enumerate(layers):
                shuffle(layer, (seed, draw, number))
                if number not in (0, len(layers) - 1):
                    continue
                found = averages()
                states = [s for s, at in enumerate((0, len(layers) - 1)) if at == number]
                for method in evidence.methods:
                    pairs = zip(trained[method], found[method], strict=True)
                    similarity[method][states, draw] = [correlated(*pair) for pair in pairs]
    return similarity, {method: _chance(each) for method, each in trained.items()}


def correlated(a: np.ndarray, b: np.ndarray) -> float:
    """Return the rank correlation (Spearman) of two maps; NaN where one is the same all over."""
    from scipy import stats  # slow to import

    if not np.ptp(a) or not np.ptp(b):
        return float("nan")
    return float(np.corrcoef(stats.rankdata(a), stats.rankdata(b))[0, 1])


def _chance(maps: Sequence[np.ndarray]) -> float:
    """Return the mean correlation of maps of different images: what they share by their place."""
    pairs = [correlated(a, b) for i, a in enumerate(maps) for b in maps[:i]]
    known = [each for each in pairs if np.isfinite(each)]
    return float(np.mean(known)) if known else 0.0
