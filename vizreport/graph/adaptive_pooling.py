"""Pooling to a given number of rows and columns, whatever the input's."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from vizreport.graph.network import Step


def average(size: tuple[int, int]) -> Step:
    """Average pooling to ``size``; windows may overlap and differ by one position in length."""

    def forward(x: tf.Tensor) -> tf.Tensor:
        rows, cols = (_weights(x.shape[axis + 1], size[axis], x.dtype) for axis in (0, 1))
        return tf.einsum("nhwc,ph,qw->npqc", x, rows, cols)

    return Step("average_pooling", forward, None, text=f"average pool to {size[0]}x{size[1]}")


def maximum(size: tuple[int, int]) -> Step:
    """Maximum pooling to ``size``; a tie goes to its first place, row by row."""

    def forward(x: tf.Tensor) -> tf.Tensor:
        # Along a row first, then down the rows: so the first of equals wins.
        for axis in (2, 1):
            parts = [
                _strongest(x, axis, low, high)
                for low, high in _windows(x.shape[axis], size[axis - 1])
            ]
            x = tf.concat(parts, axis)
        return x

    return Step("max_pooling", forward, None, text=f"max pool to {size[0]}x{size[1]}")


def _windows(length: int, count: int) -> list[tuple[int, int]]:
    """First position of each window and the one behind its last."""
    return [(i * length // count, -(-(i + 1) * length // count)) for i in range(count)]


def _weights(length: int, count: int, dtype: tf.DType) -> tf.Tensor:
    weights = np.zeros((count, length))
    for window, (low, high) in enumerate(_windows(length, count)):
        weights[window, low:high] = 1 / (high - low)
    return tf.constant(weights, dtype)


def _strongest(x: tf.Tensor, axis: int, low: int, high: int) -> tf.Tensor:
    part = x[:, :, low:high] if axis == 2 else x[:, low:high]
    window = (1, high - low) if axis == 2 else (high - low, 1)
    return tf.nn.max_pool2d(part, window, 1, "VALID")
