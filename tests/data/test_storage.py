"""Object stores, tar shards and Parquet files: the images of a folder, wherever they lie."""

import hashlib
import json
import subprocess
import sys
import tarfile

import numpy as np
import pytest

from tests.data import stored
from vizreport.data.cloud import scrubbed, without_credentials
from vizreport.data.labels import resolve_labels
from vizreport.data.parquet_shard import RowGroups
from vizreport.data.patterns import braces
from vizreport.data.presets import PRESETS
from vizreport.data.reading import read_batches
from vizreport.data.sources import open_dataset
from vizreport.errors import RequestError


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return stored.write_folder(tmp_path_factory.mktemp("photos"))


@pytest.fixture(scope="module")
def forms(folder, tmp_path_factory):
    """The folder in every form, below one place."""
    place = tmp_path_factory.mktemp("forms")
    (place / "folder").symlink_to(folder)
    stored.write_tars(folder, place / "tars")
    stored.write_tars(folder, place / "numbered", 2, "cls")
    stored.write_tars(folder, place / "named", 2, "json")
    stored.write_parquets(folder, place / "parquet")
    stored.write_parquets(folder, place / "plain", 2, plain=True)
    return place


@pytest.fixture(scope="module")
def bucket(forms):
    with pytest.MonkeyPatch.context() as monkeypatch, stored.s3_server(monkeypatch) as client:
        client.create_bucket(Bucket="photos")
        stored.upload(client, "photos", forms.resolve())
        for path in stored.files(forms / "folder"):
            client.upload_file(str(path), "photos", str(path.relative_to(forms)))
        yield client


SOURCES = (
    "folder",
    "tars",
    "tars/photos-{000000..000001}.tar",
    "tars/*.tar",
    "numbered",
    "named",
    "parquet",
    "parquet/train-*.parquet",
    "plain",
)


@pytest.mark.parametrize("remote", [False, True])
@pytest.mark.parametrize("source", SOURCES)
def test_every_form_gives_the_images_of_the_folder(folder, forms, bucket, source, remote):
    place = "s3://photos" if remote else str(forms)
    dataset, plain = open_dataset(f"{place}/{source}"), open_dataset(str(folder))
    files = stored.files(folder)
    squash = PRESETS["unit"]((24, 28), 3)
    for given in (None, [14, 3, 7, 3, 0]):
        (found,) = read_batches(dataset, squash, 20, given)
        (wanted,) = read_batches(plain, squash, 20, given)
        np.testing.assert_array_equal(found.pictures, wanted.pictures)
        np.testing.assert_array_equal(found.boxes, wanted.boxes)
        hashes = [hashlib.sha256(files[i].read_bytes()).digest() for i in wanted.indices]
        assert [row.tobytes() for row in found.sha256] == hashes
        np.testing.assert_array_equal(wanted.sha256, found.sha256)
    assert dataset.remote is remote
    names = stored.CLASSES
    labels = resolve_labels(dataset, 3, names, labels_in_order=source == "numbered").labels
    assert labels.tolist() == [names.index(path.parent.name) for path in files]
    if source != "numbered":
        assert dataset.class_names == names
    for record, path in zip(dataset.records, files, strict=True):
        end = path.name if source == "plain" else f"/{path.name}"
        assert record.path.endswith(end) or "/row-" in record.path


def test_the_fingerprint_of_a_store_is_its_manifest(folder, forms, bucket):
    """Opening reads no image; another content changes the fingerprint, the same one does not."""
    before = open_dataset("s3://photos/folder")
    assert before.fingerprint == open_dataset("s3://photos/folder").fingerprint
    path = stored.files(folder)[2]
    key = f"folder/{path.relative_to(folder)}"
    listed = bucket.list_objects_v2(Bucket="photos", Prefix=key)["Contents"][0]
    assert before.records[2].tag == f"{listed['ETag']} {listed['Size']}"
    try:
        bucket.put_object(Bucket="photos", Key=key, Body=path.read_bytes()[:-1] + b"!")
        assert open_dataset("s3://photos/folder").fingerprint != before.fingerprint
    finally:
        bucket.upload_file(str(path), "photos", key)
    assert open_dataset("s3://photos/folder").fingerprint == before.fingerprint


