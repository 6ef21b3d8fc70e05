"""Folders laid out as PASCAL VOC."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vizreport.data.sources import open_dataset
from vizreport.errors import RequestError

OBJECTS = {
    "a": [("dog", 0), ("person", 0), ("dog", 1)],
    "b": [("cat", 1)],
    "c": [("cat", 0), ("person", 1)],
    "d": [],
}


def write_voc(folder: Path, objects: dict = OBJECTS, splits: dict | None = None) -> Path:
    """Write images of 8 x 6 px, annotations and lists."""
    for part in ("JPEGImages", "ImageSets/Main", "Annotations"):
        (folder / part).mkdir(parents=True)
    for i, (name, found) in enumerate(objects.items()):
        Image.new("RGB", (8, 6), (40 * i, 0, 0)).save(folder / "JPEGImages" / f"{name}.jpg")
        entries = "".join(
            f"<object><name>{what}</name><part><name>head</name></part>"
            f"<difficult>{hard}</difficult></object>"
            for what, hard in found
        )
        text = f"<annotation><filename>{name}.jpg</filename>{entries}</annotation>"
        (folder / "Annotations" / f"{name}.xml").write_text(text)
    for split, names in (splits or {"train": "ab", "val": "cd", "trainval": "abcd"}).items():
        lines = "".join(f"{name}\n" for name in names)
        (folder / "ImageSets" / "Main" / f"{split}.txt").write_text(lines)
    return folder


def test_memberships(tmp_path):
    folder = write_voc(tmp_path / "VOC2012")
    whole = open_dataset(str(folder))
    assert whole.name == "VOC2012 (trainval)"
    assert whole.class_names == ("cat", "dog", "person")
    expected = [[-1, 1, 1], [0, -1, -1], [1, -1, 0], [-1, -1, -1]]
    np.testing.assert_array_equal(whole.memberships, expected)
    assert [record.path for record in whole.records] == [f"JPEGImages/{n}.jpg" for n in "abcd"]
    assert whole.read(2).shape == (6, 8, 3)
    # A split has the classes of the whole.
    val = open_dataset(str(folder), "val")
    assert val.class_names == whole.class_names
    np.testing.assert_array_equal(val.memberships, expected[2:])
    assert len(open_dataset(str(folder), "trainval", 2).records) == 2
    assert len({whole.fingerprint, val.fingerprint}) == 2
    # Lists of single classes, as VOC has them, name the classes and are no splits.
    (folder / "ImageSets" / "Main" / "cat_val.txt").write_text("c  1\nd -1\n")
    np.testing.assert_array_equal(open_dataset(str(folder)).memberships, np.array(expected)[:, :1])


def test_annotations_are_part_of_the_fingerprint(tmp_path):
    first = open_dataset(str(write_voc(tmp_path / "1" / "VOC")))
    other = open_dataset(str(write_voc(tmp_path / "2" / "VOC", {**OBJECTS, "d": [("cat", 0)]})))
    assert first.fingerprint != other.fingerprint


def test_damaged_folders(tmp_path):
    folder = write_voc(tmp_path / "VOC")
    with pytest.raises(RequestError, match="no split 'test'.*train, trainval, val"):
        open_dataset(str(folder), "test")
    (folder / "Annotations" / "a.xml").write_text("<annotation>")
    with pytest.raises(RequestError, match="annotation .*a.xml is damaged"):
        open_dataset(str(folder))
    (folder / "JPEGImages" / "d.jpg").unlink()
    (folder / "Annotations" / "a.xml").write_text("<annotation/>")
    with pytest.raises(RequestError, match="image .*d.jpg does not exist"):
        open_dataset(str(folder))
