"""From HOG back to pixels: paired dictionaries (Vondrick et al. 2013), and ridge regression."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

_BATCH = 256
_LEARNED = 4000  # windows that atoms are learned from; the pixel half is fitted to all
_COMPONENTS = (192, 96)  # of descriptors and of pixels, while atoms are learned
_DESCENTS = 30  # of the lasso's coordinates, at most
_PENALTY = 10.0  # of ridge regression; 3 and 30 gave the same to two digits
_CODE_PENALTY = 1.0  # of the pixel half; 0.3 gave the same to three digits
_ROWS = 1024  # at once, where rows do not depend on each other: bounds memory


class Centred(NamedTuple):
    """Values without their mean.

    Attributes
    ----------
    values : float32 [n, d]
    mean : float32 [d]
    """

    values: np.ndarray
    mean: np.ndarray


def centred(values: np.ndarray) -> Centred:
    """Subtract the mean row of some values [n, d], **in place**: a copy is tens of megabytes."""
    mean = values.mean(axis=0)
    values -= mean
    return Centred(values, mean)


@dataclass(frozen=True)
class Ridge:
    """Linear inversion: ``pixels = offset + hog @ weights``.

    Attributes
    ----------
    offset : float32 [p]
        Window that stands for a descriptor of zeros.
    weights : float32 [d, p]
        What each of the d values of a descriptor adds to the window's p pixels.
    """

    offset: np.ndarray
    weights: np.ndarray

    def invert(self, hog: np.ndarray) -> np.ndarray:
        """Return the windows [n, p] that descriptors [n, d] stand for."""
        return np.asarray(self.offset + hog @ self.weights)


def fit_ridge(hog: Centred, pixels: Centred, penalty: float = _PENALTY) -> Ridge:
    """Fit windows [n, p] to descriptors [n, d] by least squares with a penalty."""
    from scipy.linalg import solve

    gram = (hog.values.T @ hog.values).astype(np.float64)
    gram[np.diag_indices_from(gram)] += penalty
    products = (hog.values.T @ pixels.values).astype(np.float64)
    weights = solve(gram, products, assume_a="pos").astype(np.float32)
    return Ridge(pixels.mean - hog.mean @ weights, weights)


@dataclass(frozen=True)
class Paired:
    """A dictionary of descriptors and one of windows that share their codes (K atoms).

    Attributes
    ----------
    hog_mean : float32 [d]
        Mean descriptor, subtracted before coding.
    hog_scale : float
        Root mean square length of a descriptor about its mean.
    hog_atoms : float32 [K, d]
        Unit length, of descriptors without their mean, divided by ``hog_scale``.
    pixel_offset : float32 [p]
        Window of a descriptor in which no atom is found.
    pixel_atoms : float32 [2, K, p]
        What an atom adds to the window where it is found, and where its negative is.
    sparsity : float
        What a descriptor's product with an atom has to exceed.
    """

    hog_mean: np.ndarray
    hog_scale: float
    hog_atoms: np.ndarray
    pixel_offset: np.ndarray
    pixel_atoms: np.ndarray
    sparsity: float

    def codes(self, hog: np.ndarray) -> np.ndarray:
        """Find atoms in descriptors, by soft thresholding (Coates & Ng 2011).

        Parameters
        ----------
        hog : float [n, d]
            Descriptors as they are: mean and scale are taken off here.

        Returns
        -------
        float32 [n, 2 K]
            ``max(0, x . u - sparsity)`` of each scaled descriptor x with each atom u, then the
            same with the negative of each atom.
        """
        return self.centred_codes(hog - self.hog_mean)

    def centred_codes(self, hog: np.ndarray) -> np.ndarray:
        """Find atoms as :meth:`codes` does, in descriptors without their mean, **overwritten**."""
        hog /= np.float32(self.hog_scale)
        count = len(self.hog_atoms)
        codes = np.empty((2 * count, len(hog)), np.float32)
        found, negative = codes[:count], codes[count:]
        np.matmul(self.hog_atoms, hog.T, out=found)
        np.negative(found, out=negative)
        codes -= self.sparsity
        return np.maximum(codes, 0, out=codes).T

    def invert(self, hog: np.ndarray) -> np.ndarray:
        """Return the windows [n, p] that descriptors [n, d] stand for."""
        atoms = self.pixel_atoms.reshape(-1, self.pixel_atoms.shape[-1])
        return np.asarray(self.pixel_offset + self.codes(hog) @ atoms)


def learn_atoms(
    hog: Centred, pixels: Centred, atoms: int, sparsity: float, seed: int, passes: int = 1
) -> Paired:
    """Learn the two dictionaries together, on windows and their descriptors.

    Both halves are brought to root mean square length 1, laid side by side and
    learned as one dictionary, so that an atom's halves share their code (Vondrick et al. 2013),
    each half in its first principal components, which makes learning several times faster. When
    a descriptor is inverted only its half is known; so the pixel half, which is left zero here,
    is then fitted to the codes that the descriptors alone give (:func:`fitted`).

    Parameters
    ----------
    hog : Centred [n, d]
        Descriptor of each of n windows.
    pixels : Centred [n, p]
        The same windows' pixels.
    atoms : int
        How many to learn.
    sparsity : float
        See :class:`Paired`; of the lasso that learns it is the penalty for each half.
    seed : int
        Of the random choice.
    passes : int
        Over the windows that atoms are learned from: 4,000 drawn at random.
    """
    from sklearn.decomposition import MiniBatchDictionaryLearning

    random = np.random.default_rng([seed, 33])
    drawn = random.permutation(len(hog.values))[:_LEARNED]
    scales = [_length(half.values) for half in (hog, pixels)]
    bases, reduced = [], []
    for half, scale, components in zip((hog, pixels), scales, _COMPONENTS, strict=True):
        scaled = half.values[drawn] / scale
        bases.append(_principal(scaled, components))
        reduced.append(scaled @ bases[-1])
    joint = np.hstack(reduced)
    start = joint[random.permutation(len(joint))[:atoms]]
    start = start / np.maximum(np.linalg.norm(start, axis=1, keepdims=True), 1e-6)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the lasso stops after a bounded number of descents
        learned = MiniBatchDictionaryLearning(
            atoms,
            alpha=2 * sparsity,  # for two halves
            max_iter=passes,
            batch_size=_BATCH,
            fit_algorithm="cd",
            transform_max_iter=_DESCENTS,
            max_no_improvement=None,
            random_state=seed,
            dict_init=start,
            tol=0,
        ).fit(joint)
    half = learned.components_[:, : bases[0].shape[1]] @ bases[0].T
    half = half / np.maximum(np.linalg.norm(half, axis=1, keepdims=True), 1e-6)
    size = len(pixels.mean)
    return Paired(
        hog.mean,
        scales[0],
        half.astype(np.float32),
        np.zeros(size, np.float32),
        np.zeros((2, atoms, size), np.float32),
        sparsity,
    )


def fitted(paired: Paired, codes: Centred, pixels: Centred) -> Paired:
    """Fit the pixel half by ridge regression to codes [n, 2 K] of descriptors alone."""
    fit = fit_ridge(codes, pixels, _CODE_PENALTY)
    halves = fit.weights.reshape(2, len(paired.hog_atoms), -1)
    return replace(paired, pixel_offset=fit.offset, pixel_atoms=halves)


def _principal(values: np.ndarray, count: int) -> np.ndarray:
    """Return the first principal components of centred values [n, d]: [d, at most count]."""
    from scipy.linalg import eigh

    size = values.shape[1]
    _, vectors = eigh(values.T @ values, subset_by_index=(max(0, size - count), size - 1))
    return np.asarray(vectors[:, ::-1])


def _length(values: np.ndarray) -> float:
    """Return the root mean square length of centred values [n, d]; 1 where all are 0."""
    parts = (values[start : start + _ROWS] for start in range(0, len(values), _ROWS))
    squares = np.concatenate([np.square(part).sum(axis=1) for part in parts])
    return float(np.sqrt(squares.mean())) or 1.0
