"""From what ``--data`` says to a data set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from vizreport.data.cloud import CloudFolder, without_credentials
from vizreport.data.dataset import Dataset
from vizreport.data.folder import open_folder
from vizreport.data.image import DEFAULT_DECODING, Decoding
from vizreport.data.image_files import SUFFIXES
from vizreport.data.keras_datasets import CLASS_NAMES, open_keras
from vizreport.data.npz import open_npz
from vizreport.data.patterns import has_pattern, named, parted
from vizreport.data.shards import of_split, open_shards
from vizreport.data.storage import LocalFolder, Storage
from vizreport.data.tfds import open_tfds
from vizreport.data.voc import is_voc, open_voc
from vizreport.data.walking import PARQUET, TAR, shown
from vizreport.errors import RequestError
from vizreport.system.paths import folder_problem, problem
from vizreport.wording.foreign_text import quoted

SOURCES = (
    "a folder of images",
    "a folder laid out as PASCAL VOC",
    "FILE.tar and FILE.parquet (several by * or {00..31})",
    "an address such as s3://BUCKET/FOLDER",
    "FILE.npz",
    "tfds:NAME[:SPLIT]",
    *(f"keras:{name}" for name in CLASS_NAMES),
    "scenes",
    "shapes",
)
"""What there is, in the words of error messages and of the documents."""

_COMPRESSED = (".tar.gz", ".tgz", ".tar.zst", ".tar.xz", ".tar.bz2")


def open_dataset(
    source: str,
    split: str | None = None,
    max_images: int | None = None,
    seed: int = 0,
    decoding: Decoding = DEFAULT_DECODING,
) -> Dataset:
    """Open a source of images; nothing is read yet but what lists them.

    Parameters
    ----------
    source : str
        One of ``SOURCES``. A folder that is called "scenes" is reached as "./scenes".
    split : str, optional
        Folders: a subfolder of that name. tfds, keras, scenes, shapes: their own splits.
    max_images : int, optional
        Upper bound; a sample drawn with ``seed``, in the source's order, when there are more.
    seed : int
        Of the random choice.
    decoding : Decoding
        How image files are decoded; arrays of pixels are taken as they are.

    Raises
    ------
    RequestError
        If there is no such source, or it has no images.
    """
    dataset = _open(source, split, max_images, seed, decoding)
    return dataset if decoding == DEFAULT_DECODING else replace(dataset, decoding=decoding)


def _open(
    source: str, split: str | None, max_images: int | None, seed: int, decoding: Decoding
) -> Dataset:
    if max_images is not None and max_images < 1:
        raise RequestError(f"the number of images is {max_images}; it must be at least 1")
    kind, colon, name = source.partition(":")
    if colon and kind == "tfds" and name:
        return open_tfds(name, split, max_images, seed, decoding)
    if colon and kind == "keras" and name:
        return open_keras(name, split, max_images, seed)
    if source == "scenes":
        from vizreport.data.scenes import open_scenes

        return open_scenes(split, max_images, seed)
    if source == "shapes":
        from vizreport.data.shapes import open_shapes

        return open_shapes(split, max_images, seed)
    given = (split, max_images, seed, decoding)
    if "://" in source:
        return _stored(CloudFolder, without_credentials(source), *given)
    path = _path(source)
    no_folder = folder_problem(path)
    if not no_folder and is_voc(path):
        return open_voc(path, *given)
    if not no_folder:
        return open_folder(LocalFolder(path), *given)
    is_file = not problem(path)
    if path.suffix.lower() == ".npz":
        return open_npz(path, split, max_images, seed)
    if path.suffix.lower() in (TAR, PARQUET) or (not is_file and has_pattern(source)):
        return _stored(lambda folder: LocalFolder(_path(folder)), source, *given)
    if path.name.lower().endswith(_COMPRESSED):
        raise RequestError(
            f"{source} is compressed, and its images cannot be read individually; pass --data the "
            ".tar archive inside"
        )
    if path.name.lower().endswith(SUFFIXES) and is_file:
        raise RequestError(f"{source} is a single image; pass its folder to --data, or use --image")
    what = "is not a source of images" if is_file else no_folder
    raise RequestError(f"the data {quoted(source)} {what}; the sources are {', '.join(SOURCES)}")


def _stored(
    opened: Callable[[str], Storage],
    source: str,
    split: str | None,
    max_images: int | None,
    seed: int,
    decoding: Decoding,
) -> Dataset:
    """Open a folder of a storage, or the shards in it that a pattern names."""
    if not has_pattern(source) and not source.lower().endswith((TAR, PARQUET)):
        return open_folder(opened(source), split, max_images, seed, decoding)
    folder, pattern = parted(source)
    storage = opened(folder)
    files = named(storage, pattern)
    odd = next((path for path, _ in files if not path.lower().endswith((TAR, PARQUET))), None)
    if odd is not None:
        raise RequestError(
            f"{storage.where}/{odd} is neither a {TAR} archive nor a {PARQUET} file; pass --data "
            "such files, or a folder"
        )
    if split is not None and not (files := of_split(files, split)):
        raise RequestError(f"no file in {source} has a name that begins with the split {split!r}")
    return open_shards(storage, files, shown(pattern), split, max_images, seed, decoding)


def _path(source: str) -> Path:
    try:
        return Path(source).expanduser()
    except RuntimeError as error:  # a home that there is not
        user = Path(source).parts[0]
        raise RequestError(
            f"the data {source!r}: there is no user {user[1:]!r} on this machine; write "
            f"./{source} for a folder with that name"
        ) from error
