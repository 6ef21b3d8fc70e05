"""From a list of image files, wherever they lie, to a data set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from io import BytesIO

import numpy as np

from vizreport.data.contents import Contents
from vizreport.data.dataset import Dataset, fingerprint
from vizreport.data.decoding import decode
from vizreport.data.image import Decoding
from vizreport.data.records import Records


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
    sizes, times : arrays or None
        As :class:`vizreport.data.contents.Contents` takes them; None where the records have tags.
    """

    name: str
    kind: str
    records: Records
    read: Callable[[int], bytes]
    class_names: tuple[str, ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()
    remote: bool = False
    sizes: np.ndarray | None = None
    times: np.ndarray | None = None


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

    fingerprint_of = partial(
        fingerprint, source.kind, source.records, source.class_names, source.skipped
    )
    contents = None
    if source.sizes is not None and source.times is not None:
        # Classes may be read from elsewhere than the paths, and change where no image does.
        kind = f"{source.kind} {source.records.classes_hash}"
        about = fingerprint(kind, (), source.class_names, source.skipped)
        paths = source.records.paths
        contents = Contents(about, paths, fingerprint_of, source.read, source.sizes, source.times)
    return Dataset(
        name=source.name,
        records=source.records,
        class_names=source.class_names,
        skipped=source.skipped,
        read=read,
        tagged="" if contents else fingerprint_of(),
        encoded=source.read,
        remote=source.remote,
        contents=contents,
    )