def test_samples_of_shards_are_seeded(forms):
    every = open_dataset(str(forms / "tars"))
    for source in ("tars", "parquet"):
        some = open_dataset(str(forms / source), max_images=6, seed=3)
        again = open_dataset(str(forms / source), max_images=6, seed=3)
        assert some.fingerprint == again.fingerprint != every.fingerprint
        assert len(some.records) == 6
        chosen = open_dataset(str(forms / "folder"), max_images=6, seed=3)
        for i in range(6):
            assert some.encoded(i) == chosen.encoded(i)


def test_splits_of_shards(forms, tmp_path):
    for name in ("train-00000-of-00002", "train-00001-of-00002"):
        content = (forms / "parquet" / f"{name}.parquet").read_bytes()
        (tmp_path / f"{name}.parquet").write_bytes(content)
    content = (forms / "parquet" / "train-00000-of-00002.parquet").read_bytes()
    (tmp_path / "test-00000-of-00001.parquet").write_bytes(content)
    assert len(open_dataset(str(tmp_path), "train").records) == 15
    assert len(open_dataset(f"{tmp_path}/*.parquet", "train").records) == 15
    chosen = open_dataset(str(tmp_path))
    assert len(chosen.records) == 8
    assert chosen.name == f"{tmp_path.name} (test)"
    with pytest.raises(RequestError, match="no split 'valid' in"):
        open_dataset(str(tmp_path), "valid")


def test_an_image_is_read_once_and_row_groups_are_kept(forms, monkeypatch):
    read = []
    original = RowGroups._read

    def counted(self, number):
        read.append((self._path, number))
        return original(self, number)

    monkeypatch.setattr(RowGroups, "_read", counted)
    dataset = open_dataset(str(forms / "parquet"))
    list(read_batches(dataset, PRESETS["unit"]((24, 28), 3), 4))
    assert len(read) == len(set(read)) == 6
    # Where one group fills what is kept, the last is all that is.
    monkeypatch.setattr("vizreport.data.parquet_shard.KEPT", 1)
    dataset = open_dataset(str(forms / "parquet"))
    read.clear()
    for index in (0, 1, 3, 0):
        dataset.encoded(index)
    assert [number for _, number in read] == [0, 1, 0]


@pytest.mark.parametrize("source", ["folder", "tars", "parquet"])
@pytest.mark.parametrize("remote", [False, True])
def test_a_data_set_can_be_sent_to_another_process(forms, bucket, source, remote):
    from ray import cloudpickle

    dataset = open_dataset(f"{'s3://photos' if remote else forms}/{source}")
    dataset.encoded(4)
    sent = cloudpickle.loads(cloudpickle.dumps(dataset))
    assert list(sent.records) == list(dataset.records)
    assert sent.encoded(7) == dataset.encoded(7)


def test_requests_to_a_store(forms, bucket, monkeypatch):
    """Opening a folder asks for no content; each image is one request, also of tar shards."""
    import s3fs

    asked = []
    original = s3fs.S3FileSystem._call_s3

    async def counted(self, method, *arguments, **options):
        asked.append((str(method), options.get("Key"), options.get("Range")))
        return await original(self, method, *arguments, **options)

    monkeypatch.setattr(s3fs.S3FileSystem, "_call_s3", counted)
    for source in ("folder", "tars"):
        dataset = open_dataset(f"s3://photos/{source}")
        if source == "folder":
            assert {method for method, *_ in asked} <= {"list_objects_v2"}
        asked.clear()
        list(read_batches(dataset, PRESETS["unit"]((24, 28), 3), 4))
        assert len(asked) == len(set(asked)) == 15
        assert {method for method, *_ in asked} == {"get_object"}
        asked.clear()


