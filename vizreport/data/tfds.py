"""TensorFlow Datasets: ``tfds:NAME[:SPLIT]``."""

from __future__ import annotations

import hashlib
import re
import sys
import tempfile
import threading
from typing import Any

import numpy as np

from vizreport.data.dataset import Dataset, sample_indices
from vizreport.data.encoded import Encoded, encoded_dataset
from vizreport.data.image import DEFAULT_DECODING, Decoding
from vizreport.data.records import RecordsFile
from vizreport.errors import RequestError
from vizreport.system.installed import pip_install

_VERSION = re.compile(r"\d+\.(\d+|\*)\.(\d+|\*)")

PREFERRED_SPLITS = ("validation", "test")
"""Taken when none is named, before the data set's first."""


def open_tfds(
    source: str,
    split: str | None = None,
    max_images: int | None = None,
    seed: int = 0,
    decoding: Decoding = DEFAULT_DECODING,
) -> Dataset:
    """Open a data set of TensorFlow Datasets, downloading it on first use.

    The encoded images of the sample are copied to a temporary file that vanishes with the
    program, so memory does not grow with the data, and are decoded like image files.

    Parameters
    ----------
    source : str
        ``NAME[:SPLIT]``; the name may have a configuration and a version
        (``name/config:1.2.0``), the split may be a slice (``train[:10%]``).
    split : str, optional
        In place of SPLIT.
    max_images, seed
        A seeded sample, which keeps the order.
    decoding : Decoding
        What is done with EXIF rotation and transparency.

    Raises
    ------
    RequestError
        If tensorflow-datasets is not installed, or the data set or split does not exist, has no
        images or cannot be downloaded.
    """
    name, named_split = parse_source(source)
    if split and named_split and split != named_split:
        raise RequestError(
            f"tfds:{source} names the split {named_split!r}, and --split {split!r}; pass only one"
        )
    builder = _builder(name)
    chosen_split = _split(name, builder, split or named_split)
    features = builder.info.features
    if "image" not in features:
        raise RequestError(
            f"tfds:{name} has no feature 'image'; it has {', '.join(sorted(features))}"
        )
    label_feature = features["label"] if "label" in features else None  # noqa: SIM401 (no get)
    class_names = tuple(getattr(label_feature, "names", None) or ())
    count = int(builder.info.splits[chosen_split].num_examples)
    wanted = set(sample_indices(count, max_images, seed))
    spool = _Spool()
    records = RecordsFile()
    for i, example in enumerate(_encoded_examples(builder, chosen_split)):
        if i not in wanted:
            continue
        data = bytes(example["image"])
        spool.append(data)
        label = _label(example)
        records.append(
            f"{chosen_split}/{i:0{len(str(count - 1))}d}",
            hashlib.sha256(data).hexdigest(),
            class_names[label] if label is not None and class_names else None,
            label,
        )
    listed = records.finished()
    if not listed:
        raise RequestError(f"tfds:{name} has no images in the split {chosen_split!r}")
    encoded = Encoded(
        name=f"tfds:{name} ({chosen_split})",
        kind=f"tfds {name} {chosen_split}",
        records=listed,
        read=spool.read,
        class_names=class_names,
    )
    return encoded_dataset(encoded, decoding)


def parse_source(source: str) -> tuple[str, str | None]:
    """Split ``NAME[:VERSION][:SPLIT]`` into name (with version) and split."""
    name, _, rest = source.partition(":")
    version, colon, split = rest.partition(":")
    if _VERSION.fullmatch(version):
        return f"{name}:{version}", split or None
    return name, version + colon + split or None


def _builder(name: str) -> Any:
    tfds = _library()
    if not sys.stderr.isatty():
        tfds.disable_progress_bar()
    try:
        builder = tfds.builder(name)
    except Exception as error:  # many kinds, for unknown names, versions, configurations
        raise RequestError(
            f"there is no data set tfds:{name}: {str(error).strip().splitlines()[0]}"
        ) from error
    try:
        builder.download_and_prepare()
    except Exception as error:
        raise RequestError(
            f"tfds:{name} cannot be downloaded or prepared: {error}; connect to the internet, or "
            "follow the data set's page for a manual download"
        ) from error
    return builder


def _library() -> Any:
    try:
        import tensorflow_datasets
    except ImportError as error:
        raise RequestError(
            f"tfds: needs the package tensorflow-datasets; run {pip_install('tensorflow-datasets')}"
        ) from error
    return tensorflow_datasets


def _split(name: str, builder: Any, split: str | None) -> str:
    splits = list(builder.info.splits)
    if split is None:
        return next((s for s in PREFERRED_SPLITS if s in splits), splits[0])
    try:
        builder.info.splits[split]  # takes slices too
    except Exception as error:
        raise RequestError(
            f"tfds:{name} has no split {split!r}; it has {', '.join(splits)}"
        ) from error
    return split


def _encoded_examples(builder: Any, split: str) -> Any:
    tfds = _library()
    examples = builder.as_dataset(
        split=split, shuffle_files=False, decoders={"image": tfds.decode.SkipDecoding()}
    )
    return tfds.as_numpy(examples)


def _label(example: Any) -> int | None:
    """Return the class index; None where there is none (-1 in splits kept for contests)."""
    value = example.get("label")
    return None if value is None or np.ndim(value) or int(value) < 0 else int(value)


class _Spool:
    """Byte strings one after the other in a temporary file; read by many threads."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 (closed with its owner)
        self._offsets = [0]
        self._lock = threading.Lock()

    def append(self, data: bytes) -> None:
        self._file.write(data)
        self._offsets.append(self._offsets[-1] + len(data))

    def read(self, index: int) -> bytes:
        start, end = self._offsets[index : index + 2]
        with self._lock:
            self._file.seek(start)
            return self._file.read(end - start)
