"""Maps that respond to the same images."""

from __future__ import annotations

import numpy as np

NEIGHBOURS = 4
_NEVER = -1000  # below every correlation, in hundredths


def neighbours(similarity: np.ndarray, maps: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the maps most like each of some maps, among these.

    Parameters
    ----------
    similarity : int8 [M, M]
        In hundredths; [0, 0] where maps were not compared.
    maps : int array [m]
        Those looked at, and those to choose from.

    Returns
    -------
    maps : int32 [m, s]
        Most alike first, ties in rising order.
    similarity : float32 [m, s]
    """
    count = min(NEIGHBOURS, max(len(maps) - 1, 0)) if similarity.size else 0
    among = _among(similarity, maps, count)
    np.fill_diagonal(among, _NEVER)
    nearest = np.argsort(-among, axis=1, kind="stable")[:, :count]
    found = np.take_along_axis(among, nearest, axis=1) / np.float32(100)
    return maps[nearest].astype(np.int32), found.astype(np.float32)


def side_by_side(similarity: np.ndarray, maps: np.ndarray) -> np.ndarray:
    """Return each map's place in an order that puts like maps side by side: int32 [m]."""
    count = len(maps) if similarity.size else 0
    among = _among(similarity, maps, count)
    places = np.arange(len(maps), dtype=np.int32)
    current = 0
    for place in range(count):
        places[current] = place
        among[:, current] = _NEVER  # placed
        current = int(among[current].argmax())
    return places


def _among(similarity: np.ndarray, maps: np.ndarray, count: int) -> np.ndarray:
    if not count:
        return np.zeros((len(maps), len(maps)), np.int16)
    return similarity[np.ix_(maps, maps)].astype(np.int16)
