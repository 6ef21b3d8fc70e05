"""Pooling to a given number of rows and columns, whatever the input's."""

from __future__ import annotations

from typing import Any

import numpy as np
from keras import ops

from vizreport import backend
from vizreport.graph.network import Step


def average(size: tuple[int, int]) -> Step:
    """Average pooling to ``size``; windows may overlap and differ by one position in length."""

    def forward(x: Any) -> Any:
        rows, cols = (_weights(x.shape[axis + 1], size[axis], x.dtype) for axis in (0, 1))
        return ops.einsum("nhwc,ph,qw->npqc", x, rows, cols)

    return Step("average_pooling", forward, None, text=f"average pool to {size[0]}x{size[1]}")


def maximum(size: tuple[int, int]) -> Step:
    """Maximum pooling to ``size``; a tie goes to its first place, row by row."""

    def forward(x: Any) -> Any:
        # Along a row first, then down the rows: so the first of equals wins.
        for axis in (2, 1):
            parts = [
                _strongest(x, axis, low, high)
                for low, high in _windows(x.shape[axis], size[axis - 1])
            ]
            x = ops.concatenate(parts, axis)
        return x

    return Step("max_pooling", forward, None, text=f"max pool to {size[0]}x{size[1]}")


def _windows(length: int, count: int) -> list[tuple[int, int]]:
    """First position of each window and the one behind its last."""
    return [(i * length // count, -(-(i + 1) * length // count)) for i in range(count)]


def _weights(length: int, count: int, dtype: Any) -> Any:
    weights = np.zeros((count, length))
    for window, (low, high) in enumerate(_windows(length, count)):
        weights[window, low:high] = 1 / (high - low)
    return ops.convert_to_tensor(weights, dtype)


def _strongest(x: Any, axis: int, low: int, high: int) -> Any:
    part = x[:, :, low:high] if axis == 2 else x[:, low:high]
    window = (1, high - low) if axis == 2 else (high - low, 1)
    return backend.max_pool(part, window, (1, 1), "valid")
