"""Data that are damaged, odd or made to do harm."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path

import numpy as np

from tests.hostile import archives
from tests.hostile.cases import DONE, Place, Table, write_photos

DATA = Table()
case = DATA.case

IMAGES = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 3), dtype=np.uint8)
LABELS = np.array([0, 1, 0, 1])


def npz(place: Place, content: bytes) -> list[str]:
    path = place.folder / "data.npz"
    path.write_bytes(content)
    return place.evaluate(path)


def good_npz() -> bytes:
    return archives.archive(
        {"images.npy": archives.npy(IMAGES), "labels.npy": archives.npy(LABELS)}
    )


# Paths


@case("nosuch")
def home_of_nobody(place: Place) -> list[str]:
    return place.evaluate("~nosuch/x")


@case("too long")
def long_name(place: Place) -> list[str]:
    return place.evaluate("n" * 300)


@case("too long")
def long_path(place: Place) -> list[str]:
    return place.evaluate("n/" * 5000)


@case("link.*itself")
def link_to_itself(place: Place) -> list[str]:
    (place.folder / "photos").symlink_to("photos")
    return place.evaluate(place.folder / "photos")


@case("named pipe")
def pipe(place: Place) -> list[str]:
    os.mkfifo(place.folder / "photos")
    return place.evaluate(place.folder / "photos")


@case("named pipe")
def pipe_npz(place: Place) -> list[str]:
    os.mkfifo(place.folder / "data.npz")
    return place.evaluate(place.folder / "data.npz")


@case("device")
def endless_npz(place: Place) -> list[str]:
    (place.folder / "data.npz").symlink_to("/dev/zero")
    return place.evaluate(place.folder / "data.npz")


@case("device")
def device(place: Place) -> list[str]:
    return place.evaluate("/dev/null")


@case("exist")
def zero_byte(place: Place) -> list[str]:
    return place.evaluate("a\0b")


@case("no images|there are no")
def empty(place: Place) -> list[str]:
    return place.evaluate(place.folder)


@case("no split")
def long_split(place: Place) -> list[str]:
    return place.evaluate(place.photos, "--split", "s" * 300)


# Archives of arrays


@case("encrypted")
def npz_encrypted(place: Place) -> list[str]:
    return npz(place, archives.encrypted(good_npz()))


@case("compress")
def npz_of_unknown_compression(place: Place) -> list[str]:
    return npz(place, archives.unknown_compression(good_npz()))


@case("damaged")
def npz_spoilt(place: Place) -> list[str]:
    return npz(place, archives.spoilt(good_npz()))


@case("unpack|bomb")
def npz_bomb(place: Place) -> list[str]:
    return npz(place, archives.enormous(good_npz()))


def header(shape: str, dtype: str = "|u1") -> bytes:
    text = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}"
    return archives.archive({"images.npy": archives.npy(header=text)})


@case("declares|holds")
def npz_of_terabytes(place: Place) -> list[str]:
    return npz(place, header("(10000000000, 64, 64, 3)"))


@case("damaged|header|shape")
def npz_of_a_negative_shape(place: Place) -> list[str]:
    return npz(place, header("(-4, 8, 8, 3)"))


@case("damaged|header|shape|declares")
def npz_of_an_overflowing_shape(place: Place) -> list[str]:
    return npz(place, header("(4294967296, 4294967296, 4294967296)"))


@case("damaged|header|shape")
def npz_of_a_shape_of_digits(place: Place) -> list[str]:
    text = "{'descr': '|u1', 'fortran_order': False, 'shape': (" + "9" * 5000 + ",), }"
    return npz(place, archives.archive({"images.npy": archives.npy(header=text)}))


@case("objects")
def npz_of_objects(place: Place) -> list[str]:
    content = archives.npy(np.array([{}, {}], object))
    return npz(place, archives.archive({"images.npy": content}))


@case("damaged")
def npz_that_is_text(place: Place) -> list[str]:
    return npz(place, b"no archive at all")


@case("images")
def npz_without_images(place: Place) -> list[str]:
    return npz(place, archives.archive({"pictures.npy": archives.npy(IMAGES)}))


@case("one per image")
def npz_of_too_many_labels(place: Place) -> list[str]:
    parts = {"images.npy": archives.npy(IMAGES), "labels.npy": archives.npy(np.arange(9))}
    return npz(place, archives.archive(parts))


@case("single array")
def npz_of_a_single_array(place: Place) -> list[str]:
    return npz(place, archives.npy(IMAGES))


@case("damaged|plain|array")
def npz_of_no_array(place: Place) -> list[str]:
    return npz(place, archives.archive({"images.npy": b"nothing"}))


# Folders of pictures: the odd one is left out and named


def among_photos(place: Place) -> Path:
    return write_photos(place.folder / "photos") / "a"


@case(r"a/odd\.jpg.*link.*itself", DONE)
def picture_that_links_to_itself(place: Place) -> list[str]:
    folder = among_photos(place)
    (folder / "odd.jpg").symlink_to("odd.jpg")
    return place.evaluate(folder.parent)


@case(r"a/odd\.jpg.*broken link", DONE)
def picture_that_links_nowhere(place: Place) -> list[str]:
    folder = among_photos(place)
    (folder / "odd.jpg").symlink_to("absent.jpg")
    return place.evaluate(folder.parent)


@case(r"a/odd\.jpg.*pipe", DONE)
def picture_that_is_a_pipe(place: Place) -> list[str]:
    folder = among_photos(place)
    os.mkfifo(folder / "odd.jpg")
    return place.evaluate(folder.parent)


@case(r"a/odd\.jpg.*device", DONE)
def picture_that_is_endless(place: Place) -> list[str]:
    folder = among_photos(place)
    (folder / "odd.jpg").symlink_to("/dev/zero")
    return place.evaluate(folder.parent)


@case("", DONE)
def folders_in_a_circle(place: Place) -> list[str]:
    folder = among_photos(place)
    (folder / "again").symlink_to(folder.parent)
    return place.evaluate(folder.parent)


@case("loop", DONE)
def folder_that_links_to_itself(place: Place) -> list[str]:
    folder = among_photos(place)
    (folder.parent / "loop").symlink_to("loop")
    return place.evaluate(folder.parent)


def png(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """Return a picture that claims a size and holds next to nothing."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    listed = [(b"IHDR", head), *chunks, (b"IDAT", zlib.compress(b"\0" * 64)), (b"IEND", b"")]
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in listed
    )
    return b"\x89PNG\r\n\x1a\n" + body


