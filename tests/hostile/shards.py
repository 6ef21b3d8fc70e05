"""Tar archives, Parquet files and addresses that are damaged, odd or made to do harm."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

from tests.hostile.cases import DONE, Place, Table

SHARDS = Table()
case = SHARDS.case


def packed(place: Place, *more: tarfile.TarInfo) -> bytes:
    """Pack the photographs as they lie in their folders, and members without content."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for path in sorted(place.photos.rglob("*.*")):
            archive.add(path, str(path.relative_to(place.photos)))
        for info in more:
            archive.addfile(info)
    return buffer.getvalue()


def shard(place: Place, content: bytes, name: str = "photos.tar") -> Path:
    path = place.folder / name
    path.write_bytes(content)
    return path


def member(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


@case("accuracy|error", DONE)
def tar_with_links_devices_and_ways_out(place: Place) -> list[str]:
    """Nothing is unpacked, so links and names that lead elsewhere are no danger."""
    content = packed(
        place,
        member("a/passwd.jpg", tarfile.SYMTYPE, "/etc/passwd"),
        member("a/hard.jpg", tarfile.LNKTYPE, "../../../etc/passwd"),
        member("a/zero.jpg", tarfile.CHRTYPE),
        member("a/pipe.jpg", tarfile.FIFOTYPE),
    )
    return place.evaluate(shard(place, content))


@case("damaged after its member")
def tar_that_ends_early(place: Place) -> list[str]:
    content = packed(place)
    return place.evaluate(shard(place, content[: content.rindex(b"ustar") + 600]))


@case("damaged")
def tar_that_is_none(place: Place) -> list[str]:
    return place.evaluate(shard(place, os.urandom(4096)))


@case("damaged|no images")
def tar_of_nothing(place: Place) -> list[str]:
    return place.evaluate(shard(place, b""))


def enlarged(content: bytes, size: bytes) -> bytes:
    """Say another size in the first member's header, whose checksum fits again."""
    info = bytearray(content[:512])
    info[124:136] = size
    info[148:156] = b" " * 8
    info[148:156] = b"%06o\0 " % sum(info)
    return bytes(info) + content[512:]


@case("damaged")
def tar_of_a_member_of_terabytes(place: Place) -> list[str]:
    huge = b"\x80" + (2**60).to_bytes(11, "big")
    return place.evaluate(shard(place, enlarged(packed(place), huge)))


@case("damaged")
def tar_that_turns_back(place: Place) -> list[str]:
    negative = b"\xff" + (-1024).to_bytes(11, "big", signed=True)
    return place.evaluate(shard(place, enlarged(packed(place), negative)))


@case("compressed")
def tar_that_is_compressed(place: Place) -> list[str]:
    return place.evaluate(shard(place, packed(place), "photos.tar.gz"))


@case("damaged")
def parquet_that_is_none(place: Place) -> list[str]:
    return place.evaluate(shard(place, b"PAR1" + os.urandom(400) + b"PAR1", "photos.parquet"))


@case("named pipe|no file")
def pipe_for_a_tar(place: Place) -> list[str]:
    os.mkfifo(place.folder / "photos.tar")
    return place.evaluate(place.folder / "photos.tar")


@case("100,000 files")
def braces_without_end(place: Place) -> list[str]:
    return place.evaluate(place.folder / "{0..99999999999}.tar")


@case("credentials")
def address_with_a_secret(place: Place) -> list[str]:
    return place.evaluate("s3://KEY:SECRET@bucket/photos")


@case("brackets|not a scheme|invalid")
def address_that_is_none(place: Place) -> list[str]:
    return place.evaluate("s3://[bucket/photos")
