"""Which images are occluded: those in which the square takes something away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vizreport.experiments.chosen_images import choose_images, is_right
from vizreport.experiments.mining.result import MiningResult

TRIED = 16
"""Images of which a coarse grid of places is computed."""
PROBABLE = 0.5
"""Probability above which the network is sure of a class."""
FALL = 0.2
"""Fall of the probability that says something."""
_COARSE = 5  # rows and columns of places


@dataclass(frozen=True)
class Examples:
    """Images of those tried that are shown.

    Attributes
    ----------
    places : int array [at most count]
        Among those tried, in rising order.
    telling : int
        How many of those tried lose enough.
    """

    places: np.ndarray
    telling: int


def images_to_try(mining: MiningResult, count: int, seed: int) -> np.ndarray:
    """Choose at random, at most one a class, images classified correctly and surely.

    Where those are fewer than are wanted, correctly classified ones of other classes follow.

    Parameters
    ----------
    mining : MiningResult
        Has predictions and labels.
    count : int
        Images wanted.
    seed : int
        Of the random choice.

    Returns
    -------
    int32 [I]
        In rising order of their class.
    """
    found = choose_images(mining, max(count, TRIED), seed, PROBABLE)
    if len(found) < count:
        classes = mining.top_classes[:, 0]
        others = choose_images(mining, len(mining.paths), seed)
        others = others[~np.isin(classes[others], classes[found])]
        found = np.concatenate([found, others[: count - len(found)]])
        found = found[np.argsort(classes[found], kind="stable")]
    return found


def is_sure(mining: MiningResult) -> np.ndarray:
    """Tell which images are classified correctly with a probability above 0.5: bool [N]."""
    sure: np.ndarray = is_right(mining) & (mining.top_probabilities[:, 0] > PROBABLE)
    return sure


def coarse(places: int) -> np.ndarray:
    """Return every so many of a row of places, the first and the last among them: int array."""
    return np.unique(np.linspace(0, places - 1, min(places, _COARSE)).round().astype(int))


def choose_examples(sure: np.ndarray, falls: np.ndarray, count: int, seed: int) -> Examples:
    """Choose, at random, sure images that lose more than 0.2; then those that lose most.

    Parameters
    ----------
    sure : bool [I]
        Whether each image is classified correctly with a probability above 0.5.
    falls : float array [I]
        Fall of each image's probability over the coarse grid.
    count : int
        At most.
    seed : int
        Of the random choice.
    """
    enough = sure & (falls > FALL)
    random = np.random.default_rng([seed, 13]).permutation(len(falls))
    order = np.argsort(-falls, kind="stable")
    chosen = [*random[enough[random]], *order[~enough[order]]][:count]
    return Examples(np.sort(np.array(chosen, int)), int(enough.sum()))
