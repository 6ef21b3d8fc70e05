"""Sidecars and the checkpoint's hash."""

import json
import subprocess
import sys

import numpy as np
import pytest

from vizreport.data.preprocessing import Preprocessing
from vizreport.errors import RequestError
from vizreport.models.hash import checkpoint_hash
from vizreport.models.sidecar import Sidecar, read_sidecar, sidecar_paths, write_sidecar


@pytest.fixture
def checkpoint(tmp_path):
    path = tmp_path / "net.epoch-3.keras"
    path.write_bytes(b"weights")
    return path


def preprocessing(mean_image=None):
    mean = () if mean_image is not None else (120.0, 110.0, 100.0)
    return Preprocessing(
        input_size=(4, 6),
        resize="shortest",
        resize_to=8,
        crop="center",
        channels="RGB",
        scale=1.0,
        mean=mean,
        std=(1.0, 1.0, 1.0),
        mean_image=mean_image,
    )


def mean_image():
    return np.random.default_rng(0).uniform(0, 255, (4, 6, 3)).astype("float32")


def test_round_trip_with_a_mean_image(checkpoint):
    sidecar = Sidecar(preprocessing(mean_image()), ("a", "b"), ("n1", "n2"), True, "folder", 3, 0)
    write_sidecar(checkpoint, sidecar)
    names = [path.name for path in sidecar_paths(checkpoint)]
    assert names == ["net.epoch-3.vizreport.json", "net.epoch-3.vizreport.npz"]
    loaded = read_sidecar(checkpoint)
    assert loaded == sidecar
    np.testing.assert_array_equal(loaded.preprocessing.mean_image, mean_image())


def test_round_trip_without(checkpoint):
    assert read_sidecar(checkpoint) is None
    assert sidecar_paths(checkpoint) == ()
    write_sidecar(checkpoint, Sidecar(preprocessing(mean_image())))
    write_sidecar(checkpoint, Sidecar())
    assert read_sidecar(checkpoint) == Sidecar()
    assert len(sidecar_paths(checkpoint)) == 1  # the former mean is gone


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"schema_version": 2}, "schema_version is 2"),
        ({"schema_version": None}, "schema_version is None"),
        ({"class_names": "cat"}, "class_names"),
        ({"class_names": [1]}, "class_names"),
        ({"class_names": ["a", "b"], "class_ids": ["n1"]}, "2 class_names and 1 class_ids"),
        ({"epoch": "three"}, "epoch"),
        ({"epoch": True}, "epoch"),
        ({"labels_in_order": "yes"}, "labels_in_order"),
        ({"preprocessing": ["caffe"]}, "preprocessing"),
        ({"preprocessing": {"resize": "squash"}}, "missing"),
        ({"pre-processing": None}, "unknown entry 'pre-processing'"),
    ],
)
def test_malformed_entries_name_the_file(checkpoint, change, words):
    write_sidecar(checkpoint, Sidecar(preprocessing()))
    path = sidecar_paths(checkpoint)[0]
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(RequestError, match=words) as caught:
        read_sidecar(checkpoint)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"{", b"[1, 2]", b"\xff\xfe"])
def test_damaged_file(checkpoint, content):
    path = checkpoint.with_name("net.epoch-3.vizreport.json")
    path.write_bytes(content)
    with pytest.raises(RequestError, match=r"net\.epoch-3\.vizreport\.json"):
        read_sidecar(checkpoint)


def test_damaged_missing_and_foreign_mean(checkpoint):
    write_sidecar(checkpoint, Sidecar(preprocessing(mean_image())))
    npz = sidecar_paths(checkpoint)[1]
    whole = npz.read_bytes()
    for content in (b"", whole[: len(whole) // 2], b"no archive"):
        npz.write_bytes(content)
        with pytest.raises(RequestError, match=r"vizreport\.npz is truncated or damaged"):
            read_sidecar(checkpoint)
    np.savez(npz, mean_image=mean_image() + 1)
    with pytest.raises(RequestError, match="not the one"):
        read_sidecar(checkpoint)
    npz.unlink()
    with pytest.raises(RequestError, match="missing"):
        read_sidecar(checkpoint)


def test_hash_follows_contents_only(checkpoint, tmp_path):
    hashes = [checkpoint_hash(checkpoint)]
    write_sidecar(checkpoint, Sidecar(preprocessing()))
    hashes.append(checkpoint_hash(checkpoint))
    write_sidecar(checkpoint, Sidecar(preprocessing(mean_image())))
    hashes.append(checkpoint_hash(checkpoint))
    checkpoint.write_bytes(b"other weights")
    hashes.append(checkpoint_hash(checkpoint))
    assert len(set(hashes)) == 4

    other = tmp_path / "elsewhere" / "copy.keras"
    other.parent.mkdir()
    other.write_bytes(checkpoint.read_bytes())
    write_sidecar(other, Sidecar(preprocessing(mean_image())))
    assert checkpoint_hash(other) == hashes[-1]


def test_hash_of_a_missing_file(tmp_path):
    with pytest.raises(RequestError, match=r"absent\.keras"):
        checkpoint_hash(tmp_path / "absent.keras")


def test_sidecar_and_hash_do_without_tensorflow():
    code = (
        "import sys; sys.modules['tensorflow'] = sys.modules['keras'] = None;"
        "import vizreport.models.hash, vizreport.models.sidecar, vizreport.models.variants,"
        " vizreport.models.checkpoint_file, vizreport.models.paper_networks"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def write(checkpoint, values):
    checkpoint.with_name(checkpoint.stem + ".vizreport.json").write_text(json.dumps(values))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, Sidecar()),
        ({"preset": "torch"}, Sidecar(preset="torch")),
        (
            {"preset": "caffe", "preprocessing": {"channels": "RGB", "crop": None}},
            Sidecar(preset="caffe", parts={"channels": "RGB"}),
        ),
        ({"class_names": ["a", "b"]}, Sidecar(class_names=("a", "b"))),
    ],
)
def test_a_sidecar_may_hold_what_one_knows(checkpoint, values, expected):
    write(checkpoint, values)
    assert read_sidecar(checkpoint) == expected
    write_sidecar(checkpoint, expected)
    assert read_sidecar(checkpoint) == expected


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"preset": "pytorch"}, "unknown preset 'pytorch'; choose from zfnet"),
        ({"preset": 3}, "preset"),
        ({"preset": "torch", "preprocessing": {"chanels": "BGR"}}, "no part chanels"),
        ({"preset": "torch", "preprocessing": {"std": 0}}, "std"),
        ({"preset": "torch", "preprocessing": {"mean_image": "0a"}}, "its file is missing"),
    ],
)
def test_what_does_not_fit_a_preset_names_the_file(checkpoint, values, words):
    write(checkpoint, values)
    with pytest.raises(RequestError, match=words) as caught:
        read_sidecar(checkpoint)
    assert "net.epoch-3.vizreport.json" in str(caught.value)


def test_a_mean_image_beside_a_preset(checkpoint):
    sidecar = Sidecar(preset="zfnet", parts={"mean_image": mean_image()})
    write_sidecar(checkpoint, sidecar)
    loaded = read_sidecar(checkpoint)
    np.testing.assert_array_equal(loaded.parts["mean_image"], mean_image())
    assert loaded.preset == "zfnet"
