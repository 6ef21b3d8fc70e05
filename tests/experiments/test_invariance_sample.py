"""How many images the mean of the invariance curves is drawn of."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from vizreport.experiments.invariance.sample import (
    draw_sample,
    images_to_show,
    sample_size,
    with_sample,
)


@pytest.mark.parametrize(
    ("multiplications", "images"),
    [
        (0, 50),
        (2 * 10**9, 50),  # a cheap network
        (27 * 10**9, 37),  # 1e12 / 2.7e10
        (10**12, 10),  # a dear one
    ],
)
def test_dear_networks_have_fewer_images(multiplications, images):
    assert sample_size(multiplications) == images


def test_a_smaller_sample_is_part_of_a_larger():
    mining = SimpleNamespace(paths=["picture"] * 30)
    shown = SimpleNamespace(images=np.array([4, 17], np.int32))
    drawn = {}
    for count in (5, 12):
        images, sampled = with_sample(shown, draw_sample(mining, count, seed=3))
        assert images[:2].tolist() == [4, 17]
        assert len(set(images.tolist())) == len(images)
        assert sampled.sum() == count
        drawn[count] = set(images[sampled].tolist())
    assert drawn[5] < drawn[12]


def test_images_to_show_are_of_the_sample_if_it_has_enough():
    top = np.arange(30)[:, None] % 6
    mining = SimpleNamespace(
        labels=np.where(np.arange(30) < 18, top[:, 0], 9),
        top_classes=top,
        top_probabilities=np.full((30, 1), 0.9),
    )
    sample = np.arange(10, 30)  # 8 of them are right, of 6 classes
    found = images_to_show(mining, sample, 5, 0)
    assert len(found) == 5
    assert (found >= 10).all()
    assert (found < 18).all()
    few = images_to_show(mining, np.arange(16, 30), 5, 0)  # 2 are right
    assert len(few) == 5
    assert (few < 16).any()
