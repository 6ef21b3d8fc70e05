"""How many images the mean of the invariance curves is drawn of."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from vizreport.experiments.invariance.sample import sample_size, with_sample


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
        images, sampled = with_sample(shown, mining, count, seed=3)
        assert images[:2].tolist() == [4, 17]
        assert len(set(images.tolist())) == len(images)
        assert sampled.sum() == count
        drawn[count] = set(images[sampled].tolist())
    assert drawn[5] < drawn[12]
