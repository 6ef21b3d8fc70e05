"""The pictures of a build, decoded once and kept on disk for the other experiments."""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import IO

import numpy as np

from vizreport.data.dataset import Dataset
from vizreport.data.preprocessing import Preprocessing
from vizreport.data.reading import Batch, Decoded, read_batches
from vizreport.results.disk import write_at

# Pictures decoded in this process are kept on disk for the other experiments up to this size.
_PICTURES_ON_DISK = 2 * 2**30

_FACTS = np.dtype([("box", np.float32, 4), ("size", np.int32, 2), ("sha256", np.uint8, 32)])


class PictureStore:
    """What the network sees of the images of a data set.

    Parameters
    ----------
    dataset : Dataset
        Whose images are kept at hand.
    preprocessing : Preprocessing
        Crops and resizes the images.
    batch_size : int
        Images decoded at once.
    """

    def __init__(self, dataset: Dataset, preprocessing: Preprocessing, batch_size: int) -> None:
        self.dataset = dataset
        self.preprocessing = preprocessing
        self.batch_size = batch_size

    def read(
        self, records: Sequence[int] | np.ndarray, batch_size: int | None = None
    ) -> Iterator[Batch]:
        """Yield the readable ones of some images in batches, and cache the pictures.

        Images that are at hand are not read again.
        """
        known, size = self._read_before, batch_size or self.batch_size
        for batch in read_batches(self.dataset, self.preprocessing, size, records, known=known):
            if self._fits:
                self._keep(batch)
            yield batch

    def _read_before(self, record: int) -> Decoded | None:
        if not self._fits or not self._kept[record]:
            return None
        facts = _row(self._facts, np.empty((), _FACTS), record)
        picture = _row(self._file, np.empty(self._shape[1:], np.uint8), record)
        left, top, right, bottom = map(float, facts["box"])
        width, height = map(int, facts["size"])
        sha256 = facts["sha256"].tobytes()
        return Decoded(picture, (left, top, right, bottom), (width, height), sha256)

    def pictures(self, records: np.ndarray) -> np.ndarray:
        """Return what the network sees of some images, as ``Preprocessing.tensor`` takes it.

        Parameters
        ----------
        records : int array [n]
            Indices of readable images in the data.

        Returns
        -------
        uint8 array [n, h, w, 3], or [n, h, w, C] of bands
            In their own colours. Decoded again only where they are not at hand.
        """
        records = np.asarray(records)
        if not self._fits:
            wanted, where = np.unique(records, return_inverse=True)
            return self._decode(wanted)[where]
        missing = np.unique(records[~self._kept[records]])
        if len(missing):
            for _ in self.read(missing):
                pass
        pictures = np.empty((len(records), *self._shape[1:]), np.uint8)
        for picture, record in zip(pictures, records, strict=True):
            _row(self._file, picture, int(record))
        return pictures

    def _keep(self, batch: Batch) -> None:
        facts = np.empty(len(batch.indices), _FACTS)
        facts["box"], facts["size"], facts["sha256"] = batch.boxes, batch.sizes, batch.sha256
        for picture, fact, record in zip(batch.pictures, facts, batch.indices, strict=True):
            if not self._kept[record]:
                start, place = int(record), tempfile.gettempdir()
                write_at(self._file, picture.data, start * picture.nbytes, place)
                write_at(self._facts, fact.tobytes(), start * fact.nbytes, place)
        self._kept[batch.indices] = True

    def _decode(self, records: np.ndarray) -> np.ndarray:
        batches = read_batches(self.dataset, self.preprocessing, self.batch_size, records)
        return np.concatenate([batch.pictures for batch in batches])

    @property
    def _fits(self) -> bool:
        return math.prod(self._shape) <= _PICTURES_ON_DISK

    @property
    def _shape(self) -> tuple[int, int, int, int]:
        height, width = self.preprocessing.input_size
        return len(self.dataset.records), height, width, self.preprocessing.image_channels

    @cached_property
    def _kept(self) -> np.ndarray:
        return np.zeros(len(self.dataset.records), bool)

    @cached_property
    def _file(self) -> IO[bytes]:
        # Nameless; grows with what is put into it and goes with the process.
        return tempfile.TemporaryFile()

    @cached_property
    def _facts(self) -> IO[bytes]:
        return tempfile.TemporaryFile()


def _row(file: IO[bytes], row: np.ndarray, record: int) -> np.ndarray:
    """Fill an array with what a file has of an image.

    Not mapped: the pages would count as memory of this process, however many there are.
    """
    found = os.pread(file.fileno(), row.nbytes, record * row.nbytes)
    row[...] = np.frombuffer(found, row.dtype).reshape(row.shape)
    return row
