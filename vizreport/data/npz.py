"""Images in a NumPy archive: keys ``images``, ``labels``, ``class_names``."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from vizreport.archives import BadArchive, array_names, read_arrays
from vizreport.data.arrays import dataset_from_arrays
from vizreport.data.dataset import Dataset
from vizreport.errors import RequestError

KEYS = ("images", "labels", "class_names")


def open_npz(
    path: Path, split: str | None = None, max_images: int | None = None, seed: int = 0
) -> Dataset:
    """Open a ``.npz`` file; ``labels`` and ``class_names`` may be missing.

    ``images`` are uint8 [N, H, W], [N, H, W, 1] or [N, H, W, 3] (RGB), ``labels`` integers [N],
    ``class_names`` strings in the order of the labels. Pickled objects are refused.

    Raises
    ------
    RequestError
        If the file is missing, damaged or not laid out like this, claims more than it holds, or
        a split is asked for.
    """
    if split is not None:
        raise RequestError(f"{path} is one file and has no splits; leave out --split {split}")
    try:
        arrays = read_arrays(path, KEYS)
    except BadArchive as error:
        raise RequestError(
            f"the data {path} {error}; give --data an archive that numpy.savez wrote"
        ) from error
    if "images" not in arrays:
        there = ", ".join(array_names(path)) or "nothing"
        raise RequestError(f"{path} has no array 'images'; it has {there}, of {', '.join(KEYS)}")
    return dataset_from_arrays(
        path.name,
        "npz",
        arrays["images"],
        arrays.get("labels"),
        _names(path, arrays.get("class_names")),
        max_images,
        seed,
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
