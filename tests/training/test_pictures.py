"""Pictures as they are read for training."""

from __future__ import annotations

import numpy as np

from tests.training.conftest import INPUT
from vizreport.data.sources import open_dataset
from vizreport.training import pictures as module
from vizreport.training.geometry import recipe_preprocessing, square_of
from vizreport.training.image_sets import ImageSet
from vizreport.training.pictures import in_order, read_pictures

SQUARE = square_of(recipe_preprocessing(INPUT))


def test_mean_and_order_do_not_depend_on_what_is_kept(gratings_file, monkeypatch):
    dataset = open_dataset(str(gratings_file))
    part = ImageSet(dataset, np.arange(10, 50), np.zeros(40, np.int32))
    kept = read_pictures(part, SQUARE, "reading")
    monkeypatch.setattr(module, "_KEPT_BYTES", 0)
    decoded = read_pictures(part, SQUARE, "reading")
    assert decoded.kept is None
    slow = np.stack([SQUARE.picture(dataset.read(i)) for i in range(10, 50)])
    for pictures in (kept, decoded):
        np.testing.assert_allclose(pictures.mean, slow.mean(0), rtol=1e-6)
        found = list(in_order(pictures, np.array([3, 0, 39, 7, 3]), 2))
        assert [len(batch) for batch in found] == [2, 2, 1]
        np.testing.assert_array_equal(np.concatenate(found), slow[[3, 0, 39, 7, 3]])
