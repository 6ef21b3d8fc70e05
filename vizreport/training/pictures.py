"""Images that train and that validate, read. No TensorFlow here."""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import IO, TypeVar

import numpy as np

from vizreport.data.preprocessing import Preprocessing
from vizreport.data.reading import read_batches
from vizreport.errors import RequestError
from vizreport.results.disk import reserve
from vizreport.system.progress import progress
from vizreport.training.geometry import recipe_preprocessing, square_of
from vizreport.training.image_sets import ImageSet, ImageSets
from vizreport.training.request import TrainingRequest

# Pictures up to this size are decoded once and kept on disk; larger sets are decoded each epoch.
_KEPT_BYTES = 2 * 2**30

T = TypeVar("T")


@dataclass(frozen=True)
class Pictures:
    """Readable images of an image set, cut to the square.

    Attributes
    ----------
    image_set : ImageSet
        Without the unreadable images.
    square : Preprocessing
        Resize and crop to the square, R px.
    kept : uint8 array [n, R, R, 3] or None
        The pictures, where they fit on disk.
    mean : float32 array [R, R, 3]
        Per-pixel mean.
    unreadable : tuple of (path, reason)
        Images of the set that are left out.
    """

    image_set: ImageSet
    square: Preprocessing
    kept: np.ndarray | None
    mean: np.ndarray
    unreadable: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Images:
    """The image sets, read: pictures that train and that validate, and the name of each output."""

    training: Pictures
    validation: Pictures
    class_names: tuple[str, ...]


def read_images(request: TrainingRequest, sets: ImageSets, log: Callable[[str], None]) -> Images:
    """Read the images of both sets; what cannot be read is named and left out.

    Parameters
    ----------
    request : TrainingRequest
        Says how large the squares are.
    sets : ImageSets
        Which images train and which validate.
    log : callable
        Called with a line for each image that is left out.

    Raises
    ------
    RequestError
        No image of a set can be read, or those that train do not fill a batch.
    """
    square = square_of(recipe_preprocessing(request.input_size))
    training = read_pictures(sets.training, square, "reading training images")
    validation = read_pictures(sets.validation, square, "reading validation images")
    for path, reason in (*training.unreadable, *validation.unreadable):
        log(f"skipped {path}: {reason}")
    count = len(training.image_set.labels)
    log(f"{count} training images, {len(validation.image_set.labels)} validation images")
    if count < request.batch_size:
        raise RequestError(
            f"there are {count} training images, fewer than a batch of {request.batch_size}; "
            "lower --batch-size"
        )
    return Images(training, validation, sets.class_names)


def read_pictures(image_set: ImageSet, square: Preprocessing, what: str) -> Pictures:
    """Read every image once: find the unreadable ones, the mean, and keep what fits on disk.

    Parameters
    ----------
    image_set : ImageSet
        The images that train, or those that validate.
    square : Preprocessing
        As :func:`vizreport.training.geometry.square_of` makes it.
    what : str
        For the progress bar.

    Raises
    ------
    RequestError
        No image can be read.
    """
    shape = (len(image_set.indices), *square.input_size, 3)
    fits = int(np.prod(shape, dtype=np.int64)) <= _KEPT_BYTES
    # A nameless file that goes with the process.
    file = tempfile.TemporaryFile()  # noqa: SIM115
    kept = np.memmap(file, np.uint8, "w+", shape=shape) if fits and _has_room(file, shape) else None
    total = np.zeros(shape[1:], np.uint64)  # exact, whatever the order
    readable: list[np.ndarray] = []
    unreadable: list[tuple[str, str]] = []
    count = 0
    with progress(what, len(image_set.indices), "images") as bar:
        for batch in read_batches(image_set.dataset, square, 64, image_set.indices):
            if kept is not None:
                kept[count : count + len(batch.indices)] = batch.pictures
            total += batch.pictures.sum(0, dtype=np.uint64)
            count += len(batch.indices)
            readable.append(batch.indices)
            unreadable += batch.unreadable
            bar.update(len(batch.indices) + len(batch.unreadable))
    if not count:
        raise RequestError(
            f"no image of {image_set.dataset.name} can be read; the first: {unreadable[0][1]}"
        )
    found = np.isin(image_set.indices, np.concatenate(readable))
    return Pictures(
        ImageSet(image_set.dataset, image_set.indices[found], image_set.labels[found]),
        square,
        None if kept is None else kept[:count],
        (total / count).astype(np.float32),
        tuple(unreadable),
    )


def _has_room(file: IO[bytes], shape: tuple[int, ...]) -> bool:
    try:
        reserve(file, 0, int(np.prod(shape, dtype=np.int64)), tempfile.gettempdir())
    except OSError:
        return False
    return True


def in_order(pictures: Pictures, positions: np.ndarray, batch_size: int) -> Iterator[np.ndarray]:
    """Yield pictures in batches.

    Parameters
    ----------
    pictures : Pictures
        What the positions count.
    positions : int array [n]
        Among the readable ones.
    batch_size : int
        Images in a pass.

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
    image_set = pictures.image_set
    indices = image_set.indices[positions]
    for batch in read_batches(image_set.dataset, pictures.square, batch_size, indices):
        if batch.unreadable:
            path, reason = batch.unreadable[0]
            raise RequestError(f"{path} was readable before but is not now: {reason}")
        yield batch.pictures


def ahead(items: Iterator[T], count: int = 2) -> Iterator[T]:
    """Yield the items, ``count`` of them made ahead by a thread."""
    end = object()
    with ThreadPoolExecutor(1) as pool:
        waiting = deque(pool.submit(next, items, end) for _ in range(count))
        while (item := waiting.popleft().result()) is not end:
            waiting.append(pool.submit(next, items, end))
            yield item  # type: ignore[misc]
