"""Which images train a classifier and which test it. No TensorFlow here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vizreport.errors import RequestError
from vizreport.training.image_sets import hold_out

PER_CLASS = (15, 30, 45, 60)
"""Images of each class that train (paper, Tables 4, 5 and 7)."""


@dataclass(frozen=True)
class Split:
    """Positions of the images that train and that test, rising.

    Attributes
    ----------
    per_class : int
        Images of each class that train; 0 for all of a training split.
    seed : int
        Of the random choice.
    train, test : int arrays
        Positions in the labels.
    """

    per_class: int
    seed: int
    train: np.ndarray
    test: np.ndarray


def random_splits(
    labels: np.ndarray, per_class: Sequence[int] | None, count: int, names: Sequence[str]
) -> list[Split]:
    """Draw ``count`` splits for each number of images a class.

    n images of each class train, and up to 50 of the others test, drawn with the seeds 0, 1, ...
    as ``vizreport train --images-per-class n --seed s`` draws them: a network that it trained is
    the control of the same split.

    Parameters
    ----------
    labels : int array [N]
        -1 for images that take no part.
    per_class : sequence of int, or None
        By default 15, 30, 45 and 60, as far as the smallest class allows.
    count : int
        How many for each number of images.
    names : sequence of str
        Of the classes.

    Returns
    -------
    list of Split
        Positions are in ``labels``.

    Raises
    ------
    RequestError
        Some class has no image left to test with.
    """
    known = np.flatnonzero(labels >= 0)
    sizes = np.bincount(labels[known], minlength=len(names))
    sizes = np.where(sizes == 0, np.iinfo(np.int64).max, sizes)  # a class without images
    smallest = int(sizes.argmin())
    most = int(sizes[smallest]) - 1
    chosen = [n for n in PER_CLASS if n <= most] if per_class is None else list(per_class)
    if not chosen or max(chosen) > most:
        raise RequestError(
            f"class {names[smallest]!r} has {most + 1} images, and at least one must remain for "
            f"testing; set --per-class to at most {most}"
        )
    found = []
    for n in chosen:
        for seed in range(count):
            train, test = hold_out(labels[known], n, seed)
            found.append(Split(n, seed, known[train], known[test]))
    return found
