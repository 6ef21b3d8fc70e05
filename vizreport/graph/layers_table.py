"""Keras layers as primitive operations: one table from a layer's class to its steps."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np
from keras import layers, ops
from keras.src.applications.convnext import LayerScale, StochasticDepth
from keras.src.applications.inception_resnet_v2 import CustomScaleLayer
from keras.src.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import (
    BaseImagePreprocessingLayer,
)

from vizreport import backend
from vizreport.backend.contrast_normalization import ContrastNormalization
from vizreport.errors import RequestError
from vizreport.graph import adaptive_pooling
from vizreport.graph import normalizing_layers as normalizing
from vizreport.graph import sliding_layers as sliding
from vizreport.graph.activations import (
    HERE,
    IDENTITY,
    curved,
    lower_activation,
    parametric_rectifier,
    rectifier,
    softmax,
)
from vizreport.graph.network import Step

Lowering = Callable[[Any], list[Step]]


def lower_layer(layer: Any) -> list[Step]:
    """Return the primitive operations of a layer, in order; none where it is not known.

    Parameters
    ----------
    layer : keras.layers.Layer
        Built; its weights are read where the operation needs them.

    Raises
    ------
    RequestError
        If the layer keeps the maps in front of rows and columns (``channels_first``).
    """
    if getattr(layer, "data_format", None) == "channels_first":
        raise RequestError(
            f"layer {layer.name!r} is channels_first; build the model with "
            "data_format='channels_last'"
        )
    if type(layer) is layers.Activation:
        return _activated(layer.activation) or [IDENTITY]
    lower = TABLE.get(type(layer))
    if lower is not None:
        return [*lower(layer), *_activated(getattr(layer, "activation", None))]
    return [IDENTITY] if _is_augmentation(layer) else []


def _activated(activation: Any) -> list[Step]:
    """Lower a layer's ``activation=``: a function, or a layer of its own."""
    if not isinstance(activation, layers.Layer):
        return lower_activation(activation)
    kind = f"{type(activation).__name__}()"
    return lower_layer(activation) or [Step(kind, activation, None, text=kind[:-2])]


def _is_augmentation(layer: Any) -> bool:
    """Whether a layer prepares images for training only: at inference it leaves noise as it is."""
    if not isinstance(layer, BaseImagePreprocessingLayer):
        return False
    # Whole numbers, which half precision keeps; not from 0 to 255, which has full contrast.
    noise = np.random.default_rng(0).integers(20, 200, (1, 32, 32, 3)).astype(np.float32)
    try:
        return np.array_equal(ops.convert_to_numpy(layer(noise, training=False)), noise)
    except Exception:  # one that wants other images, such as those with boxes
        return False


def _dense(layer: Any) -> list[Step]:
    def forward(x: Any) -> Any:
        y = ops.tensordot(x, ops.cast(layer.kernel, x.dtype), 1)
        return y + ops.cast(layer.bias, y.dtype) if layer.use_bias else y

    computed = forward if layer.quantization_mode is None else _quantized(layer)
    return [Step("dense", computed, HERE, {}, sliding.weights_of(layer), f"full {layer.units}")]


def _quantized(layer: Any) -> Callable[[Any], Any]:
    """Return a quantised layer without its activation.

    Keras itself rounds the inputs, unpacks and scales the weights; the gradient that it defines
    is the transpose by the scaled weights.
    """
    mode = layer.quantization_mode
    if mode not in ("int8", "int4"):
        raise RequestError(
            f"layer {layer.name!r} is quantized by {mode}, but only int8 and int4 are supported; "
            "pass the checkpoint saved before model.quantize"
        )
    bare = object.__new__(type(layer))
    bare.__dict__.update(layer.__dict__, activation=None)
    forward: Callable[[Any], Any] = bare.quantized_call
    return forward


def _global_average(layer: Any) -> list[Step]:
    def forward(x: Any) -> Any:
        # Keras' mean of float64 is one of float32 on JAX; its sum is not.
        total = ops.sum(x, axis=(1, 2), keepdims=layer.keepdims)
        return total / (x.shape[1] * x.shape[2])

    return [Step("average_pooling", forward, None, text="global average pool")]


def _global_maximum(layer: Any) -> list[Step]:
    def forward(x: Any) -> Any:
        # As one window, so that a tie goes to its first place and not to all of them.
        y = backend.max_pool(x, tuple(x.shape[1:3]), (1, 1), "valid")
        return y if layer.keepdims else ops.reshape(y, (-1, x.shape[3]))

    return [Step("max_pooling", forward, None, text="global max pool")]


def _scaled_sum(layer: Any) -> list[Step]:
    return [Step("add", lambda x, y: x + y * layer.scale, HERE, text="add")]


