"""Which images train and which validate."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from tests.training.conftest import CLASSES, INPUT, gratings
from vizreport.errors import RequestError
from vizreport.training.geometry import recipe_preprocessing, square_of
from vizreport.training.image_sets import ImageSet, hold_out, open_image_sets
from vizreport.training.pictures import read_pictures
from vizreport.training.request import TrainingRequest

SQUARE = square_of(recipe_preprocessing(INPUT))


def test_a_tenth_of_each_class_is_held_out():
    labels = np.repeat([0, 1, 2], [100, 40, 1000])
    train, held = hold_out(labels, None, 0)
    assert sorted([*train, *held]) == list(range(1140))
    assert np.bincount(labels[held]).tolist() == [10, 4, 50]


def test_images_per_class():
    labels = np.repeat([0, 1, 2], [100, 40, 20])
    train, held = hold_out(labels, 30, 0)
    assert not set(train) & set(held)
    assert np.bincount(labels[train]).tolist() == [30, 30, 20]
    assert np.bincount(labels[held], minlength=3).tolist() == [50, 10, 0]
    assert not np.array_equal(train, hold_out(labels, 30, 1)[0])


def test_parts_of_a_folder_with_a_broken_image(tmp_path):
    images, labels = gratings(48, 0)
    for name in CLASSES:
        (tmp_path / name).mkdir()
    for i, (image, label) in enumerate(zip(images, labels, strict=True)):
        Image.fromarray(image).save(tmp_path / CLASSES[label] / f"{i:02d}.png")
    (tmp_path / "dark" / "05.png").write_bytes(b"no picture")
    request = TrainingRequest(data=str(tmp_path), out=tmp_path / "out")
    parts = open_image_sets(request)
    training, validation, names = parts.training, parts.validation, parts.class_names
    assert names == tuple(sorted(CLASSES))
    assert np.bincount(validation.labels).tolist() == [1] * 6
    for part in (training, validation):
        folders = [part.dataset.records[i].class_name for i in part.indices]
        assert [names[label] for label in part.labels] == folders
    everything = ImageSet(training.dataset, np.arange(48), np.zeros(48, np.int32))
    pictures = read_pictures(everything, SQUARE, "reading")
    assert [path for path, _ in pictures.unreadable] == ["dark/05.png"]
    assert len(pictures.image_set.indices) == len(pictures.kept) == 47


def test_splits(tmp_path):
    request = TrainingRequest(data="shapes", out=tmp_path, max_images=60)
    parts = open_image_sets(request)
    training, validation = parts.training, parts.validation
    assert training.dataset.name == "shapes (train)"
    assert len(training.indices) + len(validation.indices) == 60
    request = TrainingRequest(data="shapes", out=tmp_path, validation_split="test", max_images=60)
    parts = open_image_sets(request)
    training, validation, names = parts.training, parts.validation, parts.class_names
    assert (len(training.indices), len(validation.indices)) == (60, 600)
    assert validation.dataset.name == "shapes (test)"
    assert [validation.dataset.records[i].class_name for i in validation.indices[:3]] == [
        names[label] for label in validation.labels[:3]
    ]


def test_data_without_classes_are_refused(tmp_path):
    Image.new("RGB", (60, 60)).save(tmp_path / "1.png")
    with pytest.raises(RequestError, match="fewer than two classes"):
        open_image_sets(TrainingRequest(data=str(tmp_path), out=tmp_path / "out"))


def test_nothing_to_validate_with(tmp_path):
    images, labels = gratings(12, 0)
    np.savez(tmp_path / "few.npz", images=images, labels=labels)
    with pytest.raises(RequestError, match="validate"):
        open_image_sets(TrainingRequest(data=str(tmp_path / "few.npz"), out=tmp_path / "out"))
