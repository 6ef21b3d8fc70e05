"""Where the object is, for data that know it, and how a map agrees with that."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vizreport.data.truth import in_view
from vizreport.experiments.mining.result import MiningResult
from vizreport.subject.subject import Subject


def object_masks(
    subject: Subject, mining: MiningResult, images: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return where the object is seen in each image, as the network sees it.

    Parameters
    ----------
    subject : Subject
        Has the masks of the data, and cuts them as it cuts the images.
    mining : MiningResult
        What the numbers of ``images`` refer to.
    images : int [I]
        Numbers in the mining result, -1 for an image that is not in the data.

    Returns
    -------
    masks : bool [I, h, w]
        False throughout where it is not known.
    masked : bool [I]
        Whether it is known.
    """
    masks = np.zeros((len(images), *subject.preprocessing.input_size), bool)
    if subject.dataset.truth is not None:
        for i in np.flatnonzero(images >= 0):
            truth = subject.dataset.truth(int(mining.records[images[i]]))
            masks[i] = in_view(truth, subject.preprocessing).mask
    return masks, np.asarray(masks.any(axis=(1, 2)))


@dataclass(frozen=True)
class Agreement:
    """How the fall of a probability agrees with where the object is.

    Attributes
    ----------
    hit : bool
        Pointing game: whether the pixel with the largest fall lies on the object.
    share : float
        Of the fall, what lies on the object, 0 to 1; NaN where nothing falls.
    area : float
        Share of the pixels that show the object: what both would be by chance.
    """

    hit: bool
    share: float
    area: float


def agreement(pixels: np.ndarray, clean: float, mask: np.ndarray) -> Agreement:
    """Compare a map with a mask.

    Parameters
    ----------
    pixels : float [h, w]
        Mean probability over the squares that cover each pixel; NaN where none does.
    clean : float
        Probability with nothing hidden.
    mask : bool [h, w]
        Where the object is seen.
    """
    covered = ~np.isnan(pixels)
    fall = np.where(covered, np.maximum(clean - np.nan_to_num(pixels), 0), 0)
    total = float(fall.sum())
    hit = total > 0 and bool(mask.ravel()[int(fall.argmax())])
    share = float(fall[mask].sum()) / total if total > 0 else float("nan")
    return Agreement(hit, share, float(mask[covered].mean()))


def outline(mask: np.ndarray) -> np.ndarray:
    """Return the object's pixels that touch what is not the object, bool [h, w]."""
    inner = mask.copy()
    inner[1:] &= mask[:-1]
    inner[:-1] &= mask[1:]
    inner[:, 1:] &= mask[:, :-1]
    inner[:, :-1] &= mask[:, 1:]
    return mask & ~inner
