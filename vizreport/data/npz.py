"""Images in a NumPy archive, under the names that people give them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from vizreport.data.arrays import dataset_from_arrays
from vizreport.data.dataset import Dataset
from vizreport.errors import RequestError
from vizreport.system.archives import BadArchive, array_names, read_arrays

# Names of the arrays of images and of their labels; the first pair that is there is taken, and
# what tests a network comes before what trained it.
PAIRS = (
    ("images", "labels"),
    ("x_test", "y_test"),
    ("test_images", "test_labels"),
    ("x_val", "y_val"),
    ("val_images", "val_labels"),
    ("x", "y"),
    ("data", "labels"),
    ("x_train", "y_train"),
    ("train_images", "train_labels"),
)
_OTHER_LABELS = ("labels", "y", "targets", "target")
CLASS_NAMES = ("class_names", "classes", "label_names")


def open_npz(
    path: Path, split: str | None = None, max_images: int | None = None, seed: int = 0
) -> Dataset:
    """Open a ``.npz`` file; labels and names of the classes may be missing.

    Images are uint8 [N, H, W], [N, H, W, 1], [N, H, W, 3] (RGB) or [N, H, W, C] (bands), labels
    integers [N], names strings in the order of the labels. Their arrays are called as in
    ``PAIRS`` and ``CLASS_NAMES``, capitals aside. Pickled objects are refused.

    Parameters
    ----------
    path : Path
        The file; its name is shown to the reader.
    split : str, optional
        Such as "train": only arrays with this word in their name are looked at.
    max_images, seed
        A seeded sample.

    Raises
    ------
    RequestError
        If the file is missing, damaged or not laid out like this, claims more than it holds, or
        has no such split.
    """
    try:
        read_arrays(path, ())  # is it an archive?
        there = array_names(path)
        images, labels = _find(path, there, split)
        names = next((name for name in there if name.lower() in CLASS_NAMES), None)
        arrays = read_arrays(path, [name for name in (images, labels, names) if name])
    except BadArchive as error:
        raise RequestError(
            f"the data {path} {error}; pass --data an archive written by numpy.savez"
        ) from error
    several = split or len([name for name in there if name.lower() in _images()]) > 1
    return dataset_from_arrays(
        f"{path.name} ({images})" if several else path.name,
        "npz" if images == "images" else f"npz {images}",
        arrays[images],
        arrays[labels] if labels else None,
        _names(path, arrays[names] if names else None),
        max_images,
        seed,
    )


def _images() -> list[str]:
    return [images for images, _ in PAIRS]


def _find(path: Path, there: Sequence[str], split: str | None) -> tuple[str, str | None]:
    """Return the names of the images and of their labels."""
    known = {name.lower(): name for name in there}
    for images, labels in PAIRS:
        if images not in known or (split is not None and split not in images.split("_")):
            continue
        partner = next((n for n in (labels, *_OTHER_LABELS) if n in known), None)
        if "_" in images:  # of a split: its own labels only
            partner = labels if labels in known else None
        return known[images], known[partner] if partner else None
    shown = ", ".join(there) or "nothing"
    if split is not None:
        raise RequestError(
            f"{path} has no images of a split {split!r} (such as x_{split}); it has {shown}"
        )
    raise RequestError(
        f"{path} has no array of images by a known name ({', '.join(_images())}); it has {shown}"
    )


def _names(path: Path, names: np.ndarray | None) -> tuple[str, ...]:
    if names is None:
        return ()
    if names.ndim != 1 or names.dtype.kind not in "US":
        raise RequestError(
            f"{path}: class_names are {names.dtype} of shape {names.shape}; they must be a list of "
            "strings"
        )
    if names.dtype.kind == "S":
        return tuple(name.decode("utf-8", "replace") for name in names.tolist())
    return tuple(names.tolist())
