"""Folders laid out as PASCAL VOC: several classes an image. No TensorFlow here."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from vizreport.data.dataset import Dataset, sample_indices
from vizreport.data.encoded import Encoded, encoded_dataset
from vizreport.data.image import DEFAULT_DECODING, Decoding
from vizreport.data.records import RecordsFile
from vizreport.data.storage import Item, LocalFolder
from vizreport.errors import RequestError
from vizreport.system.paths import MISSING, problem, read_text
from vizreport.wording.foreign_text import brief

IMAGES, SETS, ANNOTATIONS = "JPEGImages", Path("ImageSets") / "Main", "Annotations"


def is_voc(folder: Path) -> bool:
    """Return whether a folder has the three parts of the layout."""
    return all((folder / part).is_dir() for part in (IMAGES, SETS, ANNOTATIONS))


def open_voc(
    folder: Path,
    split: str | None = None,
    max_images: int | None = None,
    seed: int = 0,
    decoding: Decoding = DEFAULT_DECODING,
) -> Dataset:
    """Open the images that a split names; the classes are those of the annotated objects.

    Parameters
    ----------
    folder : Path
        With ``JPEGImages/ID.jpg``, ``ImageSets/Main/SPLIT.txt`` (an ID a line) and
        ``Annotations/ID.xml``.
    split : str, optional
        "trainval" by default.
    max_images, seed
        A seeded sample, which keeps the order.
    decoding : Decoding
        What is done with EXIF rotation and transparency.

    Returns
    -------
    Dataset
        Its ``memberships`` say which classes an image has; its records have no class. An image
        of which all objects of a class are marked difficult does not count for that class.

    Raises
    ------
    RequestError
        If there is no such split, or an image or its annotation is missing or damaged.
    """
    split = split or "trainval"
    listed = folder / SETS / f"{split}.txt"
    if problem(listed):
        there = sorted(path.stem for path in (folder / SETS).glob("*.txt") if "_" not in path.stem)
        raise RequestError(
            f"there is no split {split!r} in {folder}; its splits are {', '.join(there) or 'none'}"
        )
    # The lists of a single class have a second column.
    text = read_text(listed, "the split", "choose another --split")
    names = [line.split()[0] for line in text.splitlines() if line.strip()]
    names = [names[i] for i in sample_indices(len(names), max_images, seed)]
    if not names:
        raise RequestError(f"{listed} lists no image; choose another --split")
    files = [f"{IMAGES}/{name}.jpg" for name in names]
    objects = [_objects(folder / ANNOTATIONS / f"{name}.xml") for name in names]
    # Of the whole folder, so that all splits have the same classes.
    class_names = _class_names(folder)
    number = {name: i for i, name in enumerate(class_names)}
    memberships = np.full((len(names), len(class_names)), -1, np.int8)
    for row, found in enumerate(objects):
        for name, difficult in found:
            if name in number:
                known = memberships[row, number[name]]
                memberships[row, number[name]] = max(known, 0 if difficult else 1)
    storage, records = LocalFolder(folder), RecordsFile()
    items = [_image(storage, file) for file in files]
    for file in files:
        records.append(file, "")
    images = records.finished()
    held = hashlib.sha256(memberships.tobytes()).hexdigest()
    source = Encoded(
        name=f"{folder.resolve().name} ({split})",
        kind=json.dumps(["voc", split, held]),
        records=images,
        read=lambda index: storage.read(images.paths[index]),
        class_names=class_names,
        sizes=np.array([item.size for item in items], np.int64),
        times=np.array([item.times for item in items], np.int64),
    )
    return replace(encoded_dataset(source, decoding), memberships=memberships)


def _class_names(folder: Path) -> tuple[str, ...]:
    """Name the classes: those with a list of their own, else those of all annotations."""
    names = {path.stem.rpartition("_")[0] for path in (folder / SETS).glob("*_*.txt")}
    if not names:
        names = {
            name for path in (folder / ANNOTATIONS).glob("*.xml") for name, _ in _objects(path)
        }
    return tuple(sorted(names))


def _objects(path: Path) -> list[tuple[str, bool]]:
    """Return the class of each annotated object and whether it is marked difficult."""
    wrong = problem(path)
    if wrong:
        raise RequestError(f"the annotation {path} {wrong}; remove the image from the split")
    try:
        root = ElementTree.parse(path).getroot()
        return [
            ((entry.findtext("name") or "").strip(), (entry.findtext("difficult") or "0") == "1")
            for entry in root.iter("object")
        ]
    except (OSError, ElementTree.ParseError) as error:
        raise RequestError(
            f"the annotation {path} is damaged ({brief(error)}); fix it, or remove the image from "
            "the split"
        ) from error


def _image(storage: LocalFolder, file: str) -> Item:
    """Return what is known of an image file that has to be there."""
    item = storage.item(file)
    wrong = MISSING if item is None else item.problem
    if item is None or wrong:
        raise RequestError(f"the image {storage.where}/{file} {wrong}; remove it from the split")
    return item