# What goes wrong ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("s3://no-such-bucket/photos", "s3://no-such-bucket/photos does not exist"),
        ("s3://photos/nothing", "s3://photos/nothing does not exist"),
        ("s3://photos/tars/photos-{000000..000007}.tar", "no file s3://photos/tars/photos-000002"),
        ("s3://photos/tars/*.tgz", r"no file s3://photos/tars/\*.tgz"),
        ("hub://photos", "hub:// is not a scheme known"),
    ],
)
def test_what_is_not_there(bucket, source, said):
    with pytest.raises(RequestError, match=said):
        open_dataset(source)


def test_no_permission_and_no_credentials(bucket, monkeypatch):
    from vizreport.data.cloud import CloudFolder

    storage = CloudFolder("s3://photos/folder")

    def refused(*arguments, **options):
        raise PermissionError("Access Denied")

    monkeypatch.setattr(storage._files, "cat_file", refused)
    with pytest.raises(RequestError, match="circle/000.jpg cannot be read with the credentials"):
        storage.read("circle/000.jpg")
    monkeypatch.undo()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/nowhere")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    type(storage._files).clear_instance_cache()
    with pytest.raises(RequestError, match="needs credentials, and the environment has none"):
        open_dataset("s3://photos/folder")
    type(storage._files).clear_instance_cache()


CREDENTIALS = (
    "s3://AKIAEXAMPLE:wJalrXUtnFEMI@bucket/photos",
    "s3://AKIAEXAMPLE@bucket/photos",
    "https://me:wJalrXUtnFEMI@example.org/a.tar",
    "https://bucket.s3.amazonaws.com/a.tar?X-Amz-Signature=wJalrXUtnFEMI",
    "az://photos/a.tar?sv=2024&sig=wJalrXUtnFEMI",
    "simplecache::sftp://me:wJalrXUtnFEMI@host/photos",
)


@pytest.mark.parametrize("url", CREDENTIALS)
def test_credentials_are_refused_and_not_repeated(url):
    with pytest.raises(RequestError, match="contains credentials") as error:
        open_dataset(url)
    assert "wJalrXUtnFEMI" not in str(error.value)
    assert "AKIAEXAMPLE" not in str(error.value)


def test_what_is_no_credential_is_kept():
    for url in ("s3://b/p-?.tar", "abfs://photos@account.dfs.core.windows.net/a", "gs://b/x"):
        assert without_credentials(url) == url
    said = scrubbed("GET https://x/y?sv=1&sig=abc%2F= failed, password: abc")
    assert "abc" not in said


def test_a_damaged_tar_names_the_archive_and_the_member(folder, tmp_path):
    (tar,) = stored.write_tars(folder, tmp_path, 1)
    content = tar.read_bytes()
    with tarfile.open(tar) as archive:
        infos = archive.getmembers()
    damaged = f"{tar.name} is damaged after its member {infos[3].name}"
    tar.write_bytes(content[: infos[4].offset_data + 9])
    with pytest.raises(RequestError, match=f"{tar.name} is damaged after .*unexpected end"):
        open_dataset(str(tar))
    at = infos[4].offset
    tar.write_bytes(content[:at] + b"\xff" * 512 + content[at + 512 :])
    with pytest.raises(RequestError, match=damaged):
        open_dataset(str(tar))
    # A member that is no image is left out, and named.
    at = infos[4].offset_data
    tar.write_bytes(content[:at] + b"\xff" * infos[4].size + content[at + infos[4].size :])
    dataset = open_dataset(str(tar))
    (batch,) = read_batches(dataset, PRESETS["unit"]((24, 28), 3), 20)
    assert [path for path, _ in batch.unreadable] == [f"{tar.name}/{infos[4].name}"]
    for other in ("none.tar", "photos.tar.gz"):
        (tmp_path / other).write_bytes(b"no archive" * 99)
        with pytest.raises(RequestError, match=other):
            open_dataset(str(tmp_path / other))


