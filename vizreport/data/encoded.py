"""From a list of image files, wherever they lie, to a data set."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from itertools import islice

import numpy as np

from vizreport.data.dataset import Dataset, fingerprint
from vizreport.data.decoding import decode
from vizreport.data.image import Decoding, UnreadableImage
from vizreport.data.records import Records
from vizreport.data.storage import Storage
from vizreport.system.progress import progress


@dataclass(frozen=True)
class Encoded:
    """Image files that are listed and can be read, one by one.

    Attributes
    ----------
    name : str
        What a reader of the report sees.
    kind : str
        Source and its options, for the fingerprint.
    records : Records
        What there is.
    read : callable
        Index of a record -> the file's bytes; raises as :meth:`Storage.read` does.
    class_names : tuple of str
        The data's own classes in their order; may be empty.
    skipped : tuple of (path, reason)
        What could not be taken up.
    remote : bool
        Whether reading waits for a network.
    """

    name: str
    kind: str
    records: Records
    read: Callable[[int], bytes]
    class_names: tuple[str, ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()
    remote: bool = False


def encoded_dataset(source: Encoded, decoding: Decoding) -> Dataset:
    """Make a data set of image files, which are decoded when they are asked for.

    Parameters
    ----------
    source : Encoded
        The files.
    decoding : Decoding
        What is done with EXIF rotation and transparency.
    """

    def read(index: int) -> np.ndarray:
        return decode(BytesIO(source.read(index)), decoding=decoding)[0]

    return Dataset(
        name=source.name,
        records=source.records,
        class_names=source.class_names,
        skipped=source.skipped,
        read=read,
        fingerprint=fingerprint(source.kind, source.records, source.class_names, source.skipped),
        encoded=source.read,
        remote=source.remote,
    )


def tags(storage: Storage, files: Sequence[str], known: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield what changes with each file's content, and "", or "" and why there is none.

    It is the entity tag that the storage gives; where it gives none, the file is read and hashed.

    Parameters
    ----------
    storage : Storage
        Has the files.
    files : sequence of str
        Their paths in it.
    known : sequence of str
        Their entity tags; "" where there is none.
    """
    unknown = (file for file, tag in zip(files, known, strict=True) if not tag)
    hashes = _hashes(storage, unknown, sum(not tag for tag in known))
    for tag in known:
        yield (tag, "") if tag else next(hashes)


def _hashes(storage: Storage, files: Iterable[str], count: int) -> Iterator[tuple[str, str]]:
    threads = max(2, os.cpu_count() or 1)

    def hashed(file: str) -> tuple[str, str]:
        return _hash(storage, file)

    # Hashing and reading release the interpreter's lock.
    with (
        progress("hashing", count, "files") as bar,
        ThreadPoolExecutor(max_workers=threads) as pool,
    ):
        rest = iter(files)
        while some := list(islice(rest, 64 * threads)):  # not all the files' futures at once
            for result in pool.map(hashed, some):
                bar.update()
                yield result


def _hash(storage: Storage, file: str) -> tuple[str, str]:
    try:
        digest = hashlib.sha256()
        with storage.open(file) as opened:
            while part := opened.read(2**20):
                digest.update(part)
        return digest.hexdigest(), ""
    except UnreadableImage as error:
        return "", str(error)
    except OSError as error:
        return "", f"the file cannot be read: {error.strerror}"
