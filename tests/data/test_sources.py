"""Archives, Keras' and TensorFlow's data sets, and what names none of them."""

import json
import subprocess
import sys
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from vizreport.data import keras_datasets, tfds
from vizreport.data.presets import PRESETS
from vizreport.data.reading import read_batches
from vizreport.data.sources import SOURCES, open_dataset
from vizreport.errors import RequestError

RNG = np.random.default_rng(0)
COLOUR = RNG.integers(0, 256, (6, 4, 5, 3), np.uint8)
GREY = RNG.integers(0, 256, (6, 4, 5), np.uint8)
LABELS = np.array([0, 1, 1, 0, 1, 0])


def save(tmp_path, **arrays):
    np.savez(tmp_path / "data.npz", **arrays)
    return str(tmp_path / "data.npz")


def test_npz(tmp_path):
    source = save(tmp_path, images=COLOUR, labels=LABELS, class_names=["cat", "dog"])
    dataset = open_dataset(source)
    assert dataset.name == "data.npz"
    assert dataset.class_names == ("cat", "dog")
    assert [record.label for record in dataset.records] == LABELS.tolist()
    assert [record.class_name for record in dataset.records][:3] == ["cat", "dog", "dog"]
    assert dataset.records[2].path == "images[2]"
    np.testing.assert_array_equal(dataset.read(2), COLOUR[2])
    (batch,) = read_batches(dataset, PRESETS["unit"]((4, 5), 3), 10)
    np.testing.assert_array_equal(batch.pictures, COLOUR)


@pytest.mark.parametrize("images", [GREY, GREY[..., None]])
def test_npz_greyscale(tmp_path, images):
    dataset = open_dataset(save(tmp_path, images=images))
    np.testing.assert_array_equal(dataset.read(1), np.repeat(GREY[1][..., None], 3, -1))
    assert dataset.class_names == ()
    assert dataset.records[0].label is None


def test_npz_sample(tmp_path):
    source = save(tmp_path, images=COLOUR, labels=LABELS)
    dataset = open_dataset(source, max_images=3, seed=4)
    chosen = [int(record.path[7:-1]) for record in dataset.records]
    assert chosen == sorted(set(chosen))
    assert len(chosen) == 3
    for i, original in enumerate(chosen):
        np.testing.assert_array_equal(dataset.read(i), COLOUR[original])
        assert dataset.records[i].label == LABELS[original]


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        ("images", "labels"),
        ("images", "targets"),
        ("x", "y"),
        ("X", "y"),
        ("x_train", "y_train"),
        ("x_test", "y_test"),
        ("train_images", "train_labels"),
        ("data", "labels"),
    ],
)
def test_npz_under_common_names(tmp_path, images, labels):
    dataset = open_dataset(save(tmp_path, **{labels: LABELS, images: COLOUR}))
    np.testing.assert_array_equal(dataset.read(3), COLOUR[3])
    assert [record.label for record in dataset.records] == LABELS.tolist()
    assert dataset.name == "data.npz"


