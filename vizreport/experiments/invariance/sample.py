"""The random sample of images whose mean is drawn."""

from __future__ import annotations

import numpy as np

from vizreport.experiments.mining.result import MiningResult
from vizreport.experiments.subjects import Subjects

FEWEST, MOST = 10, 50
MULTIPLICATIONS = 10**12
"""What the forward passes of the sample may take, unless it is as small as it may be."""


def sample_size(multiplications: int) -> int:
    """Return how many images the cost of the network allows, 10 to 50.

    Parameters
    ----------
    multiplications : int
        Of all forward passes of one image.
    """
    return int(np.clip(MULTIPLICATIONS // max(multiplications, 1), FEWEST, MOST))


def with_sample(
    shown: Subjects, mining: MiningResult, count: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the images shown and after them a seeded sample, each once; who is of the sample."""
    order = np.random.default_rng([seed, 11]).permutation(len(mining.paths))
    sample = np.sort(order[:count])
    images = np.concatenate([shown.images, np.setdiff1d(sample, shown.images)]).astype(np.int32)
    return images, np.isin(images, sample)
