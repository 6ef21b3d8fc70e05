"""What every source of images looks like to the rest of the program."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from vizreport.data.contents import Contents
from vizreport.data.image import DEFAULT_DECODING, Decoding, UnreadableImage
from vizreport.data.truth import Truth


@dataclass(frozen=True)
class ImageRecord:
    """One image of a data set.

    Attributes
    ----------
    index : int
        Position in ``Dataset.records``; what ``Dataset.read`` takes.
    path : str
        Path relative to the data source, with forward slashes; sources without files make one up.
    tag : str
        What changes when the content does: SHA-256 of the pixels where there is no file, or the
        entity tag that its storage gives a file. "" where ``Dataset.contents`` tell.
    class_name : str or None
        Name of the class folder, or of the data's own class.
    label : int or None
        The data's own class index; None for folders.
    subset : str
        Subset of the split that the image belongs to, where errors are worth stating apart, such
        as "unseen construction"; "" where there are none.
    """

    index: int
    path: str
    tag: str
    class_name: str | None = None
    label: int | None = None
    subset: str = ""


@dataclass(frozen=True)
class Dataset:
    """Images in a fixed order, decoded one at a time when asked for.

    Attributes
    ----------
    name : str
        What a reader of the report sees; never an absolute path.
    records : sequence of ImageRecord
        Path, class and tag of each image, in the data's order.
    class_names : tuple of str
        The data's own classes in their order (folders: alphabetical); may be empty.
    skipped : tuple of (path, reason)
        What could not be taken up when the source was listed.
    read : callable
        Index of a record -> uint8 [H, W, 3] in RGB at full size. Raises UnreadableImage. May be
        called from several threads.
    tagged : str
        Hash of paths, tags and classes; "" where ``contents`` tell.
    encoded : callable or None
        Index of a record -> bytes of the image file, to be decoded as ``decoding`` says; raises
        UnreadableImage, or RequestError where it is the storage that fails. None where the images
        are arrays. May be called from several threads.
    remote : bool
        Whether reading an image waits for a network.
    truth : callable or None
        Index of a record -> where the object and its parts are in the picture at full size; None
        for data that do not know it. What it gives is part of the fingerprint.
    memberships : int8 array [n, C] or None
        For images of several classes: 1 has an object of the class, -1 has none, 0 does not
        count; the records then have no class. Part of the fingerprint.
    decoding : Decoding
        How image files are decoded, those of the data and those given beside them. Part of the
        fingerprint.
    channels : int
        Of every image; 3 is RGB.
    contents : Contents or None
        What is known of files without tags.
    """

    name: str
    records: Sequence[ImageRecord]
    class_names: tuple[str, ...]
    skipped: tuple[tuple[str, str], ...]
    read: Callable[[int], np.ndarray]
    tagged: str
    encoded: Callable[[int], bytes] | None = None
    remote: bool = False
    truth: Callable[[int], Truth] | None = None
    memberships: np.ndarray | None = None
    decoding: Decoding = DEFAULT_DECODING
    channels: int = 3
    contents: Contents | None = None

    @property
    def fingerprint(self) -> str:
        """Hash of what the data are: of the contents, or of a manifest of entity tags.

        Independent of modification times and of where the data are kept. Files that nobody has
        read yet are read.
        """
        return self._decoded(self.contents.fingerprint if self.contents else self.tagged)

    @property
    def manifest(self) -> str:
        """What stands for the fingerprint until the files have been read.

        It covers their names, sizes and modification times; "" where it cannot.
        """
        return self._decoded(self.contents.manifest if self.contents else self.tagged)

    def _decoded(self, known: str) -> str:
        """Add how files are decoded."""
        if not known or self.decoding == DEFAULT_DECODING:
            return known  # keys from before there was a choice stay as they were
        chosen = f"{known} {self.decoding.exif} {self.decoding.alpha}"
        return hashlib.sha256(chosen.encode()).hexdigest()


def _no_image(index: int) -> np.ndarray:
    raise UnreadableImage(f"there is no image {index}")


NO_IMAGES = Dataset("no images", (), (), (), _no_image, "")
"""For commands that look at a network alone."""


def fingerprint(
    kind: str,
    records: Sequence[ImageRecord],
    class_names: Sequence[str],
    skipped: Sequence[tuple[str, str]] = (),
    tags: Iterable[str] | None = None,
) -> str:
    """Hash what a data set contains: sha256, hexadecimal.

    The seed of a sample is not part of it: the images that were drawn are.

    Parameters
    ----------
    kind : str
        Separates sources and their options (such as a split).
    records : sequence of ImageRecord
        Their paths, tags and classes enter, in this order.
    class_names : sequence of str
        Of the data's own classes.
    skipped : sequence of (path, reason)
        Images that cannot be opened.
    tags : iterable of str, optional
        In the place of the records'.
    """
    digest = hashlib.sha256()
    head = [kind, list(class_names), [list(pair) for pair in skipped], len(records)]
    digest.update(json.dumps(head).encode())
    found = (record.tag for record in records) if tags is None else tags
    for record, tag in zip(records, found, strict=True):
        line = [record.path, tag, record.class_name, record.label]
        line += [record.subset] if record.subset else []
        digest.update(json.dumps(line).encode() + b"\n")
    return digest.hexdigest()


def sample_indices(count: int, max_images: int | None, seed: int) -> list[int]:
    """Return the indices of at most ``max_images`` of ``count`` images, in rising order.

    The sample is drawn without replacement and depends on ``count``, ``max_images`` and ``seed``
    only.
    """
    if max_images is None or max_images >= count:
        return list(range(count))
    drawn = np.random.default_rng(seed).choice(count, size=max_images, replace=False)
    return sorted(int(i) for i in drawn)
