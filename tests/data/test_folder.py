"""Folders: what is listed, in which order, and what the fingerprint depends on."""

import hashlib
import os
import time
from io import StringIO

import numpy as np
import pytest
from PIL import Image
from tqdm import tqdm

from vizreport.data import contents
from vizreport.data.encoded import Encoded, encoded_dataset
from vizreport.data.image import DEFAULT_DECODING, Decoding
from vizreport.data.presets import PRESETS
from vizreport.data.reading import read_batches
from vizreport.data.records import RecordsFile
from vizreport.data.sources import open_dataset
from vizreport.errors import RequestError


def save(path, value=0, size=(4, 3)):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (value, 0, 0)).save(path, "PNG")


def paths(dataset):
    return [record.path for record in dataset.records]


def test_flat(tmp_path):
    for name in ("b.png", "A.JPG", "c.jpeg", "d.webp", "e.bmp"):
        save(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no image")
    (tmp_path / "Makefile").write_text("")
    dataset = open_dataset(str(tmp_path))
    assert paths(dataset) == ["A.JPG", "b.png", "c.jpeg", "d.webp", "e.bmp"]
    assert dataset.name == tmp_path.name
    assert dataset.class_names == ()
    assert dataset.skipped == ()
    assert {record.class_name for record in dataset.records} == {None}
    assert [record.index for record in dataset.records] == [0, 1, 2, 3, 4]


def test_one_subfolder_a_class(tmp_path):
    for name in ("dog/2.png", "dog/1.png", "cat/deep/er/1.png", "cat-like/1.png", "0.png"):
        save(tmp_path / name)
    (tmp_path / "empty").mkdir()
    dataset = open_dataset(str(tmp_path))
    assert paths(dataset) == [
        "0.png",
        "cat/deep/er/1.png",
        "cat-like/1.png",
        "dog/1.png",
        "dog/2.png",
    ]
    assert [r.class_name for r in dataset.records] == [None, "cat", "cat-like", "dog", "dog"]
    assert {record.label for record in dataset.records} == {None}
    # All folders, since alphabetical order counts for labels in order.
    assert dataset.class_names == ("cat", "cat-like", "dog", "empty")


def test_what_looks_like_an_image_is_never_left_out_silently(tmp_path):
    for name in ("a.gif", "b.TIF", "c.tiff", "d.avif", "e.ppm"):
        Image.new("RGB", (8, 8)).save(tmp_path / name)
    Image.new("RGB", (8, 8)).save(tmp_path / "unnamed", "JPEG")
    Image.new("RGB", (8, 8)).save(tmp_path / "copy.png.bak", "PNG")
    (tmp_path / "phone.HEIC").write_bytes(b"")
    (tmp_path / "phone").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0")
    (tmp_path / "notes.txt").write_text("BM is short for bitmap, and P6 for pixels")
    (tmp_path / "table.csv").write_text("II*,MM")
    dataset = open_dataset(str(tmp_path))
    assert paths(dataset) == ["a.gif", "b.TIF", "c.tiff", "d.avif", "e.ppm"]
    assert all(dataset.read(index).shape == (8, 8, 3) for index in range(5))
    heic = "HEIC images are not supported; save it as PNG or JPEG"
    assert dict(dataset.skipped) == {
        "copy.png.bak": "its content is a PNG image, but its name does not end in .png",
        "phone": heic,
        "phone.HEIC": heic,
        "unnamed": "its content is a JPEG image, but its name does not end in .jpg or .jpeg or "
        ".jpe or .jfif",
    }


def test_a_folder_of_images_that_are_not_read(tmp_path):
    (tmp_path / "phone.heic").write_bytes(b"")
    with pytest.raises(RequestError, match="no images .*'phone.heic' was skipped: HEIC images"):
        open_dataset(str(tmp_path))


def test_how_files_are_decoded_is_part_of_the_fingerprint(tmp_path):
    hidden = Image.new("RGBA", (4, 6), (200, 0, 0, 0))
    exif = hidden.getexif()
    exif[0x0112] = 6
    hidden.save(tmp_path / "a.png", exif=exif)
    shown = {
        (exif, alpha): open_dataset(str(tmp_path), decoding=Decoding(exif, alpha))
        for exif in ("apply", "ignore")
        for alpha in ("white", "ignore")
    }
    assert len({dataset.fingerprint for dataset in shown.values()}) == 4
    assert shown["apply", "white"].fingerprint == open_dataset(str(tmp_path)).fingerprint
    for (exif, alpha), dataset in shown.items():
        pixels = dataset.read(0)
        assert pixels.shape == ((4, 6, 3) if exif == "apply" else (6, 4, 3))
        assert pixels[0, 0].tolist() == ([255] * 3 if alpha == "white" else [200, 0, 0])
        (batch,) = read_batches(dataset, PRESETS["raw"](pixels.shape[:2], 3), 1)
        np.testing.assert_array_equal(batch.pictures[0], pixels)


def test_record_and_pixels(tmp_path):
    save(tmp_path / "a.png", 7)
    dataset = open_dataset(str(tmp_path))
    content = (tmp_path / "a.png").read_bytes()
    assert dataset.records[0].tag == ""
    assert dataset.fingerprint
    assert dataset.contents.sha256.tobytes() == hashlib.sha256(content).digest()
    np.testing.assert_array_equal(dataset.read(0), np.full((3, 4, 3), [7, 0, 0], np.uint8))


def test_hidden_files_are_ignored(tmp_path):
    for name in ("a.png", ".b.png", "._a.png", ".cache/c.png", "__MACOSX/d.png"):
        save(tmp_path / name)
    dataset = open_dataset(str(tmp_path))
    assert paths(dataset) == ["a.png"]
    assert dataset.class_names == ()


def test_links(tmp_path):
    root = tmp_path / "root"
    save(root / "cat" / "a.png")
    save(tmp_path / "elsewhere" / "b.png")
    save(tmp_path / "c.png")
    (root / "cat" / "again").symlink_to(root)  # a circle
    (root / "dog").symlink_to(tmp_path / "elsewhere")
    (root / "cat" / "c.png").symlink_to(tmp_path / "c.png")
    (root / "cat" / "gone.png").symlink_to(tmp_path / "gone.png")
    dataset = open_dataset(str(root))
    assert paths(dataset) == ["cat/a.png", "cat/c.png", "dog/b.png"]
    assert dataset.skipped == (("cat/gone.png", "it is a broken link"),)


def test_pipes_are_not_waited_for(tmp_path):
    save(tmp_path / "a.png")
    os.mkfifo(tmp_path / "b.png")
    dataset = open_dataset(str(tmp_path))
    assert paths(dataset) == ["a.png"]
    assert dataset.skipped == (("b.png", "it is a named pipe, not a file"),)


def test_names_that_are_no_text(tmp_path):
    save(tmp_path / "a.png")
    (tmp_path / "a.png").rename(tmp_path / os.fsdecode(b"caf\xe9.png"))
    dataset = open_dataset(str(tmp_path))
    assert paths(dataset) == ["caf\ufffd.png"]
    assert dataset.read(0).shape == (3, 4, 3)


def test_damaged_files_are_listed_and_raise_upon_reading(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"")
    assert len(open_dataset(str(tmp_path)).records) == 1


def test_files_that_cannot_be_opened(tmp_path, monkeypatch):
    save(tmp_path / "a.png")
    save(tmp_path / "b.png")
    original = type(tmp_path).open

    def refuse(path, *arguments, **options):
        if path.name == "a.png":
            raise PermissionError(13, "Permission denied")
        return original(path, *arguments, **options)

    monkeypatch.setattr(type(tmp_path), "open", refuse)
    dataset = open_dataset(str(tmp_path))
    (batch,) = read_batches(dataset, PRESETS["raw"]((3, 4), 3), 1)
    assert batch.indices.tolist() == [1]
    assert batch.unreadable == [("a.png", "the file cannot be opened: Permission denied")]
    closed = dataset.fingerprint
    monkeypatch.undo()
    assert open_dataset(str(tmp_path)).fingerprint != closed


def test_split(tmp_path):
    save(tmp_path / "train" / "cat" / "a.png")
    save(tmp_path / "val" / "dog" / "b.png")
    dataset = open_dataset(str(tmp_path), split="val")
    assert paths(dataset) == ["dog/b.png"]
    assert dataset.class_names == ("dog",)
    assert dataset.name == f"{tmp_path.name}/val"
    assert dataset.fingerprint != open_dataset(str(tmp_path / "val")).fingerprint
    with pytest.raises(RequestError, match=r"no split 'test' in .*: its subfolders are train"):
        open_dataset(str(tmp_path), split="test")
    with pytest.raises(RequestError, match="its subfolders are train, val"):
        open_dataset(str(tmp_path), split="../elsewhere")
    with pytest.raises(RequestError, match="it has no subfolders"):
        open_dataset(str(tmp_path / "val" / "dog"), split="test")


def test_nothing_there(tmp_path):
    (tmp_path / "a.txt").write_text("")
    with pytest.raises(RequestError, match=r"no images in .*: no file below it ends in \.jpg, "):
        open_dataset(str(tmp_path))
    with pytest.raises(RequestError, match="gone' does not exist; the sources are a folder"):
        open_dataset(str(tmp_path / "gone"))


def test_sample_is_seeded_and_keeps_the_order(tmp_path):
    for i in range(40):
        save(tmp_path / f"{i:02d}.png", i)
    everything = open_dataset(str(tmp_path))
    first, again, other = (open_dataset(str(tmp_path), max_images=10, seed=s) for s in (1, 1, 2))
    assert list(first.records) == list(again.records)
    assert first.fingerprint == again.fingerprint
    assert paths(first) == sorted(paths(first))
    assert len(set(paths(first))) == 10
    assert paths(first) != paths(other)
    assert first.fingerprint not in (other.fingerprint, everything.fingerprint)
    assert [record.index for record in first.records] == list(range(10))
    assert first.read(3)[0, 0, 0] == int(first.records[3].path[:2])
    assert open_dataset(str(tmp_path), max_images=40, seed=3).fingerprint == everything.fingerprint
    with pytest.raises(RequestError, match="at least 1"):
        open_dataset(str(tmp_path), max_images=0)


def test_fingerprint(tmp_path):
    root = tmp_path / "root"
    for name in ("cat/a.png", "cat/b.png", "dog/c.png"):
        save(root / name, 1)
    before = open_dataset(str(root)).fingerprint
    os.utime(root / "cat" / "a.png", (0, 0))
    assert open_dataset(str(root)).fingerprint == before
    root.rename(tmp_path / "moved")
    root = tmp_path / "moved"
    assert open_dataset(str(root)).fingerprint == before

    status = (root / "cat" / "a.png").stat()
    save(root / "cat" / "a.png", 2)
    os.utime(root / "cat" / "a.png", ns=(status.st_atime_ns, status.st_mtime_ns))
    changed = open_dataset(str(root)).fingerprint
    (root / "cat" / "b.png").rename(root / "cat" / "d.png")
    renamed = open_dataset(str(root)).fingerprint
    (root / "cat" / "d.png").rename(root / "dog" / "d.png")
    moved = open_dataset(str(root)).fingerprint
    (root / "dog" / "d.png").unlink()
    removed = open_dataset(str(root)).fingerprint
    assert len({before, changed, renamed, moved, removed}) == 5


def test_progress(tmp_path, monkeypatch):
    for i in range(3):
        save(tmp_path / f"{i}.png", i)
    bars = []

    def shown(what, total, unit):
        bars.append(tqdm(total=total, file=StringIO()))
        return bars[-1]

    monkeypatch.setattr(contents, "progress", shown)
    dataset = open_dataset(str(tmp_path))
    assert bars == []
    assert dataset.fingerprint == dataset.fingerprint
    assert [(bar.n, bar.total) for bar in bars] == [(3, 3)]


def test_the_manifest_covers_classes_that_do_not_follow_from_paths(tmp_path):
    file = tmp_path / "one.png"
    Image.new("RGB", (4, 4)).save(file)
    there = file.stat()
    manifests = []
    for class_name in ("cat", "dog", "cat"):
        records = RecordsFile()
        records.append(file.name, "", class_name)
        dataset = encoded_dataset(
            Encoded(
                name="listed",
                kind="list",
                records=records.finished(),
                read=lambda _: file.read_bytes(),
                sizes=np.array([there.st_size]),
                times=np.array([[there.st_mtime_ns, there.st_ctime_ns, time.time_ns()]]),
            ),
            DEFAULT_DECODING,
        )
        manifests.append(dataset.manifest)
    assert manifests[0] == manifests[2] != manifests[1]
