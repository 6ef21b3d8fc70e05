"""How alike the changes are that hiding the same thing makes in several pictures."""

from __future__ import annotations

import numpy as np

ASSIGNMENTS = 9_999
"""Random assignments of the permutation test: p is at least 1e-4."""
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


def permutation_p(
    distances: np.ndarray, random: np.random.Generator, assignments: int = ASSIGNMENTS
) -> float:
    """Test whether one alternative of each picture makes changes more alike than the others do.

    Every picture has K alternatives: number 0 hides the part, the others hide random places. If
    hiding the part were nothing but hiding a random place, each of the K could as well be the
    one called the part. So the label is dealt anew, in every picture for itself and evenly
    among its K alternatives, and the mean distance over the pairs of pictures is taken between
    the labelled ones. One-sided: p is the share of assignments, the true one included, with
    a mean distance at or below the true one's.

    Parameters
    ----------
    distances : float [I, K, I, K]
        Between alternative k of picture i and alternative m of picture j.
    random : Generator
    assignments : int

    Returns
    -------
    float
        From 1 / (assignments + 1) to 1.
    """
    images, alternatives = distances.shape[:2]
    first, second = np.triu_indices(images, 1)
    chosen = random.integers(0, alternatives, (assignments, images))
    means = distances[first, chosen[:, first], second, chosen[:, second]].mean(axis=1)
    true = distances[first, 0, second, 0].mean()
    # Equal sums can differ in the last digit by the order of their terms.
    return float((1 + (means <= true + 1e-12).sum()) / (assignments + 1))


def holm(values: np.ndarray) -> np.ndarray:
    """Correct p values for their number (Holm 1979).

    Parameters
    ----------
    values : float [n]

    Returns
    -------
    float [n]
        Corrected, in the same order, at most 1.
    """
    order = np.argsort(values, kind="stable")
    factors = len(values) - np.arange(len(values))
    corrected = np.empty(len(values))
    corrected[order] = np.minimum(np.maximum.accumulate(values[order] * factors), 1)
    return corrected
