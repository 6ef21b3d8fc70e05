"""The random sample of images whose mean is drawn, and those of them that are shown."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from vizreport.experiments.chosen_images import ChosenImages, choose_images
from vizreport.experiments.mining.result import MiningResult

FEWEST, MOST = 10, 50
PROBABLE, FALL = 0.5, 0.2
"""Probability of an image that is shown, and how far it falls at least; both exclusive."""
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


def draw_sample(mining: MiningResult, count: int, seed: int) -> np.ndarray:
    """Draw images whether classified correctly or not: int array [at most count], rising."""
    order = np.random.default_rng([seed, 11]).permutation(len(mining.paths))
    return np.sort(order[:count])


def images_to_show(mining: MiningResult, sample: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Choose correctly classified images, of the sample if it has enough: int32 [at most count]."""
    found = choose_images(mining, count, seed, among=sample)
    return found if len(found) == count else choose_images(mining, count, seed)


def with_sample(shown: ChosenImages, sample: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the images shown and after them a sample, each once; who is of the sample."""
    images = np.concatenate([shown.images, np.setdiff1d(sample, shown.images)]).astype(np.int32)
    return images, np.isin(images, sample)


def falls(probabilities: Mapping[str, np.ndarray], values: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return how far each image's probability falls at most: float [I]; NaN without classes.

    Parameters
    ----------
    probabilities : mapping of float [I, S]
        By transformation.
    values : mapping of float [S]
        What each step does; a shift by 0 does nothing.
    """
    lowest = np.concatenate(list(probabilities.values()), axis=1).min(axis=1)
    fall: np.ndarray = untouched(probabilities, values) - lowest
    return fall


def untouched(
    probabilities: Mapping[str, np.ndarray], values: Mapping[str, np.ndarray]
) -> np.ndarray:
    """Return the probability of each image as it is: float [I]."""
    clean: np.ndarray = probabilities["vertical"][
        :, int(np.flatnonzero(values["vertical"] == 0)[0])
    ]
    return clean


def telling(
    probabilities: Mapping[str, np.ndarray], values: Mapping[str, np.ndarray]
) -> np.ndarray:
    """Return in which images something happens: bool [I].

    The probability of the class is above 0.5, and some transformation takes more than 0.2 of it.
    """
    sure = untouched(probabilities, values) > PROBABLE
    enough: np.ndarray = sure & (falls(probabilities, values) > FALL)
    return enough


def choose_shown(
    tells: np.ndarray,
    fall: np.ndarray,
    right: np.ndarray,
    classes: np.ndarray,
    count: int,
    seed: int,
) -> np.ndarray:
    """Choose images in which something happens, at random and at most one a class.

    Where there are too few, other correctly classified ones follow, those that lose most first.

    Parameters
    ----------
    tells, right : bool [I]
        Whether something happens in each image, and whether it is classified correctly.
    fall : float [I]
        Largest fall of each image's probability.
    classes : int [I]
        Of each image.
    count : int
        At most.
    seed : int
        Of the random choice.

    Returns
    -------
    int array [at most count]
        In rising order of their class.
    """
    random = np.random.default_rng([seed, 17]).permutation(len(tells))
    order = np.argsort(-fall, kind="stable")
    found: dict[int, int] = {}
    for image in [*random[tells[random]], *order[(right & ~tells)[order]]]:
        if len(found) < count:
            found.setdefault(int(classes[image]), int(image))
    return np.array([found[c] for c in sorted(found)], int)
