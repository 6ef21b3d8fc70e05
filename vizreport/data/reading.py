"""Batches of pictures, decoded ahead by threads."""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np

from vizreport.data.dataset import Dataset
from vizreport.data.decoding import decode
from vizreport.data.image import DEFAULT_DECODING, Decoding, Size, UnreadableImage
from vizreport.data.preprocessing import Preprocessing
from vizreport.errors import RequestError

BATCHES_AHEAD = 2
"""Pictures decoded ahead of the consumer, in batches: the bound of the memory they take."""

REMOTE_READERS = 16
"""Threads that read over a network, where most of them wait for an answer."""


@dataclass(frozen=True)
class Batch:
    """Pictures ready for ``Preprocessing.tensor``, b of them.

    Attributes
    ----------
    indices : int64 [b]
        Their records in the data set.
    pictures : uint8 [b, h, w, 3]
        RGB in their own colours, resized and cropped; [b, h, w, C] of bands.
    boxes : float32 [b, 4]
        What the network sees: left, top, right, bottom in pixels of the original image.
    sizes : int32 [b, 2]
        Width and height of the original image, px.
    sha256 : uint8 [b, 32]
        Of each image file's bytes, or of the pixels where there is no file.
    unreadable : list of (path, reason)
        Images left out since the batch before.
    """

    indices: np.ndarray
    pictures: np.ndarray
    boxes: np.ndarray
    sizes: np.ndarray
    sha256: np.ndarray
    unreadable: list[tuple[str, str]]


@dataclass(frozen=True)
class Decoded:
    """One image of a batch."""

    picture: np.ndarray
    box: tuple[float, float, float, float]
    size: Size
    sha256: bytes


def read_batches(
    dataset: Dataset,
    preprocessing: Preprocessing,
    batch_size: int,
    indices: Sequence[int] | np.ndarray | None = None,
    workers: int | None = None,
    known: Callable[[int], Decoded | None] = lambda _: None,
) -> Iterator[Batch]:
    """Read images in order, in batches, with threads ahead of the consumer.

    Unreadable images are left out and the batch is filled with the next ones, so every batch but
    the last has ``batch_size`` pictures. Those met after the last readable one come with the last
    batch; only if no image at all is readable, there is one batch of none.

    Parameters
    ----------
    dataset : Dataset
        Its records are decoded.
    preprocessing : Preprocessing
        From an image to the network's input.
    batch_size : int
        Images in a pass.
    indices : sequence of int, optional
        Records to read, in this order; all by default.
    workers : int, optional
        Threads; by default one for each processor, at least 2, and at least ``REMOTE_READERS``
        for images that come over a network.
    known : callable, optional
        Record -> what was read of it before, None where nothing was; called from the threads.

    Yields
    ------
    Batch

    Raises
    ------
    RequestError
        If the images have not the channels that the preprocessing takes.
    """
    if len(dataset.records) and dataset.channels != preprocessing.image_channels:
        raise RequestError(
            f"the images of {dataset.name} have {dataset.channels} channels, but the network "
            f"takes {preprocessing.input_channels}; pass --data images like those it was trained "
            "on (a .npz file if they have neither 1 nor 3 channels)"
        )
    order = range(len(dataset.records)) if indices is None else [int(i) for i in indices]
    read: list[tuple[int, Decoded]] = []
    unreadable: list[tuple[str, str]] = []
    for index, result in _read_ahead(
        lambda index: known(index) or _read_one(dataset, preprocessing, index),
        order,
        BATCHES_AHEAD * batch_size,
        workers or max(REMOTE_READERS if dataset.remote else 2, os.cpu_count() or 1),
    ):
        if isinstance(result, str):
            unreadable.append((dataset.records[index].path, result))
            continue
        if len(read) == batch_size:  # given away only now, so that no image may follow the last
            yield _batch(read, unreadable, preprocessing)
            read, unreadable = [], []
        read.append((index, result))
    if read or unreadable:
        yield _batch(read, unreadable, preprocessing)


def read_image(path: str | Path, decoding: Decoding = DEFAULT_DECODING) -> np.ndarray:
    """Read one image file at full size: uint8 [H, W, 3], RGB.

    Raises
    ------
    RequestError
        If the file cannot be read.
    """
    try:
        return decode(Path(path), decoding=decoding)[0]
    except UnreadableImage as error:
        raise RequestError(f"the image {path} cannot be read: {error}") from error


def _read_ahead(
    read: Callable[[int], Decoded | str], order: Sequence[int], ahead: int, workers: int
) -> Iterator[tuple[int, Decoded | str]]:
    """Yield each index with what was read or why not; at most ``ahead`` of them in memory."""
    pool = ThreadPoolExecutor(max_workers=workers)
    waiting: deque[tuple[int, Future[Decoded | str]]] = deque()
    rest = iter(order)
    try:
        for index in rest:
            waiting.append((index, pool.submit(read, index)))
            if len(waiting) >= ahead:
                done, future = waiting.popleft()
                yield done, future.result()
        while waiting:
            done, future = waiting.popleft()
            yield done, future.result()
    finally:  # also when the consumer stops early
        pool.shutdown(wait=True, cancel_futures=True)


def _read_one(dataset: Dataset, preprocessing: Preprocessing, index: int) -> Decoded | str:
    try:
        if dataset.encoded is None:
            image, sha256 = dataset.read(index), bytes.fromhex(dataset.records[index].tag)
            size = (image.shape[1], image.shape[0])
        else:
            content = dataset.encoded(index)
            sha256 = hashlib.sha256(content).digest()
            image, size = decode(BytesIO(content), preprocessing.least_size, dataset.decoding)
        return Decoded(preprocessing.picture(image, size), preprocessing.box(*size), size, sha256)
    except UnreadableImage as error:
        return str(error)


def _batch(
    read: list[tuple[int, Decoded]],
    unreadable: list[tuple[str, str]],
    preprocessing: Preprocessing,
) -> Batch:
    shape = (len(read), *preprocessing.input_size, preprocessing.image_channels)
    pictures = np.empty(shape, np.uint8)
    for row, (_, one) in enumerate(read):
        pictures[row] = one.picture
    return Batch(
        indices=np.array([index for index, _ in read], np.int64),
        pictures=pictures,
        boxes=np.array([one.box for _, one in read], np.float32).reshape(-1, 4),
        sizes=np.array([one.size for _, one in read], np.int32).reshape(-1, 2),
        sha256=np.frombuffer(b"".join(one.sha256 for _, one in read), np.uint8).reshape(-1, 32),
        unreadable=unreadable,
    )
