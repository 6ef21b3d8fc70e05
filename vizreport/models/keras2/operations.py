"""What a function of TensorFlow in a graph of Keras 2 is in Keras 3. JSON to JSON, no TensorFlow.

Keras 2 kept ``x / 255.0`` or ``tf.nn.relu(x)`` on a symbolic tensor as a layer that calls the
function by its name. Nothing is called by a name here: what is not in the table is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vizreport.models.keras2.untranslatable import UntranslatableError

Json = Any
LAMBDAS = ("TFOpLambda", "SlicingOpLambda")


@dataclass(frozen=True)
class Operation:
    """A function of ``keras.ops``: its description without a name, and its arguments."""

    entry: dict[str, Json]
    args: tuple[Json, ...]


def translate_operation(function: str, first: Json, named: dict[str, Json]) -> Operation:
    """Translate one call of a function.

    Parameters
    ----------
    function : str
        Its name below ``tensorflow``, such as "math.truediv".
    first : JSON
        First argument, a tensor or constant in Keras 3's terms.
    named : dict
        The others.

    Raises
    ------
    UntranslatableError
        It is not in the table, or called in a way that is not.
    """
    named = {key: value for key, value in named.items() if key != "name" and value is not None}
    make = _TABLE.get(function)
    operation = make(first, named) if make else None
    if operation is None or named:
        raise UntranslatableError(f"the function tf.{function}" + _with(named))
    return operation


def _with(named: dict[str, Json]) -> str:
    return f" with {', '.join(sorted(named))}" if named else ""


Make = Callable[[Json, dict[str, Json]], "Operation | None"]


def _operation(module: str, name: str, args: tuple[Json, ...], **config: Json) -> Operation:
    full = f"keras.src.ops.{module}"
    entry = {"module": full, "class_name": name, "registered_name": name, "config": config}
    return Operation(entry, tuple(_constant(arg) for arg in args))


def _constant(value: Json) -> Json:
    """Return an argument; lists of numbers become arrays."""
    if isinstance(value, list) and value and not _holds_objects(value):
        return {"class_name": "__numpy__", "config": {"value": value, "dtype": "float32"}}
    return value


def _holds_objects(value: Json) -> bool:
    if isinstance(value, list):
        return any(_holds_objects(each) for each in value)
    return not isinstance(value, (int, float))


def _unary(module: str, name: str) -> Make:
    def make(x: Json, named: dict[str, Json]) -> Operation:
        return _operation(module, name, (x,))

    return make


def _binary(name: str, other: str = "y") -> Make:
    def make(x: Json, named: dict[str, Json]) -> Operation | None:
        if other not in named:
            return None
        return _operation("numpy", name, (x, named.pop(other)))

    return make


def _bias_add(x: Json, named: dict[str, Json]) -> Operation | None:
    if "bias" not in named or named.pop("data_format", "NHWC") not in ("NHWC", "N...C"):
        return None
    return _operation("numpy", "Add", (x, named.pop("bias")))


def _over_axes(name: str) -> Make:
    def make(x: Json, named: dict[str, Json]) -> Operation:
        axis, keepdims = named.pop("axis", None), named.pop("keepdims", False)
        return _operation("numpy", name, (x,), axis=axis, keepdims=keepdims)

    return make


def _with_one(module: str, name: str, old: str, new: str, default: Json = None) -> Make:
    """One argument and a setting."""

    def make(x: Json, named: dict[str, Json]) -> Operation | None:
        value = named.pop(old, default)
        if value is None or _is_tensor(value):
            return None
        return _operation(module, name, (x,), **{new: value})

    return make


def _is_tensor(value: Json) -> bool:
    if isinstance(value, list):
        return any(_is_tensor(each) for each in value)
    return isinstance(value, dict)


def _clip(x: Json, named: dict[str, Json]) -> Operation | None:
    low, high = named.pop("clip_value_min", None), named.pop("clip_value_max", None)
    if not all(isinstance(bound, (int, float)) for bound in (low, high)):
        return None
    return _operation("numpy", "Clip", (x,), x_min=low, x_max=high)


def _pad(x: Json, named: dict[str, Json]) -> Operation | None:
    widths = named.pop("paddings", None)
    mode = str(named.pop("mode", "CONSTANT")).lower()
    if named.pop("constant_values", 0) != 0 or not isinstance(widths, list) or _is_tensor(widths):
        return None
    return _operation("numpy", "Pad", (x,), pad_width=widths, mode=mode)


def _split(x: Json, named: dict[str, Json]) -> Operation | None:
    parts, axis = named.pop("num_or_size_splits", None), named.pop("axis", 0)
    if type(parts) is not int:
        return None
    return _operation("numpy", "Split", (x,), indices_or_sections=parts, axis=axis)


def _transpose(x: Json, named: dict[str, Json]) -> Operation | None:
    axes = named.pop("perm", None)
    if named.pop("conjugate", False) or _is_tensor(axes):
        return None
    return _operation("numpy", "Transpose", (x,), axes=axes)


def _silu(x: Json, named: dict[str, Json]) -> Operation | None:
    return _operation("nn", "Silu", (x,)) if named.pop("beta", 1.0) == 1.0 else None


def _pool(name: str) -> Make:
    def make(x: Json, named: dict[str, Json]) -> Operation | None:
        size, strides, padding = (named.pop(key, None) for key in ("ksize", "strides", "padding"))
        if named.pop("data_format", "NHWC") != "NHWC" or padding not in ("SAME", "VALID"):
            return None
        sides = [value[1:3] if _length(value) == 4 else value for value in (size, strides)]
        if any(value is None or _is_tensor(value) for value in sides):
            return None
        config = {"pool_size": sides[0], "strides": sides[1], "padding": padding.lower()}
        return _operation("nn", name, (x,), **config, data_format="channels_last")

    return make


def _length(value: Json) -> int:
    return len(value) if isinstance(value, list) else 0


def _resize(x: Json, named: dict[str, Json]) -> Operation | None:
    size, method = named.pop("size", None), named.pop("method", "bilinear")
    if not isinstance(size, list) or _is_tensor(size):
        return None
    if method not in ("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5"):
        return None
    antialias = named.pop("antialias", False)
    return _operation("image", "Resize", (x,), size=size, interpolation=method, antialias=antialias)


def _slice(x: Json, named: dict[str, Json]) -> Operation | None:
    parts = named.pop("slice_spec", None)
    if not isinstance(parts, list):
        return None
    key: list[Json] = []
    for part in parts:
        if isinstance(part, dict) and part.get("class_name") == "__ellipsis__":
            key.append({"class_name": "__ellipsis__", "config": {}})
        elif isinstance(part, dict) and set(part) == {"start", "stop", "step"}:
            if any(_is_tensor(bound) for bound in part.values()):
                return None
            key.append({"class_name": "__slice__", "config": part})
        elif part is None or type(part) is int:
            key.append(part)
        else:
            return None
    return Operation(_operation("numpy", "GetItem", ()).entry, (x, key))


_TABLE: dict[str, Make] = {
    "__operators__.add": _binary("Add"),
    "__operators__.getitem": _slice,
    "cast": _with_one("core", "Cast", "dtype", "dtype"),
    "clip_by_value": _clip,
    "compat.v1.pad": _pad,
    "compat.v1.squeeze": _with_one("numpy", "Squeeze", "axis", "axis"),
    "compat.v1.transpose": _transpose,
    "concat": _with_one("numpy", "Concatenate", "axis", "axis"),
    "expand_dims": _with_one("numpy", "ExpandDims", "axis", "axis"),
    "image.resize": _resize,
    "math.abs": _unary("numpy", "Absolute"),
    "math.add": _binary("Add"),
    "math.divide": _binary("TrueDivide"),
    "math.exp": _unary("numpy", "Exp"),
    "math.log": _unary("numpy", "Log"),
    "math.maximum": _binary("Maximum"),
    "math.minimum": _binary("Minimum"),
    "math.multiply": _binary("Multiply"),
    "math.negative": _unary("numpy", "Negative"),
    "math.pow": _binary("Power"),
    "math.reduce_max": _over_axes("Max"),
    "math.reduce_mean": _over_axes("Mean"),
    "math.reduce_min": _over_axes("Min"),
    "math.reduce_sum": _over_axes("Sum"),
    "math.rsqrt": _unary("math", "Rsqrt"),
    "math.sigmoid": _unary("nn", "Sigmoid"),
    "math.softplus": _unary("nn", "Softplus"),
    "math.sqrt": _unary("numpy", "Sqrt"),
    "math.square": _unary("numpy", "Square"),
    "math.subtract": _binary("Subtract"),
    "math.tanh": _unary("numpy", "Tanh"),
    "math.truediv": _binary("TrueDivide"),
    "nn.avg_pool2d": _pool("AveragePool"),
    "nn.bias_add": _bias_add,
    "nn.elu": _unary("nn", "Elu"),
    "nn.gelu": _with_one("nn", "Gelu", "approximate", "approximate", False),
    "nn.leaky_relu": _with_one("nn", "LeakyRelu", "alpha", "negative_slope", 0.2),
    "nn.max_pool2d": _pool("MaxPool"),
    "nn.relu": _unary("nn", "Relu"),
    "nn.relu6": _unary("nn", "Relu6"),
    "nn.selu": _unary("nn", "Selu"),
    "nn.sigmoid": _unary("nn", "Sigmoid"),
    "nn.silu": _silu,
    "nn.softmax": _with_one("nn", "Softmax", "axis", "axis", -1),
    "nn.softplus": _unary("nn", "Softplus"),
    "nn.softsign": _unary("nn", "Softsign"),
    "nn.tanh": _unary("numpy", "Tanh"),
    "pad": _pad,
    "reshape": _with_one("numpy", "Reshape", "shape", "newshape"),
    "split": _split,
    "squeeze": _with_one("numpy", "Squeeze", "axis", "axis"),
    "stack": _with_one("numpy", "Stack", "axis", "axis", 0),
    "transpose": _transpose,
}