def test_npz_of_several_splits(tmp_path):
    """As keras.datasets stores them."""
    source = save(
        tmp_path, x_train=COLOUR, y_train=LABELS, x_test=COLOUR[:2] // 2, y_test=LABELS[1:3]
    )
    test = open_dataset(source)
    np.testing.assert_array_equal(test.read(1), COLOUR[1] // 2)
    assert [record.label for record in test.records] == [1, 1]
    assert test.name == "data.npz (x_test)"
    train = open_dataset(source, split="train")
    assert len(train.records) == 6
    assert train.fingerprint != test.fingerprint
    # Labels of another split are none of these.
    alone = open_dataset(save(tmp_path, x_test=COLOUR, y_train=LABELS))
    assert alone.records[0].label is None


def test_npz_fingerprint(tmp_path):
    def of(**arrays):
        return open_dataset(save(tmp_path, **arrays)).fingerprint

    changed = COLOUR.copy()
    changed[3, 0, 0, 0] ^= 1
    first = of(images=COLOUR, labels=LABELS)
    assert of(images=COLOUR, labels=LABELS) == first
    others = [
        of(images=changed, labels=LABELS),
        of(images=COLOUR),
        of(images=COLOUR, labels=1 - LABELS),
        of(images=COLOUR.reshape(6, 5, 4, 3), labels=LABELS),
    ]
    assert len({first, *others}) == 5


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"a": COLOUR}, r"has no array of images by a known name \(images, x_test, .*it has a$"),
        ({"images": COLOUR / 255}, "images are float64; save them as uint8"),
        ({"images": COLOUR[0, 0]}, r"images have the shape \(5, 3\); it must be N x H x W"),
        ({"images": COLOUR[..., None]}, r"shape \(6, 4, 5, 3, 1\)"),
        ({"images": COLOUR[:0]}, "at least one image"),
        ({"images": COLOUR, "labels": LABELS[:3]}, "must be 6 integers, one per image"),
        ({"images": COLOUR, "labels": LABELS / 1}, "labels are float64"),
        ({"images": COLOUR, "labels": LABELS - 1}, "labels range from -1 to 0"),
        (
            {"images": COLOUR, "labels": LABELS, "class_names": ["cat"]},
            "labels range from 0 to 1; they must be from 0 to 0",
        ),
        ({"images": COLOUR, "class_names": [1, 2]}, "class_names are int64"),
        (
            {"images": COLOUR, "class_names": np.array(["cat", None])},
            "an array 'class_names' of Python objects",
        ),
    ],
)
def test_wrong_npz(tmp_path, arrays, message):
    with pytest.raises(RequestError, match=message):
        open_dataset(save(tmp_path, **arrays))


