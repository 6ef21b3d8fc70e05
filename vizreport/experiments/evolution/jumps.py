"""Jumps: another image excites a map most than at the epoch shown before."""

from __future__ import annotations

import numpy as np

from vizreport.experiments.evolution.result import EvolutionResult


def jumps(result: EvolutionResult, name: str) -> np.ndarray:
    """Return where the strongest activation's image differs from the epoch before.

    Returns
    -------
    bool [E - 1, m]
        False where the map is not above 0 at both epochs.
    """
    alive = result.values[name] > 0
    images = result.images[name]
    changed: np.ndarray = (images[1:] != images[:-1]) & alive[1:] & alive[:-1]
    return changed
