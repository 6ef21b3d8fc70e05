"""From what ``--data`` says to a data set."""

from __future__ import annotations

from pathlib import Path

from vizreport.data.dataset import DEFAULT_DECODING, Dataset, Decoding, with_decoding
from vizreport.data.folder import open_folder
from vizreport.data.image_files import SUFFIXES
from vizreport.data.keras_datasets import CLASS_NAMES, open_keras
from vizreport.data.npz import open_npz
from vizreport.data.tfds import open_tfds
from vizreport.data.voc import is_voc, open_voc
from vizreport.errors import RequestError
from vizreport.foreign_text import quoted
from vizreport.paths import folder_problem, problem

SOURCES = (
    "a folder of images",
    "a folder laid out as PASCAL VOC",
    "FILE.npz",
    "tfds:NAME[:SPLIT]",
    *(f"keras:{name}" for name in CLASS_NAMES),
    "scenes",
    "shapes",
)
"""What there is, in the words of error messages and of the documents."""


def open_dataset(
    source: str,
    split: str | None = None,
    max_images: int | None = None,
    seed: int = 0,
    decoding: Decoding = DEFAULT_DECODING,
) -> Dataset:
    """Open a source of images; nothing is decoded yet, but files in folders are hashed.

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
    return with_decoding(_open(source, split, max_images, seed, decoding), decoding)


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
    path = _path(source)
    no_folder = folder_problem(path)
    if not no_folder and is_voc(path):
        return open_voc(path, split, max_images, seed, decoding)
    if not no_folder:
        return open_folder(path, split, max_images, seed, decoding)
    if path.suffix.lower() == ".npz":
        return open_npz(path, split, max_images, seed)
    if "://" in source:
        raise RequestError(f"{source} is an address; download it and give --data the folder")
    is_file = not problem(path)
    if path.name.lower().endswith(SUFFIXES) and is_file:
        raise RequestError(f"{source} is one image; give --data its folder, or use --image")
    what = "is no source of images" if is_file else no_folder
    raise RequestError(f"the data {quoted(source)} {what}; the sources are {', '.join(SOURCES)}")


def _path(source: str) -> Path:
    try:
        return Path(source).expanduser()
    except RuntimeError as error:  # a home that there is not
        user = Path(source).parts[0]
        raise RequestError(
            f"the data {source!r}: there is no user {user[1:]!r} on this machine; write "
            f"./{source} for a folder of that name"
        ) from error