def _merge(kind: str, function: Callable[..., Any]) -> Lowering:
    def lower(layer: Any) -> list[Step]:
        return [Step(kind, lambda *inputs: function(inputs), HERE, text=kind)]

    return lower


def _concatenate(layer: Any) -> list[Step]:
    def forward(*inputs: Any) -> Any:
        return ops.concatenate(inputs, axis=layer.axis)

    across_maps = layer.axis in (-1, 3)
    return [Step("concatenate", forward, HERE if across_maps else None, text="concatenate")]


def _spatial(kind: str, **options: Any) -> Lowering:
    """Return the lowering of a linear layer that depends on the whole image or on position."""

    def lower(layer: Any) -> list[Step]:
        return [Step(kind, lambda x: layer.call(x, **options), None, text=kind)]

    return lower


def _pipeline(layer: Any) -> list[Step]:
    """Lower layers one after the other; none where one of them is not known."""
    parts = [lower_layer(part) for part in layer.layers]
    return [step for part in parts for step in part] if all(parts) else []


def _identity(layer: Any) -> list[Step]:
    return [IDENTITY]


def _relu(layer: Any) -> list[Step]:
    return [
        rectifier(
            float(layer.negative_slope or 0),
            None if layer.max_value is None else float(layer.max_value),
            float(layer.threshold or 0),
        )
    ]


def _elementwise(name: str) -> Lowering:
    return lambda layer: [curved(name, lambda x: layer.call(x))]


TABLE: dict[type, Lowering] = {
    layers.Conv2D: sliding.convolution,
    layers.DepthwiseConv2D: sliding.depthwise,
    layers.SeparableConv2D: sliding.separable,
    layers.Conv2DTranspose: sliding.transposed,
    layers.Dense: _dense,
    layers.MaxPooling2D: sliding.max_pooling,
    layers.AveragePooling2D: sliding.average_pooling,
    layers.GlobalAveragePooling2D: _global_average,
    layers.GlobalMaxPooling2D: _global_maximum,
    layers.AdaptiveAveragePooling2D: lambda layer: [adaptive_pooling.average(layer.output_size)],
    layers.AdaptiveMaxPooling2D: lambda layer: [adaptive_pooling.maximum(layer.output_size)],
    layers.BatchNormalization: normalizing.batch_normalization,
    layers.ZeroPadding2D: sliding.padding,
    layers.Cropping2D: sliding.cropping,
    layers.UpSampling2D: sliding.upsampling,
    layers.Rescaling: normalizing.rescaling,
    layers.Normalization: normalizing.normalization,
    layers.LayerNormalization: normalizing.normalizing,
    layers.GroupNormalization: normalizing.normalizing,
    layers.RMSNormalization: normalizing.normalizing,
    layers.UnitNormalization: normalizing.normalizing,
    ContrastNormalization: normalizing.contrast_normalization,
    layers.Flatten: _spatial("reshape"),
    layers.Reshape: _spatial("reshape"),
    layers.Permute: _spatial("reshape"),
    layers.Resizing: _spatial("resizing", training=False),
    layers.CenterCrop: _spatial("cropping", training=False),
    layers.RandomCrop: _spatial("cropping", training=False),
    layers.Add: _merge("add", lambda x: sum(x[1:], x[0])),
    layers.Subtract: _merge("add", lambda x: x[0] - x[1]),
    layers.Average: _merge("add", lambda x: sum(x[1:], x[0]) / len(x)),
    layers.Maximum: _merge("maximum", lambda x: reduce(backend.maximum, x)),
    layers.Multiply: _merge("multiply", lambda x: _product(x)),
    layers.Concatenate: _concatenate,
    layers.Identity: _identity,
    layers.Dropout: _identity,
    layers.SpatialDropout2D: _identity,
    layers.GaussianNoise: _identity,
    layers.GaussianDropout: _identity,
    layers.AlphaDropout: _identity,
    layers.ActivityRegularization: _identity,
    layers.Pipeline: _pipeline,
    LayerScale: normalizing.layer_scale,
    StochasticDepth: _identity,
    CustomScaleLayer: _scaled_sum,
    # The weights that it divides by their norm are stored divided.
    layers.SpectralNormalization: lambda layer: lower_layer(layer.layer),
    layers.ReLU: _relu,
    layers.LeakyReLU: lambda layer: [rectifier(float(layer.negative_slope))],
    layers.PReLU: lambda layer: [parametric_rectifier(layer.alpha)],
    layers.ELU: _elementwise("elu"),
    layers.Softmax: lambda layer: [softmax(layer.axis if isinstance(layer.axis, int) else 0)],
}


def _product(inputs: tuple[Any, ...]) -> Any:
    product = inputs[0]
    for factor in inputs[1:]:
        product = product * factor
    return product
