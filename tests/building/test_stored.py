"""The same report of a folder on disk and of what an object store has."""

import json
from pathlib import Path

import numpy as np
import pytest
from botocore.exceptions import EndpointConnectionError
from s3fs import S3FileSystem

from tests.data import stored
from vizreport.building.build import build
from vizreport.building.request import BuildRequest
from vizreport.errors import RequestError
from vizreport.experiments.settings import Settings
from vizreport.parallel import piece
from vizreport.subject import layer_choice


def results(out: Path) -> dict[str, dict[str, object]]:
    """Return all results' arrays and values, but for the paths, which name the shard."""
    found = {}
    for path in sorted(out.glob("results/*/*.json")):
        if path.name.endswith(".run.json") or path.parent.name == "contents":
            continue
        with np.load(path.with_suffix(".npz")) as arrays:
            content = {name: arrays[name].tobytes() for name in arrays.files if "paths" not in name}
        values = json.loads(path.read_text())["values"]
        found[path.parent.name] = content | {k: v for k, v in values.items() if k != "paths"}
    return found


def lose_the_connection(request: BuildRequest, monkeypatch) -> None:
    """Build until the store does not answer any more; the next build goes on from there."""

    async def lost(self, path, **options):
        if len(kept()) >= 2:
            raise EndpointConnectionError(endpoint_url="http://gone")
        return await read(self, path, **options)

    def kept():
        return list(request.out.glob("results/mining/*.pieces/images/*.npz"))

    read = S3FileSystem._cat_file
    with monkeypatch.context() as patched:
        patched.setattr(S3FileSystem, "_cat_file", lost)
        S3FileSystem.clear_instance_cache()
        with pytest.raises(RequestError, match=r"cannot be read \(EndpointConn.*the same command"):
            build(request)
    S3FileSystem.clear_instance_cache()  # it has what was patched
    assert len(kept()) == 2


@pytest.mark.usefixtures("rendered")
def test_a_store_gives_the_report_of_the_folder(tiny_files, tmp_path, monkeypatch):
    folder = stored.write_folder(tmp_path / "put" / "photos")
    stored.write_tars(folder, tmp_path / "put" / "tars")
    stored.write_parquets(folder, tmp_path / "put" / "parquet")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(piece, "BATCHES", 1)
    monkeypatch.setattr(layer_choice, "_IMAGES", 2)  # or mining would find all images read
    with stored.s3_server(monkeypatch) as client:
        client.create_bucket(Bucket="bucket")
        stored.upload(client, "bucket", tmp_path / "put")
        made = {}
        for data in (
            str(folder),
            *(f"s3://bucket/{name}" for name in ("photos", "tars", "parquet")),
        ):
            out = tmp_path / f"run-{len(made)}"
            # Patches are cut from pictures that mining has read, wherever they are from.
            only = ("overview", "top_patches") if data.endswith("photos") else ("overview",)
            settings = Settings(batch_size=4)
            request = BuildRequest(
                tiny_files[0], data, out, settings, pdf=False, only=only, strict=True
            )
            if data == "s3://bucket/photos":
                lose_the_connection(request, monkeypatch)
            assert build(request) == 0
            made[data] = results(out)
            for path in out.rglob("*"):
                if path.is_file():
                    content = path.read_bytes()
                    assert b"wJalrXUtnFEMI" not in content
                    assert b"AKIAEXAMPLE" not in content
    first, *others = made.values()
    assert set(first) >= {"mining", "overview", "top_patches"}
    patches = {"parts", "top_patches"}
    assert [set(first) - set(other) for other in others] == [set(), patches, patches]
    for other in others:
        for name in other:
            differing = {k for k in first[name] if first[name][k] != other[name][k]}
            # A Parquet file has classes of its own, a folder has folders; shards are in the paths.
            assert differing <= {"mistakes", "labels_reason"}, name
        for mistakes in zip(
            first["overview"]["mistakes"], other["overview"]["mistakes"], strict=True
        ):
            one, same = (mistake | {"path": ""} for mistake in mistakes)
            assert one == same
