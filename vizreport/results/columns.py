"""Columns with a row an image, on disk while they are written and while they are read."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, overload

import numpy as np


class Column:
    """Marks a field of a result whose rows are read from the file where they are used.

    It stands after the declaration: ``Annotated[np.ndarray, "int32 [N]", Column()]``.
    """


class ColumnFile:
    """Rows of numbers that are appended one after the other to a nameless file.

    Parameters
    ----------
    dtype : numpy type
        Of the numbers.
    width : tuple of int
        Shape of a row.
    """

    def __init__(self, dtype: Any, width: tuple[int, ...] = ()) -> None:
        self._dtype = np.dtype(dtype)
        self._width = width
        self._count = 0
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 (closed with its owner)

    def append(self, rows: Any) -> None:
        """Add a row of the width, or rows [n, *width]."""
        array = np.asarray(rows, self._dtype, order="C")
        if array.size:  # the data of nothing cannot be written
            self._file.write(array.data)
        self._count += 1 if array.ndim == len(self._width) else len(array)

    def finished(self) -> np.ndarray:
        """Return all rows as an array [n, *width] that is read from the file where it is used."""
        shape = (self._count, *self._width)
        if 0 in shape:  # nothing cannot be mapped
            return np.zeros(shape, self._dtype)
        self._file.flush()
        # A plain array: NumPy's own kind for mapped files takes several times longer for a row.
        return np.asarray(np.memmap(self._file, self._dtype, "r", shape=shape))


class Strings(Sequence[str]):
    """Many strings in two arrays, each made when it is asked for.

    Parameters
    ----------
    content : uint8 array [bytes]
        All of them in UTF-8, one after the other.
    ends : int64 array [n]
        Where each ends in it.
    """

    def __init__(self, content: np.ndarray, ends: np.ndarray) -> None:
        self.content = content
        self.ends = ends

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> list[str]: ...

    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        at = range(len(self))[index]  # negative ones, and an error beyond the end
        begin = int(self.ends[at - 1]) if at else 0
        return self.content[begin : int(self.ends[at])].tobytes().decode("utf-8", "surrogateescape")

    @classmethod
    def of(cls, texts: Iterable[str]) -> Strings:
        """Make them of texts that are in memory."""
        encoded = [text.encode("utf-8", "surrogateescape") for text in texts]
        content = np.frombuffer(b"".join(encoded), np.uint8)
        return cls(content, np.cumsum([len(text) for text in encoded], dtype=np.int64))

    def __len__(self) -> int:
        return len(self.ends)

    def __iter__(self) -> Iterator[str]:
        return (self[i] for i in range(len(self)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, str):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    def __repr__(self) -> str:
        return f"<{len(self):,} strings>"

    __hash__ = None  # type: ignore[assignment]


class StringsFile:
    """Strings that are appended to nameless files.

    File names that are not UTF-8 keep their bytes, as Python's surrogates.
    """

    def __init__(self) -> None:
        self._content = ColumnFile(np.uint8)
        self._ends = ColumnFile(np.int64)
        self._end = self._count = 0

    def append(self, text: str) -> None:
        """Add a string."""
        encoded = text.encode("utf-8", "surrogateescape")
        self._end += len(encoded)
        self._content.append(np.frombuffer(encoded, np.uint8))
        self._ends.append(self._end)
        self._count += 1

    def extend(self, texts: Iterable[str]) -> None:
        """Add strings."""
        for text in texts:
            self.append(text)

    def __len__(self) -> int:
        return self._count

    def finished(self) -> Strings:
        """Return them all."""
        return Strings(self._content.finished(), self._ends.finished())
