"""Jumps: another image excites a map most than at the epoch shown before."""

from __future__ import annotations

import numpy as np

from vizreport.experiments.evolution.result import EvolutionResult


def jumps(result: EvolutionResult, name: str) -> np.ndarray:
    """Tell where the image of the strongest activation is another than one epoch before.

    Returns
    -------
    bool [E - 1, m]
        False where the map is not above 0 at both epochs.
    """
    alive = result.values[name] > 0
    images = result.images[name]
    changed: np.ndarray = (images[1:] != images[:-1]) & alive[1:] & alive[:-1]
    return changed
