"""The same report of a folder on disk and of what an object store has."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.data import stored
from vizreport.building.build import build
from vizreport.building.request import BuildRequest


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


@pytest.mark.usefixtures("rendered")
def test_a_store_gives_the_report_of_the_folder(tiny_files, tmp_path, monkeypatch):
    folder = stored.write_folder(tmp_path / "put" / "photos")
    stored.write_tars(folder, tmp_path / "put" / "tars")
    stored.write_parquets(folder, tmp_path / "put" / "parquet")
    monkeypatch.chdir(tmp_path)
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
            request = BuildRequest(tiny_files[0], data, out, pdf=False, only=only, strict=True)
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
