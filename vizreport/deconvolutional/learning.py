"""Learning the filters of a layer: inference of the maps and steps of the filters in turn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import tensorflow as tf

from vizreport.deconvolutional.inference import infer
from vizreport.deconvolutional.operator import pool, project

FILTER_STEPS = 3
"""Steps of the filters for the maps of one batch."""


def random_filters(shape: tuple[int, int, int, int], seed: int) -> np.ndarray:
    """Return unit filters [m, m, C, K] of Gaussian noise, float32."""
    noise = np.random.default_rng(seed).normal(size=shape)
    return (noise / np.sqrt((noise**2).sum((0, 1, 2)))).astype(np.float32)


def unit(bank: tf.Tensor) -> tf.Tensor:
    """Normalise each filter of [m, m, C, K] to length 1."""
    return bank / tf.sqrt(tf.reduce_sum(bank**2, (0, 1, 2)))


def filter_step(
    bank: tf.Tensor,
    maps: tf.Tensor,
    picture: tf.Tensor,
    lower: Sequence[tf.Tensor],
    switches: Sequence[tf.Tensor],
) -> tf.Tensor:
    """Take one projected gradient step of || project(maps) - picture ||^2 over the highest filters.

    Along the sphere of unit filters, as far as the error falls on the straight line (for fixed
    maps the reconstruction is linear in the filters); then back to length 1.

    Parameters
    ----------
    bank : float [m, m, C, K]
        Unit filters of the highest layer.
    maps, picture, switches
        As in :func:`vizreport.deconvolutional.operator.project`.
    lower : sequence of float [m, m, C, K]
        Filters of the layers below.

    Returns
    -------
    float [m, m, C, K]
        Unit filters.
    """
    with tf.GradientTape() as tape:
        tape.watch(bank)
        error = project(maps, (*lower, bank), switches) - picture
        loss = tf.reduce_sum(error**2) / 2
    gradient = tape.gradient(loss, bank)
    gradient -= bank * tf.reduce_sum(gradient * bank, (0, 1, 2))
    change = project(maps, (*lower, gradient), switches)
    length = tf.math.divide_no_nan(tf.reduce_sum(gradient**2), tf.reduce_sum(change**2))
    return unit(bank - length * gradient)


def compile_encoder(weights: Sequence[float], iterations: int) -> Callable[..., tuple]:
    """Return a function of (picture, *filters) that infers all layers, from the picture up.

    Parameters
    ----------
    weights : sequence of float
        lambda of each layer.
    iterations : int
        Of each inference.

    Returns
    -------
    callable
        (float32 [B, H, W, C], filters of any number of layers) -> for each layer (maps,
        reconstruction, objectives), and the switches between the layers.
    """

    @tf.function(reduce_retracing=True)
    def encode(picture: tf.Tensor, *filters: tf.Tensor) -> tuple:
        layers: list[tuple] = []
        switches: list[tf.Tensor] = []
        for depth in range(len(filters)):
            weight = tf.constant(weights[depth], picture.dtype)
            if depth:
                switches.append(pool(layers[-1][0])[1])
            layers.append(infer(picture, filters[: depth + 1], switches, weight, iterations))
        return tuple(layers), tuple(switches)

    return encode


def learn_layer(
    batches: Callable[[], Iterable[np.ndarray]],
    bank: np.ndarray,
    lower: Sequence[np.ndarray],
    weights: Sequence[float],
    iterations: int,
    epochs: int,
    advance: Callable[[int], object] = lambda pictures: None,
) -> tuple[np.ndarray, np.ndarray]:
    """Learn the filters of one layer above layers that are learned already.

    Parameters
    ----------
    batches : callable
        Returns the pictures of an epoch, float32 [B, H, W, C] a batch.
    bank : float32 [m, m, C, K]
        Where the filters start.
    lower : sequence of float32 [m, m, C, K]
        Filters of the layers below; they stay.
    weights : sequence of float
        lambda of each layer, from the picture up.
    iterations : int
        Of FISTA, for each layer.
    epochs : int
        Passes over the pictures.
    advance : callable
        Called with the number of pictures after each batch.

    Returns
    -------
    bank : float32 [m, m, C, K]
    objectives : float64 [batches]
        C after the inference of each batch, mean of its pictures; this layer's.
    """
    encode = compile_encoder(weights, iterations)
    improve = tf.function(_improve, reduce_retracing=True)
    below = tuple(tf.constant(one) for one in lower)
    current, objectives = tf.constant(bank), []
    for _ in range(epochs):
        for picture in batches():
            layers, switches = encode(tf.constant(picture), *below, current)
            maps, _, trace = layers[-1]
            current = improve(current, maps, tf.constant(picture), below, switches)
            objectives.append(float(tf.reduce_mean(trace[-1])))
            advance(len(picture))
    return current.numpy(), np.array(objectives)


def _improve(
    bank: tf.Tensor,
    maps: tf.Tensor,
    picture: tf.Tensor,
    lower: Sequence[tf.Tensor],
    switches: Sequence[tf.Tensor],
) -> tf.Tensor:
    for _ in range(FILTER_STEPS):
        bank = filter_step(bank, maps, picture, lower, switches)
    return bank
