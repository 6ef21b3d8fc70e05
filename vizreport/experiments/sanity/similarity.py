"""How alike two projections are: structural similarity and rank correlation."""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata

MEASURES = ("rank, absolute", "rank, signed", "SSIM, absolute", "SSIM, signed")
WINDOW = 7  # px: side of the structural similarity's window
# Values that are ranked at most. The error of a correlation of so many is below 0.01.
_RANKED = 2**14
# Wang et al. 2004, eq. 13, of values that span 1.
_C1, _C2 = 0.01**2, 0.03**2


class Original:
    """A projection with which others are compared.

    Parameters
    ----------
    picture : float array [h, w, 3]
        Signed; h and w at least 7.
    scale : float
        Value shown as full white.
    """

    def __init__(self, picture: np.ndarray, scale: float) -> None:
        self._planes = _planes(picture, scale)
        self._moments = _moments(self._planes)
        count = picture.shape[0] * picture.shape[1]
        sample = np.random.default_rng(0).permutation(count)[: _RANKED // 3]
        self._sample = np.sort(sample)
        self._ranks = self._ranked(picture)
        self._blank = not picture.any()

    def similarity(self, picture: np.ndarray, scale: float) -> np.ndarray:
        """Compare a projection of the same size.

        Parameters
        ----------
        picture : float array [h, w, 3]
            Signed projection, as large as the one it is compared with.
        scale : float
            Its own value shown as full white.

        Returns
        -------
        float32 [4]
            In the order of ``MEASURES``: Spearman's rank correlation of the absolute values
            (mean over the channels) and of the signed ones; the structural similarity (Wang et
            al. 2004, windows of 7 x 7 px) of the same two as they are shown, from 0 to 1, each
            on its own scale and the signed ones with zero as mid-grey. 1 is the same picture,
            about 0 one that has nothing of it. NaN where either picture is blank.
        """
        if self._blank or not picture.any():
            return np.full(len(MEASURES), np.nan, np.float32)
        ranks = [
            _correlation(a, b) for a, b in zip(self._ranks, self._ranked(picture), strict=True)
        ]
        planes = _planes(picture, scale)
        means, variances = self._moments
        other_means, other_variances = _moments(planes)
        both = _covariances(self._planes, planes, means, other_means)
        similar = (2 * means * other_means + _C1) * (2 * both + _C2)
        similar /= (means**2 + other_means**2 + _C1) * (variances + other_variances + _C2)
        absolute, *signed = similar.mean(axis=(1, 2))
        return np.array([*ranks, absolute, np.mean(signed)], np.float32)

    def _ranked(self, picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the ranks, about 0, of the sampled pixels: absolute [n], signed [3 n]."""
        pixels = picture.reshape(-1, picture.shape[2])[self._sample].astype(np.float64)
        ranks = (rankdata(np.abs(pixels).mean(axis=1)), rankdata(pixels.ravel()))
        return ranks[0] - ranks[0].mean(), ranks[1] - ranks[1].mean()


def shown(picture: np.ndarray, scale: float) -> np.ndarray:
    """Return a projection as it is shown: float32 from -1 to 1, cut off beyond its scale."""
    return np.clip(picture / np.float32(scale or 1.0), -1, 1, dtype=np.float32)


def _planes(picture: np.ndarray, scale: float) -> np.ndarray:
    """Return what is compared by structure: the mean absolute value, then the channels.

    The channels about 0.5, not 0, since the product of two negative means counts as similarity.

    Returns
    -------
    float32 [4, h, w]
    """
    seen = shown(picture, scale).transpose(2, 0, 1)
    return np.concatenate([np.abs(seen).mean(axis=0, keepdims=True), (1 + seen) / 2])


def _moments(planes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return means and sample variances in windows of 7 x 7: [4, h - 6, w - 6] each."""
    means = _windowed(planes)
    return means, _covariances(planes, planes, means, means)


def _covariances(
    a: np.ndarray, b: np.ndarray, a_means: np.ndarray, b_means: np.ndarray
) -> np.ndarray:
    places = WINDOW * WINDOW
    covariances: np.ndarray = (_windowed(a * b) - a_means * b_means) * (places / (places - 1))
    return covariances


def _windowed(planes: np.ndarray) -> np.ndarray:
    """Return means over all windows of 7 x 7 that lie inside: a sum of shifted planes an axis."""
    height, width = (side - WINDOW + 1 for side in planes.shape[1:])
    down = planes[:, :height].copy()
    for i in range(1, WINDOW):
        down += planes[:, i : i + height]
    means = down[:, :, :width].copy()
    for i in range(1, WINDOW):
        means += down[:, :, i : i + width]
    means /= WINDOW**2
    return means


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    # Not by BLAS, whose threads would wait for each other at every small product.
    energy = np.sqrt((a * a).sum() * (b * b).sum())
    # All values alike: no order that another picture could share.
    return float((a * b).sum() / energy) if energy > 0 else 0.0
