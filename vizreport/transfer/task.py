"""What is learned from which images: the targets and the splits. No TensorFlow here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vizreport.data.dataset import Dataset
from vizreport.errors import RequestError
from vizreport.training.image_sets import class_labels
from vizreport.transfer.splits import Split, random_splits


@dataclass(frozen=True)
class Task:
    """Images with their classes, and what trains and tests.

    Attributes
    ----------
    datasets : tuple of Dataset
        One, or one that trains and one that tests; positions count through both.
    targets : int8 array [N, C]
        1 of the class, -1 not, 0 does not count.
    splits : list of Split
        One after the other.
    class_names : tuple of str
        Of the C classes.
    measure : {"accuracy", "average precision"}
        What is reported of each class.
    """

    datasets: tuple[Dataset, ...]
    targets: np.ndarray
    splits: list[Split]
    class_names: tuple[str, ...]
    measure: str


def one_class_each(
    dataset: Dataset, test: Dataset | None, per_class: Sequence[int] | None, splits: int
) -> Task:
    """Make random splits of images of one class each.

    Parameters
    ----------
    dataset : Dataset
        Each image has one class or none.
    test : Dataset or None
        Has to be None: the splits themselves test.
    per_class : sequence of int or None
        Images of each class that train; None for 15, 30, 45 and 60, as far as they go.
    splits : int
        Number of random splits.

    Raises
    ------
    RequestError
        Other images were named to test with, or a class has too few.
    """
    if test is not None:
        raise RequestError(
            "--test-split is for multi-label data; images with one class each are split at "
            "random; omit it"
        )
    labels, names = class_labels(dataset)
    drawn = random_splits(labels, per_class, splits, names)
    targets = np.where(labels[:, None] == np.arange(len(names)), 1, -1).astype(np.int8)
    return Task((dataset,), targets, drawn, names, "accuracy")


def several_classes(
    dataset: Dataset, test: Dataset | None, classifiers: Sequence[str], single_only: Sequence[str]
) -> Task:
    """Make the one split of multi-label data, such as PASCAL VOC.

    Parameters
    ----------
    dataset, test : Dataset
        Images that train, and images that test.
    classifiers : sequence of str
        Those asked for; "softmax" is refused, since it chooses one class.
    single_only : sequence of str
        Options that were given and need images of one class each.

    Raises
    ------
    RequestError
        Nothing to test with, or an option does not fit.
    """
    here = f"{dataset.name} has several classes per image"
    if test is None or test.class_names != dataset.class_names:
        raise RequestError(f"{here}; choose the test split with --test-split, such as val")
    if "softmax" in classifiers:
        raise RequestError(
            f"{here}, but a softmax predicts only one; remove softmax from --classifiers"
        )
    if single_only:
        raise RequestError(f"{here}; omit {single_only[0]}")
    assert dataset.memberships is not None
    assert test.memberships is not None
    first = len(dataset.records)
    split = Split(0, 0, np.arange(first), first + np.arange(len(test.records)))
    targets = np.concatenate([dataset.memberships, test.memberships])
    return Task((dataset, test), targets, [split], dataset.class_names, "average precision")
