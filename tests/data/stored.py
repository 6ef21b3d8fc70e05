"""The same few photographs as a folder, as tar shards and as Parquet files; and an S3 server."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image

CLASSES = ("circle", "square", "star")


def write_folder(folder: Path, count: int = 15) -> Path:
    """Smooth JPEG files of different sizes, one subfolder a class."""
    random = np.random.default_rng(0)
    for i in range(count):
        coarse = random.integers(0, 256, (5, 6, 3), dtype=np.uint8)
        path = folder / CLASSES[i % 3] / f"{i:03d}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(coarse).resize((40 + i, 36), 2).save(path, quality=90)
    return folder


def files(folder: Path) -> list[Path]:
    """Return the files of a folder in the order of a data set."""
    return sorted(folder.rglob("*.jpg"))


def write_tars(folder: Path, to: Path, shards: int = 2, label: str = "") -> list[Path]:
    """Pack a folder; ``label`` is "", "cls" or "json"."""
    to.mkdir(parents=True, exist_ok=True)
    written = []
    for shard, some in enumerate(np.array_split(np.array(files(folder)), shards)):
        written.append(to / f"photos-{shard:06d}.tar")
        with tarfile.open(written[-1], "w") as archive:
            for path in some:
                name = str(path.relative_to(folder))
                add(archive, name, path.read_bytes())
                number = CLASSES.index(path.parent.name)
                if label == "cls":
                    add(archive, name.replace(".jpg", ".cls"), str(number).encode())
                elif label == "json":
                    said = {"label": path.parent.name, "width": 40}
                    add(archive, name.replace(".jpg", ".json"), json.dumps(said).encode())
    return written


def add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    """Add a member."""
    info = tarfile.TarInfo(name)
    info.size = len(content)
    archive.addfile(info, io.BytesIO(content))


def write_parquets(folder: Path, to: Path, shards: int = 2, plain: bool = False) -> list[Path]:
    """Write a folder as Hugging Face does, or ``plain``: a binary column and names of classes."""
    import pyarrow as pa
    from pyarrow import parquet

    to.mkdir(parents=True, exist_ok=True)
    features = {
        "image": {"_type": "Image"},
        "label": {"names": list(CLASSES), "_type": "ClassLabel"},
    }
    known = {b"huggingface": json.dumps({"info": {"features": features}}).encode()}
    written = []
    for shard, some in enumerate(np.array_split(np.array(files(folder)), shards)):
        names = [path.parent.name for path in some]
        if plain:
            content = {"jpg": [path.read_bytes() for path in some], "class": names}
            table = pa.table(content)
        else:
            structs = [{"bytes": path.read_bytes(), "path": path.name} for path in some]
            numbers = [CLASSES.index(name) for name in names]
            table = pa.table({"image": structs, "label": numbers}).replace_schema_metadata(known)
        written.append(to / f"train-{shard:05d}-of-{shards:05d}.parquet")
        parquet.write_table(table, written[-1], row_group_size=3)
    return written


@contextmanager
def s3_server(monkeypatch) -> Iterator[object]:
    """Run moto's server; yields a client of it, and sets the environment that s3fs reads."""
    import boto3
    import s3fs
    from moto.server import ThreadedMotoServer

    s3fs.S3FileSystem.clear_instance_cache()  # it remembers the server before

    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        address = "http://{}:{}".format(*server.get_host_and_port())
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        yield boto3.client("s3")
    finally:
        server.stop()
        s3fs.S3FileSystem.clear_instance_cache()


def upload(client, bucket: str, folder: Path) -> None:
    """Put a folder's files into a bucket, under their relative paths."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            client.upload_file(str(path), bucket, str(path.relative_to(folder)))
