"""Keras layers that slide, pad, crop or up-sample, as primitive operations."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from keras import ops

from vizreport import backend
from vizreport.graph.geometry import Reach, Repeat, Shift, Transposed, Window
from vizreport.graph.network import Parameters, Step


def weights_of(layer: Any) -> int:
    """Return the number of a layer's weights."""
    return int(sum(np.prod(weight.shape) for weight in layer.weights))


def windows_of(layer: Any, kernel: tuple[int, int]) -> tuple[Reach, Reach]:
    """Return a layer's reach along rows and columns."""
    rates = getattr(layer, "dilation_rate", (1, 1))
    rows, cols = (Window(kernel[i], layer.strides[i], rates[i], layer.padding) for i in (0, 1))
    return rows, cols


def sizes_text(
    kernel: tuple[int, int], strides: tuple[int, int], maps: int, groups: int = 1
) -> str:
    """Return a convolution in a few words, for a diagram."""
    text = f"conv {kernel[0]}x{kernel[1]}, {maps}"
    if max(strides) > 1:
        text += f", stride {strides[0] if strides[0] == strides[1] else strides}"
    return text + (f", {groups} groups" if groups > 1 else "")


def convolution(layer: Any) -> list[Step]:
    """Lower ``Conv2D``: grouped, dilated and strided as it is."""

    def forward(x: Any, padding: str = layer.padding) -> Any:
        return backend.convolution(
            x,
            layer.kernel,
            layer.bias if layer.use_bias else None,
            tuple(layer.strides),
            padding,
            tuple(layer.dilation_rate),
            layer.groups,
        )

    text = sizes_text(layer.kernel_size, layer.strides, layer.filters, layer.groups)
    return _slid(layer, forward, text, {"layer": layer})


def _slid(
    layer: Any,
    forward: Callable[..., Any],
    text: str,
    parameters: Parameters | None = None,
) -> list[Step]:
    """Return a convolution of some kind."""
    return [
        Step(
            "convolution",
            forward,
            windows_of(layer, layer.kernel_size),
            parameters or {},
            weights_of(layer),
            text,
            partial(forward, padding="valid"),
        )
    ]


def depthwise(layer: Any) -> list[Step]:
    """Lower ``DepthwiseConv2D``."""

    def forward(x: Any, padding: str = layer.padding) -> Any:
        return backend.depthwise_convolution(
            x,
            layer.kernel,
            layer.bias if layer.use_bias else None,
            tuple(layer.strides),
            padding,
            tuple(layer.dilation_rate),
        )

    kernel = layer.kernel_size
    text = f"depthwise {kernel[0]}x{kernel[1]}"
    if max(layer.strides) > 1:
        text += f", stride {layer.strides[0]}"
    return _slid(layer, forward, text)


def separable(layer: Any) -> list[Step]:
    """Lower ``SeparableConv2D``: depthwise, then across maps, as one step."""

    def forward(x: Any, padding: str = layer.padding) -> Any:
        y = backend.depthwise_convolution(
            x,
            layer.depthwise_kernel,
            None,
            tuple(layer.strides),
            padding,
            tuple(layer.dilation_rate),
        )
        bias = layer.bias if layer.use_bias else None
        return backend.convolution(
            y, layer.pointwise_kernel, bias, (1, 1), "valid", (1, 1), groups=1
        )

    text = "separable " + sizes_text(layer.kernel_size, layer.strides, layer.filters)
    return _slid(layer, forward, text)


def transposed(layer: Any) -> list[Step]:
    """Lower ``Conv2DTranspose``, with Keras' cut of the full output."""
    output_padding = layer.output_padding
    if not isinstance(output_padding, (tuple, list)):
        output_padding = (output_padding, output_padding)
    pads, lengths, extents = [], [], []
    for axis, (stride, extra) in enumerate(zip(layer.strides, output_padding, strict=True)):
        extent = (layer.kernel_size[axis] - 1) * layer.dilation_rate[axis] + 1
        if layer.padding == "same":
            length = 0 if extra is None else extent % 2 + extra - stride
            pads.append(max(extent - stride - length, 0) // 2)
        else:
            length = max(extent - stride, 0) if extra is None else extent + extra - stride
            pads.append(0)
        extents.append(extent)
        lengths.append(length)

    def forward(x: Any) -> Any:
        return backend.transposed_convolution(
            x,
            layer.kernel,
            layer.bias if layer.use_bias else None,
            tuple(layer.strides),
            tuple(layer.dilation_rate),
            (pads[0], pads[1]),
            (lengths[0], lengths[1]),
        )

    reach = tuple(Transposed(extents[i], layer.strides[i], pads[i], lengths[i]) for i in (0, 1))
    text = "transposed " + sizes_text(layer.kernel_size, layer.strides, layer.filters)
    return [Step("convolution", forward, (reach[0], reach[1]), {}, weights_of(layer), text)]


def max_pooling(layer: Any) -> list[Step]:
    """Lower ``MaxPooling2D``."""
    forward = partial(
        backend.max_pool,
        size=tuple(layer.pool_size),
        strides=tuple(layer.strides),
        padding=layer.padding,
    )
    text = f"{layer.pool_size[0]}x{layer.pool_size[1]} max pool, stride {layer.strides[0]}"
    unpadded = partial(forward, padding="valid")
    reach = windows_of(layer, layer.pool_size)
    return [Step("max_pooling", forward, reach, text=text, unpadded=unpadded)]


def average_pooling(layer: Any) -> list[Step]:
    """Lower ``AveragePooling2D``."""
    forward = partial(
        backend.average_pool,
        size=tuple(layer.pool_size),
        strides=tuple(layer.strides),
        padding=layer.padding,
    )
    text = f"{layer.pool_size[0]}x{layer.pool_size[1]} average pool, stride {layer.strides[0]}"
    # At the edges a padded average counts the places that are there.
    unpadded = forward if layer.padding == "valid" else None
    reach = windows_of(layer, layer.pool_size)
    return [Step("average_pooling", forward, reach, text=text, unpadded=unpadded)]


def padding(layer: Any) -> list[Step]:
    """Lower ``ZeroPadding2D``."""
    (top, bottom), (left, right) = layer.padding

    def forward(x: Any) -> Any:
        return ops.pad(x, [(0, 0), (top, bottom), (left, right), (0, 0)])

    return [Step("zero_padding", forward, (Shift(top, bottom), Shift(left, right)))]


def cropping(layer: Any) -> list[Step]:
    """Lower ``Cropping2D``."""
    (top, bottom), (left, right) = layer.cropping

    def forward(x: Any) -> Any:
        return x[:, top : x.shape[1] - bottom, left : x.shape[2] - right, :]

    return [Step("cropping", forward, (Shift(-top, -bottom), Shift(-left, -right)))]


def upsampling(layer: Any) -> list[Step]:
    """Lower ``UpSampling2D``."""
    rows, cols = layer.size
    if layer.interpolation == "nearest":

        def forward(x: Any) -> Any:
            return ops.repeat(ops.repeat(x, rows, axis=1), cols, axis=2)

        return [Step("upsampling", forward, (Repeat(rows), Repeat(cols)), text="up-sample")]
    # Interpolated up-sampling weighs by absolute position at the image's edge.
    return [Step("upsampling", lambda x: layer.call(x), None, text="up-sample")]
