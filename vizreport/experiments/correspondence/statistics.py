"""How alike the changes are that hiding the same thing makes in several pictures."""

from __future__ import annotations

import math

import numpy as np

from vizreport.findings.statistics import DRAWS, EXACT, RESAMPLES, bounded

CLEAR = 0.1
"""p from which on no further assignments are drawn: no correction makes it smaller."""
BEYOND_DOUBT = 1e-3
"""p below which no further assignments are drawn: a correction for fifty tests leaves it shown."""
_ROUNDING = 1e-5  # of the largest feature: what is smaller may come from the order of summation
_BLOCK = 8192  # features compared at a time, so that memory does not grow with the layer


def sign_changes(clean: np.ndarray, hidden: np.ndarray) -> np.ndarray:
    """Return sign(x - masked x) (Zeiler & Fergus, section 4.3).

    Parameters
    ----------
    clean : float [n, d]
        Features of whole pictures.
    hidden : float [n, d]
        Of the same pictures with something hidden.

    Returns
    -------
    int8 [n, d]
        -1, 0 or 1; 0 where the two differ by at most 1e-5 of the largest absolute feature of the
        whole picture, which is rounding.
    """
    change = clean - hidden
    limit = _ROUNDING * np.abs(clean).max(axis=1, keepdims=True)
    return np.where(np.abs(change) <= limit, 0, np.sign(change)).astype(np.int8)


def hamming(signs: np.ndarray) -> np.ndarray:
    """Return the share of places in which two sign vectors differ, for all pairs.

    A sign is -1, 0 or 1; 0 differs from both others.

    Parameters
    ----------
    signs : int8 [n, d]
        A row a picture, of -1, 0 and 1.

    Returns
    -------
    float64 [n, n]
        0 to 1.
    """
    count, length = signs.shape
    agree = np.zeros((count, count))
    for start in range(0, length, _BLOCK):
        block = signs[:, start : start + _BLOCK].astype(np.float32)
        moved = block != 0
        changed = moved.astype(np.float32)
        still = (~moved).astype(np.float32)
        # Of the places changed in both, (1 + product) / 2 counts equal signs. Whole numbers below
        # 2**24 are exact in float32.
        agree += (block @ block.T + changed @ changed.T) / 2 + still @ still.T
    return 1 - agree / length


def pair_values(distances: np.ndarray) -> np.ndarray:
    """Return the distances of all pairs i < j, float [n (n - 1) / 2], from [n, n]."""
    return distances[np.triu_indices(len(distances), 1)]


def agreement(signs: np.ndarray) -> np.ndarray:
    """Return how much more sign vectors agree than by chance, for all pairs (Cohen's kappa).

    With as many features of each sign as the two have, unrelated vectors would differ in a share
    E = 1 - sum_s p_s q_s; the agreement is 1 - distance / E. So a place that merely changes fewer
    features is no more alike for it.

    Parameters
    ----------
    signs : int8 [n, d]
        A row a picture, of -1, 0 and 1.

    Returns
    -------
    float64 [n, n]
        1 for equal vectors, 0 for unrelated ones, also where neither has more than one sign.
    """
    shares = np.stack([(signs == value).mean(axis=1) for value in (-1, 0, 1)], axis=1)
    expected = 1 - shares @ shares.T
    known = expected > 1e-12
    distances = np.divide(hamming(signs), expected, out=np.ones_like(expected), where=known)
    return np.asarray(1 - distances)


def pseudovalues(agreements: np.ndarray) -> np.ndarray:
    """Return a value a picture whose mean is the mean agreement over pairs.

    Pairs share pictures: as in the infinitesimal jackknife of a U-statistic of two arguments, a
    picture's mean counts twice, so that the spread of the values over the root of their number is
    the standard error.

    Parameters
    ----------
    agreements : float [I, I]
        The diagonal is not looked at.

    Returns
    -------
    float64 [I]
    """
    count = len(agreements)
    own = np.where(np.eye(count, dtype=bool), 0, agreements).sum(axis=1) / max(count - 1, 1)
    return np.asarray(2 * own - own.mean())


def permutation_p(agreements: np.ndarray, seed: int) -> float:
    """Test whether one alternative of each picture makes changes more alike than the others do.

    Every picture has K alternatives: number 0 hides the part, the others hide random places. If
    hiding the part were nothing but hiding a random place, each of the K could as well be the
    one called the part. So the label is permuted, in every picture for itself and evenly
    among its K alternatives, and the mean agreement over the pairs of pictures is taken between
    the labelled ones. One-sided: p is the share of assignments, the true one included, with
    a mean agreement at or above the true one's. All assignments are counted where they are at
    most a million; else they are drawn, more where p may matter, and p is bounded from above.

    Parameters
    ----------
    agreements : float [T, I, K, I, K]
        Between alternative k of picture i and alternative m of picture j, of each of T parts
        whose mean is tested; labels are dealt for each part by itself.
    seed : int
        Of the random choice.

    Returns
    -------
    float
        Above 0, at most 1.
    """
    from scipy import stats  # slow to import

    parts, images, alternatives = agreements.shape[:3]
    first, second = np.triu_indices(images, 1)
    tables = agreements[:, first, :, second].astype(np.float32).reshape(len(first), parts, -1)

    def mean(chosen: np.ndarray, axis: int = -1) -> np.ndarray:
        dealt = np.asarray(chosen, np.intp).reshape(*chosen.shape[:-1], parts, images)
        labels = np.moveaxis(dealt, (-2, -1), (0, 1)).copy()
        total = np.zeros(dealt.shape[:-2], np.float32)
        for table, i, j in zip(tables, first, second, strict=True):
            for part in range(parts):
                total += table[part].take(labels[part, i] * alternatives + labels[part, j])
        # Equal sums can differ in the last digits by the order of their terms.
        return np.round(total / (parts * len(first)), 6)

    true = np.zeros(parts * images)
    if alternatives ** (parts * images) <= EXACT:
        shape = (alternatives,) * (parts * images)
        every = np.stack(np.unravel_index(np.arange(math.prod(shape)), shape), axis=-1)
        return float((mean(every) >= mean(true)).mean())
    random, p, count = np.random.default_rng(seed), 1.0, 0
    for count in (RESAMPLES, DRAWS):
        p = float(
            stats.monte_carlo_test(
                true,
                lambda size: random.integers(0, alternatives, size),
                mean,
                vectorized=True,
                n_resamples=count,
                batch=10_000,
                alternative="greater",
            ).pvalue
        )
        if p > CLEAR or bounded(p, count) < BEYOND_DOUBT:
            break
    return bounded(p, count)
