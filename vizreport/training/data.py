"""Which images train, which validate, and the way they are read. No TensorFlow here."""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from vizreport.data.dataset import Dataset
from vizreport.data.labels import resolve_labels
from vizreport.data.preprocessing import Preprocessing
from vizreport.data.reading import read_batches
from vizreport.data.sources import open_dataset
from vizreport.errors import RequestError
from vizreport.progress import progress
from vizreport.training.geometry import recipe_preprocessing, square_of
from vizreport.training.request import TrainingRequest

HELD_OUT = 0.1
MOST_HELD_OUT = 50
"""Of each class, where no split validates: a tenth and at most 50 images (paper, section 5.1)."""

# Pictures up to this size are decoded once and kept on disk; larger sets are decoded each epoch.
_KEPT_BYTES = 2 * 2**30

T = TypeVar("T")


@dataclass(frozen=True)
class Part:
    """Images of a data set with their classes: those that train, or those that validate.

    Attributes
    ----------
    dataset : Dataset
    indices : int array [n]
        Records of the data set.
    labels : int32 array [n]
        Class of each.
    """

    dataset: Dataset
    indices: np.ndarray
    labels: np.ndarray


@dataclass(frozen=True)
class Pictures:
    """Readable images of a part, cut to the square.

    Attributes
    ----------
    part : Part
        Without the unreadable images.
    square : Preprocessing
    kept : uint8 array [n, R, R, 3] or None
        The pictures, where they fit on disk.
    mean : float32 array [R, R, 3]
        Per-pixel mean.
    unreadable : tuple of (path, reason)
    """

    part: Part
    square: Preprocessing
    kept: np.ndarray | None
    mean: np.ndarray
    unreadable: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Parts:
    """Images that train, images that validate, and the name of each output."""

    training: Part
    validation: Part
    class_names: tuple[str, ...]

    @property
    def fingerprints(self) -> tuple[str, str]:
        """Of the data sets of the training and the validation images."""
        return self.training.dataset.fingerprint, self.validation.dataset.fingerprint


@dataclass(frozen=True)
class Images:
    """The parts, read: pictures that train and that validate, and the name of each output."""

    training: Pictures
    validation: Pictures
    class_names: tuple[str, ...]


def open_parts(request: TrainingRequest) -> Parts:
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
        training = Part(dataset, known[train], labels[known[train]])
        validation = Part(dataset, known[held], labels[known[held]])
    else:
        other = open_dataset(request.data, validation_split, None, request.seed)
        found = resolve_labels(other, len(class_names), class_names, labels_in_order=True)
        there = np.flatnonzero(found.labels >= 0)
        validation = Part(other, there, found.labels[there])
        most = request.images_per_class
        train = known if most is None else known[hold_out(labels[known], most, request.seed)[0]]
        training = Part(dataset, train, labels[train])
    if not len(validation.indices):
        raise RequestError(
            f"{request.data} has no images to validate with: give more than one image a class, or "
            "--validation-split"
        )
    return Parts(training, validation, class_names)


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
            f"{dataset.name} has images of fewer than two classes; training needs one subfolder a "
            "class, or data with labels"
        )
    return labels, names


def hold_out(
    labels: np.ndarray, images_per_class: int | None, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Part images in those that train and those that validate, class by class.

    Parameters
    ----------
    labels : int array [n]
    images_per_class : int or None
        That many of each class train and up to 50 of the others validate; where None, a tenth of
        each class, at most 50, validates and the others train.
    seed : int

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


def read_images(request: TrainingRequest, parts: Parts, say: Callable[[str], None]) -> Images:
    """Read the images of both parts; what cannot be read is named and left out.

    Parameters
    ----------
    request : TrainingRequest
    parts : Parts
    say : callable
        Is told what is left out, a line each.

    Raises
    ------
    RequestError
        No image of a part can be read, or those that train do not fill a batch.
    """
    square = square_of(recipe_preprocessing(request.input_size))
    training = read_pictures(parts.training, square, "reading training images")
    validation = read_pictures(parts.validation, square, "reading validation images")
    for path, reason in (*training.unreadable, *validation.unreadable):
        say(f"left out {path}: {reason}")
    count = len(training.part.labels)
    say(f"{count} images to train, {len(validation.part.labels)} to validate")
    if count < request.batch_size:
        raise RequestError(
            f"there are {count} images to train, fewer than a batch of {request.batch_size}: "
            "lower --batch-size"
        )
    return Images(training, validation, parts.class_names)


def read_pictures(part: Part, square: Preprocessing, what: str) -> Pictures:
    """Read every image once: find the unreadable ones, the mean, and keep what fits on disk.

    Parameters
    ----------
    part : Part
    square : Preprocessing
        As :func:`vizreport.training.geometry.square_of` makes it.
    what : str
        For the progress bar.

    Raises
    ------
    RequestError
        No image can be read.
    """
    shape = (len(part.indices), *square.input_size, 3)
    fits = int(np.prod(shape, dtype=np.int64)) <= _KEPT_BYTES
    # A nameless file that goes with the process.
    file = tempfile.TemporaryFile()  # noqa: SIM115
    kept = np.memmap(file, np.uint8, "w+", shape=shape) if fits else None
    total = np.zeros(shape[1:], np.uint64)  # exact, whatever the order
    readable: list[np.ndarray] = []
    unreadable: list[tuple[str, str]] = []
    count = 0
    with progress(what, len(part.indices), "images") as bar:
        for batch in read_batches(part.dataset, square, 64, part.indices):
            if kept is not None:
                kept[count : count + len(batch.indices)] = batch.pictures
            total += batch.pictures.sum(0, dtype=np.uint64)
            count += len(batch.indices)
            readable.append(batch.indices)
            unreadable += batch.unreadable
            bar.update(len(batch.indices) + len(batch.unreadable))
    if not count:
        raise RequestError(
            f"no image of {part.dataset.name} can be read; the first: {unreadable[0][1]}"
        )
    found = np.isin(part.indices, np.concatenate(readable))
    return Pictures(
        Part(part.dataset, part.indices[found], part.labels[found]),
        square,
        None if kept is None else kept[:count],
        (total / count).astype(np.float32),
        tuple(unreadable),
    )


def in_order(pictures: Pictures, positions: np.ndarray, batch_size: int) -> Iterator[np.ndarray]:
    """Yield pictures in batches.

    Parameters
    ----------
    pictures : Pictures
    positions : int array [n]
        Among the readable ones.
    batch_size : int

    Yields
    ------
    uint8 array [b, R, R, 3]

    Raises
    ------
    RequestError
        If a picture could be read before and now cannot.
    """
    if pictures.kept is not None:
        for start in range(0, len(positions), batch_size):
            yield pictures.kept[positions[start : start + batch_size]]
        return
    part = pictures.part
    indices = part.indices[positions]
    for batch in read_batches(part.dataset, pictures.square, batch_size, indices):
        if batch.unreadable:
            path, reason = batch.unreadable[0]
            raise RequestError(f"{path} could be read before and now cannot: {reason}")
        yield batch.pictures


def ahead(items: Iterator[T], count: int = 2) -> Iterator[T]:
    """Yield the items, ``count`` of them made ahead by a thread."""
    end = object()
    with ThreadPoolExecutor(1) as pool:
        waiting = deque(pool.submit(next, items, end) for _ in range(count))
        while (item := waiting.popleft().result()) is not end:
            waiting.append(pool.submit(next, items, end))
            yield item  # type: ignore[misc]
