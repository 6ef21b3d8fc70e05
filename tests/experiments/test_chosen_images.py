"""The choice of images that experiments show."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from vizreport.experiments.chosen_images import choose_images


def test_choice_is_seeded_correct_and_one_a_class(mined):
    count = 300
    random = np.random.default_rng(3)
    labels = random.integers(0, 8, count).astype(np.int32)
    top = random.integers(0, 8, (count, 5)).astype(np.int32)
    sure = random.random((count, 5)).astype(np.float32)
    many = replace(mined, labels=labels, top_classes=top, top_probabilities=sure)
    chosen = choose_images(many, 5, 0)
    assert len(chosen) == 5
    assert (labels[chosen] == top[chosen, 0]).all()
    assert len(set(labels[chosen])) == 5
    assert labels[chosen].tolist() == sorted(labels[chosen])
    np.testing.assert_array_equal(chosen, choose_images(many, 5, 0))
    assert any(chosen.tolist() != choose_images(many, 5, seed).tolist() for seed in (1, 2))
    assert (sure[choose_images(many, 5, 0, above=0.8), 0] > 0.8).all()
    # No more than there are classes.
    assert len(choose_images(many, 50, 0)) == 8
    unknown = replace(many, labels=np.full(count, -1, np.int32))
    assert len(choose_images(unknown, 50, 0)) == 8


def test_without_classes_any_images(mined):
    none = replace(mined, top_classes=np.zeros((len(mined.paths), 0), np.int32))
    chosen = choose_images(none, 4, 0)
    assert len(set(chosen.tolist())) == 4
    assert chosen.tolist() == sorted(chosen.tolist())
