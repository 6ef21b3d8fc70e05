"""Two classes that the network takes for each other: their names were probably exchanged."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from vizreport.experiments.overview.result import Exchange

LEVEL = 1e-3  # of significance, over all pairs together


def find_exchanged(labels: np.ndarray, predicted: np.ndarray, classes: int) -> list[Exchange]:
    """Return the pairs of classes that are taken for each other more often than for themselves.

    Of the images of either class that are taken for either, those are counted that are taken for
    the other; Fisher's exact test says whether that is more than by chance, at 0.001 divided by
    the number of pairs. How the labels came about plays no part.

    Parameters
    ----------
    labels, predicted : int array [N]
        Labels are -1 where not known.
    classes : int

    Returns
    -------
    list of Exchange
    """
    known = labels >= 0
    table = np.zeros((classes, classes), int)
    np.add.at(table, (labels[known], predicted[known]), 1)
    pairs = [
        (a, b)
        for a, b in combinations(range(classes), 2)
        if table[a, b] > table[a, a] and table[b, a] > table[b, b]
    ]
    if not pairs:
        return []
    from scipy import stats  # slow to import

    found: list[Exchange] = []
    for a, b in pairs:
        part = table[np.ix_((a, b), (a, b))]
        p = float(stats.fisher_exact(part, alternative="less").pvalue)
        if p < LEVEL / (classes * (classes - 1) / 2):
            found.append(
                {
                    "first": a,
                    "second": b,
                    "images": int(part.sum()),
                    "swapped": int(part[0, 1] + part[1, 0]),
                    "p": p,
                }
            )
    return found