def test_files_that_are_no_npz(tmp_path):
    path = tmp_path / "a.npz"
    for content in (b"", b"nonsense", (b"PK\x03\x04" + b"x" * 50)):
        path.write_bytes(content)
        with pytest.raises(RequestError, match="a.npz is truncated or damaged"):
            open_dataset(str(path))
    np.savez_compressed(path, images=COLOUR)
    content = bytearray(path.read_bytes())
    for damaged in (content[: len(content) // 2], content[:100] + b"\xff" * 90 + content[190:]):
        path.write_bytes(damaged)
        with pytest.raises(RequestError, match="a.npz is truncated or damaged"):
            open_dataset(str(path))
    with path.open("wb") as file:
        np.save(file, COLOUR)
    with pytest.raises(RequestError, match="holds a single array"):
        open_dataset(str(path))
    with pytest.raises(RequestError, match="gone.npz does not exist"):
        open_dataset(str(tmp_path / "gone.npz"))
    with pytest.raises(RequestError, match="no images of a split 'train'.*it has images"):
        open_dataset(save(tmp_path, images=COLOUR), split="train")


@pytest.fixture
def fake_keras(monkeypatch):
    def load_data():
        return (COLOUR[:4], LABELS[:4, None]), (COLOUR[4:], LABELS[4:, None])

    monkeypatch.setattr(
        keras_datasets, "_module", lambda name: SimpleNamespace(load_data=load_data)
    )


def test_keras(fake_keras):
    dataset = open_dataset("keras:cifar10")
    assert dataset.name == "keras:cifar10 (test)"
    assert [record.class_name for record in dataset.records] == ["automobile", "airplane"]
    np.testing.assert_array_equal(dataset.read(1), COLOUR[5])
    assert len(open_dataset("keras:cifar10", split="train").records) == 4
    assert len(open_dataset("keras:cifar10", split="train", max_images=2).records) == 2
    with pytest.raises(RequestError, match="no split 'val'; it has train, test"):
        open_dataset("keras:cifar10", split="val")
    with pytest.raises(RequestError, match="image data set keras:imdb; available are keras:mnist"):
        open_dataset("keras:imdb")


def test_keras_without_a_network(monkeypatch):
    def load_data():
        raise Exception("URL fetch failure")

    monkeypatch.setattr(
        keras_datasets, "_module", lambda name: SimpleNamespace(load_data=load_data)
    )
    with pytest.raises(RequestError, match=r"keras:mnist cannot be downloaded \(URL fetch failure"):
        open_dataset("keras:mnist")


def test_keras_has_these_data_sets():
    keras = Path(find_spec("keras").origin).parent  # found, not imported: that takes seconds
    for name, classes in keras_datasets.CLASS_NAMES.items():
        assert (keras / "datasets" / name).is_dir()
        assert len(set(classes)) == (100 if name == "cifar100" else 10)


def png(image):
    file = BytesIO()
    Image.fromarray(image).save(file, "PNG")
    return file.getvalue()


class Features:
    """The real one is no dict: it has neither ``get`` nor other defaults."""

    def __init__(self, features):
        self._features = features

    def __contains__(self, name):
        return name in self._features

    def __getitem__(self, name):
        return self._features[name]

    def __iter__(self):
        return iter(self._features)


class Splits(dict):
    """Knows slices, as the real one."""

    def __missing__(self, key):
        if key == "train[:2]":
            return SimpleNamespace(num_examples=2)
        raise KeyError(key)


class Builder:
    """The part of a TensorFlow Datasets builder that is used."""

    def __init__(self, features=("image", "label"), names=("cat", "dog"), failure=None):
        self.failure = failure
        known = {
            "image": SimpleNamespace(),
            "label": SimpleNamespace(names=list(names) if names else None),
            "text": SimpleNamespace(),
        }
        splits = Splits(train=SimpleNamespace(num_examples=6), test=SimpleNamespace(num_examples=3))
        self.info = SimpleNamespace(
            features=Features({f: known[f] for f in features}), splits=splits
        )
        self.prepared = False

    def download_and_prepare(self):
        if self.failure:
            raise self.failure
        self.prepared = True

    def as_dataset(self, split, shuffle_files, decoders):
        assert self.prepared
        assert shuffle_files is False
        assert decoders == {"image": "encoded"}
        chosen = {"train": range(6), "test": range(3, 6), "train[:2]": range(2)}[split]
        for i in chosen:
            label = -1 if split == "test" and i == 5 else LABELS[i]
            yield {"image": png(COLOUR[i]), "label": np.int64(label)}


@pytest.fixture
def fake_tfds(monkeypatch):
    library = ModuleType("tensorflow_datasets")
    library.builders = {"pets": Builder(), "pets/small:1.0.0": Builder()}

    def builder(name):
        if name not in library.builders:
            raise ValueError(f"Dataset {name} not found.\nDid you mean: ...")
        return library.builders[name]

    library.builder = builder
    library.decode = SimpleNamespace(SkipDecoding=lambda: "encoded")
    library.as_numpy = iter
    library.disable_progress_bar = lambda: None
    monkeypatch.setitem(sys.modules, "tensorflow_datasets", library)
    return library


def test_tfds(fake_tfds):
    dataset = open_dataset("tfds:pets:train")
    assert dataset.name == "tfds:pets (train)"
    assert dataset.class_names == ("cat", "dog")
    assert [record.path for record in dataset.records][:2] == ["train/0", "train/1"]
    assert [record.label for record in dataset.records] == LABELS.tolist()
    assert [record.class_name for record in dataset.records][:2] == ["cat", "dog"]
    for i in (5, 0, 3):
        np.testing.assert_array_equal(dataset.read(i), COLOUR[i])
    (batch,) = read_batches(dataset, PRESETS["unit"]((4, 5), 3), 10, workers=4)
    np.testing.assert_array_equal(batch.pictures, COLOUR)


def test_tfds_splits(fake_tfds):
    default = open_dataset("tfds:pets")
    assert default.name == "tfds:pets (test)"
    assert default.records[2].label is None  # -1 in the data
    assert default.records[2].class_name is None
    assert len(open_dataset("tfds:pets:train[:2]").records) == 2
    assert open_dataset("tfds:pets", split="train").fingerprint == (
        open_dataset("tfds:pets:train", split="train").fingerprint
    )
    assert len(open_dataset("tfds:pets/small:1.0.0:train").records) == 6
    with pytest.raises(RequestError, match="no split 'val'; it has train, test"):
        open_dataset("tfds:pets:val")
    with pytest.raises(RequestError, match="names the split 'train', and --split 'test'"):
        open_dataset("tfds:pets:train", split="test")


def test_tfds_sample(fake_tfds):
    dataset = open_dataset("tfds:pets:train", max_images=2, seed=1)
    assert len(dataset.records) == 2
    for i, record in enumerate(dataset.records):
        np.testing.assert_array_equal(dataset.read(i), COLOUR[int(record.path[-1])])


def test_tfds_failures(fake_tfds):
    with pytest.raises(RequestError, match=r"no data set tfds:birds: Dataset birds not found\.$"):
        open_dataset("tfds:birds")
    fake_tfds.builders["text"] = Builder(features=("text", "label"))
    with pytest.raises(RequestError, match="no feature 'image'; it has label, text"):
        open_dataset("tfds:text")
    fake_tfds.builders["far"] = Builder(failure=OSError("no route"))
    with pytest.raises(RequestError, match="tfds:far cannot be downloaded or prepared: no route"):
        open_dataset("tfds:far")


def test_tfds_without_labels(fake_tfds):
    fake_tfds.builders["plain"] = Builder(features=("image",), names=None)
    dataset = open_dataset("tfds:plain:train")
    assert dataset.class_names == ()


def test_tfds_not_installed(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow_datasets", None)
    with pytest.raises(RequestError, match="pip install .?tensorflow-datasets"):
        open_dataset("tfds:mnist")


@pytest.mark.parametrize(
    ("source", "parsed"),
    [
        ("mnist", ("mnist", None)),
        ("mnist:train", ("mnist", "train")),
        ("mnist:train[:10%]", ("mnist", "train[:10%]")),
        ("mnist:3.0.1", ("mnist:3.0.1", None)),
        ("mnist:3.*.*:test", ("mnist:3.*.*", "test")),
        ("a/b:1.0.0:train[5:9]", ("a/b:1.0.0", "train[5:9]")),
    ],
)
def test_parse_source(source, parsed):
    assert tfds.parse_source(source) == parsed


def test_shapes_are_opened_lazily(monkeypatch):
    module = ModuleType("vizreport.data.shapes")
    module.open_shapes = lambda split, max_images, seed: (split, max_images, seed)
    monkeypatch.setitem(sys.modules, "vizreport.data.shapes", module)
    assert open_dataset("shapes", "test", 5, 7) == ("test", 5, 7)


def test_unknown_sources(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for source in ("cifar10", "keras:", "tfds:", "hub:x"):
        with pytest.raises(RequestError, match="does not exist; the sources are a folder") as error:
            open_dataset(source)
        assert all(known in str(error.value) for known in SOURCES)
    (tmp_path / "notes.txt").write_text("")
    with pytest.raises(RequestError, match=r"'notes.txt' is not a source of images"):
        open_dataset("notes.txt")
    with pytest.raises(RequestError, match="hub:// is not a scheme known to fsspec"):
        open_dataset("hub://photos")
    Image.new("RGB", (4, 4)).save("a.png")
    with pytest.raises(
        RequestError, match="single image; pass its folder to --data, or use --image"
    ):
        open_dataset("a.png")


def test_works_without_tensorflow(tmp_path):
    """Opening, reading and labelling a folder import neither TensorFlow nor Keras."""
    (tmp_path / "cat").mkdir()
    Image.new("RGB", (9, 9)).save(tmp_path / "cat" / "a.png")
    program = f"""
import sys, json
for name in ("tensorflow", "keras", "tensorflow_datasets"):
    sys.modules[name] = None
from vizreport.data import open_dataset, preset, read_batches, resolve_labels
dataset = open_dataset({str(tmp_path)!r})
(batch,) = read_batches(dataset, preset("unit", (8, 8), 3), 4)
labels = resolve_labels(dataset, 1, ("cat",))
print(json.dumps([batch.pictures.shape, labels.labels.tolist()]))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == [[1, 8, 8, 3], [0]]
