"""Jumps: another image excites a map most than at the epoch shown before."""

from __future__ import annotations

import numpy as np

from vizreport.experiments.evolution.result import FollowedMaps


def jumps(maps: FollowedMaps) -> np.ndarray:
    """Return where the strongest activation's image differs from the epoch before.

    Returns
    -------
    bool [E - 1, m]
        False where the map is not above 0 at both epochs.
    """
    alive, images = maps.values > 0, maps.images
    changed: np.ndarray = (images[1:] != images[:-1]) & alive[1:] & alive[:-1]
    return changed
