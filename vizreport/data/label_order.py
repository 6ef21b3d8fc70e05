"""Whether a network's outputs are the data's classes in alphabetical order, as in Keras.

``image_dataset_from_directory`` numbers the folders of a training set like that. The order is
taken where the network agrees with it beyond chance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from vizreport.data.dataset import Dataset
from vizreport.data.labels import Labels, in_order, own_names

LEVEL = 1e-3
"""Of significance."""

_IMAGES = 2000  # that the test takes at most
_PERMUTATIONS = 9999


@dataclass(frozen=True)
class LabelAgreement:
    """How predictions agree with labels.

    Attributes
    ----------
    images : int
        Labelled images.
    accuracy : float
        Share of them whose prediction is their label, 0 to 1.
    expected : float
        The same under permuted labels: what a network has that knows only how frequent its own
        predictions are.
    p : float
        Of a one-sided permutation test: that permuted labels agree as often or more often, or, for
        an accuracy below the expected one, as seldom or more seldom.
    """

    images: int
    accuracy: float
    expected: float
    p: float

    @property
    def above_chance(self) -> bool:
        """Whether the predictions agree with the labels beyond chance."""
        return self.accuracy > self.expected and self.p < LEVEL

    @property
    def below_chance(self) -> bool:
        """Whether they disagree with them beyond chance."""
        return self.accuracy < self.expected and self.p < LEVEL


def agreement(labels: np.ndarray, predicted: np.ndarray) -> LabelAgreement:
    """Test whether predictions agree with labels more often, or less, than by chance.

    The labels are permuted among the images, 9,999 times, or in all ways where there are fewer
    of them. A network that always predicts the same class agrees equally often under every
    permutation, so p = 1. Of more than 2,000 images a seeded sample is tested.

    Parameters
    ----------
    labels : int array [N]
        -1 where not known.
    predicted : int array [N]
        Most probable class of each image.
    """
    known = np.flatnonzero(labels >= 0)
    if not len(known):
        return LabelAgreement(0, float("nan"), float("nan"), 1.0)
    accuracy = float((labels[known] == predicted[known]).mean())
    classes = int(max(labels[known].max(), predicted[known].max())) + 1
    true, given = (np.bincount(part[known], minlength=classes) for part in (labels, predicted))
    expected = float(true @ given) / len(known) ** 2
    tested = known
    if len(known) > _IMAGES:
        tested = np.random.default_rng(0).choice(known, _IMAGES, replace=False)
    x, y = labels[tested], predicted[tested]
    if len(np.unique(x)) < 2 or len(np.unique(y)) < 2:
        return LabelAgreement(len(known), accuracy, expected, 1.0)
    from scipy import stats  # slow to import

    found = stats.permutation_test(
        (x,),
        lambda permuted, axis: (permuted == y).sum(axis=axis),
        permutation_type="pairings",
        vectorized=True,
        n_resamples=_PERMUTATIONS,
        batch=200,
        alternative="greater" if accuracy > expected else "less",
        rng=np.random.default_rng(0),
    )
    return LabelAgreement(len(known), accuracy, expected, float(found.pvalue))


def try_order(labels: Labels, dataset: Dataset, outputs: int) -> np.ndarray:
    """Return the labels to predict by: those known, else the data's classes in their order.

    Parameters
    ----------
    labels : Labels
        As :func:`vizreport.data.labels.resolve_labels` leaves them.
    dataset : Dataset
        Its classes in order are tried, where there are as many as outputs.
    outputs : int
        Number of classes of the network.

    Returns
    -------
    int32 array [n]
        -1 where not known, and throughout where the numbers do not fit.
    """
    if labels.known:
        return labels.labels
    found = in_order(dataset, outputs)
    return labels.labels if found is None else found


def settle(
    labels: Labels, dataset: Dataset, tried: np.ndarray, seen: np.ndarray, predicted: np.ndarray
) -> Labels:
    """Take the labels that were tried, if the predictions agree with them beyond chance.

    Of a network of two classes they are also taken where it disagrees beyond chance: then its
    score speaks for the first class, which the report says.

    Parameters
    ----------
    labels : Labels
        Returned as they are if they are known.
    dataset : Dataset
        Its classes name the labels.
    tried : int array [n]
        From :func:`try_order`.
    seen : int array [N]
        Records that were predicted.
    predicted : int array [N]
        Class predicted for each of them.
    """
    if labels.known or not (tried[seen] >= 0).any():
        return labels
    found = agreement(tried[seen], predicted)
    reversed_order = len(labels.class_names) == 2 and found.below_chance
    own = any(r.label is not None for r in dataset.records)
    what = "labels in the data" if own else "folders"
    figures = (
        f"{100 * found.accuracy:.1f}\u202f% of {found.images:,} images correctly, against "
        f"{100 * found.expected:.1f}\u202f% by chance (permutation test, p"
    )
    if not found.above_chance and not reversed_order:
        return replace(
            labels,
            reason=(
                f"There are as many {what} as classes, but their alphabetical order agrees with "
                f"the predictions no better than chance: the network would classify {figures} = "
                f"{found.p:.2g}). If the order is right nevertheless, pass --labels-in-order; "
                "otherwise name the outputs with --labels FILE."
            ),
        )
    names = labels.class_names if labels.named else own_names(dataset, labels.class_names)
    how = f"The classes are assumed to be the {what} in alphabetical order"
    if reversed_order:
        how += f", but the network then classifies only {figures} < 0.001)."
    else:
        how += f": the network then classifies {figures} < 0.001)."
    return Labels(tried, names, True, how, named=True)
