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
from vizreport.data.reading import Batch, read_batches
from vizreport.results.disk import write_at

# Pictures decoded in this process are kept on disk for the other experiments up to this size.
_PICTURES_ON_DISK = 2 * 2**30


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

    def read(self, records: Sequence[int]) -> Iterator[Batch]:
        """Yield the readable ones of some images in batches, and keep the pictures at hand."""
        for batch in read_batches(self.dataset, self.preprocessing, self.batch_size, records):
            if self._fits:
                self._keep(batch.indices, batch.pictures)
            yield batch

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
            self._keep(missing, self._decode(missing))
        pictures = np.empty((len(records), *self._shape[1:]), np.uint8)
        for picture, record in zip(pictures, records, strict=True):
            # Not mapped: the pages would count as memory of this process, however many there are.
            found = os.pread(self._file.fileno(), picture.nbytes, int(record) * picture.nbytes)
            picture[...] = np.frombuffer(found, np.uint8).reshape(picture.shape)
        return pictures

    def _keep(self, records: np.ndarray, pictures: np.ndarray) -> None:
        for picture, record in zip(pictures, records, strict=True):
            write_at(self._file, picture.data, int(record) * picture.nbytes, tempfile.gettempdir())
        self._kept[records] = True

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
