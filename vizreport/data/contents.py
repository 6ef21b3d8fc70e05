"""The contents of image files by their hashes, which whoever reads a file takes."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

import numpy as np

from vizreport.data.image import UnreadableImage
from vizreport.results.columns import Strings
from vizreport.system.progress import progress

_TICK = 2 * 10**9
"""Nanoseconds in which a file can be written twice without another time: FAT counts in twos."""


class Contents:
    """Hashes of image files that a storage has no entity tags for.

    What is not known yet is read when :attr:`fingerprint` is asked for.

    Parameters
    ----------
    about : str
        Hash of what the data are apart from their images.
    paths : Strings
        Of the images.
    fingerprint_of : callable
        From a tag for each image to the data's fingerprint.
    read : callable
        Index of a record -> the file's bytes; raises as :meth:`Storage.read` does.
    sizes : int64 array [n]
        Bytes of each file, or of the shard that it is in.
    times : int64 array [n, 3]
        As ``Item.times`` has them.
    """

    def __init__(
        self,
        about: str,
        paths: Strings,
        fingerprint_of: Callable[[Iterable[str]], str],
        read: Callable[[int], bytes],
        sizes: np.ndarray,
        times: np.ndarray,
    ) -> None:
        self._about, self._paths, self._sizes, self._times = about, paths, sizes, times
        self._fingerprint_of, self._read = fingerprint_of, read
        count = len(paths)
        self._known = np.zeros(count, bool)
        file = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the array)
        self.sha256 = np.memmap(file, np.uint8, "w+", shape=(count, 32))

    @cached_property
    def names(self) -> str:
        """Hash of the files' names and sizes."""
        digest = hashlib.sha256(self._about.encode())
        for array in (self._paths.content, self._paths.ends, self._sizes):
            digest.update(array.tobytes())
        return digest.hexdigest()

    @property
    def manifest(self) -> str:
        """Hash of names, sizes and times; "" where the storage does not tell the times."""
        if not self._times[:, 1].all():
            return ""
        times = np.ascontiguousarray(self._times[:, :2])
        return hashlib.sha256(self.names.encode() + times.tobytes()).hexdigest()

    @property
    def times(self) -> np.ndarray:
        """When each file was changed, and its entry: int64 [n, 2], ns.

        0 where another content might have the same times, and where there is no content.
        """
        times = np.array(self._times[:, :2])
        times[self._times[:, 2] - times.max(axis=1, initial=0) < _TICK] = 0
        times[~self.sha256.any(axis=1)] = 0
        return times

    @cached_property
    def fingerprint(self) -> str:
        """Hash of paths, contents and classes; independent of times and of where the files are."""
        for index, digest in self._hashes(np.flatnonzero(~self._known)):
            self.learn(np.array([index]), np.frombuffer(digest, np.uint8)[None])
        return self._fingerprint_of(row.tobytes().hex() if row.any() else "" for row in self.sha256)

    def learn(self, records: np.ndarray, sha256: np.ndarray) -> None:
        """Take the hashes of some files from who has read them.

        Parameters
        ----------
        records : int array [k]
            Which.
        sha256 : uint8 array [k, 32]
            Of their bytes; 0 of a file that cannot be read.
        """
        self.sha256[records] = sha256
        self._known[records] = True

    def recall(self, sha256: np.ndarray, times: np.ndarray) -> bool:
        """Return whether the files still have the contents that they had, and learn these.

        Only files with other times are read, and none after the first that has changed.

        Parameters
        ----------
        sha256 : uint8 array [n, 32]
            What they had.
        times : int64 array [n, 2]
            What :attr:`times` was then.
        """
        touched = np.flatnonzero((self._times[:, :2] != times).any(axis=1) | ~times.any(axis=1))
        if any(digest != sha256[index].tobytes() for index, digest in self._hashes(touched)):
            return False
        self.learn(np.arange(len(sha256)), sha256)
        return True

    def _hashes(self, records: np.ndarray) -> Iterator[tuple[int, bytes]]:
        """Yield records and the hashes of their files, which are read ahead by threads."""
        threads = max(2, os.cpu_count() or 1)

        def digest(index: int) -> bytes:
            try:
                return hashlib.sha256(self._read(index)).digest()
            except UnreadableImage:
                return bytes(32)

        # Hashing and reading release the interpreter's lock.
        with (
            progress("hashing", len(records), "images") as bar,
            ThreadPoolExecutor(max_workers=threads) as pool,
        ):
            for start in range(0, len(records), 64 * threads):  # not all the futures at once
                some = [int(i) for i in records[start : start + 64 * threads]]
                for index, found in zip(some, pool.map(digest, some), strict=True):
                    bar.update()
                    yield index, found
