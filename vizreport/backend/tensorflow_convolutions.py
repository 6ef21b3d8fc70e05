"""Forward passes of linear operations, written so that TensorFlow's gradient is their transpose.

On the CPU TensorFlow has no gradient for grouped and for dilated convolutions; here they are
made of operations that have one. All functions work in the dtype of their input and take
``channels_last`` tensors [batch, rows, columns, maps].
"""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf

_FEW_CHANNELS = 4


def convolution(
    x: tf.Tensor,
    kernel: tf.Tensor,
    bias: tf.Tensor | None,
    strides: tuple[int, int],
    padding: str,
    dilation: tuple[int, int],
    groups: int,
) -> tf.Tensor:
    """Convolve, in groups and dilated where asked.

    Parameters
    ----------
    x : Tensor [N, H, W, C]
        Maps last; padded here as ``padding`` says.
    kernel : Tensor [h, w, C / groups, M]
    bias : Tensor [M], or None
    """
    kernel = tf.cast(kernel, x.dtype)
    if groups > 1 and kernel.shape[2] == 1:  # hundreds of groups of one map, as in ConvNeXt
        height, width, _, maps = kernel.shape
        kernel = tf.reshape(kernel, (height, width, groups, maps // groups))
        return depthwise_convolution(x, kernel, bias, strides, padding, dilation)
    if groups > 1:
        parts = [
            _convolve(part, weights, strides, padding, dilation)
            for part, weights in zip(
                tf.split(x, groups, axis=-1), tf.split(kernel, groups, axis=-1), strict=True
            )
        ]
        y = tf.concat(parts, axis=-1)
    else:
        y = _convolve(x, kernel, strides, padding, dilation)
    return y if bias is None else y + tf.cast(bias, y.dtype)


def _convolve(
    x: tf.Tensor,
    kernel: tf.Tensor,
    strides: tuple[int, int],
    padding: str,
    dilation: tuple[int, int],
) -> tf.Tensor:
    if dilation == (1, 1):
        if kernel.shape[2] <= _FEW_CHANNELS and strides[0] == strides[1]:
            return _first_convolution(x, kernel, strides[0], padding)
        return tf.nn.conv2d(x, kernel, strides, padding.upper())
    if dilation[0] == dilation[1] and strides == (1, 1):
        return tf.nn.atrous_conv2d(x, kernel, dilation[0], padding.upper())
    return tf.nn.conv2d(x, _dilated(kernel, dilation), strides, padding.upper())


def _first_convolution(x: tf.Tensor, kernel: tf.Tensor, stride: int, padding: str) -> tf.Tensor:
    """Convolve an image of few channels, with a way back that is fast on the CPU.

    TensorFlow's transposed convolution to three channels runs at a fraction of the speed of a
    convolution of as many multiplications. Here each of the stride x stride phases of the
    output is a convolution of the signal with every stride-th weight, all phases at once.
    """

    @tf.custom_gradient
    def override(x: tf.Tensor) -> tuple[tf.Tensor, Any]:
        def backward(signal: tf.Tensor) -> tf.Tensor:
            full = _phases(signal, kernel, stride)
            return _placed(full, x, kernel.shape[:2], stride, padding)

        return tf.nn.conv2d(x, kernel, stride, padding.upper()), backward

    return override(x)


def _phases(signal: tf.Tensor, kernel: tf.Tensor, stride: int) -> tf.Tensor:
    """Transposed convolution without padding, at least as long as the full output."""
    height, width, channels, maps = kernel.shape
    down, across = -(-height // stride), -(-width // stride)
    margin = [(0, down * stride - height), (0, across * stride - width), (0, 0), (0, 0)]
    split = tf.reshape(tf.pad(kernel, margin), (down, stride, across, stride, channels, maps))
    flipped = tf.transpose(tf.reverse(split, [0, 2]), (0, 2, 5, 1, 3, 4))
    weights = tf.reshape(flipped, (down, across, maps, stride * stride * channels))
    before = [(0, 0), (down - 1, down - 1), (across - 1, across - 1), (0, 0)]
    y = tf.nn.conv2d(tf.pad(signal, before), weights, 1, "VALID")
    return y if stride == 1 else tf.nn.depth_to_space(y, stride)


def _placed(
    full: tf.Tensor, x: tf.Tensor, kernel: tuple[int, int], stride: int, padding: str
) -> tf.Tensor:
    """Cut the full transposed output to the input that was convolved."""
    begins, sizes, over = [], [], [(0, 0)]
    for axis in (1, 2):
        size, given = _length(x, axis), _length(full, axis)
        begin = 0
        if padding == "same":
            windows = -(-size // stride)
            begin = _at_least_0((windows - 1) * stride + kernel[axis - 1] - size) // 2
        begins.append(begin)
        sizes.append(size)
        over.append((0, _at_least_0(begin + size - given)))
    full = tf.pad(full, [*over, (0, 0)])
    return full[:, begins[0] : begins[0] + sizes[0], begins[1] : begins[1] + sizes[1], :]


def _length(x: tf.Tensor, axis: int) -> Any:
    """Return a tensor's length: a number where it is known, which takes no operations to trace."""
    return tf.shape(x)[axis] if x.shape[axis] is None else x.shape[axis]


def _at_least_0(length: Any) -> Any:
    return max(length, 0) if isinstance(length, int) else tf.maximum(length, 0)


def _dilated(kernel: tf.Tensor, dilation: tuple[int, int]) -> tf.Tensor:
    """Put zeros between the weights, which is what dilation means."""
    for axis, rate in enumerate(dilation):
        size = kernel.shape[axis]
        spread = np.zeros(((size - 1) * rate + 1, size))
        spread[np.arange(size) * rate, np.arange(size)] = 1
        kernel = tf.einsum(
            "ds,swcm->dwcm" if axis == 0 else "ds,hscm->hdcm", tf.cast(spread, kernel.dtype), kernel
        )
    return kernel


def depthwise_convolution(
    x: tf.Tensor,
    kernel: tf.Tensor,
    bias: tf.Tensor | None,
    strides: tuple[int, int],
    padding: str,
    dilation: tuple[int, int],
) -> tf.Tensor:
    """Convolve each map with filters of its own.

    Parameters
    ----------
    x : Tensor [N, H, W, C]
    kernel : Tensor [h, w, C, multiplier]
    bias : Tensor [C * multiplier] or None
    strides, dilation : (int, int)
        Along rows and columns.
    padding : {"same", "valid"}

    Returns
    -------
    Tensor [N, H', W', C * multiplier]
    """
    kernel = tf.cast(kernel, x.dtype)
    if strides[0] != strides[1]:
        # TensorFlow's depthwise operation knows one stride for both axes only.
        kernel = _dilated(kernel, dilation)
        height, width, maps, multiplier = kernel.shape
        parts = [
            tf.nn.conv2d(part, weights, strides, padding.upper())
            for part, weights in zip(
                tf.split(x, maps, axis=-1),
                tf.split(kernel, maps, axis=2),
                strict=True,
            )
        ]
        y = tf.concat(parts, axis=-1)
    else:
        if dilation != (1, 1):
            kernel = _dilated(kernel, dilation)
        y = tf.nn.depthwise_conv2d(x, kernel, (1, *strides, 1), padding.upper())
    return y if bias is None else y + tf.cast(bias, y.dtype)


def transposed_convolution(
    x: tf.Tensor,
    kernel: tf.Tensor,
    bias: tf.Tensor | None,
    strides: tuple[int, int],
    dilation: tuple[int, int],
    pads: tuple[int, int],
    lengths: tuple[int, int],
) -> tf.Tensor:
    """Transposed convolution with an explicit cut of the full output.

    Parameters
    ----------
    x : Tensor [N, H, W, C]
    kernel : Tensor [h, w, M, C]
    pads : tuple of int
        Rows and columns cut off in front.
    lengths : tuple of int
        The output is this much longer than stride times the input.
    """
    kernel = tf.cast(kernel, x.dtype)
    if dilation != (1, 1):
        kernel = _dilated(kernel, dilation)
    shape = tf.shape(x)
    size = [shape[1] * strides[0] + lengths[0], shape[2] * strides[1] + lengths[1]]
    full = [(shape[i + 1] - 1) * strides[i] + max(int(kernel.shape[i]), strides[i]) for i in (0, 1)]
    y = tf.nn.conv2d_transpose(
        x, kernel, [shape[0], *full, kernel.shape[2]], strides, padding="VALID"
    )
    over = [[0, 0], *([0, tf.maximum(pads[i] + size[i] - full[i], 0)] for i in (0, 1)), [0, 0]]
    y = tf.pad(y, over)[:, pads[0] : pads[0] + size[0], pads[1] : pads[1] + size[1], :]
    return y if bias is None else y + tf.cast(bias, y.dtype)
