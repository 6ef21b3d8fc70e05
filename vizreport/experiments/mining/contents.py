"""Images of the same content, by its hash."""

from __future__ import annotations

import numpy as np

from vizreport.experiments.mining.result import MiningResult


def first_of_each(mining: MiningResult) -> np.ndarray:
    """Return the first image of each content, in the order of the hashes: int array."""
    return np.unique(mining.sha256, axis=0, return_index=True)[1]


def image_of(mining: MiningResult, digest: bytes) -> int:
    """Return the first image whose content has a SHA-256; -1 where none has."""
    same = (mining.sha256 == np.frombuffer(digest, np.uint8)).all(axis=1)
    return int(same.argmax()) if same.any() else -1


def alike(mining: MiningResult, first: int, second: int) -> bool:
    """Tell whether two images have the same content."""
    return bool((mining.sha256[first] == mining.sha256[second]).all())
