"""Two classes that the network takes for each other: their names were probably exchanged."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from vizreport.experiments.overview.result import Exchange
from vizreport.report.text import number, quoted

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


def exchange_warnings(
    exchanged: Sequence[Exchange], class_names: Sequence[str], one_score: bool
) -> list[str]:
    """Say what the pairs mean and what to do.

    Parameters
    ----------
    exchanged : sequence of Exchange
        From :func:`find_exchanged`.
    class_names : sequence of str
    one_score : bool
        Whether the network gives one score for two classes.
    """
    said = []
    for pair in exchanged:
        first, second = (quoted(class_names[k], 40) for k in (pair["first"], pair["second"]))
        share = (
            f"{number(pair['swapped'])} of {number(pair['images'])} images of either are taken for "
            f"the other (Fisher's exact test, p = {number(pair['p'], 2)})"
        )
        if one_score:
            said.append(
                f"The order of the classes looks reversed: the network's score speaks for {first}, "
                f"not for {second}. {share}. If so, name them with --labels FILE: "
                f"0<TAB>{second}, 1<TAB>{first}."
            )
        else:
            said.append(
                f"The names {first} and {second} look exchanged: {share}. If so, correct the "
                "names of the outputs with --labels FILE."
            )
    return said
