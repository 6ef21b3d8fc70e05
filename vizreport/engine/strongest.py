"""What mining keeps: the strongest activations of every feature map, in one pass over the data.

The top K a map are merged by an associative operation. So memory does not grow with the data,
and shards of the data can be mined anywhere and merged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

MOST_COMPARED = 1024  # maps of a layer, beyond which they are not compared with each other


@dataclass(frozen=True)
class Strongest:
    """The strongest activations of one layer over some images.

    Attributes
    ----------
    values : float32 [M, k]
        In falling order, ties in the order of the images; at most one an image; k <= K.
    images, places : int32 [M, k]
        Image and flat place (row * columns + column) of each.
    sums : float64 [M]
        Sum over images of the mean activation over places.
    active : int64 [M]
        Images in which the map is somewhere above 0.
    count : int
        Number of images.
    peaks : float64 [M]
        Sum over images of the strongest activation.
    products : float64 [S, S]
        Sum over images of the products of two maps' strongest activations; S is M, or 0 for layers
        of more than ``MOST_COMPARED`` maps.
    """

    values: Annotated[np.ndarray, "float32 [M, k]"]
    images: Annotated[np.ndarray, "int32 [M, k]"]
    places: Annotated[np.ndarray, "int32 [M, k]"]
    sums: Annotated[np.ndarray, "float64 [M]"]
    active: Annotated[np.ndarray, "int64 [M]"]
    count: int
    peaks: Annotated[np.ndarray, "float64 [M]"]
    products: Annotated[np.ndarray, "float64 [S, S]"]

    def similarity(self) -> np.ndarray:
        """Return how two maps' strongest activations go together over images, int8 [M, M].

        Pearson's correlation in hundredths; 0 for maps that are the same in every image, and
        [0, 0] where products were not kept.
        """
        if not self.products.size:
            return np.zeros((0, 0), np.int8)
        means = self.peaks / self.count
        covariance = self.products / self.count - means[:, None] * means
        spread = np.sqrt(np.maximum(np.diag(covariance), 0))
        # What is left of a constant map is rounding.
        spread[spread <= 1e-6 * np.abs(means)] = np.inf
        with np.errstate(divide="ignore"):
            found = covariance / (np.where(spread > 0, spread, np.inf)[:, None] * spread)
        return np.rint(100 * np.clip(np.nan_to_num(found), -1, 1)).astype(np.int8)


def merge(first: Strongest, second: Strongest, k: int) -> Strongest:
    """Join what was mined from two sets of images.

    Associative and commutative: the result does not depend on how images were split.

    Parameters
    ----------
    first, second : Strongest
        Of different images.
    k : int
        Number of activations to keep a map.
    """
    values = np.concatenate([first.values, second.values], axis=1)
    images = np.concatenate([first.images, second.images], axis=1)
    places = np.concatenate([first.places, second.places], axis=1)
    order = _order(values, images, k)
    return Strongest(
        np.take_along_axis(values, order, axis=1),
        np.take_along_axis(images, order, axis=1),
        np.take_along_axis(places, order, axis=1),
        first.sums + second.sums,
        first.active + second.active,
        first.count + second.count,
        first.peaks + second.peaks,
        first.products + second.products,
    )


def _order(values: np.ndarray, images: np.ndarray, k: int) -> np.ndarray:
    """Return where each row's k largest values are, int [M, k]: ties in the order of the images.

    Value and image together are one whole number, so that only the k first are sorted: in IEEE
    754, floats above 0 are ordered as their bits are, those below the other way round.
    """
    bits = (values + np.float32(0)).view(np.int32).astype(np.int64)  # + 0 makes -0 to 0
    rising = np.where(bits < 0, np.int64(-(2**31)) - bits, bits)
    keys = -rising * 2**32 + images
    if k < keys.shape[1]:
        first = np.argpartition(keys, k - 1, axis=1)[:, :k]
    else:
        first = np.broadcast_to(np.arange(keys.shape[1]), keys.shape)
    sorted_keys = np.argsort(np.take_along_axis(keys, first, axis=1), axis=1)
    return np.take_along_axis(first, sorted_keys, axis=1)


def from_batch(
    maxima: np.ndarray, places: np.ndarray, means: np.ndarray, first_image: int, k: int
) -> Strongest:
    """Make one batch's strongest activations.

    Parameters
    ----------
    maxima : float [B, M]
        Strongest activation of each map in each image.
    places : int [B, M]
        Where it is.
    means : float [B, M]
        Mean over places.
    first_image : int
        Number of the batch's first image.
    k : int
        How many to keep of each map.
    """
    batch, count = maxima.shape
    compared = count if count <= MOST_COMPARED else 0
    values = np.ascontiguousarray(maxima.T, np.float32)
    numbers = np.broadcast_to(
        np.arange(first_image, first_image + batch, dtype=np.int32), values.shape
    )
    order = _order(values, numbers, k)
    exact = maxima[:, :compared].astype(np.float64)
    return Strongest(
        np.take_along_axis(values, order, axis=1),
        np.take_along_axis(numbers, order, axis=1),
        np.take_along_axis(places.T.astype(np.int32), order, axis=1),
        means.sum(axis=0, dtype=np.float64),
        (maxima > 0).sum(axis=0),
        batch,
        maxima.sum(axis=0, dtype=np.float64),
        exact.T @ exact,
    )
