"""The drawn shapes."""

import time

import numpy as np
import pytest

from vizreport.data.shapes import CLASS_NAMES, SIDE, draw, open_shapes
from vizreport.data.sources import open_dataset
from vizreport.errors import RequestError


def test_records_and_pictures():
    dataset = open_dataset("shapes")
    assert len(dataset.records) == 600
    assert dataset.class_names == CLASS_NAMES
    counts = np.bincount([record.label for record in dataset.records])
    assert counts.tolist() == [50] * 12
    for record in dataset.records[:24]:
        assert record.class_name == CLASS_NAMES[record.label]
        picture = dataset.read(record.index)
        assert picture.shape == (SIDE, SIDE, 3)
        assert picture.dtype == np.uint8
        assert picture.std() > 3
    assert len({record.tag for record in dataset.records}) == 600


def test_repeatable_and_different_by_split_and_number():
    np.testing.assert_array_equal(draw("test", 7), draw("test", 7))
    assert not np.array_equal(draw("test", 7), draw("train", 7))
    assert not np.array_equal(draw("test", 7), draw("test", 19))
    assert open_shapes("train").fingerprint != open_shapes("test").fingerprint
    assert open_shapes().fingerprint == open_shapes("test").fingerprint


def test_sample_is_of_the_same_pictures():
    whole, sample = open_shapes(), open_shapes(max_images=5, seed=3)
    assert len(sample.records) == 5
    by_path = {record.path: record for record in whole.records}
    for record in sample.records:
        original = by_path[record.path]
        assert original.tag == record.tag
        np.testing.assert_array_equal(sample.read(record.index), whole.read(original.index))


def test_warm_and_cold_differ_in_colour():
    """In the middle of the object: more red than blue, or less."""
    warmth = {"warm": [], "cold": []}
    for name in ("warm square", "cold square"):
        for i in range(CLASS_NAMES.index(name), 600, 12):
            picture = draw("test", i).astype(float)
            ground = np.median(picture, (0, 1))
            # The object is the part that is least like the ground.
            far = np.abs(picture - ground).mean(-1)
            colour = picture[far >= np.quantile(far, 0.95)].mean(0)
            warmth[name.split()[0]].append(colour[0] - colour[2])
    assert np.mean(warmth["warm"]) > 40
    assert np.mean(warmth["cold"]) < -10


def test_unknown_split_lists_those_there_are():
    with pytest.raises(RequestError, match="train, test"):
        open_shapes("validation")


def test_drawing_is_quick():
    started = time.process_time()
    for i in range(60):
        draw("test", i)
    assert time.process_time() - started < 60 * 0.02