def test_odd_members(tmp_path):
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        stored.add(archive, "ILSVRC.val.0001.jpg", b"1")
        stored.add(archive, "ILSVRC.val.0002.jpg", b"2")
        stored.add(archive, "._x.jpg", b"resource fork")
        stored.add(archive, "a.seg.png", b"mask")
        stored.add(archive, "a.jpg", b"3")
        stored.add(archive, "a.cls", b"7\n")
        stored.add(archive, "b.heic", b"")
        stored.add(archive, "c.jpg", b"4")
        stored.add(archive, "c.json", b'{"class": 2}')
    dataset = open_dataset(str(tmp_path / "a.tar"))
    found = [(r.path.partition("/")[2], r.label, r.class_name) for r in dataset.records]
    assert found == [
        ("ILSVRC.val.0001.jpg", None, None),
        ("ILSVRC.val.0002.jpg", None, None),
        ("a.jpg", 7, None),
        ("c.jpg", 2, None),
    ]
    assert dataset.skipped[0][0] == "a.tar/b.heic"
    assert [dataset.encoded(i) for i in range(4)] == [b"1", b"2", b"3", b"4"]
    with tarfile.open(tmp_path / "b.tar", "w") as archive:
        stored.add(archive, "c.jpg", b"4")
        stored.add(archive, "c.json", b"{")
    with pytest.raises(RequestError, match="the label of c.jpg in b.tar cannot be read"):
        open_dataset(str(tmp_path / "b.tar"))


def test_damaged_and_odd_parquet_files(folder, forms, tmp_path):
    import pyarrow as pa
    from pyarrow import parquet

    content = (forms / "parquet" / "train-00000-of-00002.parquet").read_bytes()
    path = tmp_path / "a.parquet"
    for damaged in (content[:-300], b"PAR1" + content[4:-300] + content[-8:], b""):
        path.write_bytes(damaged)
        with pytest.raises(RequestError, match="a.parquet is damaged"):
            open_dataset(str(path))
    parquet.write_table(pa.table({"text": ["a"], "label": [0]}), path)
    with pytest.raises(RequestError, match="no column of encoded images .*are text, label"):
        open_dataset(str(path))
    image = stored.files(folder)[0].read_bytes()
    table = pa.table({"image": [image, None, b"none"], "label": [1, None, -1]})
    parquet.write_table(table, path)
    dataset = open_dataset(str(path))
    assert [record.label for record in dataset.records] == [1, None, None]
    (batch,) = read_batches(dataset, PRESETS["unit"]((24, 28), 3), 20)
    assert batch.indices.tolist() == [0]
    assert [path for path, _ in batch.unreadable] == ["a.parquet/row-1", "a.parquet/row-2"]


def test_braces():
    assert braces("a") == ["a"]
    assert braces("{08..10}") == ["08", "09", "10"]
    assert braces("{a,b{1..2}}.tar") == ["a.tar", "b1.tar", "a.tar", "b2.tar"]
    with pytest.raises(RequestError, match="more than 100,000 files"):
        braces("{0..999999}")


def test_a_folder_on_disk_imports_nothing_more(folder):
    program = f"""
import sys, json
from vizreport.data import open_dataset, preset, read_batches
dataset = open_dataset({str(folder)!r})
(batch,) = read_batches(dataset, preset("unit", (8, 8), 3), 40)
names = ("fsspec", "s3fs", "pyarrow", "aiohttp", "botocore", "boto3", "ray")
print(json.dumps([len(batch.pictures), [name for name in names if name in sys.modules]]))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == [15, []]


@pytest.mark.parametrize(("scheme", "package"), [("s3", "s3fs"), ("gs", "gcsfs"), ("az", "adlfs")])
@pytest.mark.parametrize("library", ["fsspec.core", ""])
def test_missing_packages(monkeypatch, scheme, package, library):
    import fsspec  # noqa: F401  its registry, which knows what was imported before

    monkeypatch.setitem(sys.modules, library or package, None)
    monkeypatch.delitem(sys.modules["fsspec.registry"]._registry, scheme, raising=False)
    with pytest.raises(
        RequestError, match=rf"{scheme}:// needs .*pip install 'vizreport\[cloud\]', or .*{package}"
    ):
        open_dataset(f"{scheme}://photos/a")


def test_without_pyarrow(monkeypatch, forms):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(RequestError, match=r"pip install 'vizreport\[cloud\]', or .*pyarrow"):
        open_dataset(str(forms / "parquet"))
