"""Whether another preprocessing classifies better than the one used, beyond chance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from vizreport.findings.decisions import holm

LEVEL = 0.01
"""Of significance, over all alternatives and both looks together."""
FIRST, LOOKS = 16, (64, 256)
"""Images after which the worse ones are left, and those at which there is a test."""
BEHIND = 0.05
"""p of the one used being better on the first 16, below which an alternative is left."""
MOST = 3
"""Alternatives at the second look, the furthest ahead."""

Predict = Callable[[int, np.ndarray], np.ndarray]
"""Takes the number of an alternative and images [n]; returns whether each is correct, bool [n]."""


@dataclass(frozen=True)
class ComparedAlternative:
    """An alternative against the one used, on the same images.

    Attributes
    ----------
    images, correct, used_correct : int
        How many images were looked at, and how many of them are correct under the alternative and
        under the one used.
    gained, lost : int
        Images that are correct under it alone, and under the one used alone.
    p : float
        Exact McNemar test, Holm-corrected.
    better : bool
        Whether the alternative gains more than it loses beyond chance.
    """

    images: int
    correct: int
    used_correct: int
    gained: int
    lost: int
    p: float
    better: bool


def compare(
    used: np.ndarray, images: np.ndarray, count: int, predict: Predict
) -> list[ComparedAlternative]:
    """Compare alternatives with the preprocessing used, no longer than it takes.

    After 16 images those that are significantly worse are left, which can only make a finding less
    likely, and hardly does. The others are tested on 64 images; where none is better beyond
    chance, the three furthest ahead once more on 256. Each look is taken at half the level.

    Parameters
    ----------
    used : bool array [N]
        Whether each image is correct under the one used.
    images : int array [N]
        In the order in which to look at them.
    count : int
        Number of alternatives.
    predict : callable
        Takes an alternative's number and numbers of images; returns whether each is correct under
        it.
    """
    right = [np.zeros(0, bool) for _ in range(count)]
    better = np.zeros(count, bool)

    def look(indices: Sequence[int], size: int) -> None:
        for i in indices:
            wanted = images[len(right[i]) : size]
            if len(wanted):
                right[i] = np.concatenate([right[i], predict(i, wanted)])

    def ahead(i: int) -> int:
        return int(right[i].sum()) - int(used[: len(right[i])].sum())

    look(range(count), FIRST)
    left = [i for i in range(count) if mcnemar(*_discordant(used, right[i])[::-1]) >= BEHIND]
    values = np.ones(count)
    for size in LOOKS:
        look(left, size)
        for i in left:
            values[i] = mcnemar(*_discordant(used, right[i]))
        better |= holm(values) < LEVEL / len(LOOKS)
        left = sorted((i for i in left if ahead(i) > 0), key=ahead, reverse=True)[:MOST]
        if better.any() or size >= len(images):
            break
    corrected = holm(values)
    return [
        ComparedAlternative(
            len(right[i]),
            int(right[i].sum()),
            int(used[: len(right[i])].sum()),
            *_discordant(used, right[i]),
            float(corrected[i]),
            bool(better[i]),
        )
        for i in range(count)
    ]


def _discordant(used: np.ndarray, right: np.ndarray) -> tuple[int, int]:
    before = used[: len(right)]
    return int((right & ~before).sum()), int((before & ~right).sum())


def mcnemar(gained: int, lost: int) -> float:
    """Return p of the exact McNemar test, one-sided: that so many or more of them are gained."""
    if gained <= lost:
        return 1.0
    from scipy import stats  # slow to import

    return float(stats.binomtest(gained, gained + lost, 0.5, alternative="greater").pvalue)