PICTURES = {
    "empty_picture": (b"", "empty"),
    "picture_of_text": (b"hello", "not a JPEG"),
    "picture_of_postscript": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a JPEG"),
    "picture_bomb": (png(60_000, 60_000), "million pixels"),
    "picture_of_no_pixels": (png(8, 8), "truncated|damaged"),
    "picture_of_no_size": (png(0, 8), "damaged|not a JPEG"),
    "picture_with_a_bomb_of_text": (
        png(8, 8, (b"zTXt", b"x\0\0" + zlib.compress(b"\0" * 50_000_000))),
        "damaged",
    ),
    "webp_cut_short": (b"RIFF\xff\xff\xff\x7fWEBPVP8 \xff\xff\xff\x7f", "damaged|not a JPEG"),
    "gif_of_no_frames": (b"GIF89a\xff\xff\xff\xff\x00\x00\x00;", "damaged|not a JPEG|million"),
    "bmp_of_negative_size": (
        b"BM" + struct.pack("<IHHIIiiHHIIiiII", 54, 0, 0, 54, 40, -8, 8, 1, 24, 0, 0, 0, 0, 0, 0),
        "million pixels",
    ),
}


def _picture(name: str, content: bytes, words: str) -> None:
    @case(rf"a/odd\.jpg.*({words})", DONE, name)
    def make(place: Place) -> list[str]:
        folder = among_photos(place)
        (folder / "odd.jpg").write_bytes(content)
        return place.evaluate(folder.parent)


for _name, (_content, _words) in PICTURES.items():
    _picture(_name, _content, _words)


@case(r"no image.*can be read", name="nothing_but_odd_pictures")
def nothing_but_odd(place: Place) -> list[str]:
    for name in ("a", "b"):
        (place.folder / name).mkdir()
        (place.folder / name / "odd.jpg").write_bytes(b"hello")
    return place.evaluate(place.folder)


# PASCAL VOC


def voc(place: Place) -> Path:
    for part in ("JPEGImages", "ImageSets/Main", "Annotations"):
        (place.folder / part).mkdir(parents=True)
    (place.folder / "ImageSets/Main/trainval.txt").write_text("one\n")
    (place.folder / "JPEGImages/one.jpg").write_bytes((place.photos / "a/0.png").read_bytes())
    (place.folder / "Annotations/one.xml").write_text(
        "<annotation><object><name>cat</name></object></annotation>"
    )
    return place.folder


@case("named pipe")
def annotation_is_a_pipe(place: Place) -> list[str]:
    path = voc(place) / "Annotations/one.xml"
    path.unlink()
    os.mkfifo(path)
    return place.evaluate(place.folder)


@case("named pipe")
def annotated_picture_is_a_pipe(place: Place) -> list[str]:
    path = voc(place) / "JPEGImages/one.jpg"
    path.unlink()
    os.mkfifo(path)
    return place.evaluate(place.folder)


@case("annotation")
def annotation_of_a_billion_laughs(place: Place) -> list[str]:
    entities = "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' if n else '<!ENTITY l0 "ha">' for n in range(12)
    )
    text = f"<!DOCTYPE a [{entities}]><annotation><object><name>&l11;</name></object></annotation>"
    (voc(place) / "Annotations/one.xml").write_text(text)
    return place.evaluate(place.folder)


@case("UTF-8")
def split_is_no_text(place: Place) -> list[str]:
    (voc(place) / "ImageSets/Main/trainval.txt").write_bytes(b"\xff\xfe\n")
    return place.evaluate(place.folder)
