"""How many images the mean of the invariance curves is drawn of."""

from __future__ import annotations

from types import SimpleNamespace

import keras
import numpy as np
import pytest
from keras import layers

from vizreport.deconv.trace import trace
from vizreport.experiments.invariance.sample import sample_size, with_sample


@pytest.mark.parametrize(
    ("maps", "passes", "images"),
    [
        (1, 10, 50),  # a cheap network
        # 100 x 100 places of a 3 x 3 x 3 convolution to 1,000 maps are 2.7e8 multiplications.
        (1000, 100, 37),  # 1e12 / 2.7e10
        (1000, 10_000, 10),  # a dear one
    ],
)
def test_dear_networks_have_fewer_images(maps, passes, images):
    image = keras.Input((102, 102, 3))
    graph = trace(keras.Model(image, layers.Conv2D(maps, 3, use_bias=False)(image)))
    assert sample_size(graph, graph.outputs, passes) == images


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
