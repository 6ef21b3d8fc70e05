"""Planted filters and sparse maps are found again."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from scipy.optimize import linear_sum_assignment
from scipy.signal import correlate2d

from vizreport.deconvolutional.inference import infer
from vizreport.deconvolutional.learning import filter_step, learn_layer, random_filters, unit
from vizreport.deconvolutional.operator import project


def planted(count: int = 24, size: int = 24) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Three small patterns, maps of which 1 % are not zero, and the pictures they make."""
    bank = np.pad(random_filters((3, 3, 1, 3), 11), ((1, 1), (1, 1), (0, 0), (0, 0)))
    random = np.random.default_rng(5)
    shape = (count, size + 4, size + 4, 3)
    heights = random.choice([-1, 1], shape) * random.uniform(2, 4, shape)
    maps = (heights * (random.random(shape) < 0.01)).astype(np.float32)
    return bank, maps, project(tf.constant(maps), (tf.constant(bank),), ()).numpy()


def matched(truth: np.ndarray, learned: np.ndarray) -> list[tuple[int, float, np.ndarray]]:
    """Match each planted filter: which was learned for it, their correlation, and the shift.

    A filter may be learned a pixel aside: its map is then a pixel aside as well.
    """
    shifted = np.array(
        [
            [correlate2d(learned[:, :, 0, j], truth[:, :, 0, k]) for j in range(truth.shape[-1])]
            for k in range(truth.shape[-1])
        ]
    )
    best = np.abs(shifted).max((2, 3))
    found = []
    for k, j in zip(*linear_sum_assignment(-best), strict=True):
        where = np.unravel_index(np.abs(shifted[k, j]).argmax(), shifted.shape[2:])
        found.append((j, float(shifted[k, j][where]), np.array(where) - truth.shape[0] + 1))
    return found


def start(seed: int) -> np.ndarray:
    """Noise under a hill: at the middle of its window no filter is cut off when it is learned."""
    y, x = np.mgrid[-2:3, -2:3]
    hill = np.exp(-(x**2 + y**2) / 2.0)[..., None, None].astype(np.float32)
    return unit(random_filters((5, 5, 1, 3), seed) * hill).numpy()


def test_planted_filters_and_maps_are_recovered():
    truth, maps, pictures = planted()
    learned, objectives = learn_layer(lambda: np.split(pictures, 4), start(3), (), (4.0,), 20, 8)
    np.testing.assert_allclose((learned**2).sum((0, 1, 2)), 1, atol=1e-5)
    assert objectives[-1] < 0.8 * objectives[0]
    found = tf.function(infer)(
        tf.constant(pictures), (tf.constant(learned),), (), tf.constant(30.0), tf.constant(150)
    )[0].numpy()
    for k, (j, match, shift) in enumerate(matched(truth, learned)):
        assert abs(match) > 0.99
        aside = np.roll(found[..., j], shift, (1, 2)) * np.sign(match)
        assert (
            np.corrcoef(aside.ravel(), maps[..., k].ravel())[0, 1] > 0.85
        )  # 0.89 with the planted filters


def test_filters_that_explain_everything_stay_and_others_come_nearer():
    truth, maps, pictures = planted(4)
    exact = filter_step(tf.constant(truth), tf.constant(maps), tf.constant(pictures), (), ())
    np.testing.assert_allclose(exact.numpy(), truth, atol=1e-5)
    bank = tf.constant(random_filters(truth.shape, 3))

    def error(bank: tf.Tensor) -> float:
        return float(((project(tf.constant(maps), (bank,), ()).numpy() - pictures) ** 2).sum())

    better = filter_step(bank, tf.constant(maps), tf.constant(pictures), (), ())
    assert error(better) < 0.9 * error(bank)
