"""The records of many images, as columns on disk."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import overload

import numpy as np

from vizreport.data.dataset import ImageRecord
from vizreport.results.columns import ColumnFile, Strings, StringsFile


class Records(Sequence[ImageRecord]):
    """Records that are made when they are asked for; :class:`RecordsFile` writes them.

    Parameters
    ----------
    paths, tags : Strings
        Of each image.
    classes, labels : int32 array [n]
        Position in ``names``, and the data's own class index; -1 where there is none.
    names : sequence of str
        Names of classes, in the order in which they occur.
    """

    def __init__(
        self,
        paths: Strings,
        tags: Strings,
        classes: np.ndarray,
        labels: np.ndarray,
        names: Sequence[str],
    ) -> None:
        self.paths = paths
        self._tags = tags
        self._classes = classes
        self._labels = labels
        self.class_names = names

    @overload
    def __getitem__(self, index: int) -> ImageRecord: ...

    @overload
    def __getitem__(self, index: slice) -> list[ImageRecord]: ...

    def __getitem__(self, index: int | slice) -> ImageRecord | list[ImageRecord]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        at = range(len(self))[index]
        named, label = int(self._classes[at]), int(self._labels[at])
        return ImageRecord(
            at,
            self.paths[at],
            self._tags[at],
            self.class_names[named] if named >= 0 else None,
            label if label >= 0 else None,
        )

    def __len__(self) -> int:
        return len(self.paths)

    @property
    def classes_hash(self) -> str:
        """Hash of each image's class and of the classes' names."""
        digest = hashlib.sha256(json.dumps(list(self.class_names)).encode())
        for column in (self._classes, self._labels):
            digest.update(np.asarray(column, "<i4").tobytes())
        return digest.hexdigest()


def class_numbers(
    records: Sequence[ImageRecord], indices: np.ndarray
) -> tuple[np.ndarray, list[str]]:
    """Return the numbers of some images' classes, -1 without, and the names by number, sorted.

    Parameters
    ----------
    records : sequence of ImageRecord
        Of a data set.
    indices : int array [n]
        Those to look at.

    Returns
    -------
    numbers : int32 array [n]
    names : list of str
        Of the classes that occur.
    """
    found: dict[str | None, int] = {None: 0}
    numbers = np.empty(len(indices), np.int32)
    for row, index in enumerate(indices):
        name = records[int(index)].class_name or None
        numbers[row] = found.setdefault(name, len(found))
    names = sorted(name for name in found if name)
    places = [names.index(name) if name else -1 for name in found]
    return np.array(places, np.int32)[numbers], names


class RecordsFile:
    """Records that are appended to nameless files, in the order of their indices."""

    def __init__(self) -> None:
        self._paths, self._tags = StringsFile(), StringsFile()
        self._classes, self._labels = ColumnFile(np.int32), ColumnFile(np.int32)
        self._names: dict[str, int] = {}

    def append(
        self, path: str, tag: str, class_name: str | None = None, label: int | None = None
    ) -> None:
        """Add a record; see :class:`vizreport.data.dataset.ImageRecord`."""
        self._paths.append(path)
        self._tags.append(tag)
        known = -1 if class_name is None else self._names.setdefault(class_name, len(self._names))
        self._classes.append(known)
        self._labels.append(-1 if label is None else label)

    def finished(self) -> Records:
        """Return them all."""
        return Records(
            self._paths.finished(),
            self._tags.finished(),
            self._classes.finished(),
            self._labels.finished(),
            list(self._names),
        )
