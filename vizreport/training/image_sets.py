"""Which images train and which validate. No TensorFlow here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vizreport.data.dataset import Dataset
from vizreport.data.labels import resolve_labels
from vizreport.data.sources import open_dataset
from vizreport.errors import RequestError
from vizreport.training.request import TrainingRequest

HELD_OUT = 0.1
MOST_HELD_OUT = 50
"""Of each class, where no split validates: a tenth and at most 50 images (paper, section 5.1)."""


@dataclass(frozen=True)
class ImageSet:
    """Images of a data set with their classes: the training images, or the validation images.

    Attributes
    ----------
    dataset : Dataset
        What ``indices`` count.
    indices : int array [n]
        Records of the data set.
    labels : int32 array [n]
        Class of each.
    """

    dataset: Dataset
    indices: np.ndarray
    labels: np.ndarray


@dataclass(frozen=True)
class ImageSets:
    """Images that train, images that validate, and the name of each output."""

    training: ImageSet
    validation: ImageSet
    class_names: tuple[str, ...]

    @property
    def fingerprints(self) -> tuple[str, str]:
        """Of the data sets of the training and the validation images."""
        return self.training.dataset.fingerprint, self.validation.dataset.fingerprint


def open_image_sets(request: TrainingRequest) -> ImageSets:
    """Open the data and part them in training and validation images.

    Raises
    ------
    RequestError
        There is no such data or split, fewer than 2 classes, or nothing to validate with.
    """
    split, validation_split = request.split, request.validation_split
    kind = request.data.partition(":")[0]
    has_splits = kind in ("keras", "shapes", "scenes")
    if has_splits or (kind == "tfds" and request.data.count(":") == 1):
        split = split or "train"
    if request.data == "scenes":
        validation_split = validation_split or "val"
    dataset = open_dataset(request.data, split, request.max_images, request.seed)
    labels, class_names = class_labels(dataset)
    known = np.flatnonzero(labels >= 0)
    if validation_split is None:
        train, held = hold_out(labels[known], request.images_per_class, request.seed)
        training = ImageSet(dataset, known[train], labels[known[train]])
        validation = ImageSet(dataset, known[held], labels[known[held]])
    else:
        other = open_dataset(request.data, validation_split, None, request.seed)
        found = resolve_labels(other, len(class_names), class_names, labels_in_order=True)
        there = np.flatnonzero(found.labels >= 0)
        validation = ImageSet(other, there, found.labels[there])
        most = request.images_per_class
        train = known if most is None else known[hold_out(labels[known], most, request.seed)[0]]
        training = ImageSet(dataset, train, labels[train])
    if not len(validation.indices):
        raise RequestError(
            f"{request.data} has no validation images; pass more than one image per class, or "
            "--validation-split"
        )
    return ImageSets(training, validation, class_names)


def class_labels(dataset: Dataset) -> tuple[np.ndarray, tuple[str, ...]]:
    """Class of each record (-1 for none) and the classes' names, in the data's own order.

    Raises
    ------
    RequestError
        The images are of fewer than two classes.
    """
    records = dataset.records
    if any(record.label is not None for record in records):
        labels = np.array([-1 if r.label is None else r.label for r in records], np.int32)
        names = dataset.class_names or tuple(f"class {i}" for i in range(int(labels.max()) + 1))
    else:
        names = dataset.class_names
        number = {name: i for i, name in enumerate(names)}
        labels = np.array([number.get(r.class_name or "", -1) for r in records], np.int32)
    if len(np.unique(labels[labels >= 0])) < 2:
        raise RequestError(
            f"{dataset.name} has images of fewer than two classes; training needs one subfolder "
            "per class, or labelled data"
        )
    return labels, names


def hold_out(
    labels: np.ndarray, images_per_class: int | None, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Split images into training and validation images, class by class.

    Parameters
    ----------
    labels : int array [n]
        Class of each image.
    images_per_class : int or None
        That many of each class train and up to 50 of the others validate; where None, a tenth of
        each class, at most 50, validates and the others train.
    seed : int
        Of the random choice.

    Returns
    -------
    train, held : int arrays
        Positions in ``labels``, rising.
    """
    random = np.random.default_rng(seed)
    train: list[np.ndarray] = []
    held: list[np.ndarray] = []
    for label in np.unique(labels):
        members = random.permutation(np.flatnonzero(labels == label))
        if images_per_class is None:
            count = min(round(len(members) * HELD_OUT), MOST_HELD_OUT)
            held.append(members[:count])
            train.append(members[count:])
        else:
            train.append(members[:images_per_class])
            held.append(members[images_per_class : images_per_class + MOST_HELD_OUT])
    return np.sort(np.concatenate(train)), np.sort(np.concatenate(held))
