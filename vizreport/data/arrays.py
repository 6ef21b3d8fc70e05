"""Images that are already in memory as one array."""

from __future__ import annotations

import hashlib

import numpy as np

from vizreport.data.dataset import Dataset, ImageRecord, fingerprint, sample_indices
from vizreport.errors import RequestError


def dataset_from_arrays(
    name: str,
    kind: str,
    images: np.ndarray,
    labels: np.ndarray | None,
    class_names: tuple[str, ...],
    max_images: int | None = None,
    seed: int = 0,
) -> Dataset:
    """Make a data set of an array of images.

    Parameters
    ----------
    name : str
        Shown to the reader; named in error messages.
    kind : str
        Source and its options, for the fingerprint.
    images : uint8 [N, H, W] or [N, H, W, C]
        1 is greyscale, 3 is RGB, other numbers are bands.
    labels : integers [N] or [N, 1], or None
        Class of each image, counted from 0; None for images without classes.
    class_names : tuple of str
        Name of each label from 0; may be empty.
    max_images, seed
        A seeded sample, which keeps the order.

    Raises
    ------
    RequestError
        If the arrays do not fit this or each other.
    """
    pixels = _checked_images(name, images)
    known = None if labels is None else _checked_labels(name, labels, len(pixels), class_names)
    width = len(str(max(len(pixels) - 1, 0)))
    chosen = sample_indices(len(pixels), max_images, seed)
    records = []
    for index, i in enumerate(chosen):
        label = None if known is None else int(known[i])
        class_name = class_names[label] if label is not None and class_names else None
        path = f"images[{i:0{width}d}]"
        records.append(ImageRecord(index, path, _hash(pixels[i]), class_name, label))
    if len(chosen) < len(pixels):
        pixels = pixels[chosen]  # lets go of the others

    def read(index: int) -> np.ndarray:
        return np.repeat(pixels[index], 3, axis=-1) if pixels.shape[-1] == 1 else pixels[index]

    return Dataset(
        name=name,
        records=tuple(records),
        class_names=class_names,
        skipped=(),
        read=read,
        tagged=fingerprint(kind, records, class_names),
        channels=3 if pixels.shape[-1] == 1 else pixels.shape[-1],
    )


def _hash(pixels: np.ndarray) -> str:
    return hashlib.sha256(repr(pixels.shape).encode() + pixels.tobytes()).hexdigest()


def _checked_images(name: str, images: np.ndarray) -> np.ndarray:
    if images.ndim == 3:
        images = images[..., None]
    if images.ndim != 4 or 0 in images.shape:
        raise RequestError(
            f"{name}: images have the shape {images.shape}; it must be N x H x W, or N x H x W x C "
            "with 1 channel (grey), 3 (RGB) or any other number of bands, and at least one image"
        )
    if images.dtype != np.uint8:
        raise RequestError(
            f"{name}: images are {images.dtype}; save them as uint8 with values from 0 to 255"
        )
    return images


def _checked_labels(
    name: str, labels: np.ndarray, count: int, class_names: tuple[str, ...]
) -> np.ndarray:
    if labels.size != count or not np.issubdtype(labels.dtype, np.integer):
        raise RequestError(
            f"{name}: labels are {labels.dtype} of shape {labels.shape}; they must be {count} "
            "integers, one per image"
        )
    flat = labels.reshape(count)
    if flat.min() < 0 or (class_names and flat.max() >= len(class_names)):
        raise RequestError(
            f"{name}: labels range from {flat.min()} to {flat.max()}; they must be from 0 to "
            f"{len(class_names) - 1 if class_names else 'the last class'}"
        )
    return flat
