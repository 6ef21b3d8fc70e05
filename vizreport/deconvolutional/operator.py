"""The linear map from feature maps down to the picture, its transpose, pooling and switches.

Filters of a layer are float [m, m, C, K]: K filters over C channels of what lies below. Maps are
larger than what they make by m - 1, so that every pixel is covered alike (Zeiler et al. 2010).
"""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf

POOLING = 2
"""Rows and columns of a pooling window; windows lie side by side."""


def project(
    maps: tf.Tensor, filters: Sequence[tf.Tensor], switches: Sequence[tf.Tensor]
) -> tf.Tensor:
    """Reconstruct the picture from the maps of the highest layer.

    Parameters
    ----------
    maps : float [B, h, w, K]
    filters : sequence of float [m, m, C, K]
        From the picture up.
    switches : sequence of float [B, 2 h, 2 w, K]
        Of :func:`pool`, one less than layers, from the picture up.

    Returns
    -------
    float [B, H, W, C]
        sum_k z_k (*) f_k of each layer, unpooled in between.
    """
    below = _convolve(maps, filters[-1])
    for i in range(len(filters) - 2, -1, -1):
        below = _convolve(unpool(below, switches[i]), filters[i])
    return below


def correlate(
    picture: tf.Tensor, filters: Sequence[tf.Tensor], switches: Sequence[tf.Tensor]
) -> tf.Tensor:
    """Apply the transpose of :func:`project` to pictures [B, H, W, C]."""
    above = picture
    for i, bank in enumerate(filters):
        if i:
            above = POOLING**2 * tf.nn.avg_pool2d(
                above * switches[i - 1], POOLING, POOLING, "VALID"
            )
        above = _correlate(above, bank)
    return above


def pool(maps: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Keep the value of largest magnitude in windows side by side (Zeiler et al. 2011).

    Parameters
    ----------
    maps : float [B, 2 h, 2 w, K]
        Signed; an even number of rows and columns.

    Returns
    -------
    pooled : float [B, h, w, K]
        With its sign.
    switches : float [B, 2 h, 2 w, K]
        1 at the place that was kept (the first of equals), else 0.
    """
    size = POOLING
    _, height, width, count = maps.shape
    rows, cols = height // size, width // size
    windows = tf.reshape(maps, (-1, rows, size, cols, size, count))
    windows = tf.transpose(windows, (0, 1, 3, 5, 2, 4))
    flat = tf.reshape(windows, (-1, rows, cols, count, size * size))
    kept = tf.one_hot(tf.argmax(tf.abs(flat), -1), size * size, dtype=maps.dtype)
    pooled = tf.reduce_sum(kept * flat, -1)
    switches = tf.reshape(kept, (-1, rows, cols, count, size, size))
    switches = tf.transpose(switches, (0, 1, 4, 2, 5, 3))
    return pooled, tf.reshape(switches, (-1, height, width, count))


def unpool(pooled: tf.Tensor, switches: tf.Tensor) -> tf.Tensor:
    """Put each value at the place of its window that the switches name."""
    return tf.repeat(tf.repeat(pooled, POOLING, 1), POOLING, 2) * switches


def _convolve(maps: tf.Tensor, bank: tf.Tensor) -> tf.Tensor:
    turned = tf.transpose(bank[::-1, ::-1], (0, 1, 3, 2))
    return tf.nn.conv2d(maps, turned, 1, "VALID")


def _correlate(picture: tf.Tensor, bank: tf.Tensor) -> tf.Tensor:
    edge = bank.shape[0] - 1
    padded = tf.pad(picture, ((0, 0), (edge, edge), (edge, edge), (0, 0)))
    return tf.nn.conv2d(padded, bank, 1, "VALID")
