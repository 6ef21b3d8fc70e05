"""Operations on ``channels_first`` tensors as the same operations on ``channels_last`` ones."""

from __future__ import annotations

import copy
from typing import Any

import keras
import numpy as np
from keras import layers

from vizreport.graph.network import Keywords

AXES = (0, 3, 1, 2)
"""Where each axis of [N, C, H, W] lies in [N, H, W, C]; as a permutation, it leads from there."""

_POINTWISE_LAYERS = (
    *(layers.ReLU, layers.LeakyReLU, layers.ELU, layers.Identity, layers.ActivityRegularization),
    *(layers.Dropout, layers.GaussianNoise, layers.GaussianDropout, layers.AlphaDropout),
    *(layers.Add, layers.Subtract, layers.Average, layers.Maximum, layers.Minimum),
    layers.Multiply,
)
_NORMALIZATIONS = (
    *(layers.BatchNormalization, layers.GroupNormalization, layers.LayerNormalization),
    *(layers.RMSNormalization, layers.UnitNormalization, layers.Normalization),
)
_POINTWISE_ACTIVATIONS = (
    *("linear", "relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "silu", "swish"),
    *("sigmoid", "tanh", "softplus", "softsign", "hard_sigmoid", "hard_silu", "hard_swish", "mish"),
    *("exponential", "squareplus", "log_sigmoid", "hard_tanh", "tanh_shrink", "soft_shrink"),
)
_POINTWISE_OPERATIONS = (
    *("Relu", "ReLU", "Relu6", "LeakyRelu", "Elu", "Selu", "Celu", "Gelu", "Silu", "Sigmoid"),
    *("Tanh", "Softplus", "Softsign", "HardSigmoid", "HardSilu", "Negative", "Absolute", "Abs"),
    *("Sqrt", "Square", "Exp", "Log", "Clip", "Cast", "Identity"),
)
ARITHMETIC = (
    *("Add", "Subtract", "Multiply", "Divide", "TrueDivide", "Maximum", "Minimum", "Power"),
)
_REDUCTIONS = ("Mean", "Sum", "Max", "Min")


class NotTransposedError(Exception):
    """An operation's equivalent on transposed tensors is not known; the message says why."""


def transposed(operation: Any) -> Any:
    """Return what does to [N, H, W, C] as an operation does to [N, C, H, W].

    Parameters
    ----------
    operation : keras.Operation
        Its inputs have four axes each.

    Returns
    -------
    keras.Operation or None
        The operation itself where it works on each value alone, a new one without weights
        (:func:`copy_weights`) or None where it goes by the order of axes.

    Raises
    ------
    NotTransposedError
    """
    if isinstance(operation, keras.Layer):
        return _layer(operation)
    name = type(operation).__name__
    if name in _POINTWISE_OPERATIONS or name in (*ARITHMETIC, "GetItem"):
        return operation
    if getattr(operation, "data_format", None) == "channels_first":
        return _changed(operation, data_format="channels_last")
    if name in ("Concatenate", "Softmax", "LogSoftmax", "Split") and operation.axis is not None:
        return _changed(operation, axis=_moved(operation.axis))
    if name in _REDUCTIONS and operation.axis is not None:
        axes = {axis % 4 for axis in operation.axis}
        # Others would leave two axes in another order.
        if operation.keepdims or axes in ({1}, {2, 3}, {1, 2, 3}):
            return _changed(operation, axis=_moved(operation.axis))
    if name == "Pad" and len(operation.pad_width) == 4:
        n, c, h, w = operation.pad_width
        return _changed(operation, pad_width=(n, h, w, c))
    return None


def _changed(operation: Any, **attributes: Any) -> Any:
    other = copy.copy(operation)
    other.__dict__.update(attributes, _inbound_nodes=[], _outbound_nodes=[])
    return other


def _moved(axis: Any) -> Any:
    return AXES[axis % 4] if isinstance(axis, int) else [AXES[each % 4] for each in axis]


def _layer(layer: Any) -> Any:
    config = layer.get_config()
    if getattr(layer, "data_format", None) == "channels_first":
        _require_known(layer, config)
        return type(layer).from_config({**config, "data_format": "channels_last"})
    _require_no_parts(layer)
    if type(layer) in _POINTWISE_LAYERS:
        return layer
    if isinstance(layer, layers.Activation):
        return layer if _is_pointwise(layer.activation) else None
    if isinstance(layer, layers.Rescaling):
        if np.ndim(layer.scale) or np.ndim(layer.offset):
            raise NotTransposedError("scales each channel by its own factor")
        return layer
    if isinstance(layer, layers.PReLU):
        shared = layer.shared_axes and [AXES[axis] for axis in layer.shared_axes]
        return type(layer).from_config({**config, "shared_axes": shared})
    if type(layer) in (layers.Concatenate, layers.Softmax):
        return type(layer).from_config({**config, "axis": _moved(config["axis"])})
    if type(layer) in _NORMALIZATIONS:
        axes = np.atleast_1d(() if config["axis"] is None else config["axis"]).tolist()
        if len(axes) == 1:
            return type(layer).from_config({**config, "axis": _moved(axes[0])})
    return None


def _require_known(layer: Any, config: Keywords) -> None:
    if not type(layer).__module__.startswith("keras.") or "data_format" not in config:
        raise NotTransposedError("is not a Keras layer")
    if not _is_pointwise(getattr(layer, "activation", None)):
        raise NotTransposedError("has an activation that may depend on the axis order")


def _require_no_parts(layer: Any) -> None:
    for part in layer._flatten_layers(include_self=False):
        if getattr(part, "data_format", None) == "channels_first":
            raise NotTransposedError(f"contains the channels_first layer {part.name!r}")


def _is_pointwise(activation: Any) -> bool:
    module = getattr(activation, "__module__", "")
    known = getattr(activation, "__name__", "") in _POINTWISE_ACTIVATIONS
    return activation is None or (known and module.startswith("keras."))


def copy_weights(layer: Any, other: Any) -> None:
    """Give a layer that :func:`transposed` made, and that was called, the weights of the first."""
    if isinstance(layer, layers.PReLU):
        other.alpha.assign(np.transpose(layer.alpha, (1, 2, 0)))  # [C, H, W]
        return
    store: dict[str, object] = {}
    layer.save_own_variables(store)
    other.load_own_variables(store)


def transposed_constant(constant: Any) -> Any:
    """Return an array that is added to or multiplied with [N, C, H, W] for [N, H, W, C]."""
    shape = np.shape(constant)
    if not shape:
        return constant
    array = np.asarray(constant)
    return array.reshape((1,) * (4 - len(shape)) + shape).transpose(0, 2, 3, 1)


def transposed_key(key: Any) -> Any:
    """Return slices of [N, C, H, W] for [N, H, W, C]; None where axes are added or taken."""
    slices = list(key) if isinstance(key, (tuple, list)) else [key]
    if len(slices) > 4 or not all(isinstance(each, slice) for each in slices):
        return None
    n, c, h, w = slices + [slice(None)] * (4 - len(slices))
    return (n, h, w, c)


def permutation(operation: Any) -> tuple[int, ...]:
    """Return the order into which an operation brings four axes; empty if it is none of these."""
    if isinstance(operation, layers.Permute):
        return (0, *map(int, operation.dims))
    if type(operation).__name__ == "Transpose" and operation.axes is not None:
        return tuple(axis % 4 for axis in operation.axes)
    return ()
