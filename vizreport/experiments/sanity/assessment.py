"""Verdicts on each method from its similarities, and where its pictures come from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vizreport.experiments.sanity.result import SanityResult

PASSED = 0.25
"""Largest share of the similarity beyond chance that may be left without any learned weight."""
CHANGED = 0.9
"""Largest share that may be left without the topmost layer's."""

JUDGED = (0, 3)
"""Measures of which a method must pass both: where a picture is strong, and its pattern."""


@dataclass(frozen=True)
class Assessment:
    """One method's similarities to its own picture of the trained network, means over units.

    Blank pictures are missing. Shares are of the above-chance similarity and have a sign: below 0,
    a picture is less similar than by chance.

    Attributes
    ----------
    method : str
        Preset of backward rules.
    measure : int
        Which of ``similarity.MEASURES``.
    top, half, all : float
        With the topmost layer made random, the upper half of the steps, and all layers.
    spread : float
        Standard deviation of the last over units.
    switches : float
        Random filters with the image's switches.
    filters : float
        The learned filters with random switches.
    neither : float
        Both random: what is alike by chance and by the units' place alone.
    drawn : int
        Number of units.
    left_by_top, left, from_switches, from_filters : float [U]
        What is left of each unit's similarity beyond chance without the topmost layer, without any
        learned weight, with the image's switches alone, and with the learned filters alone.
    """

    method: str
    measure: int
    top: float
    half: float
    all: float
    spread: float
    switches: float
    filters: float
    neither: float
    drawn: int
    left_by_top: np.ndarray
    left: np.ndarray
    from_switches: np.ndarray
    from_filters: np.ndarray


def assess(result: SanityResult, layer: str, measure: int) -> list[Assessment]:
    """Assess the methods in one layer (Adebayo et al. 2018).

    Parameters
    ----------
    result : SanityResult
        Has the similarities of every unit and draw.
    layer : str
        Whose units.
    measure : int
        Which of its measures of similarity.

    Returns
    -------
    list of Assessment
        One a method; those of whose pictures nothing is known are left out.
    """
    found = []
    for m, method in enumerate(result.methods):
        cascade = result.layers[layer].states.cascade[m, :, :, measure].astype(np.float64)
        switches, filters, neither = (
            result.layers[layer].states.controls[m, :, :, measure].astype(np.float64)
        )
        chance = known_mean(neither)
        if not np.isfinite(cascade).any():
            continue

        def beyond(similarity: np.ndarray, chance: float = chance) -> np.ndarray:
            return (
                (similarity - chance) / (1 - chance)
                if chance < 1
                else np.full_like(similarity, np.nan)
            )

        scale = 1 - chance if chance < 1 else float("nan")
        last = cascade[-1][np.isfinite(cascade[-1])]
        found.append(
            Assessment(
                method,
                measure,
                known_mean(cascade[0]),
                known_mean(cascade[(len(cascade) + 1) // 2 - 1]),
                known_mean(cascade[-1]),
                float(last.std()) if len(last) else float("nan"),
                known_mean(switches),
                known_mean(filters),
                chance,
                cascade.shape[1],
                (cascade[0] - chance) / scale,
                (cascade[-1] - chance) / scale,
                (switches - chance) / scale,
                (filters - chance) / scale,
            )
        )
    return found


def known_mean(values: np.ndarray) -> float:
    """Return the mean of what is known, NaN where nothing is."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")
