"""Which images are occluded."""

from dataclasses import replace

import numpy as np

from vizreport.experiments.occlusion import examples


def test_images_that_lose_enough_come_first():
    falls = np.array([0.1, 0.5, 0.19, 0.21, 0.9, 0.0])
    sure = np.array([True] * 5 + [False])
    chosen = [examples.choose_examples(sure, falls, 2, seed) for seed in range(20)]
    assert {tuple(one.places) for one in chosen} == {(1, 3), (1, 4), (3, 4)}
    assert {one.telling for one in chosen} == {3}
    unsure = examples.choose_examples(sure & (falls != 0.9), falls, 3, 0)
    assert (unsure.places.tolist(), unsure.telling) == ([1, 3, 4], 2)
    # Then those that lose most.
    assert examples.choose_examples(sure, falls, 5, 0).places.tolist() == [0, 1, 2, 3, 4]
    assert examples.choose_examples(sure, falls, 9, 0).places.tolist() == [*range(6)]


def test_only_sure_and_right_images_are_tried(mined):
    count = 60
    random = np.random.default_rng(1)
    labels = (np.arange(count) % 20).astype(np.int32)
    top = np.stack([np.where(random.random(count) < 0.8, labels, 0)] * 2, axis=1)
    p = random.random((count, 2)).astype(np.float32)
    many = replace(mined, labels=labels, top_classes=top.astype(np.int32), top_probabilities=p)
    good = (labels == top[:, 0]) & (p[:, 0] > 0.5)
    tried = examples.images_to_try(many, 3, 0)
    assert good[tried].all()
    assert len(set(labels[tried])) == len(tried) == min(16, len(set(labels[good])))
    assert (examples.is_sure(many) == good).all()
    # Too few are sure: others stand in, one a class, in rising order.
    p[:, 0] = np.where(np.isin(labels, [4, 7]), p[:, 0], 0.3)
    few = examples.images_to_try(many, 5, 0)
    assert len(few) == 5
    assert labels[few].tolist() == sorted(set(labels[few]))
    assert (labels[few] == top[few, 0]).all()
    assert set(labels[examples.is_sure(many)]) <= set(labels[few])


def test_a_coarse_grid_spans_all_places():
    assert examples.coarse(3).tolist() == [0, 1, 2]
    assert examples.coarse(28).tolist() == [0, 7, 14, 20, 27]
