"""Folders of image files: flat, or one subfolder per class; and folders of shards."""

from __future__ import annotations

from vizreport.data.dataset import Dataset, sample_indices
from vizreport.data.encoded import Encoded, encoded_dataset
from vizreport.data.image import DEFAULT_DECODING, Decoding
from vizreport.data.image_files import SUFFIXES
from vizreport.data.records import RecordsFile
from vizreport.data.shards import of_split, open_shards
from vizreport.data.storage import Storage, Unlistable
from vizreport.data.walking import ListedFiles, folders, shown, walk
from vizreport.errors import RequestError
from vizreport.results.columns import Strings, StringsFile
from vizreport.wording.foreign_text import quoted


def open_folder(
    storage: Storage,
    split: str | None = None,
    max_images: int | None = None,
    seed: int = 0,
    decoding: Decoding = DEFAULT_DECODING,
) -> Dataset:
    """List the images below a folder; nothing is read yet.

    An image's class is the first folder on its way; images in the folder itself have none. A
    folder without image files is looked through for tar archives and Parquet files that hold them.

    Parameters
    ----------
    storage : Storage
        The folder, searched at any depth.
    split : str, optional
        Subfolder to take in place of the folder, such as "val"; or how the names of shards begin.
    max_images, seed
        A seeded sample, which keeps the order.
    decoding : Decoding
        What is done with EXIF rotation and transparency.

    Raises
    ------
    RequestError
        If the folder cannot be listed, has no such split or no images.
    """
    try:
        subfolders = folders(storage)
    except Unlistable as error:
        raise RequestError(f"the folder {storage.where} cannot be listed: {error}") from error
    root = storage.below(split) if split in subfolders else storage
    found = walk(root)
    if split is not None and root is storage:
        found.shards = of_split(found.shards, split)
        if not found.shards:
            raise _no_split(storage, split, subfolders)
    elif len(found.images):
        return _images(root, found, _name(storage, split), split, max_images, seed, decoding)
    elif not found.shards:
        odd = ""
        if found.skipped:
            odd = f"; {quoted(found.skipped[0][0])} was skipped: {found.skipped[0][1]}"
        raise RequestError(
            f"there are no images in {root.where}: no file below it ends in "
            f"{', '.join(SUFFIXES)}{odd}"
        )
    name = _name(storage, split)
    return open_shards(root, found.shards, name, split, max_images, seed, decoding)


def _images(
    storage: Storage,
    found: ListedFiles,
    name: str,
    split: str | None,
    max_images: int | None,
    seed: int,
    decoding: Decoding,
) -> Dataset:
    every, tags = found.images.finished(), found.tags.finished()
    sizes, times = found.sizes.finished(), found.times.finished()
    chosen = sample_indices(len(every), max_images, seed)
    if len(chosen) < len(every):
        every, tags = _some(every, chosen), _some(tags, chosen)
        sizes, times = sizes[chosen], times[chosen]
    tagged, records = all(tags), RecordsFile()
    for file, tag in zip(every, tags, strict=True):
        path = shown(file)
        records.append(path, tag if tagged else "", path.split("/")[0] if "/" in path else None)

    def read(index: int) -> bytes:
        return storage.read(every[index], 0, int(sizes[index]))  # else the store is asked for it

    class_names = tuple(shown(folder) for folder in folders(storage))
    source = Encoded(
        name=name,
        kind=f"folder {split or ''}",
        records=records.finished(),
        read=read,
        class_names=class_names,  # of every folder, since order counts for labels in order
        skipped=tuple(found.skipped),
        remote=storage.remote,
        sizes=None if tagged else sizes,
        times=None if tagged else times,
    )
    return encoded_dataset(source, decoding)


def _some(strings: Strings, chosen: list[int]) -> Strings:
    file = StringsFile()
    file.extend(strings[i] for i in chosen)
    return file.finished()


def _name(storage: Storage, split: str | None) -> str:
    return shown("/".join([storage.name, *([split] if split else [])]))


def _no_split(storage: Storage, split: str, subfolders: list[str]) -> RequestError:
    more = f" and {len(subfolders) - 20} more" if len(subfolders) > 20 else ""
    names = f"{', '.join(subfolders[:20])}{more}"
    there = f"its subfolders are {names}" if subfolders else "it has no subfolders"
    return RequestError(f"there is no split {quoted(split)} in {storage.where}: {there}")
