"""How alike two projections are: structural similarity and rank correlation."""

from __future__ import annotations

import numpy as np

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
        self._planes = [*map(_Plane, _planes(picture, scale))]
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
        pairs = zip(self._planes, _planes(picture, scale), strict=True)
        absolute, *signed = (one.similarity(_Plane(other)) for one, other in pairs)
        return np.array([*ranks, absolute, np.mean(signed)], np.float32)

    def _ranked(self, picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the ranks, about 0, of the sampled pixels: absolute [n], signed [3 n]."""
        pixels = picture.reshape(-1, picture.shape[2])[self._sample].astype(np.float64)
        return _ranks(np.abs(pixels).mean(axis=1)), _ranks(pixels.ravel())


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
    height, width, channels = picture.shape
    planes = np.empty((1 + channels, height, width), np.float32)
    seen = planes[1:]
    seen[:] = shown(picture, scale).transpose(2, 0, 1)
    np.abs(seen).mean(axis=0, out=planes[0])
    seen += 1
    seen /= 2
    return planes


class _Plane:
    """A plane of float32 [h, w] and its moments in windows of 7 x 7, all that lie inside.

    Plane by plane, since that much stays in a processor's cache; in place for the same reason.
    """

    def __init__(self, values: np.ndarray) -> None:
        self.values = values
        self.means = _windowed(values)
        self.squares = self.means * self.means
        self.variances = _covariances(values * values, self.squares)

    def similarity(self, other: _Plane) -> float:
        """Return the mean structural similarity (Wang et al. 2004, eq. 13)."""
        products = self.means * other.means
        similar = _covariances(self.values * other.values, products)
        for each, constant in ((similar, _C2), (products, _C1)):
            each *= 2
            each += constant
        similar *= products
        for one, another, constant in (
            (self.squares, other.squares, _C1),
            (self.variances, other.variances, _C2),
        ):
            np.add(one, another, out=products)
            products += constant
            similar /= products
        return float(similar.mean())


def _covariances(products: np.ndarray, of_means: np.ndarray) -> np.ndarray:
    """Return sample covariances of what was multiplied, and whose means were."""
    covariances = _windowed(products)
    covariances -= of_means
    covariances *= WINDOW**2 / (WINDOW**2 - 1)
    return covariances


def _windowed(plane: np.ndarray) -> np.ndarray:
    """Return means over all windows of 7 x 7 that lie inside: a sum of shifted planes an axis."""
    height, width = (side - WINDOW + 1 for side in plane.shape)
    down = plane[:height].copy()
    for i in range(1, WINDOW):
        down += plane[i : i + height]
    means = down[:, :width].copy()
    for i in range(1, WINDOW):
        means += down[:, i : i + width]
    means /= WINDOW**2
    return means


def _ranks(values: np.ndarray) -> np.ndarray:
    """Rank values, equal ones by their mean, about 0: ``scipy.stats`` takes six times as long."""
    order = np.argsort(values)
    ordered = values[order]
    firsts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
    times = np.diff(firsts, append=len(values))
    ranks = np.empty(len(values))
    ranks[order] = np.repeat(firsts + (times - len(values)) / 2, times)
    return ranks


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    # Not by BLAS, whose threads would wait for each other at every small product.
    energy = np.sqrt((a * a).sum() * (b * b).sum())
    # All values alike: no order that another picture could share.
    return float((a * b).sum() / energy) if energy > 0 else 0.0
