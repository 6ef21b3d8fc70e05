"""Images in a NumPy archive: keys ``images``, ``labels``, ``class_names``."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

import numpy as np

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
        If the file is missing, damaged or not laid out like this, or a split is asked for.
    """
    if split is not None:
        raise RequestError(f"{path} is one file and has no splits; leave out --split {split}")
    if not path.is_file():
        raise RequestError(f"there is no file {path}; give --data an existing one")
    try:
        loaded = np.load(path, allow_pickle=False)
        if not isinstance(loaded, np.lib.npyio.NpzFile):
            raise RequestError(f"{path} holds a single array; save it with numpy.savez")
        with loaded as archive:
            if "images" not in archive:
                there = ", ".join(archive.files) or "nothing"
                raise RequestError(
                    f"{path} has no array 'images'; it has {there}, of {', '.join(KEYS)}"
                )
            arrays = {key: archive[key] for key in KEYS if key in archive}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise RequestError(
            f"{path} cannot be read as a NumPy archive of plain arrays: {error}"
        ) from error
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
