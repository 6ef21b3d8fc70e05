"""From HOG back to pixels: paired dictionaries (Vondrick et al. 2013), and ridge regression."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

_BATCH = 256
_COMPONENTS = 192  # of each half, while the dictionaries are learned
_DESCENTS = 30  # of the lasso's coordinates, at most
_PENALTY = 10.0  # of ridge regression; 3 and 30 gave the same to two digits


@dataclass(frozen=True)
class Ridge:
    """Linear inversion: ``pixels = pixel_mean + (hog - hog_mean) @ weights``.

    Attributes
    ----------
    hog_mean : float32 [d]
    pixel_mean : float32 [p]
    weights : float32 [d, p]
    """

    hog_mean: np.ndarray
    pixel_mean: np.ndarray
    weights: np.ndarray

    def invert(self, hog: np.ndarray) -> np.ndarray:
        """Return the windows [n, p] that descriptors [n, d] stand for."""
        return np.asarray(self.pixel_mean + (hog - self.hog_mean) @ self.weights)


def fit_ridge(hog: np.ndarray, pixels: np.ndarray) -> Ridge:
    """Fit windows [n, p] to descriptors [n, d] by least squares with a penalty."""
    hog_mean, pixel_mean = hog.mean(axis=0), pixels.mean(axis=0)
    weights = _least_squares(hog - hog_mean, pixels - pixel_mean, _PENALTY)
    return Ridge(hog_mean, pixel_mean, weights)


@dataclass(frozen=True)
class Paired:
    """A dictionary of descriptors and one of windows that share their codes (K atoms).

    Attributes
    ----------
    hog_mean : float32 [d]
    hog_scale : float
        Root mean square length of a descriptor about its mean.
    hog_atoms : float32 [K, d]
        Unit length, of descriptors without their mean, divided by ``hog_scale``.
    pixel_mean : float32 [p]
    pixel_atoms : float32 [K, p]
        Of windows without their mean.
    sparsity : float
        Weight of the codes' sum of absolute values.
    """

    hog_mean: np.ndarray
    hog_scale: float
    hog_atoms: np.ndarray
    pixel_mean: np.ndarray
    pixel_atoms: np.ndarray
    sparsity: float

    def codes(self, hog: np.ndarray) -> np.ndarray:
        """Explain descriptors by few atoms (lasso).

        Minimises ``|x - z U|^2 / 2 + sparsity |z|_1`` over z for each scaled descriptor x.

        Parameters
        ----------
        hog : float [n, d]

        Returns
        -------
        float32 [n, K]
        """
        from sklearn.decomposition import sparse_encode

        scaled = (hog - self.hog_mean) / np.float32(self.hog_scale)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # stops after a bounded number of descents
            found: np.ndarray = sparse_encode(
                scaled,
                self.hog_atoms,
                algorithm="lasso_cd",
                alpha=self.sparsity,
                max_iter=_DESCENTS,
            )
        return found.astype(np.float32)

    def invert(self, hog: np.ndarray) -> np.ndarray:
        """Return the windows [n, p] that descriptors [n, d] stand for."""
        return np.asarray(self.pixel_mean + self.codes(hog) @ self.pixel_atoms)


def learn_paired(
    hog: np.ndarray, pixels: np.ndarray, atoms: int, sparsity: float, seed: int, passes: int = 1
) -> Paired:
    """Learn the two dictionaries together, on windows and their descriptors.

    Both halves are brought to mean 0 and root mean square length 1, laid side by side and
    learned as one dictionary, so that an atom's halves share their code (Vondrick et al. 2013),
    each half in its first 192 principal components, which makes learning several times faster.
    When a descriptor is inverted only its half is known, and its codes differ from those of both
    halves; so the pixel half is fitted once more, by least squares, to the codes that the
    descriptors alone give.

    Parameters
    ----------
    hog : float32 [n, d]
    pixels : float32 [n, p]
    atoms : int
    sparsity : float
        See :meth:`Paired.codes`.
    seed : int
    passes : int
        Over all windows.
    """
    from sklearn.decomposition import MiniBatchDictionaryLearning

    hog_mean, pixel_mean = hog.mean(axis=0), pixels.mean(axis=0)
    hog_scale, pixel_scale = (_length(hog - hog_mean), _length(pixels - pixel_mean))
    scaled = ((hog - hog_mean) / hog_scale, (pixels - pixel_mean) / pixel_scale)
    bases = [_principal(half) for half in scaled]
    joint = np.hstack([half @ basis for half, basis in zip(scaled, bases, strict=True)])
    drawn = np.random.default_rng([seed, 33]).choice(len(joint), atoms, replace=False)
    start = joint[drawn] / np.maximum(np.linalg.norm(joint[drawn], axis=1, keepdims=True), 1e-6)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
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
    parts = np.split(learned.components_, [bases[0].shape[1]], axis=1)
    halves = [part @ basis.T for part, basis in zip(parts, bases, strict=True)]
    lengths = np.maximum(np.linalg.norm(halves[0], axis=1, keepdims=True), 1e-6)
    first = Paired(
        hog_mean,
        hog_scale,
        (halves[0] / lengths).astype(np.float32),
        pixel_mean,
        (halves[1] / lengths * pixel_scale).astype(np.float32),
        sparsity,
    )
    return refitted(first, hog, pixels)


def refitted(paired: Paired, hog: np.ndarray, pixels: np.ndarray) -> Paired:
    """Fit the pixel half to the codes that descriptors [n, d] alone give."""
    codes = paired.codes(hog)
    change = _least_squares(codes, pixels - paired.pixel_mean - codes @ paired.pixel_atoms, 1.0)
    return Paired(
        paired.hog_mean,
        paired.hog_scale,
        paired.hog_atoms,
        paired.pixel_mean,
        paired.pixel_atoms + change,
        paired.sparsity,
    )


def _principal(values: np.ndarray) -> np.ndarray:
    """Return the first principal components of centred values [n, d]: [d, at most 192]."""
    _, vectors = np.linalg.eigh(values.T @ values)
    return np.asarray(vectors[:, ::-1][:, :_COMPONENTS])


def _length(values: np.ndarray) -> float:
    return float(np.sqrt(np.square(values).sum(axis=1).mean())) or 1.0


def _least_squares(x: np.ndarray, y: np.ndarray, penalty: float) -> np.ndarray:
    """Return w of least ``|y - x w|^2 + penalty |w|^2``."""
    gram = (x.T @ x).astype(np.float64)
    gram[np.diag_indices_from(gram)] += penalty
    return np.linalg.solve(gram, (x.T @ y).astype(np.float64)).astype(np.float32)
