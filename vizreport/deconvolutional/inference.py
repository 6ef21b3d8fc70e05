"""Feature maps of a picture for given filters: the lasso, solved by monotone FISTA.

Minimises C(z) = weight / 2 * || project(z) - y ||^2 + |z|_1 (Zeiler et al. 2010, equation 3) by the
monotone variant of FISTA (Beck & Teboulle 2009). Pictures of a batch are problems of their own.
"""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf

from vizreport.deconvolutional.operator import correlate, project

POWER_ITERATIONS = 6


def shrink(values: tf.Tensor, threshold: tf.Tensor | float) -> tf.Tensor:
    """Soft thresholding, the proximal step of threshold * |z|_1."""
    return tf.sign(values) * tf.maximum(tf.abs(values) - threshold, 0)


def objective(
    maps: tf.Tensor, reconstruction: tf.Tensor, picture: tf.Tensor, weight: tf.Tensor
) -> tf.Tensor:
    """Return C of each picture, float [B]."""
    return weight / 2 * _squares(reconstruction - picture) + tf.reduce_sum(tf.abs(maps), (1, 2, 3))


def infer(
    picture: tf.Tensor,
    filters: Sequence[tf.Tensor],
    switches: Sequence[tf.Tensor],
    weight: tf.Tensor,
    iterations: int,
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Find the feature maps of pictures, from maps of zeros on.

    Parameters
    ----------
    picture : float [B, H, W, C]
        Contrast normalised, as learned from.
    filters, switches
        As in :func:`vizreport.deconvolutional.operator.project`.
    weight : float
        lambda.
    iterations : int
        Each costs one projection and one correlation.

    Returns
    -------
    maps : float [B, h, w, K]
    reconstruction : float [B, H, W, C]
        ``project(maps)``.
    objectives : float [iterations + 1, B]
        C at the start and after each iteration; never rises.
    """
    start = tf.zeros_like(correlate(picture, filters, switches))
    empty = tf.zeros_like(picture)
    curvature = weight * _largest_eigenvalue(start, filters, switches)
    first = objective(start, empty, picture, weight)
    trace = tf.TensorArray(picture.dtype, iterations + 1).write(0, first)
    best, below = start, empty  # the maps so far, and what they reconstruct
    ahead, ahead_below = start, empty  # the point from which the next step is taken
    value, momentum = first, tf.ones((), picture.dtype)
    for i in tf.range(iterations):
        gradient = weight * correlate(ahead_below - picture, filters, switches)
        step = 1 / _each(curvature)
        trial = shrink(ahead - step * gradient, step)
        trial_below = project(trial, filters, switches)
        # The power iteration estimates from below: a step that meets more curvature raises it.
        met = weight * _squares(trial_below - ahead_below)
        moved = _squares(trial - ahead)
        curvature = tf.maximum(curvature, tf.math.divide_no_nan(met, moved) * 1.01)
        reached = objective(trial, trial_below, picture, weight)
        better = reached <= value
        value = tf.where(better, reached, value)
        chosen = tf.where(_each(better), trial, best)
        chosen_below = tf.where(_each(better), trial_below, below)
        following = (1 + tf.sqrt(1 + 4 * momentum**2)) / 2
        a, b = momentum / following, (momentum - 1) / following
        ahead = chosen + a * (trial - chosen) + b * (chosen - best)
        ahead_below = chosen_below + a * (trial_below - chosen_below) + b * (chosen_below - below)
        best, below, momentum = chosen, chosen_below, following
        trace = trace.write(i + 1, value)
    return best, below, trace.stack()


def _largest_eigenvalue(
    like: tf.Tensor, filters: Sequence[tf.Tensor], switches: Sequence[tf.Tensor]
) -> tf.Tensor:
    """Estimate the squared norm of ``project`` for each picture by power iteration, float [B]."""
    shape = tf.shape(like[:1])
    vector = tf.zeros_like(like) + tf.random.stateless_normal(shape, (0, 0), dtype=like.dtype)
    value = tf.ones_like(like[:, 0, 0, 0])
    for _ in range(POWER_ITERATIONS):
        vector = vector / _each(tf.sqrt(_squares(vector)))
        below = project(vector, filters, switches)
        value = _squares(below)
        vector = correlate(below, filters, switches)
    return value


def _squares(values: tf.Tensor) -> tf.Tensor:
    return tf.reduce_sum(values**2, (1, 2, 3))


def _each(values: tf.Tensor) -> tf.Tensor:
    return values[:, None, None, None]
