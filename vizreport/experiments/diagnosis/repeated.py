"""Images that repeat others: by perceptual hash, then by their pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from PIL import Image

from vizreport.experiments.diagnosis.result import Pair

MOST_COMPARED = 4_000
MOST_PAIRS = 2_000
NEAR = 10
"""Bits of 64 in which the hashes of repeated images may differ."""
ALIKE = 6.0
"""Mean absolute difference of their pixels, of 255, that repeated images may have."""
_PLAIN = 2.0  # standard deviation of a channel, of 255, below which there is nothing to see
_SIDE = 32  # at which pixels are compared


@dataclass(frozen=True)
class Signed:
    """What :func:`signatures` makes of a piece of the images."""

    hashes: Annotated[np.ndarray, "uint64 [n]"]
    small: Annotated[np.ndarray, "float32 [n, s]"]


def signatures(pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return perceptual hashes, uint64 [n], and small copies, float32 [n, 32 * 32 * 3].

    Parameters
    ----------
    pictures : uint8 [n, h, w, 3]
        In RGB.
    """
    import imagehash  # slow to import

    hashes = np.zeros(len(pictures), np.uint64)
    small = np.zeros((len(pictures), _SIDE * _SIDE * 3), np.float32)
    for i, picture in enumerate(pictures):
        image = Image.fromarray(picture)
        reduced = image.resize((_SIDE, _SIDE), Image.Resampling.BOX)
        small[i] = np.asarray(reduced, np.float32).ravel()
        hashes[i] = int(str(imagehash.phash(reduced)), 16)
    return hashes, small


def is_plain(small: np.ndarray) -> np.ndarray:
    """Return which pictures are of hardly more than one colour: bool [n]."""
    n, channels = len(small), 3
    spread = small.reshape(n, -1, channels).std(axis=1).max(axis=1)
    return np.asarray(spread < _PLAIN)


def repeated(hashes: np.ndarray, small: np.ndarray) -> list[Pair]:
    """Return the pairs of images that show the same, the most similar first.

    Pictures of one colour are left out: there is nothing to tell them apart by.

    Parameters
    ----------
    hashes : uint64 [n]
        Perceptual hash of each picture, 64 bits.
    small : float32 [n, d]
        As :func:`signatures` returns them.
    """
    found: list[Pair] = []
    plain = is_plain(small)
    for i in range(len(hashes) - 1):
        if plain[i]:
            continue
        near = np.bitwise_count(hashes[i + 1 :] ^ hashes[i]) <= NEAR
        for j in i + 1 + np.flatnonzero(near & ~plain[i + 1 :]):
            difference = float(np.abs(small[i] - small[j]).mean())
            if difference <= ALIKE:
                found.append(Pair(first=i, second=int(j), difference=difference))
    return sorted(found, key=lambda pair: pair["difference"])[:MOST_PAIRS]
