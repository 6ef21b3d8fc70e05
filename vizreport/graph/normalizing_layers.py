"""Keras layers that scale and normalise, as primitive operations."""

from __future__ import annotations

from typing import Any

import numpy as np
from keras import layers, ops

from vizreport.graph.activations import HERE
from vizreport.graph.network import Step
from vizreport.graph.sliding_layers import weights_of


def batch_normalization(layer: Any) -> list[Step]:
    """Lower ``BatchNormalization`` by its moving statistics."""
    if layer.axis not in (-1, 3):
        return []

    def forward(x: Any) -> Any:
        return normalized(x, layer, layer.moving_mean, layer.moving_variance)

    return [Step("batch_normalization", forward, HERE, {}, weights_of(layer))]


def normalized(x: Any, layer: Any, mean: Any, variance: Any) -> Any:
    """Apply a batch normalisation with given statistics: a scale and a shift for each map.

    y = gamma (x - mean) / sqrt(variance + epsilon) + beta.

    Parameters
    ----------
    x : Tensor [..., C]
        Maps last.
    layer : keras.layers.BatchNormalization
        Its gamma, beta (1 and 0 where it has none) and epsilon.
    mean, variance : Tensor [C]
        Of each map: at inference the layer's moving averages.
    """
    scale = ops.rsqrt(ops.cast(variance, x.dtype) + layer.epsilon)
    if layer.scale:
        scale = scale * ops.cast(layer.gamma, x.dtype)
    shift = -ops.cast(mean, x.dtype) * scale
    if layer.center:
        shift = shift + ops.cast(layer.beta, x.dtype)
    return x * scale + shift


def rescaling(layer: Any) -> list[Step]:
    """Lower ``Rescaling``."""

    def forward(x: Any) -> Any:
        # As constants of the dtype: a cast would first round to float32.
        return x * ops.convert_to_tensor(layer.scale, x.dtype) + ops.convert_to_tensor(
            layer.offset, x.dtype
        )

    return [Step("affine", forward, HERE, {"scale": layer.scale})]


def normalization(layer: Any) -> list[Step]:
    """Lower ``Normalization``."""

    def forward(x: Any) -> Any:
        # Not called as a layer, which would first round to what its dtype policy says.
        return layer.call(x)

    across_maps = tuple(np.atleast_1d(layer.axis if layer.axis is not None else ())) in (
        (-1,),
        (3,),
        (),
    )
    return [Step("affine", forward, HERE if across_maps else None)]


def layer_scale(layer: Any) -> list[Step]:
    """Lower ConvNeXt's ``LayerScale``."""

    def forward(x: Any) -> Any:
        return x * ops.cast(layer.gamma, x.dtype)

    return [Step("affine", forward, HERE, {}, weights_of(layer))]


def contrast_normalization(layer: Any) -> list[Step]:
    """Lower ``ContrastNormalization``."""
    return [
        Step(
            "contrast_normalization",
            lambda x: layer.call(x),
            HERE,
            text="contrast norm",
        )
    ]


def normalizing(layer: Any) -> list[Step]:
    """Normalisation by statistics of the image itself: pointwise only where across maps."""
    axes = tuple(np.atleast_1d(getattr(layer, "axis", ())))
    across_maps = axes in ((-1,), (3,)) and not isinstance(layer, layers.GroupNormalization)
    return [
        Step(
            "normalization",
            lambda x: layer.call(x),
            HERE if across_maps else None,
            {},
            weights_of(layer),
        )
    ]
