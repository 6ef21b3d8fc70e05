"""Two classes that the network takes for each other: their names were probably exchanged."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from vizreport.experiments.overview.result import Exchange
from vizreport.findings.quantity import COUNT, SHARE, Quantity
from vizreport.findings.record import FAULT, Finding
from vizreport.findings.statistics import share
from vizreport.wording.text import quoted

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
        Number of classes, C.

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


def exchange_findings(
    exchanged: Sequence[Exchange], class_names: Sequence[str], one_score: bool
) -> list[Finding]:
    """Describe what the pairs mean and what to do.

    Parameters
    ----------
    exchanged : sequence of Exchange
        From :func:`find_exchanged`.
    class_names : sequence of str
        Of all classes.
    one_score : bool
        Whether the network gives one score for two classes.
    """
    pairs = len(class_names) * (len(class_names) - 1) // 2
    return [_exchange(pair, class_names, one_score, pairs) for pair in exchanged]


def _exchange(pair: Exchange, class_names: Sequence[str], one_score: bool, pairs: int) -> Finding:
    if one_score:
        looks = (
            "The order of the classes looks reversed: the network's score is for {first}, not "
            "{second}."
        )
        advice = "If so, name them with --labels FILE: {zero}<TAB>{second}, {one}<TAB>{first}."
    else:
        looks = "The names {first} and {second} look swapped."
        advice = "If so, correct the names of the outputs with --labels FILE."
    return Finding(
        kind="labels-exchanged",
        compared="images of {first} and {second} classified as either",
        claim="the names {first} and {second} are swapped",
        shown=f"{looks} {{swapped}} of {{n}} images of either are classified as the other.",
        effect=share(pair["swapped"], pair["images"]).quantity(SHARE),
        n=pair["images"],
        unit="images",
        test="Fisher's exact test, for all pairs of classes",
        p=min(1.0, pair["p"] * max(pairs, 1)),
        severity=FAULT,
        advice=advice,
        values={
            "swapped": Quantity(pair["swapped"], COUNT),
            "zero": Quantity(0, COUNT),
            "one": Quantity(1, COUNT),
        },
        names={key: quoted(class_names[pair[key]], 40) for key in ("first", "second")},
    )
