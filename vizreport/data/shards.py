"""Images in shards: tar archives and Parquet files, several of which make a data set."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from vizreport.data.dataset import Dataset, sample_indices
from vizreport.data.encoded import Encoded, encoded_dataset
from vizreport.data.image import Decoding
from vizreport.data.parquet_shard import open_parquet
from vizreport.data.records import RecordsFile
from vizreport.data.shard import Shard
from vizreport.data.storage import Item, Storage
from vizreport.data.tar_shard import open_tar
from vizreport.data.walking import TAR, shown
from vizreport.errors import RequestError
from vizreport.results.columns import ColumnFile
from vizreport.system.progress import progress

_NUMBERED = re.compile(r"(.+?)[-_.]\d+-of-\d+\.\w+")
"""As published data sets call their shards: ``validation-00003-of-00014.parquet``."""

_PREFERRED = ("validation", "valid", "val", "test")
"""Splits of which one is taken where none is asked for, as of TensorFlow Datasets."""


def open_shards(
    storage: Storage,
    files: Sequence[tuple[str, Item]],
    name: str,
    split: str | None,
    max_images: int | None,
    seed: int,
    decoding: Decoding,
) -> Dataset:
    """List the images in shards; of tar archives the members, of Parquet files the rows.

    Parameters
    ----------
    storage : Storage
        Has the files.
    files : sequence of (path, Item)
        The shards in their order.
    name : str
        What a reader of the report sees.
    split : str or None
        For the fingerprint. Where None, and the files' names say splits, one of them is taken.
    max_images, seed
        A seeded sample, which keeps the order.
    decoding : Decoding
        What is done with EXIF rotation and transparency.

    Raises
    ------
    RequestError
        If a shard is damaged, cannot be read, or there are no images.
    """
    if split is None and (preferred := _preferred(files)):
        split, files = preferred, of_split(files, preferred)
        name = f"{name} ({split})"
    shards: list[Shard] = []
    records = RecordsFile()
    places = ColumnFile(np.int64, (3,))
    tagged = all(item.tag for _, item in files)
    skipped: list[tuple[str, str]] = []
    with progress("listing", len(files), "shards") as bar:
        for number, (path, item) in enumerate(files):
            shard = _opened(storage, path)
            for member in shard.members:
                where = shown(f"{path}/{member.path}")
                records.append(where, item.tag if tagged else "", member.class_name, member.label)
                places.append((number, *member.place))
            skipped += [(shown(f"{path}/{member}"), why) for member, why in shard.skipped]
            shards.append(shard)
            bar.update()
    every, at = records.finished(), places.finished()
    if not len(every):
        raise RequestError(f"there are no images in {storage.where}/{files[0][0]}")
    chosen = sample_indices(len(every), max_images, seed)
    if len(chosen) < len(every):
        some = RecordsFile()
        for i in chosen:
            some.append(every.paths[i], every[i].tag, every[i].class_name, every[i].label)
        every, at = some.finished(), at[chosen]

    reads = [shard.read for shard in shards]
    shard_of = at[:, 0]
    sizes = np.array([item.size for _, item in files], np.int64)[shard_of]
    times = np.array([item.times for _, item in files], np.int64)[shard_of]

    def read(index: int) -> bytes:
        shard, *place = map(int, at[index])
        return reads[shard]((place[0], place[1]))

    source = Encoded(
        name=name,
        kind=f"shards {split or ''}",
        records=every,
        read=read,
        class_names=_class_names(storage, files, shards, every.class_names),
        skipped=tuple(skipped),
        remote=storage.remote,
        sizes=None if tagged else sizes,
        times=None if tagged else times,
    )
    return encoded_dataset(source, decoding)


def of_split(files: Sequence[tuple[str, Item]], split: str) -> list[tuple[str, Item]]:
    """Return the shards whose names begin with a split's, or that lie in a folder of its name."""
    begins = re.compile(rf"{re.escape(split)}(?![A-Za-z0-9])")
    return [
        (path, item)
        for path, item in files
        if begins.match(item.name) or split in path.split("/")[:-1]
    ]


def _preferred(files: Sequence[tuple[str, Item]]) -> str | None:
    """Return the split to take where the names of all shards say one; None where they do not."""
    named = [_NUMBERED.fullmatch(item.name) for _, item in files]
    splits = list(dict.fromkeys(found[1] for found in named if found))
    if not all(named) or len(splits) < 2:
        return None
    return next((split for split in _PREFERRED if split in splits), splits[0])


def _opened(storage: Storage, path: str) -> Shard:
    return (open_tar if path.lower().endswith(TAR) else open_parquet)(storage, path)


def _class_names(
    storage: Storage,
    files: Sequence[tuple[str, Item]],
    shards: Sequence[Shard],
    found: Sequence[str],
) -> tuple[str, ...]:
    """Return the names of the labels where the shards have them, else the classes in order."""
    names = shards[0].class_names
    for (path, _), shard in zip(files, shards, strict=True):
        if shard.class_names != names:
            raise RequestError(
                f"{storage.where}/{path} has different class names from {files[0][0]}; pass "
                "--data the shards of one data set"
            )
    return names or tuple(sorted(found))
